"""How fast an import is, and how much memory it takes: `python -m bench.imports [FILE]`.

Without a file it makes up a log of the same shape as the real one: 20,000 incidents, six updates each.
"""

import csv
import gzip
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from bot import database, embedded
from bot.domain.imports import import_tickets

INCIDENTS = 20_000
DATABASE = "bench_imports"
TABLES = ("ticket", "event", "imported_row", "change", "change_link", "post", "outbox")
COLUMNS = [
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla",
    "caller_id", "opened_by", "opened_at", "sys_created_by", "sys_created_at", "sys_updated_by", "sys_updated_at",
    "contact_type", "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority",
    "assignment_group", "assigned_to", "knowledge", "u_priority_confirmation", "notify", "problem_id", "rfc", "vendor",
    "caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at",
]  # fmt: skip
STATES = ("New", "Active", "Active", "Awaiting User Info", "Resolved", "Closed")


def main(file: Path | None) -> None:
    """Import it twice: the second time, everything is there."""
    with tempfile.TemporaryDirectory() as directory, embedded.server() as server:
        file = file or synthetic(Path(directory) / "log.csv.gz")
        embedded.drop_database(server, DATABASE)
        url = embedded.create_database(server, DATABASE)
        database.migrate(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("insert into account (name, timezone) values ('Bench', 'Europe/London')"))
        for run in ("first", "second"):
            measure(run, url, file)
        with engine.connect() as connection:
            for table in TABLES:
                print(f"{table:>13} {connection.scalar(text(f'select count(*) from {table}')):>9,}")
        engine.dispose()
        embedded.drop_database(server, DATABASE)


def measure(run: str, url: str, file: Path) -> None:
    started = time.perf_counter()
    report = import_tickets(url, file, account="Bench", progress=tell)
    seconds = time.perf_counter() - started
    print("\r" + "\n".join(report.sentences()))
    print(f"{run} run: {seconds:.1f} s, {report.rows / seconds:,.0f} rows/s, peak memory {peak_megabytes():.0f} MB\n")


def tell(done: int, total: int | None) -> None:
    print(f"\r{done:,} of {total:,} rows" if total else f"\r{done:,} rows read", end=" ", file=sys.stderr, flush=True)


def peak_megabytes() -> float:
    """Of this process; Postgres has its own."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def synthetic(path: Path) -> Path:
    """A log like the real one, its rows in the order of time, so that incidents are interleaved."""
    with gzip.open(path, "wt", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="?")
        writer.writeheader()
        writer.writerows(updates(random.Random(7)))
    return path


def updates(dice: random.Random) -> Iterator[dict[str, object]]:
    start, window = datetime(2026, 1, 5, 8, tzinfo=UTC), 500
    for first in range(0, INCIDENTS, window):
        for step, state in enumerate(STATES):
            for number in range(first, first + window):
                opened = start + timedelta(minutes=number)
                yield update(dice, number, step, state, opened)


def update(dice: random.Random, number: int, step: int, state: str, opened: datetime) -> dict[str, object]:
    return {
        "number": f"INC{number:07}",
        "incident_state": state,
        "sys_mod_count": step,
        "opened_at": written(opened),
        "sys_updated_at": written(opened + timedelta(hours=7 * step)),
        "sys_updated_by": f"Updated by {dice.randint(1, 900)}",
        "caller_id": f"Caller {dice.randint(1, 3000)}",
        "category": f"Category {number % 57}",
        "subcategory": f"Subcategory {number % 250}",
        "u_symptom": f"Symptom {number % 500}",
        "impact": "2 - Medium",
        "urgency": "2 - Medium",
        "priority": "3 - Moderate",
        "assignment_group": f"Group {dice.randint(1, 78)}",
        "assigned_to": f"Resolver {dice.randint(1, 230)}",
        "rfc": f"CHG{number % 160:07}" if number % 25 == 0 else "?",
        "closed_at": written(opened + timedelta(days=9)),
    }


def written(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year} {at:%H:%M}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
