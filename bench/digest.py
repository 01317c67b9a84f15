"""The morning digest over a large history: `python -m bench.digest FILE`.

Imports a ServiceNow event log (or a synthetic one of the same shape) into a database of its own,
then times the digest's figures at the log's last working day, beside one sequential read of all
tickets in the same run. Ratios are what counts; single times depend on the machine.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.imports import synthetic
from bot import database, embedded, playbook
from bot.domain import imports, people, provider, reviews, setup

ROUNDS = 9
SETUP = """
provider: {team: T0BENCH, timezone: Europe/London, channels: {triage: C0TRIAGE}}
people: [{slack: U0BO, name: Bo, roles: [engineer]}]
accounts: [{name: Acme, channel: C0ACME}]
"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        url = embedded.create_database(server, "bench_digest")
        database.migrate(url)
        engine = database.owner_engine(url)
        with Session(engine) as session, session.begin():
            playbook.seed(session, playbook.from_file())
            setup.apply(session, setup.read(SETUP), now=datetime.fromisoformat("2016-01-01T00:00+00:00"))
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else synthetic(Path(scratch) / "log.csv.gz")
        imports.import_tickets(url, file, account="Acme", progress=lambda _done, _total: None)
        sessions = database.sessions(database.app_engine(url, statement_timeout_ms=None))
        with sessions.begin() as session:
            people.enter_as_system(session)
            firm, tickets = provider.get(session), session.execute(text("select count(*) from ticket")).scalar_one()
            last = session.execute(
                text("select percentile_disc(0.5) within group (order by created_at) from ticket")
            ).scalar_one()
            digest = _median(lambda: reviews.daily_queue(session, firm, last))
            scan = _median(lambda: session.execute(text("select sum(length(title)) from ticket")).scalar_one())
        ratio = f"ratio {digest / scan:.2f}"
        print(f"{tickets:,} tickets: digest {digest * 1000:.0f} ms, one read of all {scan * 1000:.0f} ms, {ratio}")


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
