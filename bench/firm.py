"""A firm to measure with: its database, its processes, and what its people send, made from what a real story sent."""

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.bare import SECRET, TABLE
from bench.load import Arrival
from bench.stand_ins import free_port
from bot import database, playbook
from bot.domain import setup
from tests.house import House

Json = dict[str, Any]
ACCOUNTS, ENGINEERS = 50, 40
PATIENCE = 30.0
BARE = ("nothing", "default", "ack", "insert")
SETUP = f"""
provider: {{team: T0PROVIDER, timezone: Europe/London, channels: {{triage: C0TRIAGE}}}}
people:
{chr(10).join(f"  - {{slack: U0E{n}, name: Engineer {n}, roles: [engineer]}}" for n in range(ENGINEERS))}
accounts:
{
    chr(10).join(
        f'''  - name: Account {n}
    channel: C0ACC{n}
    contacts: [{{slack: U0C{n}, name: Contact {n}, roles: [requester]}}]'''
        for n in range(ACCOUNTS)
    )
}
"""
NEW_TICKETS = """
with filed as (
  insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
    status_since, status, version, details, blocks_revenue, consequence, client_visible, extra)
  select (select min(id) from account) + n % :accounts, md5(:seed || n) || ' ' || md5(n || :seed), 'question', 'P3',
    'P3', 'many', now(), now(), 'New', 1, '', false, '', true, '{}' from generate_series(1, :count) n
  returning id, account_id),
cards as (
  insert into post (subject, subject_id, place, channel_slack_id, account_id, ts, shown_version)
  select 'ticket', filed.id, place, case place when 'triage' then 'C0TRIAGE' else account.channel_slack_id end,
    account_id, '1700000000.' || lpad(filed.id::text, 6, '0'), 1
  from filed join account on account.id = account_id, unnest(array['client', 'triage']) place)
select id from filed
"""


def furnish(url: str) -> None:
    """Migrate and set up the firm, as `steward migrate` and `apply` would; its welcomes were delivered long ago."""
    database.migrate(url)
    engine = database.owner_engine(url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file())
        setup.apply(session, setup.read(SETUP), now=datetime.now(UTC))
        session.flush()
        session.execute(text("update outbox set done_at = now()"))
        session.execute(text("update provider set bot_user_slack_id = 'U0STEWARD', workspace_url = 'http://localhost'"))
        session.execute(text(TABLE))
    engine.dispose()


class Sent:
    """Endless payloads of three kinds, each new; made from one of each that Slack's stand-in sent in a story."""

    def __init__(self, url: str, house: House):
        self._engine = database.owner_engine(url)
        self._dice = random.Random(1)
        self._number = count(1)
        self._story(house)
        self._new: list[int] = []
        self._any = self._fresh(1)[0]

    def _story(self, house: House) -> None:
        house.files_a_request()
        house.bo.opens("/time T-101 45m looked into it").clicks("Take it", on="Help centre search is empty")
        self._submission = house.last_sent("view_submission")
        self._click = house.last_sent("block_actions")
        self._line = next(d.request for d in house.slack.deliveries.kept if d.request.get("command") == "/time")
        self._opening = next(d.request for d in house.slack.deliveries.kept if d.request.get("command") == "/request")

    def submissions(self) -> Iterator[Arrival]:
        """`/request`, filled in and sent."""
        for number in self._number:
            view = json.loads(json.dumps(self._submission["view"]))
            (title,) = view["state"]["values"]["title"].values()
            title["value"] = f"{self._word()} {self._word()} {self._word()} {number}"
            for contact in view["state"]["values"].get("primary_contact", {}).values():
                contact["selected_option"] = None  # whoever asks
            view |= {"id": f"V0{number}", "root_view_id": f"V0{number}"}
            user = {**self._submission["user"], "id": f"U0C{number % ACCOUNTS}"}
            yield _interaction({**self._submission, "user": user, "view": view}, expects=b'"response_action": "update"')

    def lines(self) -> Iterator[Arrival]:
        """`/time T-… 45m note`."""
        for number in self._number:
            yield self._command(self._line, f"U0E{number % ENGINEERS}", f"T-{self._any} 45m note {number}", b"*45m* on")

    def openings(self) -> Iterator[Arrival]:
        """`/request`, which opens its form."""
        for number in self._number:
            yield self._command(self._opening, f"U0C{number % ACCOUNTS}", "", b"")

    def clicks(self) -> Iterator[Arrival]:
        """**Take it** on the cards of new tickets."""
        for number in self._number:
            if not self._new:
                self._new = self._fresh(2000)
            ticket = self._new.pop()
            action = {**self._click["actions"][0], "value": f"{ticket}:1"}
            user = {**self._click["user"], "id": f"U0E{number % ENGINEERS}"}
            yield _interaction({**self._click, "user": user, "actions": [action], "response_url": ""})

    def prepare(self, clicks: int = 2000) -> None:
        """Have so many tickets that nobody took, before a round begins."""
        if len(self._new) < clicks:
            self._new += self._fresh(2 * clicks)

    def _fresh(self, number: int) -> list[int]:
        with self._engine.begin() as connection:
            rows = connection.execute(
                text(NEW_TICKETS), {"count": number, "accounts": ACCOUNTS, "seed": str(self._dice.random())}
            )
            return list(rows.scalars())

    def _command(self, like: Json, user: str, text_: str, expects: bytes) -> Arrival:
        fields = {**like, "user_id": user, "text": text_, "trigger_id": f"{next(self._number)}.1.bench"}
        return Arrival(urlencode(fields).encode(), expects)

    def _word(self) -> str:
        return "".join(self._dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(9))


def _interaction(payload: Json, expects: bytes = b"") -> Arrival:
    return Arrival(urlencode({"payload": json.dumps(payload)}).encode(), expects)


class Process:
    """A server that runs: its port, and what it uses."""

    def __init__(self, pid: int, port: int):
        self.pid, self.port = pid, port

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Resident, in MiB."""
        line = next(row for row in Path(f"/proc/{self.pid}/status").read_text().splitlines() if row[:6] == "VmRSS:")
        return int(line.split()[1]) / 1024


@contextmanager
def bare(what: str, url: str = "") -> Iterator[Process]:
    """One of bench/bare.py."""
    port = free_port()
    with _running(["bench.bare", what, str(port), plain(url)], {}, port) as process:
        yield process


@contextmanager
def steward(url: str, slack_url: str) -> Iterator[Process]:
    """`steward web` as it comes."""
    port = free_port()
    with _running(["bot", "web", "--host", "127.0.0.1"], environment(url, slack_url, port), port) as process:
        yield process


@contextmanager
def worker(url: str, slack_url: str) -> Iterator[None]:
    """`steward worker` as it comes."""
    with _running(["bot", "worker"], environment(url, slack_url, 0), None):
        yield


def environment(url: str, slack_url: str, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": url, "SLACK_BOT_TOKEN": "xoxb-demo", "SLACK_SIGNING_SECRET": SECRET, "PORT": str(port),
        "SLACK_API_URL": f"{slack_url}api/",
    }  # fmt: skip


@contextmanager
def _running(module: list[str], env: dict[str, str], port: int | None) -> Iterator[Process]:
    command = [sys.executable, "-m", *module]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | env, stdout=quiet, stderr=quiet)
    try:
        if port is not None:
            _await_health(process, port)
        yield Process(process.pid, port or 0)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await_health(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it answers its first 200."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.01)
    raise SystemExit("A server did not come up.")


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)
