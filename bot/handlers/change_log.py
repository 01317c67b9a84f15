"""How changes went: `/change figures`, of a month or an account as well."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.releases.figures import figures
from bot.handlers.call import Call, Routes
from bot.handlers.naming import month_and_name, the_one
from bot.messages import change_figures as messages

LATELY = timedelta(days=90)
ALL = "/change figures shows all of them together."


def show(call: Call) -> None:
    """`/change figures`, `/change figures 2026-11`, `/change figures acme`."""
    month, named = month_and_name(call.rest)
    with call.begin() as (session, actor):
        if not actor.is_staff:
            raise Refused("How all changes went is for the team. What concerns you is told in your channel.")
        account = the_one(accounts.all_of_them(session), named, ALL) if named else None
        starts, ends, when = _period(session, month, call.now)
        found = figures(session, starts, ends, account_id=account.id if account else None)
        body = messages.told(found, when, account.name if account else None)
    call.done(body[0]["text"]["text"], body)  # a window takes neither table nor chart


def _period(session: Session, month: Month | None, now: datetime) -> tuple[datetime, datetime, str]:
    if month is None:
        return now - LATELY, now, f"in the last {LATELY.days} days"
    return *month.window(provider.get(session).calendar), f"in {month.name} {month.year}"


ROUTES: Routes = {
    ("command", "/change figures"): show,
}
