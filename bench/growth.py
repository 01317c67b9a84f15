"""What a long past costs: the queue, the digest, the Homes and a client's month, over ever more closed tickets.

Time is the median of rounds that go through the databases in turn. Buffers are the pages of our tables and indexes
that Postgres touched for it, as it counts them itself: the same number every time.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import history
from bench.figures import Figure, Report, at_most, table
from bench.history import CLIENT, ENGINEER, LEAD, NOW
from bot import database, embedded
from bot.domain import accounts, people, provider, reviews, tickets
from bot.domain.months import Month
from bot.domain.priority import Priority
from bot.domain.tickets import QueueFilter, Selection
from bot.messages import digest, home, queue

OPEN, CLOSED, ROUNDS = 500, (10_000, 100_000, 1_000_000), 15
QUICK_CLOSED, QUICK_ROUNDS = (10_000, 100_000), 5
WARM_UP = 13  # the driver prepares a statement at its sixth time, and Postgres settles on a plan five times later
View = Callable[[Session], object]


class Pages(NamedTuple):
    """What Postgres touched: pages of tables, and of indexes."""

    tables: int
    indexes: int


TOUCHED = """
select sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0)
    + coalesce(toast_blks_hit, 0) + coalesce(toast_blks_read, 0)) as tables,
  sum(coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)) as indexes
from pg_statio_user_tables
"""


def _home(who: str) -> View:
    def draw(session: Session) -> object:
        actor = people.enter(session, who)
        assert actor
        return home.view(session, actor, home.State(), NOW)

    return draw


def _queue(who: str, selection: Selection, number: int = 0) -> View:
    def draw(session: Session) -> object:
        actor = people.enter(session, who)
        assert actor
        since = reviews.stalled_since(session, NOW)
        found = tickets.page(session, actor, selection, stalled_since=since, number=number)
        return queue.rows(session, actor, found.tickets, NOW)

    return draw


def _digest(session: Session) -> object:
    people.enter_as_system(session)
    return digest.daily(session, reviews.daily_queue(session, provider.get(session), NOW))


def _month(session: Session) -> object:
    people.enter_as_system(session)
    return reviews.monthly(session, accounts.by_name(session, "Account 0"), Month(2026, 10), run=1)


VIEWS: dict[str, View] = {
    "queue, everything": _queue(LEAD, Selection()),
    "queue, everything, last page": _queue(LEAD, Selection(), number=10**6),
    "queue, an engineer’s own": _queue(ENGINEER, Selection(what=QueueFilter.MINE)),
    "queue, unowned": _queue(ENGINEER, Selection(what=QueueFilter.UNOWNED)),
    "queue, stalled": _queue(LEAD, Selection(what=QueueFilter.STALLED)),
    "queue, P1 of a system": _queue(LEAD, Selection(priority=Priority.P1, system="System 3")),
    "queue, a client’s": _queue(CLIENT, Selection()),
    "digest, on a Monday": _digest,
    "Home of a client": _home(CLIENT),
    "Home of an engineer": _home(ENGINEER),
    "Home of a lead": _home(LEAD),
}
MONTH = "a client’s month"
EVERYTHING = VIEWS | {MONTH: _month}
GOALS = dict.fromkeys(VIEWS, (1.2, 1.05)) | {MONTH: (1.3, 1.1)}


class Past:
    """A database with so many closed tickets, and one connection to it."""

    def __init__(self, url: str):
        self._owner = database.owner_engine(url)
        self._engine = database.app_engine(url, pool_size=1, statement_timeout_ms=None)
        self._sessions = database.sessions(self._engine)

    def takes(self, view: View) -> float:
        """Seconds for drawing it once."""
        started = time.perf_counter()
        with self._sessions.begin() as session:
            view(session)
        return time.perf_counter() - started

    def touches(self, view: View) -> Pages:
        """What drawing it once touches; nobody else may be at work in the database."""
        for _ in range(WARM_UP):
            before = self._counted()
            with self._sessions.begin() as session:
                view(session)
                session.execute(text("select pg_stat_force_next_flush()"))
        after = self._counted()
        return Pages(after.tables - before.tables, after.indexes - before.indexes)

    def _counted(self) -> Pages:
        with self._owner.connect() as connection:
            return Pages(*map(int, connection.execute(text(TOUCHED)).one()))

    def close(self) -> None:
        """Let go of its connections."""
        self._owner.dispose()
        self._engine.dispose()


def main(quick: bool) -> Report:
    """Time and buffers of each view, the longest past against the shortest."""
    closed, rounds = (QUICK_CLOSED, QUICK_ROUNDS) if quick else (CLOSED, ROUNDS)
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg", durable=False) as server:
        pasts = [Past(history.seeded(server, f"past_{count}", closed=count, open_=OPEN)) for count in closed]
        return report(pasts, closed, rounds)


def report(pasts: list[Past], closed: tuple[int, ...], rounds: int) -> Report:
    """The figures of these databases."""
    figures: list[Figure] = []
    rows: list[list[str]] = []
    for name, view in EVERYTHING.items():
        buffers = [sum(past.touches(view)) for past in pasts]
        turns = [[past.takes(view) for past in pasts] for _ in range(rounds)]
        times = [statistics.median(took) for took in zip(*turns, strict=True)]
        of_time, of_buffers = GOALS[name]
        figures.append(at_most(f"{name}: time", times[-1] / times[0], of_time))
        figures.append(at_most(f"{name}: buffers", buffers[-1] / buffers[0], of_buffers))
        rows.append([name, *(f"{took * 1000:.1f} ms, {count:,}" for took, count in zip(times, buffers, strict=True))])
    head = [f"time and buffers behind {OPEN} open", *(f"{count:,} closed" for count in closed)]
    return Report(figures, table(head, rows))
