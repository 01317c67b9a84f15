"""The time that a month's charges are made of: what is not charged yet, and what was charged on an invoice."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.domain.accounts import Account
from bot.domain.codes import Code
from bot.domain.invoices.invoice import BilledTime, Invoice, InvoiceKind, InvoiceLine
from bot.domain.months import Month
from bot.domain.projects import Project
from bot.domain.rounding import Piece
from bot.domain.time import TimeEntry
from bot.domain.time.entry import undone
from bot.domain.time.places import Placed, in_order
from bot.domain.time.write_offs import kept, written_off


class Key(NamedTuple):
    """What stands on one line; work outside the scope ticket by ticket, as it was approved."""

    code: str
    rate: Decimal
    project_id: int | None = None
    after_hours: bool = False
    ticket_id: int | None = None


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
    of_it = TimeEntry.period == month.first
    of_before = TimeEntry.id.in_(list(waited))
    columns = [getattr(TimeEntry, name) for name in Worked._fields]
    rows = session.execute(
        select(*columns)
        .where(
            TimeEntry.account_id == account.id, of_it | of_before, TimeEntry.code != Code.INTERNAL,
            ~exists().where(BilledTime.entry_id == TimeEntry.id),
            kept,
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
    """The standing entries that a project's budget holds, in the order they were made."""
    if not ids:
        return set()
    budgets = dict(session.execute(select(Project.id, Project.budget_minutes).where(Project.id.in_(ids))).all())
    spent: dict[int, int] = defaultdict(int)
    held: set[int] = set()
    columns = (TimeEntry.id, TimeEntry.project_id, TimeEntry.minutes, TimeEntry.replaces_id, ~(undone | written_off))
    rows = session.execute(select(*columns).where(TimeEntry.project_id.in_(ids), TimeEntry.reverses_id.is_(None)))
    for one in in_order(Placed(*row) for row in rows):
        if spent[one.of] + one.minutes <= budgets[one.of]:
            spent[one.of] += one.minutes
            held.add(one.id)
    return held


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


def charging(session: Session, lines: Collection[int]) -> dict[int, list[tuple[InvoiceLine, Invoice]]]:
    """By line: what charges its time, the newest addition first and the line itself last."""
    query = (
        select(InvoiceLine, Invoice)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            Invoice.kind == InvoiceKind.INVOICE, or_(InvoiceLine.id.in_(lines), InvoiceLine.corrects_id.in_(lines))
        )
        .order_by(InvoiceLine.id.desc())
    )  # fmt: skip
    found: dict[int, list[tuple[InvoiceLine, Invoice]]] = defaultdict(list)
    for line, invoice in session.execute(query):
        found[line.corrects_id or line.id].append((line, invoice))
    return found
