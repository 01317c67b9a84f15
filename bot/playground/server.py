"""LocalSlack: a stand-in for Slack on loopback. The demo, the tests and the browser all use this one class."""

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from . import talk
from .clock import Clock
from .deliveries import Deliveries
from .events import Events
from .faults import Fault, Faults
from .local import ApiCall, Local
from .manifest import read_manifest
from .page_api import move_clock
from .rates import Rates
from .records import Delivery, Json, Message
from .scheduled import post_due
from .site import Site
from .sockets import Sockets
from .transports import Http
from .workspace import SLACKBOT, Workspace

# Invented, and worth nothing outside of this machine.
SECRET, DEMO_TOKEN, APP_TOKEN = "playground-signing-secret", "xoxb-demo", "xapp-demo"
COALESCE = 0.03  # seconds between two notes to the page
HOME_TEAM: Json = {"id": "T0PROVIDER", "name": "Northwind Support"}


class LocalSlack:
    """`with LocalSlack(manifest, people, channels) as slack:`, then point the app's Web API at `slack.api_url`.

    `seconds` scales Slack's short deadlines (3 s to answer, 3 s for a trigger, minutes between retries).
    `on_clock(now, offset_seconds)` is told when somebody moves the clock. `seed` decides about faults by chance.
    """

    def __init__(
        self,
        manifest: Json,
        people: Iterable[Json],
        channels: Iterable[Json],
        *,
        team: Json = HOME_TEAM,
        other_teams: Iterable[Json] = (),
        signing_secret: str = SECRET,
        token: str = DEMO_TOKEN,
        app_token: str = APP_TOKEN,
        app_url: str | None = None,
        clock: Callable[[], float] | None = None,
        on_clock: Callable[[datetime, float], None] | None = None,
        port: int = 0,
        seconds: float = 1.0,
        enforce_rate_limits: bool = True,
        enforce_tiers: bool = False,
        seed: int = 0,
    ):
        self.clock = Clock(clock or time.time)
        self.workspace = Workspace(read_manifest(manifest), self.clock, team, other_teams)
        for person in people:
            self.workspace.add_person(person)
        for channel in channels:
            self.workspace.add_channel(channel)
        self.signing_secret, self.token, self.app_token = signing_secret, token, app_token
        self.http, self.sockets = Http(signing_secret, app_url), Sockets(seconds)
        transport = self.sockets if self.workspace.manifest.socket_mode else self.http
        self.deliveries = Deliveries(self.workspace, transport, seconds)
        self.events = Events(self.workspace, self.deliveries, seconds)
        rates = Rates(self.clock, posts=enforce_rate_limits, tiers=enforce_tiers)
        self.local = Local(
            self.workspace, self.deliveries, self.events, rates, self.sockets, Faults(seed),
            token=token, app_token=app_token, seconds=seconds,
        )  # fmt: skip
        self.events.when_due = lambda: post_due(self.local)
        self.on_clock = on_clock
        self._port = port
        self._ready, self._closing = threading.Event(), asyncio.Event()
        self._thread: threading.Thread | None = None
        self._listeners: set[asyncio.Queue[int]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._site = Site(self.local, self.move_clock, self._revisions)

    # --- running

    def start(self) -> Self:
        listening = _listen(self._port)
        self._port = listening.getsockname()[1]
        self.local.base = self.events.base = self.url
        config = uvicorn.Config(
            self._site.app(), http=Connection, ws=Socket, ws_per_message_deflate=False, lifespan="off",
            log_config=None, log_level="warning", access_log=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        arguments = (uvicorn.Server(config), listening)
        self._thread = threading.Thread(target=self._run, args=arguments, name="local-slack", daemon=True)
        self._thread.start()
        self._ready.wait()
        self.workspace.on_change = self._announce
        return self

    def _run(self, server: uvicorn.Server, listening: socket.socket) -> None:
        asyncio.run(self._serve(server, listening))

    async def _serve(self, server: uvicorn.Server, listening: socket.socket) -> None:
        """Until told to close, and then at once: uvicorn's own way out takes 0.2 s, in every test."""
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await asyncio.wait([serving, asyncio.create_task(self._closing.wait())], return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        for accepting in server.servers:
            accepting.close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        while self.sockets.connections:  # each has to notice, or it would be torn down in the middle
            await asyncio.sleep(0)

    def stop(self) -> None:
        self.events.stop()
        self.workspace.on_change = lambda revision: None
        if self._loop and self._thread:
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()
            self._thread = None
        self._site.threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    # --- addresses

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def api_url(self) -> str:
        return self.url + "api/"

    @property
    def app_url(self) -> str | None:
        """Where the app answers over HTTP. In Socket Mode nothing is sent there."""
        return self.http.url

    @app_url.setter
    def app_url(self, url: str | None) -> None:
        self.http.url = url

    # --- for tests and the demo

    @property
    def calls(self) -> deque[ApiCall]:
        """Every Web API call so far: `.method`, `.args`, `.answer`."""
        return self.local.calls

    def calls_to(self, method: str) -> list[ApiCall]:
        return [call for call in list(self.local.calls) if call.method == method]

    def fault(self, what: str | int, **row: Any) -> Fault:
        """Breaks something until it is cleared or used up: see `faults.Fault` for the row."""
        return self.local.faults.add(Fault(what, **row))

    def fail_next(self, method: str, what: str | int, **row: Any) -> Fault:
        """The next call, or the next `times` calls, of a method."""
        return self.fault(what, method=method, **row)

    def clear_faults(self) -> None:
        self.local.faults.clear()

    def refuse_token(self, why: str = "token_revoked") -> None:
        """From now on the app's token is no good: "token_revoked" or "account_inactive"; "" makes it good again."""
        self.local.token_trouble = why

    def repeat(self, delivery: Delivery) -> Delivery:
        """Sends an event once more, as Slack does after an answer that got lost."""
        return self.events.repeat(delivery)

    def writes_as_app(
        self, channel: str, text: str, *, user: str = "", bot_id: str = "B0OTHER", app_id: str = "A0OTHER",
        thread: str | None = None,
    ) -> str:  # fmt: skip
        """Another app writes: one with a `user`, or the older kind without. USLACKBOT is Slackbot. Returns the ts."""
        message = Message(self.workspace.new_ts(), channel, user, text, thread_ts=thread, bot=True)
        message.username = "Slackbot" if user == SLACKBOT else "Another app"
        message.other_app = {} if user == SLACKBOT else {"bot_id": bot_id, "app_id": app_id}
        message.subtype, message.bot = None if user else "bot_message", user != SLACKBOT
        return talk.write_as_app(self.local, message)

    def settle(self) -> None:
        """Waits until the events caused by the app's own calls are answered."""
        self.events.settle()

    def refresh_connections(self, after: float | None = None) -> None:
        """Slack's routine: a warning, `after` seconds later the request to come anew, then it closes."""
        self.sockets.refresh(after)

    def drop_connections(self) -> None:
        """Every connection of the app is gone at once, with what was on its way."""
        self.sockets.drop()

    def disable_link(self) -> None:
        """Somebody turns Socket Mode off in the app's settings; `enable_link` turns it on again."""
        self.sockets.disable()

    def enable_link(self) -> None:
        self.sockets.enable()

    def move_clock(self, body: Json) -> None:
        with self.workspace.change():
            move_clock(self.local, body)
        if self.on_clock:
            self.on_clock(self.clock.today(), self.clock.offset)
        self.events.run_due()

    def advance(self, seconds: float) -> None:
        self.move_clock({"advance_seconds": seconds})

    def verify_url(self) -> Delivery:
        """The handshake of a new request URL: the app has to send the challenge back."""
        challenge = {"type": "url_verification", "token": "verification-token", "challenge": "are-you-there"}
        return self.deliveries.send_event("url_verification", "", challenge)

    # --- telling pages that something changed

    def _announce(self, revision: int) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the server may have stopped meanwhile
                self._loop.call_soon_threadsafe(self._notify, revision)

    def _notify(self, revision: int) -> None:
        for queue in self._listeners:
            queue.put_nowait(revision)

    async def _revisions(self) -> AsyncIterator[int]:
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield self.workspace.revision
            while True:
                latest = await queue.get()
                await asyncio.sleep(COALESCE)
                while not queue.empty():
                    latest = queue.get_nowait()
                yield latest
        finally:
            self._listeners.discard(queue)


class Connection(H11Protocol):
    """Hands each request its connection, so that a fault can cut it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.app = _told_of_its_connection(self)


class Socket(WebSocketsSansIOProtocol):
    """The same, for Socket Mode."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.app = _told_of_its_connection(self)


def _told_of_its_connection(protocol: Any) -> Any:
    inner = protocol.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["transport"] = protocol.transport
        await inner(scope, receive, send)

    return app


def _listen(port: int) -> socket.socket:
    # Named, so that asyncio sees TCP and sends at once: else every second packet waits 40 ms for the first one.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(512)
    return listening
