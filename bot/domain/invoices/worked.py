"""The time that a month's charges are made of: what is not charged yet, and what was charged on an invoice."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from bot.domain.accounts import Account
from bot.domain.codes import Code
from bot.domain.invoices.invoice import BilledTime
from bot.domain.months import Month
from bot.domain.projects import Project
from bot.domain.rounding import Piece
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff


class Key(NamedTuple):
    """What stands on one line."""

    code: str
    rate: Decimal
    project_id: int | None = None
    after_hours: bool = False


class Worked(NamedTuple):
    """An entry, as it is priced."""

    id: int
    code: Code
    ticket_id: int | None
    project_id: int | None
    work_date: date
    minutes: int
    person_id: int
    reverses_id: int | None
    replaces_id: int | None
    after_hours: bool


def unbilled(session: Session, account: Account, month: Month, waited: Collection[int]) -> list[Worked]:
    """What is logged for that month, or waited until then, and is neither charged nor written off."""
    original = aliased(WriteOff)
    of_it = TimeEntry.period == month.first
    of_before = TimeEntry.id.in_(list(waited))
    columns = [getattr(TimeEntry, name) for name in Worked._fields]
    rows = session.execute(
        select(*columns)
        .where(
            TimeEntry.account_id == account.id, of_it | of_before, TimeEntry.code != Code.INTERNAL,
            ~exists().where(BilledTime.entry_id == TimeEntry.id),
            ~exists().where(WriteOff.entry_id == TimeEntry.id),
            ~exists().where(original.entry_id == TimeEntry.reverses_id),
        )
        .order_by(TimeEntry.id)
    )  # fmt: skip
    return [Worked(*row) for row in rows]


def net(worked: list[Worked]) -> list[Worked]:
    """Without what was taken back before it was charged, and what took it back."""
    ids = {one.id for one in worked}
    gone = {number for one in worked if one.reverses_id in ids for number in (one.id, one.reverses_id)}
    return [one for one in worked if one.id not in gone]


def within_budget(session: Session, ids: set[int]) -> set[int]:
    """The entries that a project's budget holds, in the order they were made; and what takes one of them back."""
    if not ids:
        return set()
    budgets = dict(session.execute(select(Project.id, Project.budget_minutes).where(Project.id.in_(ids))).all())
    spent: dict[int, int] = defaultdict(int)
    kept: set[int] = set()
    rows = session.execute(
        select(TimeEntry.project_id, TimeEntry.id, TimeEntry.minutes, TimeEntry.reverses_id)
        .where(TimeEntry.project_id.in_(ids))
        .order_by(TimeEntry.id)
    )
    for project_id, entry_id, minutes, reverses_id in rows:
        if project_id is None:
            continue
        fits = reverses_id in kept if reverses_id else spent[project_id] + minutes <= budgets[project_id]
        if fits:
            spent[project_id] += minutes
            kept.add(entry_id)
    return kept


def pieces(worked: Iterable[Worked]) -> list[Piece]:
    """As the rounding adds them up."""
    return [
        Piece(one.reverses_id or one.id, one.ticket_id or (-one.project_id if one.project_id else None), one.work_date,
              one.minutes)
        for one in worked
    ]  # fmt: skip


def charged(session: Session, lines: Collection[int]) -> dict[int, list[Worked]]:
    """By line: the entries that it charged, and what has put them right since."""
    columns = [getattr(TimeEntry, name) for name in Worked._fields]
    rows = session.execute(
        select(BilledTime.line_id, *columns)
        .join(TimeEntry, TimeEntry.id == BilledTime.entry_id)
        .where(BilledTime.line_id.in_(lines))
        .order_by(TimeEntry.id)
    )
    found: dict[int, list[Worked]] = defaultdict(list)
    for line_id, *told in rows:
        found[line_id].append(Worked(*told))
    return found
