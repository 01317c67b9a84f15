"""What an approval asks of the review that it is about: to be held, to be told that it lapsed, and to remind."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import approvals, events, outbox, people
from bot.domain.approvals import Approval
from bot.domain.billing.review import BillingReview
from bot.domain.outbox import Subject


def lock_subject(session: Session, number: int) -> BillingReview:
    """The review that an approval is about, held."""
    query = select(BillingReview).where(BillingReview.id == number).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def lapse(_session: Session, review: BillingReview, _approval: Approval, _now: datetime) -> None:
    """A signature that stood alone for too long counts no more; the review stays open."""
    review.version += 1


def remind(session: Session, review: BillingReview, approval: Approval, now: datetime, *, escalate: bool) -> None:
    """Whoever has yet to sign is asked in the thread of its card."""
    decided = approvals.decisions_on(session, [approval.id])[approval.id]
    hall = approvals.Hall(session, now)
    seats = approval.open_seats(decided, now, approvals.valid_for(session))
    holders = [one for seat in seats for one in hall.holders(seat, approval.account_id, approval.barred_ids)]
    told = {"review": review.id, "asked": [people.facts(one) for one in holders], "escalated": escalate}
    event = events.record(session, events.Kind.APPROVAL_REMINDED, account_id=review.account_id, at=now, data=told)
    for card in outbox.posts_of(session, Subject.BILLING_REVIEW, review.id):
        outbox.reply(session, card, event.id)
