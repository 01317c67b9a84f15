"""Socket Mode: one connection to Slack that is always there, and an answer to each envelope that comes over it.

Slack closes every connection after a while, and says so before. The next one is opened first; what came over
the old one is still acknowledged over the old one. Any number of processes may run, up to Slack's ten connections.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

log = structlog.get_logger()
Json = dict[str, Any]
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each try, while Slack is away
SETTLED_SECONDS = 30.0  # a connection that stood so long was a success; the pauses begin anew
RETIRE_SECONDS = 30.0  # Slack closes what it asked to leave; if it forgets, we do
PING_SECONDS = 10.0  # between pings, and for the answer to one
AWAY = (SlackApiError, SlackClientError, WebSocketException, OSError)

# What Slack says of an app token that will not do, whoever asks again.
REFUSED = {
    "not_allowed_token_type": "SLACK_APP_TOKEN is not an app-level token. Take the one that begins with xapp- from"
    " *Basic Information*, *App-Level Tokens*.",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write. Make an app-level token that has it, under"
    " *Basic Information*, *App-Level Tokens*.",
    "socket_mode_not_enabled": "Socket Mode is off in this app's settings. Turn it on under *Socket Mode*, or run"
    " `steward web` instead.",
}
UNKNOWN = dict.fromkeys(
    ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
    "Slack does not know this SLACK_APP_TOKEN. Make a new one under *Basic Information*, *App-Level Tokens*, with the"
    " scope connections:write.",
)


class BadAppToken(Exception):
    """Slack does not let this app token connect; the message says what to do."""


def opener(client: WebClient, app_token: str) -> Callable[[], str]:
    """What asks Slack where to connect to. Raises BadAppToken for what trying again will not mend."""

    def open_connection() -> str:
        try:
            return str(client.apps_connections_open(app_token=app_token)["url"])
        except SlackApiError as error:
            if sentence := (REFUSED | UNKNOWN).get(error.response.get("error", "")):
                raise BadAppToken(sentence) from None
            raise

    return open_connection


class Sockets:
    """Keeps one connection, and hands what comes over it to `answer`, which says how to acknowledge it, or None."""

    def __init__(
        self,
        open_connection: Callable[[], str],
        answer: Callable[[Json], Awaitable[Json | None]],
        *,
        pauses: Sequence[float] = PAUSES,
    ):
        self._open = open_connection
        self._answer = answer
        self._pauses = pauses
        self._address: str | None = None
        self._stopping = False
        self._connections: set[ClientConnection] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us now."""
        return bool(self._connections)

    def try_token(self) -> None:
        """Ask once before anything runs, so that a wrong token ends the process with a sentence.

        Raises BadAppToken. While Slack is away nothing is known, and the tries go on later.
        """
        try:
            self._address = self._open()
        except AWAY as error:
            log.warning("Slack is away; trying again", error=_named(error))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected for as long as this lasts; at the end, what was begun is finished and acknowledged."""
        keeping = asyncio.create_task(self._keep_connected())
        try:
            yield
        finally:
            self._stopping = True
            if self._answering:
                await asyncio.wait(self._answering)
            await _cancelled(keeping, *self._reading)

    async def _keep_connected(self) -> None:
        tries = 0
        while True:
            await asyncio.sleep(self._pauses[min(tries, len(self._pauses) - 1)])
            began = time.monotonic()
            try:
                await self._one_connection()
            except BadAppToken as error:
                log.error(str(error))
            except AWAY as error:
                log.warning("Slack is away; trying again", error=_named(error))
                await asyncio.sleep(_asked_to_wait(error))
            tries = 0 if time.monotonic() - began > SETTLED_SECONDS else tries + 1

    async def _one_connection(self) -> None:
        """Until it is lost, or about to be closed: then it is time for the next."""
        address, self._address = self._address or await asyncio.to_thread(self._open), None
        connection = await connect(
            address, compression=None, ping_interval=PING_SECONDS, ping_timeout=PING_SECONDS, close_timeout=1
        )
        leaving = asyncio.Event()
        _kept(self._reading, self._read(connection, leaving))
        await leaving.wait()

    async def _read(self, connection: ClientConnection, leaving: asyncio.Event) -> None:
        try:
            async with connection, asyncio.timeout(None) as patience:
                self._connections.add(connection)
                async for frame in connection:
                    message = _object(frame)
                    if message.get("type") == "hello":
                        log.info("connected to Slack", connections=message.get("num_connections"))
                    elif message.get("type") == "disconnect":
                        log.info("Slack asks to connect anew", reason=message.get("reason"))
                        patience.reschedule(asyncio.get_running_loop().time() + RETIRE_SECONDS)
                        leaving.set()
                    elif "envelope_id" in message and not self._stopping:
                        _kept(self._answering, self._acknowledge(connection, message))
        except ConnectionClosed as error:
            log.warning("the connection to Slack was lost", error=_named(error))
        except TimeoutError:
            log.info("a connection that Slack left open is closed")
        finally:
            self._connections.discard(connection)
            leaving.set()

    async def _acknowledge(self, connection: ClientConnection, envelope: Json) -> None:
        acknowledgement = await self._answer(envelope)
        if acknowledgement is None:
            return
        try:
            await connection.send(json.dumps(acknowledgement))
        except ConnectionClosed:
            # Slack sends an event again; a person was told that it did not work, and the repeat finds out.
            log.warning("the connection was lost before the answer", kind=envelope.get("type"))


def _kept(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Start it, and hold on to it: a task that nobody holds may vanish."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _object(frame: str | bytes) -> Json:
    """A frame that is not an object means nothing."""
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        log.warning("a frame that is not Slack's")
        return {}
    return found


def _named(error: Exception) -> str:
    """An error in a word or two, without addresses: a ticket is as good as a password."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", error.response.status_code))
    return type(error).__name__


def _asked_to_wait(error: Exception) -> float:
    """Seconds, where Slack says how long."""
    headers = error.response.headers if isinstance(error, SlackApiError) else {}
    value = headers.get("Retry-After", headers.get("retry-after", "0"))
    return float(value) if str(value).isdecimal() else 0.0
