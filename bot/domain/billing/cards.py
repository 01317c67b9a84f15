"""The cards of open months, kept at what stands in them: time comes in for days after a month is over."""

from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from bot.domain import outbox
from bot.domain.agreements import Agreement
from bot.domain.billing.review import BillingReview, ReviewState
from bot.domain.outbox import Delivery, Post, Subject
from bot.domain.time import TimeEntry

UNDER_WAY = timedelta(minutes=1)  # what was written before, and stored after it was drawn


def redraw(session: Session) -> int:
    """Draw those anew whose month got time, or whose account got other terms, since they were drawn; how many."""
    of_card = (Post.subject == Subject.BILLING_REVIEW, Post.subject_id == BillingReview.id, Post.parent_id.is_(None))
    drawn = select(func.max(Delivery.created_at)).join_from(Delivery, Post, Post.id == Delivery.post_id).where(*of_card)
    since = func.coalesce(drawn.correlate(BillingReview).scalar_subquery(), BillingReview.opened_at) - UNDER_WAY
    of_account = TimeEntry.account_id == BillingReview.account_id
    time = exists().where(of_account, TimeEntry.period == BillingReview.month, TimeEntry.created_at > since)
    terms = exists().where(Agreement.account_id == BillingReview.account_id, Agreement.made_at > since)
    stale = select(BillingReview.id).where(BillingReview.state == ReviewState.OPEN, or_(time, terms))
    numbers = session.scalars(stale.order_by(BillingReview.id)).all()
    for number in numbers:
        outbox.refresh(session, Subject.BILLING_REVIEW, number)
    return len(numbers)
