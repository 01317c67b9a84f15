"""The only place where parts are joined: settings, database, Bolt, the worker's loops."""

import logging
import re
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from starlette.applications import Starlette
from starlette.routing import Route

from bot import database, metrics, warm_up
from bot.clock import Clock, SharedClock, system_clock
from bot.domain import people, provider
from bot.handlers import Router
from bot.handlers.arrival import DEADLINE_SECONDS, Arrivals
from bot.health import Health, in_time
from bot.jobs import ticker
from bot.settings import Settings
from bot.slack.delivery import HTTP_SECONDS, Courier
from bot.slack.measured import MeasuredClient
from bot.slack.sockets import Sockets, opener
from bot.slack.unanswered import NO_ANSWER
from bot.stopping import Stop

log = structlog.get_logger()
THREADS = 8
COURIERS = 4  # posts on their way at once; each waits for Slack most of the time
HANDLER_SECONDS = 1.5  # Slack calls of a handler; it has 2.5 s in all
TICK_SECONDS = 15
WARM_UP_SECONDS = 5  # a database that is away must not keep the process from starting
POLL_SECONDS = 0.25
IDENTITY_PAUSE_SECONDS = 10
ANY = re.compile(".*")


def build_bolt(settings: Settings, sessions: sessionmaker[Session], clock: Clock) -> App:
    """Bolt with its seven listeners, all of which call the one router."""
    identity = Identity(settings, sessions)

    def authorize(team_id: str | None) -> AuthorizeResult:  # Bolt injects by name, and takes no methods
        return identity.authorize(team_id)

    bolt = App(
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,  # done in front, before anything is parsed
        client=web_client(settings, timeout=HANDLER_SECONDS),
        logger=quiet_logger(),
    )
    route = Router(sessions, clock)

    def listener(kind: str, name_of: Callable[[dict[str, Any]], str]) -> Callable[..., BoltResponse]:
        def listen(body: dict[str, Any], ack: Ack, client: WebClient) -> BoltResponse:
            return route(kind, name_of(body), body, ack, MeasuredClient.of(client))

        return listen

    bolt.command(ANY)(listener("command", lambda body: body["command"]))
    bolt.action(ANY)(listener("action", lambda body: body["actions"][0]["action_id"]))
    bolt.options(ANY)(listener("options", lambda body: body["action_id"]))
    bolt.view_submission(ANY)(listener("view", lambda body: body["view"]["callback_id"]))
    bolt.view_closed(ANY)(listener("view_closed", lambda body: body["view"]["callback_id"]))
    bolt.shortcut(ANY)(listener("shortcut", lambda body: body["callback_id"]))
    bolt.event(ANY)(listener("event", lambda body: body["event"]["type"]))
    return bolt


def quiet_logger() -> logging.Logger:
    """Bolt warns at each start that our own `authorize` replaces its token; only errors are news."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger


class Identity:
    """Who the bot is: the environment's token, the rest from the database, never from Slack on the way."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]):
        self._token = settings.slack_bot_token.get_secret_value()
        self._sessions = sessions
        self._known: AuthorizeResult | None = None
        self._not_again_before = 0.0

    def authorize(self, team_id: str | None) -> AuthorizeResult:
        """Always the provider's workspace, outsiders included."""
        if self._known:
            return self._known
        firm = self._look_up() if time.monotonic() > self._not_again_before else None
        result = AuthorizeResult(
            enterprise_id=None,
            team_id=firm.team_slack_id if firm else team_id,
            bot_token=self._token,
            bot_user_id=firm.bot_user_slack_id if firm else None,
        )
        if firm and firm.bot_user_slack_id:
            self._known = result
        return result

    def _look_up(self) -> provider.Provider | None:
        try:
            with self._sessions.begin() as session:
                return provider.find(session)
        except SQLAlchemyError:
            # A database that is away is asked by the handler anyway; asking twice would cost the deadline.
            self._not_again_before = time.monotonic() + IDENTITY_PAUSE_SECONDS
            log.warning("the bot's identity could not be read; going on with the token alone")
            return None


@cache
def certificates() -> ssl.SSLContext:
    """Whom the machine trusts, read once: urllib would read it anew for each call, which takes tens of ms."""
    return ssl.create_default_context()


def web_client(settings: Settings, *, timeout: float) -> WebClient:
    """A client that waits a bounded time and never retries by itself."""
    return MeasuredClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=timeout,  # pyright: ignore[reportArgumentType]  urllib takes fractions
        ssl=certificates(),
        retry_handlers=[],
    )


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    engine: Engine | None = None,
    seconds: float = DEADLINE_SECONDS,
    warm: bool = False,
) -> Starlette:
    """The web process: Slack's door, and the three that operators read. `warm`: a Home is drawn first."""
    arrivals, engine = _arrivals(settings, clock, engine, seconds)
    return _served(settings, arrivals, engine, Route("/slack/events", arrivals.http, methods=["POST"]), warm=warm)


def build_socket_app(
    settings: Settings, *, clock: Clock | None = None, engine: Engine | None = None, warm: bool = False
) -> Starlette:
    """The socket process: it goes to Slack itself, so operators' doors are all it has; `state.sockets` is the way."""
    arrivals, engine = _arrivals(settings, clock, engine)
    opening = opener(web_client(settings, timeout=HTTP_SECONDS), settings.app_token)
    return _served(settings, arrivals, engine, sockets=Sockets(opening, arrivals.envelope), warm=warm)


def _arrivals(
    settings: Settings, clock: Clock | None, engine: Engine | None, seconds: float = DEADLINE_SECONDS
) -> tuple[Arrivals, Engine]:
    engine = engine or database.app_engine(settings.database_url, pool_size=THREADS)
    bolt = build_bolt(settings, database.sessions(engine), clock or system_clock)
    return Arrivals(bolt, settings.signing_secret, threads=THREADS, seconds=seconds), engine


def _served(
    settings: Settings, arrivals: Arrivals, engine: Engine, *doors: Route, warm: bool, sockets: Sockets | None = None
) -> Starlette:
    def gauge() -> None:
        metrics.ARRIVALS_WAITING.set(arrivals.waiting)
        metrics.ARRIVALS_IN_HAND.set(arrivals.in_hand)
        metrics.CONNECTIONS.set(database.in_use(engine))

    health = Health(settings.database_url, gauge=gauge, slack=(lambda: sockets.state) if sockets else None)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if warm:
            await in_time(lambda: warm_up.draw(database.sessions(engine)), seconds=WARM_UP_SECONDS)
        async with sockets.running() if sockets else nullcontext():
            yield
        arrivals.close()
        engine.dispose()
        health.close()

    app = Starlette(lifespan=lifespan, routes=[*doors, *health.routes()])
    app.state.sockets, app.state.arrivals = sockets, arrivals
    return app


class Worker:
    """The worker process: delivers the outbox and ticks the schedule. Any number may run."""

    def __init__(
        self,
        settings: Settings,
        stopping: Stop,
        *,
        clock: Clock | None = None,
        tick_seconds: float = TICK_SECONDS,
    ):
        self._engine = database.app_engine(settings.database_url, pool_size=COURIERS + 2, statement_timeout_ms=30_000)
        self._sessions = database.sessions(self._engine)
        self._client = web_client(settings, timeout=HTTP_SECONDS)
        self._clock = clock or system_clock
        self._tick_seconds = tick_seconds
        self._stopping = stopping

    def run(self) -> None:
        """Until `stopping` is set: what is in hand is finished first."""
        scheduler = BackgroundScheduler(timezone="UTC")
        scheduler.add_job(
            self._tick, "interval", seconds=self._tick_seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        scheduler.start()
        known = self._learn_who_we_are()
        couriers = [threading.Thread(target=self._bring, name=f"courier-{n}") for n in range(COURIERS)]
        for courier in couriers:
            courier.start()
        while not self._stopping.wait(POLL_SECONDS):
            known = known or self._learn_who_we_are()
        for courier in couriers:
            courier.join()
        scheduler.shutdown(wait=True)
        self._engine.dispose()

    def _bring(self) -> None:
        courier = Courier(self._sessions, self._client, clock=self._clock)
        while not self._stopping.is_told():
            if not self._deliver(courier):
                self._stopping.wait(POLL_SECONDS)

    def _deliver(self, courier: Courier) -> bool:
        try:
            return courier.deliver_one()
        except SQLAlchemyError as error:
            log.error("posts have to wait for the database", why=database.trouble(error))
            self._stopping.wait(2)
            return False

    def _tick(self) -> None:
        try:
            ticker.tick(self._sessions, self._clock())
            metrics.LAST_TICK.set_to_current_time()
        except SQLAlchemyError as error:
            log.error("the schedule has to wait for the database", why=database.trouble(error))

    def _learn_who_we_are(self) -> bool:
        """Ask Slack once who the bot is, so that web never has to."""
        try:
            with self._sessions.begin() as session:
                firm = provider.find(session)
            if firm is None or firm.workspace_url:
                return firm is not None
            told = self._client.auth_test()
            with self._sessions.begin() as session:
                people.enter_as_system(session)
                firm = provider.get(session)
                firm.bot_user_slack_id, firm.workspace_url = told["user_id"], told["url"]
        except (*NO_ANSWER, SQLAlchemyError) as error:
            log.warning("Slack has not said yet who the bot is", error=type(error).__name__)
            self._stopping.wait(1)
            return False
        return True


def shared_clock(settings: Settings) -> SharedClock:
    """The clock that can be moved, in the playground."""
    return SharedClock(database.app_engine(settings.database_url, pool_size=1))
