"""Who has signed a month, whether that counts still, and whose turn it is."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import approvals
from bot.domain.approvals import Approval, Decision, Hall, Purpose, Standing
from bot.domain.billing.findings import Examined
from bot.domain.billing.review import SEATS, BillingReview
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.seats import Seat


class Signatures(NamedTuple):
    """What was signed last. `void`: something changed since, so it has to be signed anew."""

    approval: Approval | None
    made: list[Decision]
    missing: list[Seat]
    void: bool = False


def signatures(session: Session, review: BillingReview, stands: Examined | None, now: datetime) -> Signatures:
    """How it is signed; of a locked month nothing is looked at anew, so `stands` may be None."""
    seats = [seat for step in SEATS for seat in step]
    newest = approvals.newest(session, Purpose.BILLING_REVIEW, [review.id]).get(review.id)
    if newest is None or newest.state in {Standing.EXPIRED, Standing.REJECTED}:
        return Signatures(None, [], seats)
    made = approvals.decisions_on(session, [newest.id])[newest.id]
    if newest.state is Standing.APPROVED:
        return Signatures(newest, made, [])
    if newest.state is Standing.VOID or (stands is not None and stands.digest != newest.content_hash):
        return Signatures(newest, made, seats, void=True)
    return Signatures(newest, made, newest.count(made, now, approvals.valid_for(session)).missing)


def may_sign(session: Session, review: BillingReview, signed: Signatures, actor: Person, now: datetime) -> bool:
    """Whether one of the missing signatures could be this person's."""
    if not actor.may(Permission.REVIEW_BILLING):
        return False
    stands = signed.approval is not None and not signed.void
    if stands and any(made.person_id == actor.id for made in signed.made):
        return False
    asked_at = signed.approval.asked_at if signed.approval and stands else now
    return bool(
        Hall(session, now).chairs(
            signed.missing, actor, account_id=review.account_id, asked_at=asked_at, barred=frozenset()
        )
    )
