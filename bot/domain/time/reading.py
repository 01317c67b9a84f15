"""What entries add up to: on a ticket, on projects, by person."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.people import Person
from bot.domain.time.entry import TimeEntry, undone


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
            .where(TimeEntry.ticket_id == ticket_id, TimeEntry.reverses_id.is_(None), ~undone)
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


def has_logged(session: Session, person: Person, ticket_id: int, work_date: date) -> bool:
    """Whether somebody has time on that ticket and day that was not taken back."""
    mine = TimeEntry.person_id == person.id, TimeEntry.ticket_id == ticket_id, TimeEntry.work_date == work_date
    return bool(session.scalar(select(func.sum(TimeEntry.minutes)).where(*mine)))
