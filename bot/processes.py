"""The commands that run until they are told to stop: `web`, `socket`, `worker`, and `start`, which runs two of them."""

import signal
import sys
from collections.abc import Callable

import uvicorn
from prometheus_client import start_http_server
from starlette.applications import Starlette

from bot import database, logs, settings, together
from bot.clock import Clock, system_clock
from bot.stopping import Stop

LOOPBACK = "127.0.0.1"
WATCHED_SECONDS = 2  # between two ticks where the clock is moved by hand: somebody is waiting for what happens then


class CannotRun(Exception):
    """A process could not start, or ended by itself; the message says what to do next."""


def web(host: str, *, shared_clock: bool = False) -> None:
    """Answers Slack over HTTP, until SIGTERM."""
    from bot.app import build_app

    _serve(host, shared_clock, build_app, "slack_signing_secret")


def socket(host: str, *, shared_clock: bool = False) -> None:
    """The same over Socket Mode; `host` is where operators come in."""
    from bot.app import build_socket_app
    from bot.slack.sockets import BadAppToken

    def build(config: settings.Settings, *, clock: Clock, warm: bool) -> Starlette:
        app = build_socket_app(config, clock=clock, warm=warm)
        try:
            app.state.sockets.try_token()
        except BadAppToken as error:
            raise CannotRun(str(error)) from error
        return app

    app = _serve(host, shared_clock, build, "slack_app_token")
    if app.state.sockets.gave_up:
        raise CannotRun("Nothing keeps the connection to Slack any more. Start `socket` again.")


def _serve(host: str, shared_clock: bool, build: Callable[..., Starlette], needed: str) -> Starlette:
    """What runs at SIGTERM comes to its end first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn lets requests end, then passes the signal on
    config = _begin(needed)
    app = build(config, clock=_clock(config, shared_clock), warm=True)
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=config.port, ws="none", log_level="warning", access_log=False)
    )
    if sockets := app.state.sockets:
        sockets.on_giving_up = lambda: setattr(server, "should_exit", True)
    server.run()
    return app


def worker(*, host: str = LOOPBACK, metrics_port: int | None = None, shared_clock: bool = False) -> None:
    """Delivers posts and runs the schedule, until SIGTERM or Ctrl-C. Where it has a port, /metrics answers there."""
    from bot.app import Worker

    stopping = Stop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):  # before anything takes time: a stop is never lost
        signal.signal(signal_, lambda *_: stopping.tell())
    config = _begin()
    if metrics_port is not None:
        _serve_metrics(host, metrics_port)
    watched = {"tick_seconds": WATCHED_SECONDS} if shared_clock else {}
    Worker(config, stopping, clock=_clock(config, shared_clock), **watched).run()


def _serve_metrics(host: str, port: int) -> None:
    try:
        start_http_server(port, host)
    except OSError as error:
        raise CannotRun(
            f"The worker's /metrics can't be served on port {port}: {str(error.strerror).lower()}. "
            "End what is there, or choose another: `start` takes the port after PORT."
        ) from error


def start(*, say: Callable[[str], None]) -> None:
    """`socket`, or `web` where there is no app token, and a `worker`, until Ctrl-C."""
    config = settings.read(settings.Settings)
    if not (config.slack_app_token or config.slack_signing_secret):
        raise CannotRun(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. Set SLACK_APP_TOKEN for Socket Mode, "
            "which needs no public address, or SLACK_SIGNING_SECRET for HTTP."
        )
    front = "socket" if config.slack_app_token else "web"
    way = "over Socket Mode" if front == "socket" else f"over HTTP on port {config.port}"
    say(f"Answering Slack {way}, and delivering posts. Ctrl-C ends both; `steward check` says whether all is well.")
    # One after the front's, for whoever watches from this machine; 0 is any that is free.
    port = config.port + 1 if 0 < config.port < 65535 else 0
    together.run([front, f"worker --host {LOOPBACK} --port {port}"])


def _begin(*needed: str) -> settings.Settings:
    config = settings.read(settings.Settings, *needed)
    logs.configure(config.steward_log)
    engine = database.app_engine(config.database_url, pool_size=1)
    database.require_safe_role(engine)  # or it would see past row security
    engine.dispose()
    return config


def _clock(config: settings.Settings, shared: bool) -> Clock:
    from bot.app import shared_clock

    return shared_clock(config) if shared else system_clock
