"""Putting a ticket's facts right: title, priority, system."""

from typing import Any

from pydantic import BaseModel

from bot.domain.priority import Priority
from bot.domain.tickets import LONGEST_TITLE, Ticket
from bot.domain.tickets.edit import choices
from bot.messages.blocks import option
from bot.modals import form

CALLBACK_ID = "ticket.edited"


class Metadata(BaseModel):
    """Which ticket, and the version the person saw."""

    ticket: int
    seen: int
    window: str | None = None  # the ticket's window underneath


class Form(BaseModel):
    """What came back."""

    title: str
    priority: Priority
    related_system: str | None = None
    reason: str = ""


def view(ticket: Ticket, metadata: Metadata) -> dict[str, Any]:
    """The form, as the ticket stands."""
    body = [
        form.text("title", "Short description", initial=ticket.title, longest=LONGEST_TITLE),
        form.choice("priority", "Priority", [_step(ticket, priority) for priority in choices(ticket)],
                    initial=ticket.priority.value, hint="One step from what the answers make it"),
        form.text("reason", "Why the priority moves", optional=True, longest=300,
                  hint="Only where it moves; the client reads it beside the priority"),
        form.text("related_system", "Related system (report, file or process)", optional=True, longest=200,
                  initial=ticket.related_system or ""),
    ]  # fmt: skip
    title = f"Edit {ticket.key}"
    return form.modal(CALLBACK_ID, title, body, submit="Save", metadata=metadata.model_dump_json())


def _step(ticket: Ticket, priority: Priority) -> dict[str, Any]:
    says = ", as computed" if priority is ticket.computed_priority else ""
    return option(f"{priority.value}{says}", priority.value)
