"""Time entries: logged in a sentence, corrected by reversal, never changed in place."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.connection import NOBODY_WAITS
from bot.domain import events, recurring, tickets
from bot.domain.base import Base, Id, write
from bot.domain.business_time import Calendar
from bot.domain.codes import Category, Code, default_code
from bot.domain.durations import LONGEST
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket


class TimeEntry(Base):
    """Minutes somebody worked on a day. A reversal carries negative minutes and names what it undoes."""

    __tablename__ = "time_entry"
    __table_args__ = (
        Index("ix_time_entry_account_work_date", "account_id", "work_date"),
        Index("ix_time_entry_person_work_date", "person_id", "work_date"),
        CheckConstraint(f"abs(minutes) between 1 and {LONGEST}", name="minutes_bounded"),
        CheckConstraint("(minutes < 0) = (reverses_id is not null)", name="only_reversals_are_negative"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    work_date: Mapped[date]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[Category]
    code: Mapped[Code]
    created_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True, default=None)
    note: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("time_entry.id"), unique=True, default=None)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True, default=None)


# Whether another entry took this one back. Made once: an alias is dear.
_undone = exists().where(aliased(TimeEntry).reverses_id == TimeEntry.id)

Work = Ticket | Project  # what time is logged on


def log(
    session: Session,
    work: Work,
    *,
    by: Person,
    minutes: int,
    work_date: date,
    now: datetime,
    today: date,
    category: Category | None = None,
    code: Code | None = None,
    note: str = "",
    number: int | None = None,
) -> TimeEntry:
    """Log time on a ticket or a project. Only what cannot be true is refused; what is closed still takes time.

    With the `number` that `Before` drew for it nothing is waited for.
    """
    by.require(Permission.LOG_TIME)
    if work_date > today:
        raise Refused("That day has not come yet. Pick today or an earlier day.", field="work_date")
    category = category or usual_category(session, work)
    entry = TimeEntry(
        account_id=work.account_id,
        person_id=by.id,
        **_target(work),
        work_date=work_date,
        minutes=minutes,
        category=category,
        code=code or default_code(category, Code.PROJECT if isinstance(work, Project) else work.code),
        note=note.strip(),
        created_at=now,
    )
    if number is None:
        session.add(entry)
        session.flush()
    else:
        entry.id = number
        write(session, entry)
    _record(session, events.Kind.TIME_LOGGED, entry, by, now)
    return entry


def usual_category(session: Session, work: Work | None) -> Category:
    """Work that recurs is monitoring and maintenance, the rest resolves tickets."""
    recurs = isinstance(work, Ticket) and work.requester_id is None and recurring.of_ticket(session, work.id)
    return Category.MONITORING_MAINTENANCE if recurs else Category.TICKET_RESOLUTION


def _target(work: Work) -> dict[str, int]:
    return {"project_id" if isinstance(work, Project) else "ticket_id": work.id}


class Before(NamedTuple):
    """What a line of `/time` wants to know before it is logged."""

    again: bool  # an equal standing entry was made just now: perhaps the same line sent twice
    minutes: int  # of that day so far
    number: int  # the entry's, drawn ahead


def before(
    session: Session, work: Work | str, *, by: Person, minutes: int, note: str, since: datetime, work_date: date
) -> tuple[Work, Before]:
    """The work and what was logged before, `since` then; of a ticket's key both are one question."""
    _take_turns(session, by)
    target = {"ticket_id": tickets.number_of(work)} if isinstance(work, str) else _target(work)
    mine = and_(TimeEntry.person_id == by.id, TimeEntry.reverses_id.is_(None), ~_undone)
    equal = [getattr(TimeEntry, name) == number for name, number in target.items()]
    equal += [TimeEntry.minutes == minutes, TimeEntry.note == note.strip(), TimeEntry.created_at > since]
    day = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(mine, TimeEntry.work_date == work_date)
    number = func.nextval(func.pg_get_serial_sequence(TimeEntry.__tablename__, "id"))
    asked = exists().where(mine, *equal), day.scalar_subquery(), number
    if isinstance(work, str):
        ticket, *found = tickets.visible_with(session, by, work, *asked)
        return ticket, Before(*found)
    return work, Before(*session.execute(select(*asked)).one())


def _take_turns(session: Session, person: Person) -> None:
    """One line at a time per person: two equal lines at once must not both find nothing."""
    people = Person.__table__
    session.execute(
        select(people.c.id).where(people.c.id == person.id).with_for_update(), execution_options=NOBODY_WAITS
    )


def reverse(session: Session, entry_id: int, *, by: Person, now: datetime) -> TimeEntry:
    """Undo one's own entry by an equal and opposite one; the history keeps both."""
    entry = session.scalar(
        select(TimeEntry).where(TimeEntry.id == entry_id, TimeEntry.person_id == by.id).with_for_update()
    )
    if entry is None or entry.reverses_id is not None:
        raise NotFound("I can't find that entry among yours. /time today shows them.")
    if session.scalar(select(TimeEntry.id).where(TimeEntry.reverses_id == entry.id)):
        raise Refused("That entry was undone already. Look at /time today: it is not in your day any more.")
    reversal = TimeEntry(
        account_id=entry.account_id,
        person_id=by.id,
        ticket_id=entry.ticket_id,
        project_id=entry.project_id,
        work_date=entry.work_date,
        minutes=-entry.minutes,
        category=entry.category,
        code=entry.code,
        note=entry.note,
        created_at=now,
        reverses_id=entry.id,
    )
    session.add(reversal)
    session.flush()
    _record(session, events.Kind.TIME_REVERSED, reversal, by, now)
    return reversal


def _record(session: Session, kind: events.Kind, entry: TimeEntry, by: Person, now: datetime) -> None:
    write(
        session,
        events.Event(
            kind=kind,
            at=now,
            account_id=entry.account_id,
            ticket_id=entry.ticket_id,
            actor_id=by.id,
            data={"entry": entry.id, "minutes": entry.minutes, "code": entry.code.value, "note": entry.note},
        ),
    )


def standing(session: Session, person: Person, work_date: date) -> list[TimeEntry]:
    """A person's entries of a day, without those that were undone and what undid them."""
    return list(
        session.scalars(
            select(TimeEntry)
            .where(
                TimeEntry.person_id == person.id,
                TimeEntry.work_date == work_date,
                TimeEntry.reverses_id.is_(None),
                ~_undone,
            )
            .order_by(TimeEntry.id)
        )
    )


def minutes_by_code(session: Session, ticket_id: int) -> dict[str, int]:
    """What a ticket took so far, by billing code."""
    rows = session.execute(
        select(TimeEntry.code, func.sum(TimeEntry.minutes))
        .where(TimeEntry.ticket_id == ticket_id)
        .group_by(TimeEntry.code)
    )
    return {code.value: int(total) for code, total in rows if total}


def notes_on(session: Session, ticket_id: int) -> list[str]:
    """The notes of a ticket's standing entries, oldest first: the start of its closure note."""
    return list(
        session.scalars(
            select(TimeEntry.note)
            .where(TimeEntry.ticket_id == ticket_id, TimeEntry.reverses_id.is_(None), ~_undone)
            .order_by(TimeEntry.id)
        )
    )


def minutes_on_projects(session: Session, ids: list[int]) -> dict[int, int]:
    """What these projects took so far."""
    rows = session.execute(
        select(TimeEntry.project_id, func.sum(TimeEntry.minutes))
        .where(TimeEntry.project_id.in_(ids))
        .group_by(TimeEntry.project_id)
    )
    return dict.fromkeys(ids, 0) | {number: int(total) for number, total in rows if number}


def latest_work(session: Session, person: Person) -> TimeEntry | None:
    """The entry somebody made last on a ticket or a project: what a form offers first."""
    return session.scalar(
        select(TimeEntry)
        .where(TimeEntry.person_id == person.id, TimeEntry.ticket_id.is_not(None) | TimeEntry.project_id.is_not(None))
        .order_by(TimeEntry.id.desc())
        .limit(1)
    )


def expected_minutes(person: Person, calendar: Calendar, day: date) -> int:
    """What a working day should hold: its share of the weekly hours, nothing on a day off."""
    return person.weekly_minutes // len(calendar.weekdays) if calendar.is_working_day(day) else 0


def people_who_logged(session: Session, team: list[Person], work_date: date) -> set[int]:
    """Who of these has time on that day that was not taken back."""
    return set(
        session.scalars(
            select(TimeEntry.person_id)
            .where(TimeEntry.person_id.in_([person.id for person in team]), TimeEntry.work_date == work_date)
            .group_by(TimeEntry.person_id)
            .having(func.sum(TimeEntry.minutes) > 0)
        )
    )
