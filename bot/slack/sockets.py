"""Socket Mode: one connection to Slack that is always there, and an answer to each envelope that comes over it.

Slack closes every connection after a while, and says so before. The next one is opened first; what came over
the old one is still acknowledged over the old one. Any number of processes may run, up to Slack's ten connections.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.slack.unanswered import code_of

log = structlog.get_logger()
Json = dict[str, Any]
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each try, while Slack is away
LONGEST_WAIT = 300.0  # seconds, whatever is asked
SETTLED_SECONDS = 30.0  # a connection that stood so long was a success; the pauses begin anew
RETIRE_SECONDS = 30.0  # Slack closes what it asked to leave; if it forgets, we do
PING_SECONDS = 10.0  # between pings, and for the answer to one
AWAY = "Slack is away; trying again"
# A message with many blocks, escaped, may pass the library's own 1 MiB; one that is refused cuts the connection with
# every acknowledgement that is under way.
LARGEST_FRAME = 8 * 2**20


class Cure(NamedTuple):
    """What is wrong with an app token or its app, and what to press; both are sentences."""

    why: str
    press: str


GENERATE = "Basic Information → App-Level Tokens → Generate, with the scope connections:write."
# What Slack says of an app token that will not do, whoever asks again.
REFUSED = {
    "not_allowed_token_type": Cure(
        "SLACK_APP_TOKEN is not an app-level token.",
        "Copy Basic Information → App-Level Tokens (xapp-…) into SLACK_APP_TOKEN.",
    ),
    "missing_scope": Cure("SLACK_APP_TOKEN lacks the scope connections:write.", GENERATE),
    "socket_mode_not_enabled": Cure(
        "Socket Mode is off in this app's settings.",
        "Settings → Socket Mode → Enable Socket Mode, or run `steward web` instead.",
    ),
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
        Cure("Slack does not know this SLACK_APP_TOKEN.", f"{GENERATE} Then copy it into SLACK_APP_TOKEN."),
    ),
}


class BadAppToken(Exception):
    """Slack does not let this app token connect; the message says what to do."""


class NoSecureAddress(Exception):
    """What was answered is not where Slack would let us connect to."""


def opener(client: WebClient, app_token: str) -> Callable[[], str]:
    """What asks Slack where to connect to. Raises BadAppToken for what trying again will not mend."""
    # The address holds a ticket, which is as good as a password. A stand-in on loopback has no TLS, and says so.
    schemes = ("wss://",) if client.base_url.startswith("https://") else ("wss://", "ws://")

    def open_connection() -> str:
        try:
            address = str(client.apps_connections_open(app_token=app_token).get("url"))
        except SlackApiError as error:
            if refused := REFUSED.get(code_of(error)):
                raise BadAppToken(" ".join(refused)) from None
            raise
        if not address.startswith(schemes):
            raise NoSecureAddress
        return address

    return open_connection


class Sockets:
    """Keeps one connection, and hands what comes over it to `answer`, which says how to acknowledge it, or None.

    `on_giving_up` is called if nobody keeps it any more: what the process is there for is over.
    """

    def __init__(
        self,
        open_connection: Callable[[], str],
        answer: Callable[[Json], Awaitable[Json | None]],
        *,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self._open = open_connection
        self._answer = answer
        self._wait = wait
        self._address: str | None = None
        self._stopping = False
        self.on_giving_up: Callable[[], None] = lambda: None
        self.gave_up = False
        self._connections: set[ClientConnection] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us now, and will be able to."""
        return bool(self._connections) and not self.gave_up

    @property
    def state(self) -> str:
        """In words, for operators."""
        return "given up" if self.gave_up else "connected" if self.connected else "not connected"

    def try_token(self) -> None:
        """Ask once before anything runs, so that a wrong token ends the process with a sentence.

        Raises BadAppToken. While Slack is away nothing is known, and the tries go on later.
        """
        try:
            self._address = self._open()
        except BadAppToken:
            raise
        except Exception as error:  # noqa: BLE001  see _keep_connected
            log.warning(AWAY, error=code_of(error))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected for as long as this lasts; at the end, what was begun is finished and acknowledged."""
        keeping = asyncio.create_task(self._keep_connected())
        keeping.add_done_callback(self._nobody_keeps_it)
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
            await self._wait(PAUSES[min(tries, len(PAUSES) - 1)])
            began = time.monotonic()
            try:
                await self._one_connection()
            except BadAppToken as error:
                log.error(str(error))
            except Exception as error:  # noqa: BLE001  whatever a proxy sends in Slack's place: it will end, we stay
                log.warning(AWAY, error=code_of(error))
                await self._wait(_asked_to_wait(error))
            tries = 0 if time.monotonic() - began > SETTLED_SECONDS else tries + 1

    def _nobody_keeps_it(self, keeping: asyncio.Task[None]) -> None:
        """Only the end of the process is meant to end it."""
        if keeping.cancelled():
            return
        self.gave_up = True
        self.on_giving_up()
        log.critical("nobody connects to Slack any more", error=type(keeping.exception()).__name__)

    async def _one_connection(self) -> None:
        """Until it is lost, or about to be closed: then it is time for the next."""
        address, self._address = self._address or await asyncio.to_thread(self._open), None
        connection = await connect(
            address,
            compression=None,
            max_size=LARGEST_FRAME,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=1,
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
            log.warning("the connection to Slack was lost", error=type(error).__name__)
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


def _asked_to_wait(error: Exception) -> float:
    """Seconds, where Slack says how long; a day, from whoever stands in between, is not for us."""
    headers = getattr(error.response, "headers", {}) if isinstance(error, SlackApiError) else {}
    value = headers.get("Retry-After", headers.get("retry-after", "0"))
    return min(float(value), LONGEST_WAIT) if str(value).isdecimal() else 0.0
