"""Billing reviews for those who review: one, a list of them, and the months that have any."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.billing.review import BillingReview
from bot.domain.errors import NotFound
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> BillingReview:
    """The only way to load one: for those who review billing."""
    actor.require(Permission.REVIEW_BILLING)
    query = select(BillingReview).where(BillingReview.id == number)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("I can't find that review. /review billing lists them.")
    return found


def listed(
    session: Session, actor: Person, *, account_id: int | None = None, month: Month | None = None, limit: int = 40,
    offset: int = 0,
) -> list[BillingReview]:  # fmt: skip
    """Those that are open first, then the newest."""
    actor.require(Permission.REVIEW_BILLING)
    query = select(BillingReview).order_by(
        BillingReview.state.desc(), BillingReview.month.desc(), BillingReview.account_id
    )
    if account_id is not None:
        query = query.where(BillingReview.account_id == account_id)
    if month is not None:
        query = query.where(BillingReview.month == month.first)
    return list(session.scalars(query.limit(limit).offset(offset)))


def months(session: Session, actor: Person) -> list[Month]:
    """The months that have reviews, the newest first."""
    actor.require(Permission.REVIEW_BILLING)
    found = select(BillingReview.month).distinct().order_by(BillingReview.month.desc())
    return [Month.of(day) for day in session.scalars(found)]
