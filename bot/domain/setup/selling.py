"""What an account has bought, and where billing it begins here, as the file has them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, agreements
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.billing import BillingReview, ReviewState
from bot.domain.errors import Refused
from bot.domain.money import minor_units
from bot.domain.months import Month
from bot.domain.setup.agreement_part import AgreementPart, OpeningPart, RatePart
from bot.domain.setup.changes import became, update
from bot.domain.setup.parts import BadFile


def agreed(session: Session, account: Account, part: AgreementPart | None, now: datetime) -> list[str]:
    """The version of the agreement that the file has, where it is not there yet."""
    if part is None:
        return []
    values = {
        "type": part.type,
        "starts": part.starts,
        "included_minutes": round(part.included_hours * 60),
        "included_amount": part.included_amount.amount if part.included_amount else None,
        "after_hours_multiplier": part.after_hours_multiplier,
        "rollover_cap": part.rollover_cap,
        "rate_amount": part.rate.amount if part.rate else None,
        "rate_currency": part.currency,
        "rounding": part.rounding.model_dump(),
        "scope": part.scope,
        "excluded": part.excluded,
        "excluded_types": [kind.value for kind in part.excluded_types],
        "ends": part.ends,
        "renews": part.renews,
        "rates": [_rate(one) for one in part.rates],
        "prices": [{"type": kind.value, "amount": str(one.amount)} for kind, one in part.prices.items()],
        "fee_amount": part.fee.amount if part.fee else None,
        "overage_amount": part.overage.amount if part.overage else None,
        "advisory_draws": part.advisory_draws,
        "tax_rate": part.tax,
        "payment_days": part.payment_days,
        "tells_client": part.tells_client,
    }
    known = {one.starts: one for one in agreements.versions(session, account.id)}
    before = known.get(part.starts)
    changes = [became(name, getattr(before, name), value) for name, value in values.items()
               if before is not None and getattr(before, name) != value]  # fmt: skip
    if before is not None and not changes:
        return []
    accounts.lock(session, account.id)  # a month that is being locked comes before
    try:
        agreements.check_start(session, account, part.starts)
    except Refused as refusal:
        raise BadFile(f"{account.name}: agreement: {refusal}") from refusal
    made = Agreement(account_id=account.id, **values)
    made.made_at = now
    session.add(made)
    session.flush()
    if before is None:
        since = f" a version from {part.starts} on" if known else ""
        return [f"{account.name}: agreement{since} added."]
    return [f"{account.name}: agreement: {text}" for text in changes]


def _rate(part: RatePart) -> dict[str, Any]:
    return {"code": part.code.value, "role": part.role.value if part.role else None, "amount": str(part.amount.amount)}


def opened(session: Session, account: Account, part: OpeningPart | None, now: datetime) -> list[str]:
    """Billing begins after the month that was billed elsewhere; once a month is locked here, the file is history."""
    if part is None:
        return []
    through, account = Month.of(part.billed_through), accounts.lock(session, account.id)
    reviews = select(BillingReview).where(BillingReview.account_id == account.id).order_by(BillingReview.month)
    known = list(session.scalars(reviews))
    if any(review.state is ReviewState.LOCKED for review in known):
        return []
    if through >= Month.of(account.calendar.local_date(now)):
        raise BadFile(f"{account.name}: opening: {through.name} {through.year} is not over. Name a month that is.")
    if known and known[0].period <= through:
        month = known[0].period
        raise BadFile(
            f"{account.name}: opening: {month.name} {month.year} is being reviewed here already. "
            "Name a month before it, or sign that review."
        )
    if account.billed_through and through.last < account.billed_through:
        month = Month.of(account.billed_through)
        raise BadFile(
            f"{account.name}: opening: {month.name} {month.year} counts as billed already, and no month is opened "
            "again. Name that month or a later one."
        )
    values = {"billed_through": through.last, "billed_carry": _carried(session, account, part)}
    return [f"{account.name}: {text}" for text in update(account, values)]


def _carried(session: Session, account: Account, part: OpeningPart) -> int:
    """In the unit of the agreement it goes into."""
    if not (part.carried_hours or part.carried_amount):
        return 0
    before = agreements.of(session, account.id, part.billed_through)
    bought = agreements.of(session, account.id, part.billed_through + timedelta(days=1))
    was_other = before is not None and bought is not None and before.unit != bought.unit
    if bought is None or not bought.draws or was_other or bought.buys_money is not bool(part.carried_amount):
        raise BadFile(
            f"{account.name}: opening: nothing of that kind can come over into its agreement of "
            f"{part.billed_through + timedelta(days=1)}. Give carried_hours to a retainer of hours, carried_amount to "
            "one of money."
        )
    if part.carried_amount is None:
        return round(part.carried_hours * 60)
    if part.carried_amount.currency != bought.currency:
        raise BadFile(f"{account.name}: opening: carried_amount is in another currency than the agreement.")
    return minor_units(part.carried_amount.amount, bought.currency)
