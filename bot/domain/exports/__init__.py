"""Exports: what somebody outside reads, as a table or with its history. The same rows give the same bytes.

To add one: a module with its columns and a function that gives its records, and a row in `KINDS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.exports import changes, time
from bot.domain.exports.changes import Wanted
from bot.domain.exports.written import as_csv, as_json
from bot.domain.months import Month

__all__ = ["FORMATS", "KINDS", "Export", "Wanted", "export", "stream"]

Record = dict[str, Any]


@dataclass(frozen=True)
class Export:
    """One kind: its columns in order, and its records; what is not a column stands in JSON alone."""

    columns: tuple[str, ...]
    records: Callable[[Session, Wanted], Iterator[Record]]


KINDS = {"changes": Export(changes.COLUMNS, changes.records), "time": Export(time.COLUMNS, time.records)}
FORMATS = {"csv": as_csv, "json": as_json}


def export(session: Session, kind: str, how: str, *, month: Month | None, account: Account | None) -> bytes:
    """What there is of that kind, of a month or of all time, of one account or of all."""
    return b"".join(stream(session, kind, how, Wanted(month, account)))


def stream(session: Session, kind: str, how: str, wanted: Wanted) -> Iterator[bytes]:
    """The same in parts, for what is too much to hold at once."""
    people.enter_as_system(session)
    made = KINDS[kind]
    yield from FORMATS[how](kind, made.columns, made.records(session, wanted))
