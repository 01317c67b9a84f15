"""What puts a finding, or any entry, right in place: a code, a note, a ticket, a write-off. Nothing is ever removed."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, events, outbox, time
from bot.domain.approvals import Purpose, Standing
from bot.domain.billing.entries import entries_of
from bot.domain.billing.findings import PICKED, Fix, Found
from bot.domain.billing.review import BillingReview, ReviewState, WaivedFinding, examined
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.outbox import Subject
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff
from bot.domain.vagueness import is_vague

SHORTEST_REASON = 3
REASONED = frozenset({Fix.WAIVE, Fix.WRITE_OFF, Fix.CHARGE})


def find(session: Session, review: BillingReview, key: str, now: datetime) -> Found:
    """A finding of the review, or one that was picked among all its entries, as things stand now."""
    if key.partition(":")[0] in PICKED:
        possible = [one for one, _ in entries_of(session, review)]
    else:
        stands = examined(session, review, now)
        possible = [one for one in stands.found if one.key not in stands.waived]
    for one in possible:
        if one.key == key:
            return one
    raise NotFound("That is settled already. Open the review again to see what is left.")


def check(session: Session, review: BillingReview, *, by: Person) -> None:
    """Refuse who may not, and what is signed and locked."""
    by.require(Permission.REVIEW_BILLING)
    if review.state is not ReviewState.OPEN:
        name = accounts.by_id(session, review.account_id).name
        raise Refused(f"{name}’s {review.period.name} is locked. What is put right now counts in the open month.")


def fix(
    session: Session, review: BillingReview, key: str, how: Fix, *, by: Person, now: datetime, code: Code | None = None,
    note: str = "", ticket: Ticket | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Do it; the caller holds the review. Who signed before signed something else."""
    check(session, review, by=by)
    found = find(session, review, key, now)
    if how not in found.fixes:
        raise Refused("That does not put it right. Open the review and choose what is offered there.")
    if how in REASONED and len(reason.strip()) < SHORTEST_REASON:
        raise Refused("Say why, in a few words: it is kept.", field="reason")
    if how is Fix.WAIVE:
        _waive(session, review, found, reason.strip(), by, now)
    elif found.entry is None:
        raise Refused("That is for whoever worked that day to log. Ask them.")
    elif how is Fix.WRITE_OFF:
        time.require_standing(session, found.entry)
        write_off(session, found.entry.id, found.entry.account_id, reason.strip(), by=by, now=now)
    else:
        told = _Told(how, code=code, note=note.strip(), ticket=ticket, reason=reason.strip())
        _amend(session, found.entry, told, by, now)
    _changed(session, review, now)


def _changed(session: Session, review: BillingReview, now: datetime) -> None:
    review.version += 1
    session.flush()
    approval = approvals.pending_of(session, Purpose.BILLING_REVIEW, review.id)
    if approval is not None and approval.content_hash != examined(session, review, now).digest:
        approvals.end(approvals.locked(session, approval.id), Standing.VOID, now=now)
    outbox.refresh(session, Subject.BILLING_REVIEW, review.id)


def _waive(session: Session, review: BillingReview, found: Found, reason: str, by: Person, now: datetime) -> None:
    session.add(
        WaivedFinding(
            account_id=review.account_id, review_id=review.id, finding=found.key, reason=reason, by_id=by.id, at=now
        )
    )
    told = {"review": review.id, "finding": found.key, "reason": reason}
    events.record(session, events.Kind.FINDING_WAIVED, account_id=review.account_id, person=by.id, at=now, data=told)


def write_off(session: Session, entry_id: int, account_id: int, reason: str, *, by: Person, now: datetime) -> None:
    """It stays in the hours and off the invoices."""
    session.add(WriteOff(account_id=account_id, entry_id=entry_id, reason=reason, by_id=by.id, at=now))
    told = {"entry": entry_id, "reason": reason}
    events.record(session, events.Kind.TIME_WRITTEN_OFF, account_id=account_id, person=by.id, at=now, data=told)


class _Told(NamedTuple):
    """What came with a fix; of its words only those that it asks for."""

    how: Fix
    code: Code | None
    note: str
    ticket: Ticket | None
    reason: str


class _Wanted(NamedTuple):
    """How the entry is to stand; None is as it was."""

    reason: str
    code: Code | None = None
    note: str | None = None
    ticket: Ticket | None = None


def _amend(session: Session, entry: TimeEntry, told: _Told, by: Person, now: datetime) -> None:
    """Another entry stands in its place: a write-off stays with the one that it was made of."""
    wanted = AMENDS[told.how](session, entry, told)
    time.amend(session, entry, by=by, now=now, reason=wanted.reason, code=wanted.code, note=wanted.note,
               ticket=wanted.ticket)  # fmt: skip


def _recoded(_session: Session, entry: TimeEntry, told: _Told) -> _Wanted:
    if told.code is None or told.code is entry.code:
        raise Refused("Choose another code than the one it has.", field="code")
    return _Wanted("recoded in the billing review", code=told.code)


def _noted(_session: Session, entry: TimeEntry, told: _Told) -> _Wanted:
    if is_vague(told.note):
        raise Refused(
            "That still says too little. Write in a sentence what was done: the client reads it.", field="note"
        )
    if told.note == entry.note:
        raise Refused("It says so already. Change what was wrong, or press Cancel.", field="note")
    return _Wanted("note written in the billing review", note=told.note)


def _assigned(session: Session, entry: TimeEntry, told: _Told) -> _Wanted:
    """What was on a project is charged as the ticket is: the project's budget was for something else."""
    ticket = told.ticket
    if ticket is None or ticket.account_id != entry.account_id:
        raise Refused("Choose one of this account's tickets.", field="ticket")
    if ticket.id == entry.ticket_id:
        raise Refused("It is on that ticket already. Choose another, or press Cancel.", field="ticket")
    code = time.usual_code(session, ticket, entry.category, entry.work_date) if entry.project_id else None
    return _Wanted("put on its ticket in the billing review", code=code, ticket=ticket)


def _charged(_session: Session, _entry: TimeEntry, told: _Told) -> _Wanted:
    return _Wanted(f"charged after all: {told.reason}")


AMENDS: dict[Fix, Callable[[Session, TimeEntry, _Told], _Wanted]] = {
    Fix.RECODE: _recoded,
    Fix.NOTE: _noted,
    Fix.ASSIGN: _assigned,
    Fix.CHARGE: _charged,
}
