"""`/time report`: where hours went, with a choice of days and of what they are told apart by.

A window takes neither table nor chart, so it is an answer that only the person sees, drawn anew at each choice.
"""

from sqlalchemy.orm import Session

from bot.domain import insight, provider
from bot.domain.accounts import Account
from bot.domain.errors import NotFound, Refused
from bot.domain.months import Month
from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.handlers.time import answer, today_of
from bot.messages import time as time_messages
from bot.messages import time_report as messages
from bot.messages.time_report import Asked

LONGEST_NAME = 40
OLD = "This menu is from an older version. /time report shows where hours went."


def command(call: Call) -> None:
    """`/time report`, `/time report acme`."""
    with call.begin() as (session, actor):
        said = _report(session, actor, call, Asked(), call.rest[:LONGEST_NAME])
    call.done(*said)


def open_from_week(call: Call) -> None:
    """**Where hours went** below the week."""
    with call.begin() as (session, actor):
        said = _report(session, actor, call, Asked())
    answer(call, said)


def choose(call: Call) -> None:
    """Other days, something else to tell them apart by, or one account."""
    asked = Asked.read(call.value)
    if asked is None:
        raise Refused(OLD)
    with call.begin() as (session, actor):
        said = _report(session, actor, call, asked)
    call.whisper(*said, instead=True)
    call.done()


def _report(session: Session, actor: Person, call: Call, asked: Asked, named: str = "") -> messages.Said:
    firm, today = provider.get(session), today_of(session, actor, call)
    days = insight.days_of(asked.period, today)
    offered = messages.Offered(insight.dimensions(actor), insight.accounts_of(session, actor, days))
    if named:
        asked = asked._replace(account=_named(offered.accounts, named).id)
    accounts = [one for one in offered.accounts if asked.account in {None, one.id}]
    found = messages.Found(
        insight.hours(session, asked.by, days, accounts, reader=actor),
        insight.months(session, Month.of(days.last), accounts),
        insight.entry_lag(session, firm, days, accounts),
    )
    return messages.told(asked, found, days, today, offered)


def _named(accounts: list[Account], name: str) -> Account:
    alike = [account for account in accounts if name.casefold() in account.name.casefold()]
    exact = [account for account in alike if account.name.casefold() == name.casefold()]
    if len(found := exact or alike) == 1:
        return found[0]
    if found:
        raise Refused(f"Which account: {messages.some([account.name for account in found])}? Write its whole name.")
    raise NotFound(f"I can’t find hours of “{name}” that are yours to see. /time report shows all that are.")


ROUTES: Routes = {
    ("command", "/time report"): command,
    ("action", time_messages.REPORT): open_from_week,
    ("action", messages.PERIOD): choose,
    ("action", messages.BY): choose,
    ("action", messages.ACCOUNT): choose,
}
