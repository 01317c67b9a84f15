"""What a release does to the ticket that carries a change: it moves along, by the rows of the workflow."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, events, people
from bot.domain.changes.change import Change
from bot.domain.changes.links import carried_by
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Inputs, Ticket
from bot.domain.workflow import Action, Status


def plan_ticket(session: Session, change: Change, starts: datetime, *, by: Person, now: datetime) -> None:
    """Scheduled for the release's day."""
    if ticket := _carrier(session, change):
        day = accounts.by_id(session, change.account_id).calendar.local_date(starts)
        planned = Inputs(planned_start=day)
        ticket.move_along(session, Action.SCHEDULE, by=by, now=now, inputs=planned, release=change.release_id)


def unplan_ticket(session: Session, change: Change, *, by: Person | None, now: datetime) -> None:
    """Back in progress, where it was before the release was planned; what somebody planned by hand stays so."""
    ticket = _carrier(session, change)
    if ticket is None or ticket.status is not Status.SCHEDULED:
        return
    last, actor = events.last_move(session, ticket.id), by or people.by_id(session, ticket.assignee_id)
    if actor and last and last.data.get("release"):
        ticket.move_along(session, Action.START, by=actor, now=now, inputs=Inputs())


def start_ticket(session: Session, change: Change, *, by: Person, now: datetime) -> None:
    """In progress, as the release goes out."""
    if ticket := _carrier(session, change):
        ticket.move_along(session, Action.START, by=by, now=now, inputs=Inputs())


def review_ticket(session: Session, change: Change, *, by: Person, now: datetime) -> None:
    """To be checked by whoever verified the release, unless that is who worked on it."""
    ticket = _carrier(session, change)
    if ticket and by.id != ticket.assignee_id and by.may(Permission.WORK):
        ticket.move_along(session, Action.SEND_TO_REVIEW, by=by, now=now, inputs=Inputs(reviewer=by))


def _carrier(session: Session, change: Change) -> Ticket | None:
    ticket = carried_by(session, change.id)
    if ticket is None:
        return None
    query = select(Ticket).where(Ticket.id == ticket.id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()
