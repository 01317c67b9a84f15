"""The form of a link between two tickets."""

from typing import Any

from pydantic import BaseModel

from bot.domain.tickets import BY_HAND, LinkKind, Ticket
from bot.messages import blocks
from bot.messages.blocks import option
from bot.messages.mrkdwn import clip, say
from bot.modals import form

CALLBACK_ID = "ticket.link_it"
FIND = "ticket.find"


class Metadata(BaseModel):
    """Which ticket, and its window underneath, which shows the outcome."""

    ticket: int
    window: str | None = None


class Form(BaseModel):
    """What came back."""

    ticket: int
    kind: LinkKind = LinkKind.RELATES_TO
    note: str = ""


def ticket_option(ticket: Ticket) -> dict[str, Any]:
    """A ticket in the picker, with where it stands."""
    return option(clip(f"{ticket.key} {ticket.title}", 75), str(ticket.id), ticket.status.value)


def view(ticket: Ticket, window: str | None) -> dict[str, Any]:
    """How this ticket stands to which other."""
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        form.choice("kind", f"{ticket.key} …", form.enum_options(BY_HAND), initial=LinkKind.RELATES_TO.value),
        form.search("ticket", "Ticket", FIND, placeholder="Key or words of the title"),
        form.text("note", "Note", optional=True, longest=500, hint="The team reads this, the client does not"),
    ]
    metadata = Metadata(ticket=ticket.id, window=window).model_dump_json()
    return form.modal(CALLBACK_ID, f"Link {ticket.key}", body, submit="Link", metadata=metadata)
