"""Putting right what was filed: title, priority by one step with a reason, system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import events, outbox
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets.filing import LONGEST_TITLE, SHORTEST_TITLE
from bot.domain.tickets.ticket import Ticket

SHORTEST_REASON = 3


@dataclass(frozen=True)
class Changes:
    """How the ticket shall read; `reason` is asked for where the priority moves."""

    title: str
    priority: Priority
    related_system: str | None = None
    reason: str = ""


def choices(ticket: Ticket) -> list[Priority]:
    """The computed priority and one step to either side of it."""
    every = list(Priority)
    at = every.index(ticket.computed_priority)
    return every[max(at - 1, 0) : at + 2]


def edit(session: Session, ticket: Ticket, changes: Changes, *, by: Person, now: datetime, seen: int) -> None:
    """Make the changes, or refuse and change nothing. The caller holds the row's lock."""
    ticket.require_unchanged(session, by, seen)
    if not ticket.is_open:
        raise Refused(f"{ticket.key} is closed. Reopen it first, or file a new request.")
    if not ticket.may_edit(by):
        raise Refused("Whoever works on the ticket, or a lead, may change it. Ask one of them in the thread.")
    title = changes.title.strip()
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        raise Refused(f"Write between {SHORTEST_TITLE} and {LONGEST_TITLE} characters, please.", field="title")
    _check_priority(ticket, changes)
    wanted = {"title": title, "priority": changes.priority, "related_system": changes.related_system}
    changed = {name: (getattr(ticket, name), value) for name, value in wanted.items() if getattr(ticket, name) != value}
    if not changed:
        return
    ticket.title, ticket.related_system = title, changes.related_system
    if "priority" in changed:
        ticket.set_priority(changes.priority, f"{changes.reason.strip()} (was {changed['priority'][0].value})")
    ticket.version += 1
    _record(session, ticket, changed, changes.reason.strip(), by, now)
    outbox.refresh(session, outbox.Subject.TICKET, ticket.id)


def _check_priority(ticket: Ticket, changes: Changes) -> None:
    if changes.priority is ticket.priority:
        return
    if changes.priority not in choices(ticket):
        allowed = ", ".join(choice.value for choice in choices(ticket))
        raise Refused(
            f"The answers make it {ticket.computed_priority.value}, and triage moves one step: {allowed}. "
            "If more has changed, ask the client to file it anew.",
            field="priority",
        )
    if len(changes.reason.strip()) < SHORTEST_REASON:
        raise Refused("Say why: the client reads it beside the priority.", field="reason")


def _record(
    session: Session, ticket: Ticket, changed: dict[str, tuple[Any, Any]], reason: str, by: Person, now: datetime
) -> None:
    session.add(
        events.Event(
            kind=events.Kind.EDITED,
            at=now,
            account_id=ticket.account_id,
            ticket_id=ticket.id,
            actor_id=by.id,
            data={"changed": {name: [before, after] for name, (before, after) in changed.items()}, "reason": reason},
            rule_version=playbook.of(session).version,
        )
    )
