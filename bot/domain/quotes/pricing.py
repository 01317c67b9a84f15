"""Out of scope, early: why work costs extra, how much of it, and what an hour of that costs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.domain import accounts, agreements, burn, time
from bot.domain.agreements import Agreement, OutOfScope
from bot.domain.burn import Burndown
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.errors import Refused
from bot.domain.quoting import quote
from bot.domain.tickets import Ticket
from bot.domain.workflow import Action


@dataclass(frozen=True)
class Extra:
    """What of a ticket costs extra: why, how many minutes, how many are free, at which price an hour."""

    reasons: list[OutOfScope]
    minutes: int
    free: int
    rate: Decimal | None
    currency: str


def beyond(
    session: Session, ticket: Ticket, now: datetime, *, estimate: int | None = None, code: Code | None = None
) -> Extra | None:
    """What the client has to approve before it starts; None where nothing costs extra, or nothing was agreed yet."""
    account = accounts.by_id(session, ticket.account_id)
    bought = agreements.of(session, account.id, account.calendar.local_date(now))
    return priced(
        ticket, bought, lambda: _left(burn.of(session, account, now, without=ticket.id)), estimate=estimate, code=code
    )  # fmt: skip


def _left(down: Burndown | None) -> int | None:
    return down.minutes_left if down else None


def left_for(session: Session, ticket: Ticket, down: Burndown | None) -> int | None:
    """What is left of the allowance for this ticket, where what it is promised itself is counted in already."""
    if down is None:
        return None
    promised = (ticket.estimate_minutes or 0) if ticket.status in burn.PROMISED else 0
    spent = sum(time.minutes_by_code(session, ticket.id).values()) if promised else 0
    return down.minutes_left + max(promised - spent, 0)


def priced(
    ticket: Ticket, bought: Agreement | None, left: Callable[[], int | None], *, estimate: int | None = None,
    code: Code | None = None,
) -> Extra | None:  # fmt: skip
    """What of a ticket costs extra by that agreement; the hours that are left are only asked for where they matter."""
    if bought is None:
        return None
    estimate, code = estimate or ticket.estimate_minutes or 0, code or ticket.code
    if reasons := bought.beyond(system=ticket.related_system, kind=ticket.request_type, code=code):
        return Extra(reasons, estimate, 0, bought.rate(Code.OUT_OF_SCOPE), bought.currency)
    hours = left() if estimate and (code or Code.INCLUDED) in bought.draws else None
    more = 0 if hours is None else quote(estimate, hours, Decimal(0), bought.currency).minutes
    if not more:
        return None
    return Extra([OutOfScope.ALLOWANCE], more, estimate - more, bought.overage_rate, bought.currency)


def check_start(
    session: Session,
    ticket: Ticket,
    action: Action,
    now: datetime,
    *,
    estimate: int | None = None,
    code: Code | None = None,
) -> None:
    """Refuse to start what goes beyond the hours that are left; what is out of scope its own move refuses."""
    if action is not Action.START or ticket.clearance is not None:
        return
    found = beyond(session, ticket, now, estimate=estimate, code=code)
    if found and found.reasons == [OutOfScope.ALLOWANCE]:
        account = accounts.by_id(session, ticket.account_id)
        raise Refused(
            f"That is {show(found.minutes)} more than {account.name} has left this month, so they approve it before "
            "it starts. Cancel, open the ticket and press Quote.",
            field="estimate",
        )
