"""Socket Mode, Slack's side: the app connects to us, and payloads go over any of its connections.

People's payloads are sent on threads, which wait for the acknowledgement; the connections live on the
server's event loop. An acknowledgement counts on the connection the payload went out on.
"""

import asyncio
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from .records import Delivery, Json
from .transports import COMMAND, EVENT, TIMEOUT, UNREACHABLE, Parcel
from .workspace import APP_ID

LOST = "connection_lost"
MOST = 10  # connections of one app at once
TICKET_SECONDS = 30.0  # Slack does not say how long its own are good for
WARNING_SECONDS = 10.0  # between the warning and the request to come anew
CLOSING_SECONDS = 3.0  # what was sent before can still be acknowledged
HOST, BUILD = "local-slack", 1
LIFETIME_SECONDS = 18060  # what Slack announces as approximate
TAKES_ANSWER = {"view_submission", "block_suggestion"}  # of the interactions; every command takes one


class Sockets:
    """The app's connections. `seconds` scales Slack's deadlines."""

    name = "socket"

    def __init__(self, seconds: float = 1.0):
        self.seconds = seconds
        self.enabled = True
        self._tickets: dict[str, float] = {}
        self._links: list[Link] = []
        self._changed = threading.Condition()
        self._count = 0
        self._turn = 0

    @property
    def expected(self) -> bool:
        """An app that was ever here: from then on events that find nobody are tried again."""
        return self._count > 0

    def carry(self, parcel: Parcel, delivery: Delivery, seconds: float) -> None:
        link = self._next()
        if link is None:
            delivery.error = UNREACHABLE
            return
        delivery.connection = link.number
        try:
            delivery.response = link.ask(_envelope(parcel), seconds).get("payload") or ""
        except TimeoutError:
            delivery.error = TIMEOUT
        except ConnectionError:
            delivery.error = LOST

    def _next(self) -> "Link | None":
        """Any may get any payload; here they take turns. One that is about to close is the last resort."""
        with self._changed:
            choice = [link for link in self._links if not link.leaving] or self._links
            self._turn += 1
            return choice[self._turn % len(choice)] if choice else None

    # --- coming and going

    def ticket(self) -> str:
        """Good for one connection, and for a short while."""
        ticket = secrets.token_urlsafe(16)
        valid = {known: issued for known, issued in self._tickets.items() if self._is_valid(issued)}
        self._tickets = valid | {ticket: time.monotonic()}
        return ticket

    def _is_valid(self, issued: float) -> bool:
        return time.monotonic() - issued <= TICKET_SECONDS * self.seconds

    async def serve(self, websocket: WebSocket) -> None:
        """One connection of the app, from the handshake to its end."""
        issued = self._tickets.pop(websocket.query_params.get("ticket", ""), None)
        if not self.enabled or issued is None or not self._is_valid(issued):
            await websocket.close()  # before it was accepted: an answer of 403
            return
        await websocket.accept()
        link = Link(websocket)
        if not self._joins(link):
            link.say(_disconnect("too_many_websockets"))
            link.end()
        try:
            await link.run()
        finally:
            self._left(link)

    def _joins(self, link: "Link") -> bool:
        with self._changed:
            if len(self._links) >= MOST:
                return False
            self._count += 1
            link.number = self._count
            self._links.append(link)
            link.say(_hello(len(self._links)))
            self._changed.notify_all()
            return True

    def _left(self, link: "Link") -> None:
        with self._changed:
            if link in self._links:
                self._links.remove(link)
                self._changed.notify_all()
        link.give_up()

    # --- what a test or a person at the controls may do to the app

    @property
    def connections(self) -> int:
        return len(self._links)

    def wait_for(self, wanted: Callable[[list[int]], bool], seconds: float = 10.0) -> bool:
        """Until the numbers of the open connections are as wanted; whether they came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: wanted([link.number for link in self._links]), seconds)

    def refresh(self, after: float | None = None) -> None:
        """Slack's routine: a warning, and some seconds later the request to come anew; then it closes."""
        wait = WARNING_SECONDS * self.seconds if after is None else after
        for link in self._all():
            link.leaving = True
            link.say(_disconnect("warning"))
            link.later(wait, lambda link=link: link.say(_disconnect("refresh_requested")))
            link.later(wait + CLOSING_SECONDS * self.seconds, link.end)

    def drop(self) -> None:
        """Every connection is gone from one moment to the next, as when a cable is pulled."""
        for link in self._all():
            link.cut()
            self._left(link)

    def disable(self) -> None:
        """Somebody turns Socket Mode off in the app's settings."""
        self.enabled = False
        for link in self._all():
            link.say(_disconnect("link_disabled"))
            link.end()
            self._left(link)

    def enable(self) -> None:
        self.enabled = True

    def send_raw(self, text: str) -> None:
        """A frame of anything, to every connection."""
        for link in self._all():
            link.write(text)

    def _all(self) -> "list[Link]":
        with self._changed:
            return list(self._links)


class Link:
    """One connection: what goes out is queued, what comes back is matched by its envelope."""

    def __init__(self, websocket: WebSocket):
        self.number = 0
        self.leaving = False
        self._websocket = websocket
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting: dict[str, Future[Json]] = {}
        self._lock = threading.Lock()
        self._gone = False

    def ask(self, envelope: Json, seconds: float) -> Json:
        """The acknowledgement. Raises TimeoutError, or ConnectionError when the connection is lost meanwhile."""
        answer: Future[Json] = Future()
        with self._lock:
            if self._gone:
                raise ConnectionError
            self._waiting[envelope["envelope_id"]] = answer
        self.say(envelope)
        try:
            return answer.result(seconds)
        finally:
            self._waiting.pop(envelope["envelope_id"], None)  # nobody waits any more

    def say(self, message: Json) -> None:
        self.write(json.dumps(message))

    def write(self, text: str) -> None:
        self._on_loop(self._outgoing.put_nowait, text)

    def end(self) -> None:
        """Close, once everything queued was written."""
        self._on_loop(self._outgoing.put_nowait, None)

    def cut(self) -> None:
        self._on_loop(self._websocket.scope["transport"].abort)

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        self._on_loop(lambda: self._loop.call_later(seconds, do))

    def give_up(self) -> None:
        """Nobody will acknowledge any more."""
        with self._lock:
            self._gone = True
            waiting = list(self._waiting.values())
        for answer in waiting:
            if not answer.done():
                answer.set_exception(ConnectionError())

    async def run(self) -> None:
        """Until either side ends it."""
        both = {asyncio.create_task(self._read()), asyncio.create_task(self._write())}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _read(self) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._acknowledged(_object(message.get("text")))

    def _acknowledged(self, message: Json) -> None:
        with self._lock:
            answer = self._waiting.get(str(message.get("envelope_id")))
            if answer and not answer.done():
                answer.set_result(message)

    async def _write(self) -> None:
        try:
            while (text := await self._outgoing.get()) is not None:
                await self._websocket.send_text(text)
            await self._websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            return  # closed by the other side meanwhile

    def _on_loop(self, do: Callable[..., Any], *args: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do, *args)


def _envelope(parcel: Parcel) -> Json:
    envelope = {
        "envelope_id": str(uuid.uuid4()), "payload": parcel.payload, "type": parcel.type,
        "accepts_response_payload": parcel.type == COMMAND or parcel.payload.get("type") in TAKES_ANSWER,
    }  # fmt: skip
    if parcel.type == EVENT:
        attempt = parcel.retry[0] if parcel.retry else 0
        envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
    return envelope


def _hello(connections: int) -> Json:
    about = {"host": HOST, "build_number": BUILD, "approximate_connection_time": LIFETIME_SECONDS}
    return {"type": "hello", "num_connections": connections, "debug_info": about, "connection_info": {"app_id": APP_ID}}


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}


def _object(text: str | None) -> Json:
    """What cannot be read acknowledges nothing."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
