"""The Home and the queue with much open: `python -m bench.home`.

Seeds two databases of one server with the same firm, one with 100 open tickets and one with 10,000 (and a closed
history of nine times as many in both), and times a lead's Home and the queue in turns. Ratios are what counts;
single times depend on the machine.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bot import database, embedded, playbook
from bot.domain import people, reviews, setup, tickets
from bot.domain.tickets import QueueFilter, Selection
from bot.messages import home, queue

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ROUNDS = 15
FEW, MANY, HISTORY = 100, 10_000, 90_000
ACCOUNTS = "\n".join(f"  - {{name: Account {n}, channel: C0ACC{n}}}" for n in range(100))
SETUP = f"""
provider: {{team: T0BENCH, timezone: Europe/London, channels: {{triage: C0TRIAGE}}}}
people:
  - {{slack: U0MAYA, name: Maya, roles: [lead, approver, account_manager]}}
{chr(10).join(f"  - {{slack: U0E{n}, name: Engineer {n}, roles: [engineer]}}" for n in range(40))}
accounts:
{ACCOUNTS}
"""
FILL = """
insert into ticket (account_id, title, request_type, priority, computed_priority, priority_why, created_at,
    status_since, assignee_id, status, version, details, blocks_revenue, consequence, estimate_minutes, client_visible,
    extra)
select (select min(id) from account) + n % 100, 'Ticket ' || n, 'question', 'P' || 1 + n % 4, 'P3', 'many',
    :now - n * interval '7 minutes', :now - n * interval '7 minutes',
    case when n % 20 > 0 then (select min(id) from person) + n % 41 end,
    case when :closed then 'Closed' else
      (array['New', 'Triage', 'Waiting on client', 'Scheduled', 'In progress', 'Internal review', 'Client review'])
      [1 + n % 7] end, 1, '', false, '', 60, true, '{}'
  from generate_series(1, :count) n
"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        few, many = (_seeded(server, count) for count in (FEW, MANY))
        for name, work in WORK.items():
            small, large = (statistics.median(times) * 1000 for times in _side_by_side(work, few, many))
            print(f"{name}: {FEW:,} open {small:.0f} ms, {MANY:,} open {large:.0f} ms, ratio {large / small:.1f}")


def _seeded(server: str, count: int) -> sessionmaker[Session]:
    url = embedded.create_database(server, f"bench_home_{count}")
    database.migrate(url)
    engine = database.owner_engine(url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file())
        setup.apply(session, setup.read(SETUP), now=NOW)
        session.execute(text(FILL), {"count": count, "closed": False, "now": NOW})
        session.execute(text(FILL), {"count": HISTORY, "closed": True, "now": NOW})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    return database.sessions(database.app_engine(url, pool_size=1))


def _home(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        actor = people.enter(session, "U0MAYA")
        assert actor
        home.view(session, actor, home.State(), NOW)


def _queue(selection: Selection, number: int = 0) -> Callable[[sessionmaker[Session]], None]:
    def draw(sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            actor = people.enter(session, "U0MAYA")
            assert actor
            since = reviews.stalled_since(session, NOW)
            found = tickets.page(session, actor, selection, stalled_since=since, number=number)
            queue.rows(session, actor, found.tickets, NOW)

    return draw


WORK: dict[str, Callable[[sessionmaker[Session]], None]] = {
    "Home of a lead, approver and account manager": _home,
    "queue, everything": _queue(Selection()),
    "queue, everything, last page": _queue(Selection(), number=10**6),
    "queue, mine": _queue(Selection(what=QueueFilter.MINE)),
    "queue, stalled": _queue(Selection(what=QueueFilter.STALLED)),
    "queue, unowned": _queue(Selection(what=QueueFilter.UNOWNED)),
}


def _side_by_side(work: Callable[[sessionmaker[Session]], None], *houses: sessionmaker[Session]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in houses]
    for _ in range(ROUNDS):
        for house, took in zip(houses, times, strict=True):
            started = time.perf_counter()
            work(house)
            took.append(time.perf_counter() - started)
    return times


if __name__ == "__main__":
    main()
