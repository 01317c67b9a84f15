"""The question at the end of a day: whoever does the work and has logged little of it is asked once, at their own end
of day.

That is when the provider closes, by the clock where the person is. Each person's day is looked at once, whatever
becomes of it later; a day that is over is not asked about any more. The question itself follows what is logged.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Date, cast, exists, func, select
from sqlalchemy.orm import Session

from bot.domain import events, job_runs, outbox, people, provider
from bot.domain.people import Person
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.time.days import Logged, of_day
from bot.domain.time.entry import TimeEntry

JOB, FILLED = "day-end", "day-filled"
LOOKED_BACK = timedelta(days=3)  # Friday's question is perhaps read on Monday


class Ended(NamedTuple):
    """Somebody's working day that is over by their clock, and not yet looked at."""

    person: Person
    day: date

    @property
    def period(self) -> str:
        """What is claimed: a day of one person."""
        return f"{self.day}:{self.person.id}"


def ask(session: Session, now: datetime) -> int:
    """Ask each whose day has ended with little logged; how many were asked."""
    ended = _ended(session, provider.get(session), now)
    looked_at = job_runs.claimed(session, JOB, [one.period for one in ended]) if ended else set()
    asked = 0
    for one in ended:
        if one.period in looked_at or job_runs.claim(session, JOB, one.period, now=now) is None:
            continue
        logged = of_day(session, one.person, one.day)
        if logged.is_wanting:
            _ask(session, one.person, logged, now)
            asked += 1
    return asked


def settle(session: Session, now: datetime) -> int:
    """Where the day was logged after all, the question says so, once; how many do by now."""
    return sum(_says_so(session, number, period, now) for number, period in _filled(session, now))


def _filled(session: Session, now: datetime) -> list[tuple[int, str]]:
    """The questions of the last days whose day holds enough by now, in one statement, for every tick looks."""
    told = events.Event.data
    person, day = told["person"]["id"].as_integer(), cast(told["day"].astext, Date)
    minutes = (
        select(func.coalesce(func.sum(TimeEntry.minutes), 0))
        .where(TimeEntry.person_id == person, TimeEntry.work_date == day)
        .scalar_subquery()
    )
    period = func.concat(told["day"].astext, ":", told["person"]["id"].astext)
    done = exists().where(job_runs.JobRun.job == FILLED, job_runs.JobRun.period == period)
    rows = session.execute(
        select(events.Event.id, period).where(
            events.Event.at > now - LOOKED_BACK, events.Event.at <= now, events.Event.kind == events.Kind.DAY_ASKED,
            2 * minutes >= told["expected"].as_integer(), ~done,
        )
    )  # fmt: skip
    return [(number, named) for number, named in rows]


def _says_so(session: Session, number: int, period: str, now: datetime) -> bool:
    if job_runs.claim(session, FILLED, period, now=now) is None:
        return False
    outbox.refresh(session, outbox.Subject.EVENT, number)
    return True


def _ended(session: Session, firm: Provider, now: datetime) -> list[Ended]:
    if firm.live_since is None:
        return []
    ours, ended = firm.calendar, []
    for person in filter(_does_the_work, people.staff(session)):
        calendar = replace(ours, zone=person.timezone or ours.zone)
        day = calendar.local_date(now)
        closes = calendar.window(day)[1]
        if firm.live_since <= closes <= now and calendar.is_working_day(day):
            ended.append(Ended(person, day))
    return ended


def _does_the_work(person: Person) -> bool:
    """Engineers, leads and service owners, where they can be written to; of who works no hours nothing is expected."""
    return person.may(Permission.WORK) and person.slack_id is not None


def _ask(session: Session, person: Person, logged: Logged, now: datetime) -> None:
    told = {"person": people.facts(person), "day": logged.day.isoformat(), "minutes": logged.minutes,
            "expected": logged.expected}  # fmt: skip
    event = events.record(session, events.Kind.DAY_ASKED, account_id=None, at=now, data=told)
    outbox.open_thread(
        session, outbox.Subject.EVENT, event.id, outbox.Place.TRIAGE, person.slack_id or "", account_id=None
    )
