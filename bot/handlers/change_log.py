"""How changes went: `/change figures`, of a month or an account as well."""

import re
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.accounts import Account
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.releases.figures import figures
from bot.handlers.call import Call, Routes
from bot.messages import change_figures as messages

LATELY = timedelta(days=90)
LONGEST_NAME = 40
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def show(call: Call) -> None:
    """`/change figures`, `/change figures 2026-11`, `/change figures acme`."""
    typed = call.rest
    month = next((Month.named(word) for word in typed.split() if _MONTH.fullmatch(word)), None)
    named = " ".join(word for word in typed.split() if not _MONTH.fullmatch(word))[:LONGEST_NAME]
    with call.begin() as (session, actor):
        if not actor.is_staff:
            raise Refused("How all changes went is for the team. What concerns you is told in your channel.")
        account = _account(session, named) if named else None
        starts, ends, when = _period(session, month, call.now)
        found = figures(session, starts, ends, account_id=account.id if account else None)
        body = messages.told(found, when, account.name if account else None)
    call.done(body[0]["text"]["text"], body)  # a window takes neither table nor chart


def _account(session: Session, named: str) -> Account:
    known = [one for one in accounts.all_of_them(session) if named.casefold() in one.name.casefold()]
    if not known:
        raise Refused(f"I know no account called “{named}”. /change figures shows all of them together.")
    return known[0]


def _period(session: Session, month: Month | None, now: datetime) -> tuple[datetime, datetime, str]:
    if month is None:
        return now - LATELY, now, f"in the last {LATELY.days} days"
    return *month.window(provider.get(session).calendar), f"in {month.name} {month.year}"


ROUTES: Routes = {
    ("command", "/change figures"): show,
}
