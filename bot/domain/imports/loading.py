"""Importing tickets: the file goes into a staging table, and from there, ticket by ticket, into ours.

Postgres does the sorting, so the rows of a ticket may stand anywhere in a file of any size. Each
batch is one transaction with whole tickets only: after a kill -9, the next run finds what is there
and does the rest.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from bot.domain.changes import Change
from bot.domain.events import Event
from bot.domain.imports import copying, named, records
from bot.domain.imports.copying import Connection, Progress
from bot.domain.imports.foreign import Into, Log, Reading, Rejected, Row
from bot.domain.imports.logs import recognise
from bot.domain.imports.records import BadImport
from bot.domain.imports.report import Report
from bot.domain.imports.row import ImportedRow
from bot.domain.tickets import Ticket

BATCH = 500  # tickets a transaction
FETCHED = 500  # rows at a time; one may hold a long description
TOLD_EVERY = 5000  # rows

STAGE = "create temp table incoming (line bigint, key text, raw text, problem text)"
# Tickets in the order in which they first appear, so that their numbers rise as the file does.
MISSING = """
select key, line, raw, problem
from incoming left join (select key, min(line) as appears from incoming group by key) as keys using (key)
where not exists (select from ticket where source = %(source)s and source_key = incoming.key)
order by appears nulls last, line
"""
ALREADY_THERE = """
select count(*), count(distinct key) from incoming
where exists (select from ticket where source = %(source)s and source_key = incoming.key)
"""


class Staged(NamedTuple):
    """A record as it lies in the staging table; one that has a problem has no key."""

    key: str | None
    line: int
    raw: str
    problem: str | None


@dataclass
class Batch:
    """What the next transaction writes."""

    read: list[Reading] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    rows: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self.read) + len(self.rejected) >= BATCH


def import_tickets(url: str, file: Path, *, account: str, source: str | None = None, progress: Progress) -> Report:
    """Import another system's tickets with their history. Twice adds nothing; nobody in Slack hears of it.

    `url` is the schema owner's. `source` names the system, where one of its kind is not the only one.
    `progress` hears how many rows are done, and of how many once that is known.
    """
    with records.opened(file) as found, psycopg.connect(copying.conninfo(url), autocommit=True) as connection:
        header = [name.strip() for name in next(found, records.Record(1, "", [])).fields]
        log = recognise(header)
        account_id, name, zone = copying.account_named(connection, account)
        into = Into(account_id, source or log.source, ZoneInfo(zone))
        copying.take_turns(connection, into.source)
        _require_its_own(connection, into)
        report = Report(log.name, name, zone, log.dates)
        report.rows = _stage(connection, log, header, found, progress)
        _load(connection, log, header, into, report, progress)
        return report


def _require_its_own(connection: Connection, into: Into) -> None:
    """Two clients' systems may well count alike: INC0000045 of the one is not INC0000045 of the other."""
    other = connection.execute(
        "select account.name from ticket join account on account.id = account_id"
        " where source = %s and account_id <> %s limit 1",
        [into.source, into.account_id],
    ).fetchone()
    if other:
        raise BadImport(
            f"“{into.source}” is where {other[0]}'s tickets came from. Give this system another name as its source."
        )


def _stage(
    connection: Connection, log: Log, header: list[str], found: Iterable[records.Record], progress: Progress
) -> int:
    connection.execute(STAGE)
    count, key = 0, header.index(log.key)
    with connection.cursor().copy("copy incoming (key, line, raw, problem) from stdin") as copy:
        for record in found:
            copy.write_row(_staged(record, len(header), key))
            count += 1
            if count % TOLD_EVERY == 0:
                progress(count, None)
    connection.execute("analyze incoming")
    return count


def _staged(record: records.Record, width: int, key: int) -> Staged:
    problem = record.problem
    if problem is None and len(record.fields) != width:
        problem = f"it has {len(record.fields)} fields, the header has {width}"
    if problem is None and not record.fields[key].strip():
        problem = "it does not say which record it belongs to"
    return Staged(None if problem else record.fields[key].strip(), record.line, record.raw, problem)


def _load(connection: Connection, log: Log, header: list[str], into: Into, report: Report, progress: Progress) -> None:
    done, report.already_there = connection.execute(ALREADY_THERE, {"source": into.source}).fetchall()[0]
    for batch in _batches(connection, log, header, into):
        with connection.transaction():
            _write(connection, batch, into)
        done += batch.rows
        report.new += len(batch.read)
        for rejected in batch.rejected:
            report.reject(rejected.line, rejected.reason)
        progress(done, report.rows)
    with connection.transaction():
        changes = named.missing(connection, into.account_id, into.source)
        copying.copy(connection, Change, changes)
        report.changes, report.links = len(changes), named.link(connection, into.source)
    progress(report.rows, report.rows)


def _batches(connection: Connection, log: Log, header: list[str], into: Into) -> Iterator[Batch]:
    batch = Batch()
    with connection.cursor("incoming", withhold=True) as cursor:  # it outlives the batches' transactions
        cursor.itersize = FETCHED
        cursor.execute(MISSING, {"source": into.source})
        for key, group in groupby(map(Staged._make, cursor), key=lambda staged: staged.key):
            for part in [list(group)] if key is not None else ([staged] for staged in group):
                _add(batch, key, part, log, header, into)
                if batch.is_full:
                    yield batch
                    batch = Batch()
    yield batch


def _add(batch: Batch, key: str | None, part: list[Staged], log: Log, header: list[str], into: Into) -> None:
    batch.rows += len(part)
    if key is None:
        batch.rejected += [Rejected(staged.line, staged.raw, staged.problem or "") for staged in part]
        return
    reading = log.read(key, [_row(staged, header) for staged in part], into)
    batch.rejected += reading.rejected
    if reading.ticket:
        batch.read.append(reading)


def _row(staged: Staged, header: list[str]) -> Row:
    fields = next(csv.reader(io.StringIO(staged.raw, newline="")))
    return Row(staged.line, staged.raw, dict(zip(header, fields, strict=True)))


def _write(connection: Connection, batch: Batch, into: Into) -> None:
    tickets: list[Ticket] = [reading.ticket for reading in batch.read if reading.ticket]
    reserved = copying.reserve(connection, Ticket, len(tickets))
    lines: list[ImportedRow] = []
    for reading, ticket, number in zip(batch.read, tickets, reserved, strict=True):
        ticket.id = number
        for event in reading.events:
            event.ticket_id = number
        lines.append(_kept(reading, into, number))
    copying.copy(connection, Ticket, tickets, with_ids=True)
    copying.copy(connection, Event, [event for reading in batch.read for event in reading.events])
    copying.copy(connection, ImportedRow, lines)
    copying.keep_rejected(connection, into.account_id, into.source, batch.rejected)


def _kept(reading: Reading, into: Into, ticket_id: int) -> ImportedRow:
    return ImportedRow(
        account_id=into.account_id,
        source=into.source,
        source_key=reading.key,
        raw="\n".join(reading.raw),
        ticket_id=ticket_id,
    )
