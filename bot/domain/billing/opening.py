"""A month that is over is put before those who sign it; and the months before it that nobody looked at yet."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox, provider
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.billing.review import BillingReview, bought_in
from bot.domain.months import Month
from bot.domain.outbox import Place, Subject
from bot.domain.time import TimeEntry


def open_due(session: Session, account: Account, month: Month, now: datetime) -> list[BillingReview]:
    """That month's review and those of the months before it that are not billed: time came in late, or terms did."""
    opened = [open_for(session, account, one, now) for one in _unbilled(session, account, month)]
    return [review for review in opened if review is not None]


def _unbilled(session: Session, account: Account, month: Month) -> list[Month]:
    """With those before it that came up since billing began here, by its first review; in order.

    They are every month from that one on, any for which something was logged since, and those of a first agreement
    that was made since, as far as the account was served by then. What was before is billed elsewhere.
    """
    first = session.scalar(select(func.min(BillingReview.month)).where(BillingReview.account_id == account.id))
    began = Month.of(first) if first else month
    start, _ = began.window(account.calendar)
    logged = session.scalars(
        select(TimeEntry.period).distinct().where(
            TimeEntry.account_id == account.id, TimeEntry.period < month.first, TimeEntry.created_at >= start,
            TimeEntry.source.is_(None),
        )
    )  # fmt: skip
    found = {month, *map(Month.of, logged)}
    since = min([began, *_of_first_terms(session, account, start)])
    while since < month:
        found.add(since)
        since = since.after
    billed = Month.of(account.billed_through) if account.billed_through else None
    return sorted(one for one in found if billed is None or one > billed)


def _of_first_terms(session: Session, account: Account, start: datetime) -> list[Month]:
    """From when on an account may be billed that had no agreement until then."""
    made = list(session.scalars(select(Agreement).where(Agreement.account_id == account.id)))
    if any(one.made_at < start for one in made):
        return []
    live = account.calendar.local_date(account.live_since) if account.live_since else None
    return [Month.of(max(one.starts, live or one.starts)) for one in made]


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
