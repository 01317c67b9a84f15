"""The whole house for a test: a database, the local Slack, the real web app on a port, a worker on call."""

import asyncio
import hashlib
import hmac
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import uvicorn
from pydantic import SecretStr
from slack_sdk import WebClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot import database
from bot.app import DEADLINE_SECONDS, build_app, build_socket_app
from bot.domain import people, provider, setup
from bot.handlers.arrival import Arrivals
from bot.jobs import ticker
from bot.playground.workspace import BOT_USER
from bot.settings import Settings
from bot.slack import manifest
from bot.slack.delivery import Courier
from tests import cast
from tests.driver import Person, Slack

# What Slack says to a call that could never have succeeded, whoever pressed whatever before.
MISUNDERSTOOD = set(
    """
    duplicate_external_id invalid_arguments invalid_attachments invalid_blocks invalid_blocks_format
    invalid_metadata_format invalid_payload invalid_time markdown_text_conflict metadata_too_large method_deprecated
    missing_scope msg_blocks_too_long msg_too_long no_text not_allowed_token_type push_limit_reached
    too_many_attachments unknown_method view_too_large
    """.split()  # noqa: SIM905  a list to read
)
# The app did not answer, or with a status: tests of failures do that on purpose.
UNHEARD = ("operation_timeout", "connection_failed", "connection_lost", "http_")

POSTS = ("chat.", "files.completeUpload")  # what others see
MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+00:00")


class House:
    """What a story needs: people at their screens, and a way to let time pass and posts arrive."""

    def __init__(self, slack: Slack, sessions: sessionmaker[Session], owner: Engine, events_url: str):
        self.slack, self.sessions, self.owner, self.events_url = slack, sessions, owner, events_url
        self.now = MONDAY
        client = WebClient(token=slack.token, base_url=slack.api_url, timeout=5, retry_handlers=[])
        self.courier = Courier(sessions, client, paced=False, clock=self.clock)
        self.bo, self.eve = slack.person("U0BO", "C0TRIAGE"), slack.person("U0EVE", "C0TRIAGE")
        self.maya, self.sam = slack.person("U0MAYA", "C0TRIAGE"), slack.person("U0SAM", "C0TRIAGE")
        self.ana, self.cleo = slack.person("U0ANA", "C0ACME"), slack.person("U0CLEO", "C0ACME")
        self.rex = slack.person("U0REX", "C0UMBRELLA")
        self.zed = slack.person("U0ZED", "C0GENERAL")

    def clock(self) -> datetime:
        """Business time: stands still unless a story moves it."""
        return self.now

    def passes(self, **time_: float) -> None:
        """Let business time pass."""
        self.now += timedelta(**time_)

    def delivers(self) -> int:
        """The worker brings everything that waits."""
        return self.courier.drain()

    def ticks(self) -> list[str]:
        """A worker looks at the schedule, and brings what came of it."""
        done = ticker.tick(self.sessions, self.now)
        self.delivers()
        return done

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Look into the database as its owner."""
        with self.owner.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def was_understood(self) -> None:
        """Whatever the app sent, Slack could have carried out: checked after every test that has a house."""
        refused = [
            (call.method, call.answer, call.args)
            for call in list(self.slack.calls)
            if call.answer.get("error") in MISUNDERSTOOD
            and (call.method, call.answer["error"]) not in self.slack.asked_for
        ]
        assert not refused, refused
        broken = [
            (delivery.kind, delivery.summary, delivery.error, delivery.response)
            for delivery in self.slack.deliveries.kept
            if delivery.error and not delivery.error.startswith(UNHEARD)
        ]
        assert not broken, broken

    def one(self, sql: str, **values: Any) -> dict[str, Any]:
        """The only row."""
        rows = self.rows(sql, **values)
        assert len(rows) == 1, rows
        return rows[0]

    def sends(
        self, body: str, *, secret: str | None = None, at: float | None = None, **headers: str
    ) -> tuple[int, str]:
        """A request as it goes over the wire, signed unless the headers say otherwise; status and answer."""
        stamp = str(int(at or time.time()))
        key = (secret or self.slack.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
        sent = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.events_url, body.encode(), {k: v for k, v in sent.items() if v})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sends_payload(self, payload: dict[str, Any]) -> tuple[int, str]:
        """An interaction, as Slack would send it."""
        return self.sends(urlencode({"payload": json.dumps(payload)}))

    def sends_form(self, fields: dict[str, Any]) -> tuple[int, str]:
        """A command, as Slack would send it."""
        return self.sends(urlencode(fields))

    def last_sent(self, kind: str) -> dict[str, Any]:
        """The payload of the last delivery of a kind, to be sent again or bent."""
        return next(d.request for d in reversed(self.slack.deliveries.kept) if d.kind == kind)

    def ticket(self, number: int = 101) -> dict[str, Any]:
        """A ticket's row."""
        return self.one("select * from ticket where id = :id", id=number)

    def state_of_the_world(self) -> dict[str, Any]:
        """Everything a refusal must leave as it was: each table's rows, and how many posts Slack has."""
        tables = [row["tablename"] for row in self.rows("select tablename from pg_tables where schemaname = 'public'")]
        counted = {
            name: self.one(
                f"select count(*) as n, md5(string_agg(t::text, '|' order by t::text)) as sum from \"{name}\" t"
            )
            for name in tables
        }
        return {**counted, "posts": [call.method for call in self.slack.local.calls if call.method.startswith(POSTS)]}

    def files_a_request(self, by: Person | None = None, **fields: Any) -> int:
        """A client files something ordinary; returns its number."""
        filled = {
            "Request type": "Incident",
            "Short description": "Help centre search is empty",
            "Business impact": "Degraded",
            "Who is affected": "Many or a team",
            "Desired timing": "This week",
            **fields,
        }
        (by or self.ana).opens("/request").fills(filled).submits().closes()
        self.delivers()
        return self.rows("select max(id) as id from ticket")[0]["id"]


class PromptServer(uvicorn.Server):
    """Ends when it is told, not at the next tenth of a second: there is one in every test."""

    async def main_loop(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        while self.server_state.tasks:  # what was asked is answered
            await asyncio.sleep(0.005)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self.lifespan.shutdown()

    def ends(self) -> None:
        self._loop.call_soon_threadsafe(self._told.set)


def settled(arrivals: Arrivals, seconds: float = 5.0) -> None:
    """Come back when nothing is in hand any more, what follows an answer included; or when it takes too long."""
    end = time.monotonic() + seconds
    while arrivals.in_hand and time.monotonic() < end:
        time.sleep(0.002)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Run an ASGI app on a free port; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        server = PromptServer(uvicorn.Config(app, log_level="error", access_log=False, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.ends()
            thread.join(10)


def over_http() -> dict[str, Any]:
    """The manifest of an app that Slack sends requests to; where to, a test says as `slack.app_url`."""
    return manifest.over_http(manifest.read(), "http://127.0.0.1")


@contextmanager
def running(url: str, *, socket_mode: bool = False, seconds: float = DEADLINE_SECONDS) -> Iterator[House]:
    """The house, in a database that was furnished. Over HTTP, where it answers within `seconds`, or Socket Mode."""
    declared = manifest.read() if socket_mode else over_http()
    slack = Slack(declared, cast.PEOPLE, cast.CHANNELS, enforce_rate_limits=False)
    with slack:
        engine = database.app_engine(url)
        sessions = database.sessions(engine)
        settings = Settings(
            database_url=url, slack_bot_token=SecretStr(slack.token), slack_api_url=slack.api_url,
            slack_signing_secret=SecretStr(slack.signing_secret), slack_app_token=SecretStr(slack.app_token),
        )  # fmt: skip
        owner = create_engine(url)
        house = House(slack, sessions, owner, "")
        with owner.begin() as connection:  # what the worker asks Slack at its start
            connection.execute(text("update provider set workspace_url = :url"), {"url": slack.url})
        build = build_socket_app if socket_mode else partial(build_app, seconds=seconds)
        app = build(settings, clock=house.clock, engine=engine)
        with served(app) as address:
            slack.settled = lambda: settled(app.state.arrivals)
            house.events_url = slack.app_url = f"{address}/slack/events"
            assert not socket_mode or slack.sockets.wait_for(bool)
            yield house
        owner.dispose()


def furnish(url: str) -> None:
    """The cast as `steward apply` would have it, a month ago."""
    engine = database.app_engine(url)
    with database.sessions(engine).begin() as session:
        setup.apply(session, setup.read(cast.SETUP), now=MONDAY - timedelta(days=30))
        cast.is_billed_elsewhere_until_november(session)
        people.enter_as_system(session)
        provider.get(session).bot_user_slack_id = BOT_USER
    engine.dispose()
    cast.before_the_welcome(url)
