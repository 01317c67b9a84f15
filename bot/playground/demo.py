"""`steward demo`: everything on this machine, and a page to try it in.

One parent starts Postgres, hosts the local Slack and its page, and runs the real `web` (or `socket`) and
`worker` as processes of their own. Every demo starts afresh and leaves nothing behind.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot import clock, database, embedded, playbook
from bot.clock import system_clock
from bot.domain import people, provider, setup
from bot.domain.business_time import Calendar
from bot.domain.months import Month
from bot.jobs import ticker
from bot.playground import LocalSlack, seeding, seeding_changes, seeding_month
from bot.playground.workspace import BOT_USER
from bot.settings import normalise_database_url
from bot.slack import manifest
from bot.slack.delivery import Courier

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
START_SECONDS = 30


class DemoFailed(Exception):
    """The demo could not start; the message says why."""


def run(*, port: int, open_browser: bool, socket_mode: bool = False) -> None:
    """Until Ctrl-C, SIGTERM or a closed terminal."""
    with at_work(port, socket_mode=socket_mode) as (slack, children):
        _say(f"Ready: {slack.url}   (Ctrl-C ends it; every demo starts afresh)")
        if open_browser:
            webbrowser.open(slack.url)
        _wait(children)


@contextmanager
def at_work(port: int = 0, *, socket_mode: bool = False) -> Iterator[tuple[LocalSlack, list[subprocess.Popen[bytes]]]]:
    """The whole demo, running: its Slack, and the app's processes."""
    for signal_ in (signal.SIGTERM, signal.SIGHUP):  # or what was started would stay behind
        signal.signal(signal_, _as_interrupt)
    with ExitStack() as stack:
        _say("Starting Postgres")
        url = stack.enter_context(_fresh_database())
        engine = database.app_engine(url, pool_size=4, statement_timeout_ms=None)
        stack.callback(engine.dispose)
        sessions = database.sessions(engine)
        _say("Opening the local Slack")
        slack = stack.enter_context(_local_slack(engine, port, socket_mode))
        _say("Filling a workspace with real requests")
        _furnish(slack, sessions, engine)
        _say("Starting the app")
        yield slack, stack.enter_context(_processes(slack, url))


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _fresh_database() -> Iterator[str]:
    """A database of its own on the embedded server, or on DATABASE_URL's; gone afterwards."""
    with ExitStack() as stack:
        given = os.environ.get("DATABASE_URL")
        server = normalise_database_url(given) if given else stack.enter_context(embedded.server(durable=False))
        name = f"steward_demo_{os.getpid()}"
        url = embedded.create_database(server, name)
        stack.callback(embedded.drop_database, server, name)
        database.migrate(url)
        engine = database.owner_engine(url)
        with Session(engine) as session, session.begin():
            playbook.seed(session, playbook.from_file())
        engine.dispose()
        yield url


@contextmanager
def _local_slack(engine: Engine, port: int, socket_mode: bool) -> Iterator[LocalSlack]:
    workspace = json.loads((HERE / "sample" / "workspace.json").read_text(encoding="utf-8"))
    slack = LocalSlack(
        manifest.read() if socket_mode else manifest.over_http(manifest.read(), "http://127.0.0.1"),
        workspace["people"],
        workspace["channels"],
        **{name: workspace[name] for name in ("team", "other_teams") if name in workspace},
        on_clock=lambda _now, offset: clock.move(engine, offset),
        port=_free(port),
    )
    with slack:
        yield slack


def _free(port: int) -> int:
    """The port asked for, or another if somebody has it."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return port
    _say(f"Port {port} is taken, so another one is used")
    return 0


def _furnish(slack: LocalSlack, sessions: sessionmaker[Session], engine: Engine) -> None:
    """People, accounts, their work, this morning's digest and a review, all posted before the page opens."""
    wanted = setup.read((HERE / "demo.yaml").read_text(encoding="utf-8"), "demo.yaml")
    start = _working_morning(wanted.provider.calendar)
    slack.move_clock({"now": start.isoformat()})
    with sessions.begin() as session:
        setup.apply(session, wanted, now=_first_of_last_month(start))
        people.enter_as_system(session)
        firm = provider.get(session)
        firm.workspace_url, firm.bot_user_slack_id = slack.url, BOT_USER
    seeding_month.seed(sessions, now=start)
    seeding.seed(sessions, now=start)
    seeding_changes.seed(sessions, now=start)
    ticker.run_now(sessions, "daily-digest", start)
    ticker.run_now(sessions, "monthly-client-review", start, account="Acme")
    slack.local.rates.posts = False  # weeks of posts in one go; from then on as strict as Slack
    Courier(sessions, WebClient(token=slack.token, base_url=slack.api_url), paced=False, clock=lambda: start).drain()
    slack.local.rates.posts = slack.local.rates.tiers = True
    slack.deliveries.kept.clear()  # what happened before anybody looked


def _first_of_last_month(start: datetime) -> datetime:
    """When everybody went live: the first monthly review tells of a whole month, and of the first.

    At noon it is that day from New York to Tokyo: the month before is nobody's to bill.
    """
    first = Month.of(start.date()).before.first
    return datetime(first.year, first.month, first.day, 12, tzinfo=UTC)


def _working_morning(calendar: Calendar) -> datetime:
    """Now, if somebody would be at work; else the next working day at ten, so that the demo shows a day."""
    now = system_clock()
    opens, closes = calendar.window(calendar.local_date(now))
    if calendar.is_working_day(calendar.local_date(now)) and opens < now < closes:
        return now
    upcoming = next(iter(calendar.windows_from(now)))[0]
    return upcoming + timedelta(hours=1)


@contextmanager
def _processes(slack: LocalSlack, url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        web_port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "PORT": str(web_port),
        "STEWARD_LOG": os.environ.get("STEWARD_LOG", "warning"),
    }
    answering = "socket" if slack.workspace.manifest.socket_mode else "web"
    children = [_start(kind, environment) for kind in (answering, "worker")]
    try:
        _wait_until_healthy(f"http://127.0.0.1:{web_port}/readyz", children)
        slack.app_url = f"http://127.0.0.1:{web_port}/slack/events"
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=10)


def _start(kind: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of their own: Ctrl-C reaches the parent alone, which ends them in order.
    return subprocess.Popen(
        [sys.executable, "-m", "bot", kind, "--shared-clock"], cwd=ROOT, env=environment, start_new_session=True
    )


def _wait_until_healthy(url: str, children: list[subprocess.Popen[Any]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310  our own loopback address
                return
        except OSError:
            time.sleep(0.1)
    raise DemoFailed("The app did not start; what it said stands above.")


def _wait(children: list[subprocess.Popen[bytes]]) -> None:
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        print()
        _say("Ending")
        return
    raise DemoFailed("A part of the app ended by itself; what it said stands above.")
