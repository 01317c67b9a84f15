"""Importing time: every row becomes an entry or is told with what to do about it, all in one transaction.

An entry keeps where it came from and its key there, so that a file may be imported again and again. What is stored is
never changed: a row that says something else by now is told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psycopg

from bot.domain.events import Event, Kind
from bot.domain.imports import copying, records, time_matching
from bot.domain.imports.copying import Connection, Progress
from bot.domain.imports.foreign import Rejected, Unreadable
from bot.domain.imports.records import BadImport, Record
from bot.domain.imports.report import TimeReport
from bot.domain.imports.row import ImportedRow
from bot.domain.imports.time_matching import Known
from bot.domain.imports.timesheets import LONGEST_KEY, OURS, Timesheet, Worked, recognise
from bot.domain.time import TimeEntry

BATCH = 1000  # rows that are looked up and written together
KEPT_AS = "time of {}"  # the origin of raw lines: a system's tickets may have the same keys as its time


class Read(NamedTuple):
    """One row of the file, and what it says."""

    record: Record
    worked: Worked
    source: str


class Import(NamedTuple):
    """What is imported: the kind of file, its header, and where its rows come from."""

    sheet: Timesheet
    header: list[str]
    source: str
    report: TimeReport


def import_time(
    url: str, file: Path, *, account: str | None = None, source: str | None = None, now: datetime, progress: Progress
) -> TimeReport:
    """Import a timesheet: all of what can be matched, or nothing where it is interrupted. Twice adds nothing.

    `url` is the schema owner's. `account` is whose the rows are where they name none, `source` the other system's name
    where two of one kind are imported. `progress` hears how many rows are done.
    """
    with records.opened(file) as found, psycopg.connect(copying.conninfo(url)) as connection:
        header = [name.strip() for name in next(found, Record(1, "", [])).fields]
        sheet = recognise(header)
        if account:
            account = copying.account_named(connection, account)[1]
        elif not sheet.names_accounts:
            raise BadImport(f"A {sheet.name} names no account. Say whose hours they are with --account NAME.")
        known = time_matching.known(connection, account, now)
        made = Import(sheet, header, source or sheet.source, TimeReport(sheet.name, account))
        copying.take_turns(connection, "time")
        for batch in _batches(found):
            _load(connection, made, known, batch)
            progress(made.report.rows, None)
        return made.report


def _batches(found: Iterable[Record]) -> Iterator[list[Record]]:
    rows = iter(found)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _load(connection: Connection, made: Import, known: Known, batch: list[Record]) -> None:
    rejected: list[Rejected] = []
    read = list(_read(made, batch, rejected))
    known.look_up(connection, [(row.worked, row.source) for row in read])
    entries: list[tuple[TimeEntry, Read]] = []
    for row in read:
        try:
            entry = known.entry(row.worked, row.source)
        except Unreadable as reason:
            rejected.append(Rejected(row.record.line, row.record.raw, str(reason)))
            continue
        if entry:
            entries.append((entry, row))
        else:
            made.report.already_there += 1
    _write(connection, entries, known)
    _keep_raw(connection, made, known, entries, rejected)
    made.report.rows += len(batch)
    made.report.new += len(entries)
    made.report.minutes += sum(entry.minutes for entry, _ in entries)
    made.report.after_billing += sum(known.is_billed(entry) for entry, _ in entries)
    for one in sorted(rejected):
        made.report.reject(one.line, one.reason)


def _read(made: Import, batch: list[Record], rejected: list[Rejected]) -> Iterator[Read]:
    """What the rows say; those that can't be understood are rejected."""
    for record in batch:
        try:
            worked = made.sheet.read(_values(record, made.header))
            if worked and len(worked.key) > LONGEST_KEY:
                raise Unreadable("what tells it from other rows is too long; correct who worked")
        except Unreadable as reason:
            rejected.append(Rejected(record.line, record.raw, str(reason)))
            continue
        if worked:
            yield Read(record, worked, worked.source or made.source)
        else:
            made.report.history += 1


def _values(record: Record, header: list[str]) -> dict[str, str]:
    if record.problem:
        raise Unreadable(record.problem)
    if len(record.fields) != len(header):
        raise Unreadable(f"it has {len(record.fields)} fields, the header has {len(header)}; correct the line")
    return dict(zip(header, record.fields, strict=True))


def _write(connection: Connection, entries: list[tuple[TimeEntry, Read]], known: Known) -> None:
    made = [entry for entry, _ in entries]
    for entry, number in zip(made, copying.reserve(connection, TimeEntry, len(made)), strict=True):
        entry.id = number
    copying.copy(connection, TimeEntry, made, with_ids=True)
    copying.copy(connection, Event, [_event(entry, known) for entry in made])


def _event(entry: TimeEntry, known: Known) -> Event:
    return Event(
        kind=Kind.TIME_LOGGED, at=known.now, account_id=entry.account_id, ticket_id=entry.ticket_id,
        actor_id=entry.person_id,
        data={"entry": entry.id, "minutes": entry.minutes, "code": entry.code.value, "note": entry.note,
              "source": entry.source, "key": entry.source_key},
    )  # fmt: skip


def _keep_raw(
    connection: Connection, made: Import, known: Known, entries: list[tuple[TimeEntry, Read]], rejected: list[Rejected]
) -> None:
    """Another system's lines stay as they were; our own can be printed again."""
    if made.sheet is OURS:
        return
    source = KEPT_AS.format(made.source)
    lines = [
        ImportedRow(account_id=entry.account_id, source=source, source_key=row.worked.key, raw=row.record.raw)
        for entry, row in entries
    ]
    copying.copy(connection, ImportedRow, lines)
    if known.account:  # of whose row it was nobody knows otherwise
        copying.keep_rejected(connection, known.account.id, source, rejected)
