"""Writing on a ticket: to the client or to the team. Which of the two is said before anything is typed."""

from typing import Any

from pydantic import BaseModel, Field

from bot.domain.tickets import Ticket
from bot.domain.tickets.conversation import LONGEST, Visibility
from bot.messages import blocks
from bot.messages.mrkdwn import escape, say
from bot.modals import form

CALLBACK_ID = "message.write"
# fmt: off
FORMS = {  # title, who reads it, label, submit
    Visibility.TO_CLIENT: ("Reply to client", ":outbox_tray: *{{ reader }} reads this*, under your name, in the thread of {{ key }}.", "Reply", "Send to client"),
    Visibility.INTERNAL:  ("Note", ":lock: *Only the team reads this.* It never reaches the client.", "Note", "Add note"),
}
# fmt: on


class Metadata(BaseModel):
    """On which ticket, and for whom."""

    ticket: int
    visibility: Visibility
    window: str | None = None  # the ticket's window underneath


class Form(BaseModel):
    """What came back."""

    text: str = Field(min_length=1)


def view(ticket: Ticket, metadata: Metadata, reader: str, typed: str = "") -> dict[str, Any]:
    """The form; `reader` is who reads a reply, in words."""
    title, says, label, submit = FORMS[metadata.visibility]
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        blocks.section(say(says, reader=escape(reader), key=ticket.key)),
        form.text("text", label, initial=typed, multiline=True, longest=LONGEST),
    ]
    return form.modal(CALLBACK_ID, title, body, submit=submit, metadata=metadata.model_dump_json())
