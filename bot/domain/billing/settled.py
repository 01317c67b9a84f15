"""What was settled without changing an entry: called right, or written off, by whom and why."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.billing.findings import Fix
from bot.domain.billing.review import BillingReview, WaivedFinding
from bot.domain.people import Person
from bot.domain.time import TimeEntry
from bot.domain.time.entry import undone
from bot.domain.time.write_offs import WriteOff


class Settled(NamedTuple):
    """One entry, or one person's day where there is none."""

    how: Fix
    reason: str
    by: Person
    entry: TimeEntry | None


def settled_in(session: Session, review: BillingReview) -> list[Settled]:
    """In a review, in the order in which it was done."""
    waived = session.scalars(select(WaivedFinding).where(WaivedFinding.review_id == review.id))
    off = session.execute(
        select(WriteOff, TimeEntry)
        .join(TimeEntry, TimeEntry.id == WriteOff.entry_id)
        .where(WriteOff.account_id == review.account_id, TimeEntry.period <= review.month, ~undone,
               _settled_in() == review.month)
    )  # fmt: skip
    rows = [(one.at, Fix.WAIVE, one.reason, one.by_id, one.entry_id) for one in waived]
    rows += [(one.at, Fix.WRITE_OFF, one.reason, one.by_id, entry.id) for one, entry in off]
    known = people.by_ids(session, {by_id for *_, by_id, _ in rows})
    query = select(TimeEntry).where(TimeEntry.id.in_({number for *_, number in rows if number}))
    entries = {entry.id: entry for entry in session.scalars(query)}
    return [Settled(how, reason, known[by_id], entries.get(number or 0))
            for _, how, reason, by_id, number in sorted(rows, key=lambda row: row[0])]  # fmt: skip


def _settled_in() -> ScalarSelect[date]:
    """The month of a write-off: its entry's, or the first one after it that was not locked by then."""
    was_open = or_(BillingReview.locked_at.is_(None), BillingReview.locked_at >= WriteOff.at)
    of_it = BillingReview.account_id == WriteOff.account_id, BillingReview.month >= TimeEntry.period
    return (
        select(func.min(BillingReview.month)).where(*of_it, was_open).correlate(WriteOff, TimeEntry).scalar_subquery()
    )
