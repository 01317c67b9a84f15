"""What a move asks for: one check per Need of the workflow table, each a refusal beside its field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, agreements, people
from bot.domain.agreements import OutOfScope
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.roles import Permission
from bot.domain.routing import Destination, destination
from bot.domain.tickets.closure import ClosureNote
from bot.domain.workflow import Clearance, CloseReason, Need

if TYPE_CHECKING:
    from bot.domain.tickets.ticket import Ticket


@dataclass(frozen=True)
class Inputs:
    """What a form brought for a move; what a move does not need stays empty."""

    assignee: Person | None = None
    reviewer: Person | None = None
    reason: str = ""
    whom: str = ""
    estimate_minutes: int | None = None
    code: Code | None = None
    planned_start: date | None = None
    nothing_visible: bool = False
    note: ClosureNote | None = None
    close_reason: CloseReason | None = None
    duplicate_of: "Ticket | None" = None
    became: str | None = None  # what a redirected ticket became: its key and name
    became_name: str | None = None


def _needs_reason(_ticket: "Ticket", _session: Session, inputs: Inputs, _by: Person, _now: datetime) -> None:
    if len(inputs.reason.strip()) < 3:
        raise Refused("Write it so that the other side knows what to do.", field="reason")


def _triaged(ticket: "Ticket", session: Session, inputs: Inputs, _by: Person, _now: datetime) -> None:
    estimate = inputs.estimate_minutes or ticket.estimate_minutes
    if not estimate:
        raise Refused("How long will it take? Write a rough estimate: 2h, 45m.", field="estimate")
    if not (inputs.code or ticket.code):
        raise Refused("Choose how the time is charged.", field="code")
    limit = playbook.of(session).project_over_hours
    where = destination(ticket.request_type, estimate_hours=estimate / 60, project_over_hours=limit)
    if where is Destination.SEPARATE_PROJECT:
        raise Refused(
            f"{show(estimate)} is more than {limit:g} hours: that is a project. "
            f"Cancel, open {ticket.key} and press Make it a project, or split off a first step.",
            field="estimate",
        )


CLEARANCES = {
    Clearance.ASKED: "The client has not answered what {key} would cost extra. It starts once they have approved it.",
    Clearance.DECLINED: "The client declined what {key} would cost extra. Close it, or press Quote to ask anew.",
    Clearance.LAPSED: "Nobody answered in time what {key} would cost extra. Press Quote to ask again.",
    Clearance.USED_UP: "All the client approved for {key} is used. Press Quote to ask for more.",
}


def is_held_by_its_cost(ticket: "Ticket") -> bool:
    """Whether work waits until the client has said yes to what it costs extra."""
    return ticket.clearance in CLEARANCES


def _cleared(ticket: "Ticket", session: Session, inputs: Inputs, _by: Person, now: datetime) -> None:
    """Work that costs extra waits for the client's word; `quotes` asks for it."""
    if ticket.clearance and (held := CLEARANCES.get(ticket.clearance)):
        raise Refused(held.format(key=ticket.key))
    if ticket.clearance is None and out_of_scope(ticket, session, inputs.code, now):
        raise Refused(
            f"{ticket.key} is outside what they have bought, so they approve the cost before it starts. "
            "Cancel, open the ticket and press Quote.",
            field="code",
        )


def out_of_scope(ticket: "Ticket", session: Session, code: Code | None, now: datetime) -> list[OutOfScope]:
    """Why the ticket costs extra by what it is about."""
    today = accounts.by_id(session, ticket.account_id).calendar.local_date(now)
    bought = agreements.of(session, ticket.account_id, today)
    if bought is None:
        return []
    return bought.beyond(system=ticket.related_system, kind=ticket.request_type, code=code or ticket.code)


def _planned(ticket: "Ticket", session: Session, inputs: Inputs, _by: Person, now: datetime) -> None:
    if inputs.planned_start is None:
        raise Refused("Pick the day it starts.", field="planned_start")
    if inputs.planned_start < accounts.by_id(session, ticket.account_id).calendar.local_date(now):
        raise Refused("That day has passed. Pick today or a later day.", field="planned_start")


def _not_urgent(ticket: "Ticket", _session: Session, _inputs: Inputs, _by: Person, _now: datetime) -> None:
    if ticket.priority in {Priority.P1, Priority.P2}:
        raise Refused(f"{ticket.key} is {ticket.priority.value}: urgent work is started, not scheduled. Press Start.")


def _other_reviewer(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, _now: datetime) -> None:
    if inputs.reviewer is None:
        raise Refused("Choose who checks it.", field="reviewer")
    if not inputs.reviewer.may(Permission.WORK):
        raise Refused(
            f"{inputs.reviewer.name} does not work on tickets. Choose an engineer or a lead.", field="reviewer"
        )
    assignee = ticket.assignee_id or by.id  # whoever sends unowned work to review has done it
    if inputs.reviewer.id == assignee and not playbook.of(session).self_review:
        raise Refused("Someone other than the assignee has to check it. Choose a colleague.", field="reviewer")


def _light(ticket: "Ticket", session: Session, _inputs: Inputs, _by: Person, _now: datetime) -> None:
    if ticket.request_type.value not in playbook.of(session).light_work:
        kind = ticket.request_type.label
        raise Refused(f"{ticket.key} is of the type {kind}, so a colleague checks it first. Press Send to review.")


def _nothing_visible(ticket: "Ticket", _session: Session, _inputs: Inputs, _by: Person, _now: datetime) -> None:
    if ticket.client_visible:
        raise Refused(f"The client sees a difference after {ticket.key}, so they confirm it. Press Approve.")


def _note(_ticket: "Ticket", _session: Session, inputs: Inputs, _by: Person, _now: datetime) -> None:
    if inputs.note is None:
        raise Refused("Write the closure note first.", field="summary")
    inputs.note.require_complete()


def _close_reason(_ticket: "Ticket", _session: Session, inputs: Inputs, _by: Person, _now: datetime) -> None:
    if inputs.close_reason is None:
        raise Refused("Choose why it closes without work.", field="close_reason")
    if inputs.close_reason is CloseReason.DUPLICATE and inputs.duplicate_of is None:
        raise Refused("Of which ticket? Open this one and press Merge.", field="close_reason")


def _recent(ticket: "Ticket", session: Session, _inputs: Inputs, _by: Person, now: datetime) -> None:
    days = playbook.of(session).reopen_days
    if ticket.closed_at and now - ticket.closed_at > timedelta(days=days):
        raise Refused(
            f"{ticket.key} was closed more than {days} days ago. File a new request and mention {ticket.key} in it."
        )


def _unowned(ticket: "Ticket", session: Session, _inputs: Inputs, _by: Person, _now: datetime) -> None:
    owner = people.by_id(session, ticket.assignee_id)
    if owner and owner.active:
        raise Refused(f"{owner.name} has {ticket.key}. Ask them, or a lead, to hand it over.")


Check = Callable[["Ticket", Session, Inputs, Person, datetime], None]
CHECKS: dict[Need, Check] = {
    Need.UNOWNED: _unowned,
    Need.TRIAGED: _triaged,
    Need.CLEARED: _cleared,
    Need.REASON: _needs_reason,
    Need.PLANNED: _planned,
    Need.NOT_URGENT: _not_urgent,
    Need.REVIEWER: _other_reviewer,
    Need.LIGHT: _light,
    Need.NOTHING_VISIBLE: _nothing_visible,
    Need.NOTE: _note,
    Need.CLOSE_REASON: _close_reason,
    Need.RECENT: _recent,
}
BEFORE_THE_FORM = (
    Need.UNOWNED,
    Need.NOT_URGENT,
    Need.LIGHT,
    Need.NOTHING_VISIBLE,
    Need.RECENT,
)  # no input could change them
