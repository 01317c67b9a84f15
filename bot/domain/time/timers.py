"""A timer runs for somebody until they stop it, across restarts: it is a row. What it ran is logged as an entry.

One that ran overnight, or for longer than an entry can hold, was forgotten: its owner says how long it was.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.base import Base, Id
from bot.domain.business_time import minutes_between
from bot.domain.durations import LONGEST
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.time.work import Work, target, target_of

NONE_RUNS = "No timer of yours runs. /time start T-102 starts one."


class Timer(Base):
    """Started, and perhaps ended; what came of it is an entry, or nothing where it was discarded."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("uq_timer_person_id_running", "person_id", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[Id] = mapped_column(init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("time_entry.id"), default=None)

    @property
    def key(self) -> str:
        """What it runs on, as people write it."""
        return f"PR-{self.project_id}" if self.project_id else f"T-{self.ticket_id}"


PAST_MIDNIGHT = 4 * 60  # minutes: who is on call may have worked as long into the next day


class Ran(NamedTuple):
    """What a timer comes to when it is stopped."""

    day: date  # where its owner is, when it was started
    minutes: int  # every minute begun
    forgotten: bool  # overnight, or longer than an entry can hold: nobody knows how long it really was
    after_hours: bool  # all of it was outside the account's working hours

    @property
    def likely(self) -> int | None:
        """What it ran past midnight, where that can still have been work; None where it ran on by itself."""
        return self.minutes if self.minutes <= PAST_MIDNIGHT else None


def start(session: Session, work: Work, *, by: Person, now: datetime) -> Timer:
    """Let one run on this ticket or project. Only one runs for a person at a time."""
    by.require(Permission.LOG_TIME)
    if isinstance(work, Account):
        raise Refused(
            "A timer runs on a ticket or a project. "
            f"Without one, log it when it is done: /time {work.name} 45m what it was."
        )
    people.lock(session, by)
    if other := running(session, by):
        raise Refused(f"Your timer runs on {other.key} already. /time stop logs it, then start this one.")
    timer = Timer(person_id=by.id, started_at=now, **target(work))
    session.add(timer)
    session.flush()
    return timer


def running(session: Session, person: Person) -> Timer | None:
    """The one that runs for this person."""
    return session.scalar(select(Timer).where(Timer.person_id == person.id, Timer.ended_at.is_(None)))


def runs_on(timer: Timer, work: Work) -> bool:
    """Whether it runs on that very work."""
    return target_of(timer) == target(work)


def held(session: Session, person: Person) -> Timer:
    """The one that runs, to be ended: whoever else ends it waits."""
    people.lock(session, person)
    timer = running(session, person)
    if timer is None:
        raise Refused(NONE_RUNS)
    return timer


def ran(timer: Timer, person: Person, firm: Provider, account: Account, now: datetime) -> Ran:
    """How long it ran until now, and whether the account works at that time."""
    began, today = people.local_date(person, firm, timer.started_at), people.local_date(person, firm, now)
    minutes = max(1, -(-(now - timer.started_at) // timedelta(minutes=1)))
    until = max(now, timer.started_at + timedelta(minutes=1))
    after_hours = not minutes_between(account.calendar, timer.started_at, until)
    return Ran(began, minutes, forgotten=began != today or minutes > LONGEST, after_hours=after_hours)


def end(timer: Timer, *, now: datetime, entry_id: int | None = None) -> None:
    """It is over: with the entry it became, or without where it was discarded. The caller holds it."""
    timer.ended_at, timer.entry_id = now, entry_id
