"""In `/request`, before it is sent: what was asked before, and a button that says it is the same."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.people import Person
from bot.domain.tickets import Similar, Ticket
from bot.domain.workflow import Action
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, say
from bot.messages.search import alike
from bot.modals import form

SAME = "request.same"
OURS = "alike."  # begins the names of the blocks that are ours to take out again
INTRO = Mrkdwn(
    ":mag: *Asked before?* If it is one of these, press its button: what you wrote goes with it. If not, just go on."
)
QUESTION = Mrkdwn(":mag: *This may be known already.* Is it one of these? If not, press *Send* once more.")


def can_reopen(ticket: Ticket, actor: Person, now: datetime, days: int) -> bool:
    """Whether a closed ticket may come back by this person's press."""
    recent = ticket.closed_at is not None and now <= ticket.closed_at + timedelta(days=days)
    return recent and any(move.action is Action.REOPEN for move in ticket.moves_for(actor))


def rows(found: list[Similar], actor: Person, now: datetime, reopen_days: int) -> list[Block]:
    """A row a likely ticket, each with its button."""
    made = []
    for one in found:
        button = _button(one.ticket, can_reopen(one.ticket, actor, now, reopen_days))
        made.append({**blocks.section(alike(one), accessory=button), "block_id": f"{OURS}{one.ticket.id}"})
    return made


def _button(ticket: Ticket, reopens: bool) -> dict[str, Any]:
    if not reopens:
        return blocks.button("It's this one", SAME, str(ticket.id))
    question = blocks.confirm(
        f"Reopen {ticket.key}?", "What you wrote here is what is still missing there.", "Reopen", "Not yet"
    )
    return {**blocks.button("It's this one: reopen", SAME, str(ticket.id)), "confirm": question}


def show(view: dict[str, Any], found: list[Block]) -> dict[str, Any]:
    """The form with what is likely below what was typed."""
    below = next(place for place, block in enumerate(view["blocks"]) if block.get("block_id") == "details") + 1
    view["blocks"][below:below] = found
    return view


def with_words(text: Mrkdwn, found: list[Block]) -> list[Block]:
    """The rows under a sentence; nothing where there are none."""
    return [{**blocks.section(text), "block_id": f"{OURS}intro"}, *found] if found else []


def named(number: int) -> list[Block]:
    """In the form of a follow-up: which ticket it goes on from."""
    text = say(":link: *T-{{ number }} can't be reopened,* so this becomes a new request that names it. Fill in the "
               "rest and send it.", number=number)  # fmt: skip
    return [{**blocks.section(text), "block_id": f"{OURS}follows"}]


def follow_up(view: dict[str, Any], number: int, metadata: str) -> dict[str, Any]:
    """The same form, now of a new ticket that names the one before."""
    same = {part: view[part] for part in ("type", "callback_id", "title", "submit", "close", "notify_on_close")}
    kept = [block for block in view["blocks"] if not block["block_id"].startswith(OURS)]
    return show({**same, "blocks": kept, "private_metadata": metadata}, named(number))


def added(ticket: Ticket, *, reopened: bool, account: str | None) -> dict[str, Any]:
    """What the form turns into: no second ticket."""
    did = "Reopened" if reopened else "Added to"
    body = [
        blocks.section(say(":white_check_mark: *{{ did }} {{ key }}* {{ title }}", did=did, key=ticket.key,
                           title=ticket.title)),
        blocks.context(say("{% if account %}For {{ account }}. {% endif %}No second ticket was opened: its thread in "
                           "the channel follows it, and whoever works on it reads what you wrote.", account=account)),
    ]  # fmt: skip
    return form.modal("request.filed", f"{did} {ticket.key}", body, submit=None, close="Done")
