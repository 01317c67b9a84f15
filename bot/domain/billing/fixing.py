"""What puts a finding right, in place: another code, a note, a ticket, or a write-off. Nothing is ever removed."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, events, outbox, time
from bot.domain.approvals import Purpose, Standing
from bot.domain.billing.findings import Fix, Found
from bot.domain.billing.review import BillingReview, ReviewState, WaivedFinding, examined
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.outbox import Subject
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.time.write_offs import WriteOff
from bot.domain.vagueness import is_vague

SHORTEST_REASON = 3


def find(session: Session, review: BillingReview, key: str, now: datetime) -> Found:
    """A finding of the review, as things stand now."""
    stands = examined(session, review, now)
    for one in stands.found:
        if one.key == key and key not in stands.waived:
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
    if how in {Fix.WAIVE, Fix.WRITE_OFF} and len(reason.strip()) < SHORTEST_REASON:
        raise Refused("Say why, in a few words: it is kept.", field="reason")
    if how is Fix.WAIVE:
        _waive(session, review, found, reason.strip(), by, now)
    elif found.entry is None:
        raise Refused("That is for whoever worked that day to log. Ask them.")
    elif how is Fix.WRITE_OFF:
        time.require_standing(session, found.entry)
        write_off(session, found.entry.id, found.entry.account_id, reason.strip(), by=by, now=now)
    else:
        _amend(session, found, how, by, now, code=code, note=note, ticket=ticket)
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


def _amend(
    session: Session, found: Found, how: Fix, by: Person, now: datetime, *, code: Code | None, note: str,
    ticket: Ticket | None,
) -> None:  # fmt: skip
    entry = found.entry
    if entry is None:
        raise ValueError(f"{found.key} is about no entry")
    if how is Fix.RECODE:
        if code is None or code is entry.code:
            raise Refused("Choose another code than the one it has.", field="code")
        time.amend(session, entry, by=by, now=now, code=code, reason=f"recoded in the review of {found.finding.value}")
    elif how is Fix.NOTE:
        if is_vague(note):
            raise Refused(
                "That still says too little. Write in a sentence what was done: the client reads it.", field="note"
            )
        time.amend(session, entry, by=by, now=now, note=note, reason="note written in the review")
    else:
        if ticket is None or ticket.account_id != entry.account_id:
            raise Refused("Choose one of this account's tickets.", field="ticket")
        time.amend(session, entry, by=by, now=now, ticket=ticket, reason="put on its ticket in the review")
