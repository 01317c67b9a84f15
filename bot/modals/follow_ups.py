"""The form that makes tickets of a closure note's follow-up items."""

from typing import Any

from pydantic import BaseModel

from bot.domain.people import Person
from bot.domain.tickets import AT_ONCE, Ticket
from bot.messages import blocks
from bot.messages.blocks import LONGEST_LABEL, option
from bot.messages.mrkdwn import Mrkdwn, say, width
from bot.modals import form
from bot.modals.moves import colleague_options

CALLBACK_ID = "ticket.file_follow_ups"


class Metadata(BaseModel):
    """Whose items, of which note, and the window underneath."""

    ticket: int
    closure: int
    window: str | None = None


class Form(BaseModel):
    """What came back: the items' places in the note."""

    items: list[int]
    assignee: int | None = None


def view(
    ticket: Ticket, closure_id: int, items: dict[int, str], colleagues: list[Person], window: str | None
) -> dict[str, Any]:
    """One checkbox an item, all ticked."""
    options = [_option(place, item) for place, item in list(items.items())[:AT_ONCE]]
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        form.ticks("items", "Which become tickets", options, all_ticked=True),
        form.choice("assignee", "Owner", colleague_options(colleagues), optional=True, hint="Empty: whoever takes it"),
    ]
    if len(items) > AT_ONCE:
        body.append(blocks.context(Mrkdwn(f"{len(items) - AT_ONCE} more can be filed after these.")))
    metadata = Metadata(ticket=ticket.id, closure=closure_id, window=window).model_dump_json()
    return form.modal(CALLBACK_ID, "File follow-ups", body, submit="File them", metadata=metadata)


def _option(place: int, item: str) -> dict[str, Any]:
    """A long item goes on in the small print below."""
    cut = item.rfind(" ", 0, LONGEST_LABEL) if width(item) > LONGEST_LABEL else 0
    return option(item[:cut], str(place), item[cut:].strip()) if cut > 0 else option(item, str(place))
