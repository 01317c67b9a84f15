"""The app as a ghost: it does everything, and its commits come to nothing.

A probe can be made in the middle of a story, at the very moment when the real thing would take effect, and leaves
no trace: neither in the database nor on anybody's screen. What it would have stored and what it would have said
are told instead.
"""

import asyncio
import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from pydantic import SecretStr
from sqlalchemy import Engine, event, text

from bot import database
from bot.app import build_bolt
from bot.handlers.arrival import Arrivals
from bot.settings import Settings
from tests.house import House, settled

Json = dict[str, Any]
READING = ("select", "savepoint", "release", "rollback to")
# What differs from one answer to the next without meaning anything.
PASSING = re.compile(r"tell us [0-9a-f]{8}")


@dataclass
class Seen:
    """What came of a payload: the answer, all that Slack was asked for, and whose rows would have changed."""

    status: int
    answer: str
    calls: list[tuple[str, Json]]
    wrote: set[tuple[str, int | None]]  # (table, account; None: nobody's)

    @property
    def said(self) -> str:
        """Everything that anybody could have read of it, but for what names this one time."""
        told = [f"{self.status} {self.answer}", *(f"{method} {json.dumps(args)}" for method, args in self.calls)]
        return PASSING.sub("tell us", "\n".join(told))


@dataclass
class Ghost:
    """`sends` a payload to the app; nothing comes of it. With `guests`, rows that only its transactions have."""

    arrivals: Arrivals
    owner: Engine
    slack_url: str
    calls: list[tuple[str, Json]]
    guests: str = ""
    role: str = database.APP_ROLE  # "none": as the owner, whom no row security holds
    wrote: set[tuple[str, int | None]] = field(default_factory=set)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def sends(self, payload: Json, *, guests: str = "") -> Seen:
        """As Slack would have sent it."""
        payload = copy.deepcopy(payload)
        if isinstance(payload.get("response_url"), str):
            payload["response_url"] = f"{self.slack_url}response_url"
        with self._one_at_a_time:
            self.guests = guests
            self.calls.clear()
            self.wrote.clear()
            with _numbers_given_back(self.owner):
                answer = asyncio.run(self.arrivals.dispatch_within(payload, {}))
                settled(self.arrivals)  # what follows an answer, as the Home does, belongs to it
            body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            return Seen(answer.status, body, [*self.calls], {*self.wrote})


@contextmanager
def haunting(house: House, url: str) -> Iterator[Ghost]:
    """A ghost in that house."""
    with deaf_slack() as (slack_url, calls):
        engine = database.app_engine(url, pool_size=2)
        settings = Settings(
            database_url=url, slack_bot_token=SecretStr("xoxb-ghost"), slack_api_url=slack_url,
            slack_signing_secret=SecretStr("ghost"),
        )  # fmt: skip
        bolt = build_bolt(settings, database.sessions(engine), lambda: house.now)
        ghost = Ghost(Arrivals(bolt, "ghost", threads=1, seconds=30), house.owner, slack_url, calls)
        _let_nothing_come_of_it(engine, ghost)
        yield ghost
        ghost.arrivals.close()
        engine.dispose()


@contextmanager
def _numbers_given_back(owner: Engine) -> Iterator[None]:
    """A rollback leaves sequences where they are: the story's next ticket shall have its own number."""
    look = text("select quote_ident(sequencename) as name, coalesce(last_value, start_value) as value,"
                " last_value is not null as called from pg_sequences where schemaname = 'public'")  # fmt: skip
    with owner.connect() as connection:
        before = connection.execute(look).all()
    yield
    with owner.begin() as connection:
        for moved in {*before} - {*connection.execute(look).all()}:
            connection.execute(text("select setval(:name, :value, :called)"), moved._asdict())


def _let_nothing_come_of_it(engine: Engine, ghost: Ghost) -> None:
    """Every commit becomes a rollback, after a look at what it would have left behind."""

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.info["writes"] = False
        _enter(connection.connection.dbapi_connection, ghost)

    @event.listens_for(engine, "before_cursor_execute")
    def execute(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        connection.info["writes"] |= not statement.lstrip().lower().startswith(READING)

    @event.listens_for(engine, "commit")
    def commit(connection: Any) -> None:
        driver = connection.connection.dbapi_connection
        if connection.info["writes"]:
            after = world(driver)
            driver.rollback()
            _enter(driver, ghost)
            before = world(driver)
            ghost.wrote |= {row[:2] for row in before ^ after}
        driver.rollback()


def _enter(driver: Any, ghost: Ghost) -> None:
    driver.execute(f"set local role none; {ghost.guests}; set local role {ghost.role}")


def world(driver: Any) -> set[tuple[str, int | None, str]]:
    """Every table's rows as one sum per account, as the owner sees them from inside of a transaction."""
    driver.execute("set local role none")
    tables = driver.execute(
        "select t.tablename, max(c.column_name) from pg_tables t left join information_schema.columns c"
        " on c.table_name = t.tablename and c.column_name = 'account_id' where t.schemaname = 'public' group by 1"
    ).fetchall()
    sums = " union all ".join(
        f"select '{name}', {'id' if name == 'account' else column or 'null::bigint'} as account,"
        f" md5(string_agg(r::text, '|' order by r::text)) from \"{name}\" r group by account"
        for name, column in tables
    )
    return set(driver.execute(sums).fetchall())


@contextmanager
def deaf_slack() -> Iterator[tuple[str, list[tuple[str, Json]]]]:
    """A Slack that says yes to everything and does nothing."""
    calls: list[tuple[str, Json]] = []

    class Says(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            args = json.loads(body) if body.startswith("{") else dict(parse_qsl(body))
            calls.append((self.path.strip("/"), args))
            said = json.dumps({"ok": True, "view": {"id": "V0GHOST", "hash": "1"}, "ts": "1.1"}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", calls
    server.shutdown()
    server.server_close()


Listener = Callable[[Json], None]


class Tap:
    """Between Slack and the app: `heard` is told of every payload just before it is carried to the app."""

    def __init__(self, house: House, heard: Listener):
        self._transport, self._heard = house.slack.deliveries.transport, heard
        house.slack.deliveries.transport = self
        house.slack.deliveries.deadline = 60  # listening takes its time

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def carry(self, parcel: Any, delivery: Any, seconds: float) -> None:
        self._heard(copy.deepcopy(parcel.payload))
        self._transport.carry(parcel, delivery, seconds)
