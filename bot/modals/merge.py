"""Merging a ticket into another that is about the same."""

from typing import Any

from pydantic import BaseModel

from bot.domain.tickets import Ticket
from bot.messages import blocks
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form
from bot.modals.links import FIND, ticket_option

CALLBACK_ID = "ticket.merge_it"
WHAT_HAPPENS = Mrkdwn(
    "It is closed as a duplicate, whoever asked follows the other one, and both threads are told. "
    "*Undo* in the other one's thread takes it apart again."
)


class Metadata(BaseModel):
    """Which ticket, and the version the person saw. Read by the picker as a link's form is."""

    ticket: int
    seen: int
    window: str | None = None  # the ticket's window underneath


class Form(BaseModel):
    """What came back."""

    ticket: int


def view(ticket: Ticket, metadata: Metadata, suggested: Ticket | None = None) -> dict[str, Any]:
    """Into which one."""
    initial = ticket_option(suggested) if suggested else None
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        form.search("ticket", "Is the same as", FIND, initial=initial, placeholder="Key or words of the title"),
        blocks.context(WHAT_HAPPENS),
    ]
    title = f"Merge {ticket.key}"
    return form.modal(CALLBACK_ID, title, body, submit="Merge", metadata=metadata.model_dump_json())
