"""The month before, until it is billed: talk that is on no ticket, four slips in it, and quiet days.

The billing review finds the slips, and each of them is put right in its own way. Days are counted back from the
month's last working day; whoever had a quiet one called it complete, so only Bo's two forgotten ones look short.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import accounts, people, provider, time
from bot.domain.business_time import Calendar
from bot.domain.codes import Category, Code
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.reviews import previous_working_day
from bot.domain.time import TimeEntry
from bot.playground.seeding_stories import BO, EVE, LEAD

MAYA = "U0MAYA"
FORGOTTEN = {(BO, 5), (BO, 6)}


class Talk(NamedTuple):
    """Time for an account and on no ticket: when it was worked, and how many working days later it was logged."""

    account: str
    by: str
    day: int
    minutes: int
    note: str
    late: int = 0
    category: Category | None = None
    code: Code | None = None


HOLIDAYS = Talk("Acme", BO, 11, 90, "Went through their plans for the holiday season with Cleo")
# fmt: off
TALK = (
    Talk("Globex",   BO,  14,  90, "Walked their team through the new rules for cards"),
    Talk("Umbrella", EVE, 12, 120, "Explained to their analysts how the nightly load works"),
    HOLIDAYS,
    HOLIDAYS,  # slip: once more
    Talk("Globex",   EVE, 10, 150, "Compared two payment providers for their finance team"),
    Talk("Acme",     BO,   9,  60, "Agreed with their agents how urgent tickets are marked", late=4),  # slip
    Talk("Acme",     BO,   8,  45, "call"),  # slip: says too little
    Talk("Acme",     EVE,  7, 120, "Wrote our own checklist for new Zendesk accounts",
         category=Category.PROCESS_IMPROVEMENT, code=Code.INCLUDED),  # slip: ours, and charged to them
    Talk("Globex",   EVE,  4,  60, "Monthly call: open questions and what comes next"),
)
# fmt: on


def seed(sessions: sessionmaker[Session], *, now: datetime) -> None:
    """Write the month down as those who worked would have. Where anything is logged already, nothing happens."""
    with sessions.begin() as session:
        if people.enter(session, BO) is None or session.scalar(select(TimeEntry.id).limit(1)) is not None:
            return
        calendar = provider.get(session).calendar
        days = _working_days(calendar, Month.of(calendar.local_date(now)).before)
        for talk in TALK:
            _log(session, talk, days, calendar)
        for slack_id in (BO, EVE, MAYA, LEAD):
            _call_complete(session, slack_id, days, calendar)


def _working_days(calendar: Calendar, month: Month) -> list[date]:
    """Its working days, the last one first."""
    days = [previous_working_day(calendar, month.after.first)]
    while (day := previous_working_day(calendar, days[-1])) >= month.first:
        days.append(day)
    return days


def _log(session: Session, talk: Talk, days: list[date], calendar: Calendar) -> None:
    logged_on = days[talk.day - talk.late]
    at = calendar.window(logged_on)[1] - timedelta(minutes=40)
    time.log(
        session, accounts.by_name(session, talk.account), by=_enter(session, talk.by), minutes=talk.minutes,
        work_date=days[talk.day], now=at, today=logged_on, note=talk.note, category=talk.category, code=talk.code,
    )  # fmt: skip


def _call_complete(session: Session, slack_id: str, days: list[date], calendar: Calendar) -> None:
    by = _enter(session, slack_id)
    for number, day in reversed(list(enumerate(days))):
        if (slack_id, number) not in FORGOTTEN:
            time.call_complete(session, day, by=by, now=calendar.window(day)[1])


def _enter(session: Session, slack_id: str) -> Person:
    person = people.enter(session, slack_id)
    if person is None:
        raise LookupError(f"{slack_id} is missing: apply demo.yaml first")
    return person
