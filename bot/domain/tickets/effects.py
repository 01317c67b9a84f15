"""What a move changes on the ticket besides its status, and who hears of it.

Each effect returns the facts its event keeps.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import absences, accounts, outbox, people
from bot.domain.business_time import add_days
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets.needs import Inputs
from bot.domain.workflow import Action, CloseReason, Status

if TYPE_CHECKING:
    from bot.domain.tickets.ticket import Ticket


# Who hears of a move as a reply in a thread. The cards show every move; replies are for what
# somebody has to notice.
AUDIENCE: dict[Action, tuple[outbox.Place, ...]] = {
    Action.ASSIGN: (outbox.Place.TRIAGE,),
    Action.START: (outbox.Place.CLIENT,),
    Action.ASK_CLIENT: (outbox.Place.CLIENT,),
    Action.SCHEDULE: (outbox.Place.CLIENT,),
    Action.SEND_TO_REVIEW: (outbox.Place.TRIAGE,),
    Action.REJECT: (outbox.Place.TRIAGE,),
    Action.APPROVE: (outbox.Place.CLIENT,),
    Action.SEND_TO_CLIENT: (outbox.Place.CLIENT,),
    Action.CLOSE: (outbox.Place.CLIENT, outbox.Place.TRIAGE),
    Action.REOPEN: (outbox.Place.CLIENT, outbox.Place.TRIAGE),
}


def _take(ticket: "Ticket", _session: Session, _inputs: Inputs, by: Person, _now: datetime) -> dict[str, Any]:
    ticket.assignee_id = by.id
    return {"assignee": people.facts(by)}


def _given_to(session: Session, person: Person | None, now: datetime) -> dict[str, Any]:
    """Whoever is handed something while away: the post that tells them tells the others too."""
    away = absences.away_now(session, [person], now).get(person.id) if person else None
    if away is None:
        return {}
    stand_in = people.facts(people.by_id(session, away.stand_in_id))
    return {"away_until": away.until.isoformat(), **({"stand_in": stand_in} if stand_in else {})}


def _assign(ticket: "Ticket", session: Session, inputs: Inputs, _by: Person, now: datetime) -> dict[str, Any]:
    if inputs.assignee is None:
        raise Refused("Choose who takes it.", field="assignee")
    if not inputs.assignee.may(Permission.WORK):
        raise Refused(
            f"{inputs.assignee.name} does not work on tickets. Choose an engineer or a lead.", field="assignee"
        )
    if inputs.assignee.id == ticket.assignee_id:
        raise Refused(f"{inputs.assignee.name} has it already. Choose someone else.", field="assignee")
    ticket.assignee_id = inputs.assignee.id
    given = _given_to(session, inputs.assignee, now)
    return {"assignee": people.facts(inputs.assignee), "reason": inputs.reason, **given}


def _triage_facts(ticket: "Ticket", inputs: Inputs, by: Person) -> dict[str, Any]:
    ticket.estimate_minutes = inputs.estimate_minutes or ticket.estimate_minutes
    ticket.code = inputs.code or ticket.code
    ticket.assignee_id = ticket.assignee_id or by.id
    return {"estimate_minutes": ticket.estimate_minutes, "code": code.value if (code := ticket.code) else None}


def _start(ticket: "Ticket", _session: Session, inputs: Inputs, by: Person, _now: datetime) -> dict[str, Any]:
    facts = _triage_facts(ticket, inputs, by)
    ticket.waiting_for = ticket.waiting_whom = ticket.planned_start = None
    return facts


def _ask_client(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, _now: datetime) -> dict[str, Any]:
    ticket.waiting_for, ticket.waiting_whom = inputs.reason.strip(), inputs.whom.strip() or None
    ticket.assignee_id = ticket.assignee_id or by.id
    return {"reason": ticket.waiting_for, "whom": people.facts(asked_of(ticket, session)) or ticket.waiting_whom}


def asked_of(ticket: "Ticket", session: Session) -> Person | None:
    """The contact it waits for, where one was named."""
    if not ticket.waiting_whom:
        return None
    return next((who for who in people.contacts(session, ticket.account_id) if who.name == ticket.waiting_whom), None)


def _schedule(ticket: "Ticket", _session: Session, inputs: Inputs, by: Person, _now: datetime) -> dict[str, Any]:
    facts = _triage_facts(ticket, inputs, by)
    ticket.planned_start = inputs.planned_start
    ticket.waiting_for = ticket.waiting_whom = None
    return {**facts, "planned_start": str(ticket.planned_start)}


def _back_to_triage(ticket: "Ticket", _session: Session, inputs: Inputs, _by: Person, _now: datetime) -> dict[str, Any]:
    ticket.waiting_for = ticket.waiting_whom = ticket.planned_start = None
    return {"reason": inputs.reason}


def _send_to_review(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, now: datetime) -> dict[str, Any]:
    ticket.assignee_id = ticket.assignee_id or by.id
    ticket.reviewer_id = inputs.reviewer.id if inputs.reviewer else None
    ticket.client_visible = not inputs.nothing_visible
    given = _given_to(session, inputs.reviewer, now)
    return {"reviewer": people.facts(inputs.reviewer), "reason": inputs.reason, **given}


def _kept(session: Session, ticket: "Ticket", inputs: Inputs, by: Person, now: datetime) -> str | None:
    """Write the closure note, where the move brought one; its summary."""
    return inputs.note.keep(session, ticket, by, now).summary if inputs.note else None


def _to_client_review(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, now: datetime) -> dict[str, Any]:
    note = _kept(session, ticket, inputs, by, now)
    calendar = accounts.by_id(session, ticket.account_id).calendar
    confirm_by = add_days(calendar, calendar.local_date(now), playbook.of(session).confirm_business_days)
    ticket.confirm_by = confirm_by
    return {
        "summary": note,
        "confirm_by": confirm_by.isoformat(),
        "self_review": by.id == ticket.assignee_id and ticket.status is Status.INTERNAL_REVIEW,
    }


def _reject(_ticket: "Ticket", _session: Session, inputs: Inputs, _by: Person, _now: datetime) -> dict[str, Any]:
    return {"reason": inputs.reason.strip()}


def _close(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, now: datetime) -> dict[str, Any]:
    ticket.close_reason = inputs.close_reason
    return {
        "summary": _kept(session, ticket, inputs, by, now),
        "close_reason": inputs.close_reason.value if inputs.close_reason else None,
        "reason": inputs.reason.strip(),
        "duplicate_of": inputs.duplicate_of.id if inputs.duplicate_of else None,
        "became": inputs.became,
        "became_name": inputs.became_name,
    }


def _reopen(ticket: "Ticket", session: Session, inputs: Inputs, by: Person, now: datetime) -> dict[str, Any]:
    if ticket.close_reason is CloseReason.DUPLICATE:
        from bot.domain.tickets import merging  # it stands on tickets; only taking it back begins here

        merging.split(session, ticket, by=by, now=now)
    ticket.close_reason = ticket.confirm_by = None
    return {"reason": inputs.reason.strip()}


Effect = Callable[["Ticket", Session, Inputs, Person, datetime], dict[str, Any]]
EFFECTS: dict[Action, Effect] = {
    Action.TAKE: _take,
    Action.ASSIGN: _assign,
    Action.START: _start,
    Action.ASK_CLIENT: _ask_client,
    Action.SCHEDULE: _schedule,
    Action.BACK_TO_TRIAGE: _back_to_triage,
    Action.SEND_TO_REVIEW: _send_to_review,
    Action.APPROVE: _to_client_review,
    Action.REJECT: _reject,
    Action.SEND_TO_CLIENT: _to_client_review,
    Action.CLOSE: _close,
    Action.REOPEN: _reopen,
}
