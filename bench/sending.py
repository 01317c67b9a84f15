"""How fast one worker brings posts, against what Slack allows: one message a second in each channel.

The worker is the real process, Slack is the playground in a process of its own, with its limits on. The ideal is
one post a second in each channel; what was measured is read off the outbox, from the first post to the last.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench.figures import Figure, Report, at_least, at_most, table
from bench.history import NOW
from bot import database, embedded, playbook
from bot.domain import setup
from bot.playground import LocalSlack
from bot.slack import manifest

CHANNELS, POSTS = (10, 50, 500), 20  # so many posts to each channel
QUICK_CHANNELS = (5, 20)
HELD, HELD_SECONDS = "C0ACC0", 30
PATIENCE = 900.0
FIRM = """
provider: {team: T0PROVIDER, timezone: Europe/London, channels: {triage: C0TRIAGE}}
people: [{slack: U0BO, name: Bo, roles: [engineer]}]
accounts:
"""
TICKETS = """
insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
  status_since, status, version, details, blocks_revenue, consequence, client_visible, extra)
select account.id, 'Request number ' || n, 'question', 'P3', 'P3', 'minor, for one person', :now, :now, 'New', 1, '',
  false, '', true, '{}' from generate_series(1, :posts) as n cross join account order by n, account.id
"""
POSTS_ = """
insert into post (subject, subject_id, place, channel_slack_id, account_id)
select 'ticket', ticket.id, 'client', account.channel_slack_id, account.id
from ticket join account on account.id = ticket.account_id order by ticket.id
"""
WAITING = "insert into outbox (post_id, lane_id, account_id) select id, id, account_id from post order by id"
TOOK = """
select coalesce(extract(epoch from max(outbox.done_at) - min(outbox.first_attempt_at)), 0)
from outbox join post on post.id = outbox.post_id where post.channel_slack_id <> :held
"""


def main(quick: bool) -> Report:
    """Posts a second beside the ideal, over ever more channels; then with one channel that is told to wait."""
    figures: list[Figure] = []
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        for channels in QUICK_CHANNELS if quick else CHANNELS:
            took = drained(server, channels)
            share = (POSTS - 1) / took
            figures.append(at_least(f"{channels} channels: of one post a second in each", share, 0.95))
            rows.append([f"{channels:,}", f"{channels * POSTS:,}", f"{took:.1f} s", f"{channels * POSTS / took:.0f}"])
        few = min(QUICK_CHANNELS)
        free, beside = drained(server, few, without=HELD), drained(server, few, without=HELD, held=True)
        figures.append(at_most(f"the others, while one channel has to wait {HELD_SECONDS} s", beside / free, 1.05))
    return Report(figures, table(["channels", "posts", "took", "posts a second"], rows))


def drained(server: str, channels: int, *, without: str = "", held: bool = False) -> float:
    """Seconds from the first try to the last post that stood, of every channel but `without`."""
    name = f"sending_{channels}_{time.monotonic_ns()}"
    url = embedded.create_database(server, name)
    owner = _furnished(url, channels)
    with _slack(channels, held) as (api, token), _worker(url, api, token):
        until = time.monotonic() + PATIENCE
        while _left(owner, without):
            if time.monotonic() > until:
                raise SystemExit(f"{_left(owner, without)} posts were not brought in {PATIENCE:.0f} s.")
            time.sleep(0.5)
    with owner.connect() as connection:
        took = float(connection.execute(text(TOOK), {"held": without}).scalar_one())
    owner.dispose()
    return took


def _furnished(url: str, channels: int) -> Engine:
    database.migrate(url)
    owner = database.owner_engine(url)
    accounts = "\n".join(f"  - {{name: Account {n}, channel: C0ACC{n}}}" for n in range(channels))
    firm = FIRM + accounts
    with Session(owner) as session, session.begin():
        playbook.seed(session, playbook.from_file())
        setup.apply(session, setup.read(firm), now=NOW)
    with owner.begin() as connection:
        for statement in ("delete from outbox", "delete from post"):  # the welcome
            connection.execute(text(statement))
        connection.execute(text(TICKETS), {"now": NOW, "posts": POSTS})
        for statement in (POSTS_, WAITING):
            connection.execute(text(statement))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum (analyze)"))
    return owner


def _left(owner: Engine, without: str) -> int:
    query = (
        "select count(*) from outbox join post on post.id = post_id where done_at is null and channel_slack_id <> :c"
    )
    with owner.connect() as connection:
        return int(connection.execute(text(query), {"c": without}).scalar_one())


@contextmanager
def _slack(channels: int, held: bool) -> Iterator[tuple[str, str]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, channels, held), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("done")
        process.join()


def _serve(pipe: Connection, channels: int, held: bool) -> None:
    places = [{"id": f"C0ACC{n}", "name": f"acc{n}", "members": [], "bot_member": True} for n in range(channels)]
    with LocalSlack(manifest.over_http(manifest.read(), "http://127.0.0.1"), [], places) as slack:
        if held:
            slack.fault("ratelimited", method="chat.postMessage", channel=HELD, retry_after=HELD_SECONDS)
        pipe.send((slack.api_url, slack.token))
        pipe.recv()


@contextmanager
def _worker(url: str, api: str, token: str) -> Iterator[None]:
    ours = {"DATABASE_URL": url, "SLACK_API_URL": api, "SLACK_BOT_TOKEN": token, "STEWARD_LOG": "error"}
    started = subprocess.Popen([sys.executable, "-m", "bot", "worker"], env={**os.environ, **ours})
    try:
        yield
    finally:
        started.terminate()
        started.wait()
