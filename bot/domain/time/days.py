"""Days and weeks of one person: what is logged against what a day holds, and the days they call complete.

A day that is complete with little in it differs from one that was forgotten: nobody is asked about it again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import absences, events, people, provider
from bot.domain.base import Base, Id
from bot.domain.business_time import Calendar
from bot.domain.date_ranges import Days
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.time.entry import TimeEntry

DAYS_BACK = 62  # how long ago a day may be that is called complete


class CompleteDay(Base):
    """Somebody has said that all of that day is logged; `at` is empty again where they took that back."""

    __tablename__ = "complete_day"
    __table_args__ = (UniqueConstraint("person_id", "day"),)

    id: Mapped[Id] = mapped_column(init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    at: Mapped[datetime | None]


class Logged(NamedTuple):
    """A day: minutes that stand, minutes it should hold, and whether it was called complete."""

    day: date
    minutes: int
    expected: int
    complete: bool = False
    away: bool = False

    @property
    def missing(self) -> int:
        """What is still to be logged; nothing of a day that is complete."""
        return 0 if self.complete else max(self.expected - self.minutes, 0)

    @property
    def is_wanting(self) -> bool:
        """Whether it is asked about: it is not called complete, and holds less than half of what it should."""
        return not self.complete and 2 * self.minutes < self.expected


def expected_minutes(person: Person, calendar: Calendar, day: date) -> int:
    """What a working day should hold: its share of the weekly hours; nothing on a day off, nor of who does no work."""
    holds = calendar.is_working_day(day) and person.may(Permission.WORK)
    return person.weekly_minutes // len(calendar.weekdays) if holds else 0


def week(session: Session, person: Person, first: date, today: date) -> list[Logged]:
    """The seven days from that one."""
    return days_of(session, person, first, first + timedelta(days=6), today)


def days_of(session: Session, person: Person, first: date, last: date, today: date) -> list[Logged]:
    """Each day of a range; nothing is expected of days to come, nor of days off or away."""
    minutes = defaultdict(int, _minutes_by_day(session, person, first, last))
    done, away = _complete(session, person, first, last), absences.standing(session, [person.id], Days(first, last))
    calendar, found = provider.get(session).calendar, []
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        is_away = any(absence.covers(day) for absence in away)
        expected = 0 if is_away or day > today else expected_minutes(person, calendar, day)
        found.append(Logged(day, minutes[day], expected, day in done, is_away))
    return found


def first_days(session: Session, person_ids: Iterable[int]) -> dict[int, date]:
    """Of those who have logged anything, the first day that they logged."""
    first = select(func.min(TimeEntry.work_date)).where(TimeEntry.person_id == Person.id).scalar_subquery()
    rows = session.execute(select(Person.id, first).where(Person.id.in_(person_ids)))
    return {number: day for number, day in rows if day is not None}


def long_days(
    session: Session, person_ids: list[int], first: date, last: date, longest: int
) -> dict[tuple[int, date], int]:
    """The days on which these people logged more than that, with how much."""
    total = func.sum(TimeEntry.minutes)
    rows = session.execute(
        select(TimeEntry.person_id, TimeEntry.work_date, total)
        .where(TimeEntry.person_id.in_(person_ids), TimeEntry.work_date.between(first, last))
        .group_by(TimeEntry.person_id, TimeEntry.work_date)
        .having(total > longest)
        .order_by(TimeEntry.work_date, TimeEntry.person_id)
    )
    return {(person, day): int(minutes) for person, day, minutes in rows}


def of_day(session: Session, person: Person, day: date) -> Logged:
    """One day."""
    return days_of(session, person, day, day, day)[0]


def _minutes_by_day(session: Session, person: Person, first: date, last: date) -> dict[date, int]:
    rows = session.execute(
        select(TimeEntry.work_date, func.sum(TimeEntry.minutes))
        .where(TimeEntry.person_id == person.id, TimeEntry.work_date.between(first, last))
        .group_by(TimeEntry.work_date)
    )
    return {day: int(total) for day, total in rows}


def _complete(session: Session, person: Person, first: date, last: date) -> set[date]:
    called = CompleteDay.person_id == person.id, CompleteDay.day.between(first, last), CompleteDay.at.is_not(None)
    return set(session.scalars(select(CompleteDay.day).where(*called)))


def call_complete(session: Session, day: date, *, by: Person, now: datetime, complete: bool = True) -> None:
    """“My day is complete”, or that it is not after all."""
    by.require(Permission.LOG_TIME)
    today = people.local_date(by, provider.get(session), now)
    if not today - timedelta(days=DAYS_BACK) <= day <= today:
        raise Refused("Only today and the last two months can be called complete. /time week shows your days.")
    people.lock(session, by)
    found = session.scalar(select(CompleteDay).where(CompleteDay.person_id == by.id, CompleteDay.day == day))
    if (found is not None and found.at is not None) == complete:
        return
    if found is None:
        session.add(CompleteDay(person_id=by.id, day=day, at=now))
    else:
        found.at = now if complete else None
    kind = events.Kind.DAY_COMPLETED if complete else events.Kind.DAY_REOPENED
    events.record(session, kind, account_id=None, person=by.id, at=now, data={"day": day.isoformat()})


def who_completed(session: Session, team: Iterable[Person], day: date) -> set[int]:
    """Who of these called that day complete."""
    of_team = CompleteDay.person_id.in_([person.id for person in team])
    called = select(CompleteDay.person_id).where(of_team, CompleteDay.day == day, CompleteDay.at.is_not(None))
    return set(session.scalars(called))
