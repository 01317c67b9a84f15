"""A month that is over is put before those who sign it; and the months before it that nobody looked at yet.

An account is billed here from the month on in which it was first served here, unless the file for `steward apply` says
that it was billed elsewhere until later.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox, provider
from bot.domain.accounts import Account
from bot.domain.billing.review import BillingReview, ReviewState, bought_in, unreviewed
from bot.domain.months import Month
from bot.domain.outbox import Place, Subject
from bot.domain.time import TimeEntry


def open_due(session: Session, account: Account, month: Month, now: datetime) -> list[BillingReview]:
    """That month's review and those of the months before it that are not billed: time came in late, or terms did."""
    opened = [open_for(session, account, one, now) for one in (*unreviewed(session, account, month), month)]
    return [review for review in opened if review is not None]


def open_late(session: Session, account: Account, now: datetime) -> None:
    """What came up since for a month before those that are looked at: it is signed before them."""
    newest = session.scalar(select(func.max(BillingReview.month)).where(BillingReview.account_id == account.id))
    for month in unreviewed(session, account, Month.of(newest)) if newest else ():
        open_for(session, account, month, now)


def open_all_late(session: Session, now: datetime) -> None:
    """The same of every account whose months wait to be signed."""
    waits = select(BillingReview.account_id).where(BillingReview.state == ReviewState.OPEN)
    for account in session.scalars(select(Account).where(Account.id.in_(waits)).order_by(Account.id)):
        open_late(session, account, now)


def open_for(session: Session, account: Account, month: Month, now: datetime) -> BillingReview | None:
    """The review of that month, made where there is none yet; None where there is nothing to review."""
    query = select(BillingReview).where(BillingReview.account_id == account.id, BillingReview.month == month.first)
    if (review := session.scalar(query)) is not None:
        return review
    account = accounts.lock(session, account.id)  # `steward apply` may be saying just now that it was billed elsewhere
    if account.billed_through and month.last <= account.billed_through:
        return None
    worked = session.scalars(
        select(func.count()).select_from(TimeEntry)
        .where(TimeEntry.account_id == account.id, TimeEntry.period == month.first)
    ).one()  # fmt: skip
    if not worked and bought_in(session, account, month) is None:
        return None
    review = BillingReview(account_id=account.id, month=month.first, opened_at=now)
    session.add(review)
    session.flush()
    told = {"review": review.id, "month": str(month)}
    events.record(session, events.Kind.REVIEW_OPENED, account_id=account.id, at=now, data=told)
    if channel := provider.get(session).billing_channel:
        outbox.open_thread(session, Subject.BILLING_REVIEW, review.id, Place.BILLING, channel, account_id=account.id)
    return review
