"""`/time report`: where hours went, with a choice of days and of what they are told apart by.

A window takes neither table nor chart, so it is an answer that only the person sees, drawn anew at each choice.
"""

from sqlalchemy.orm import Session

from bot.domain import insight, provider
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.handlers.naming import the_one
from bot.handlers.time import answer, today_of
from bot.messages import time as time_messages
from bot.messages import time_report as messages
from bot.messages.time_report import Asked

ALL = "/time report shows all whose hours are yours to see."
OLD = "This menu is from an older version. /time report shows where hours went."


def command(call: Call) -> None:
    """`/time report`, `/time report acme`."""
    with call.begin() as (session, actor):
        said = _report(session, actor, call, Asked(), call.rest)
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
        asked = asked._replace(account=the_one(offered.accounts, named, ALL, none="I can’t find hours of").id)
    accounts = [one for one in offered.accounts if asked.account in {None, one.id}]
    found = messages.Found(
        insight.hours(session, asked.by, days, accounts, reader=actor),
        insight.months(session, Month.of(days.last), accounts),
        insight.entry_lag(session, firm, days, accounts),
    )
    return messages.told(asked, found, days, today, offered)


ROUTES: Routes = {
    ("command", "/time report"): command,
    ("action", time_messages.REPORT): open_from_week,
    ("action", messages.PERIOD): choose,
    ("action", messages.BY): choose,
    ("action", messages.ACCOUNT): choose,
}
