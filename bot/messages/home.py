"""The Home tab, drawn for one person."""

from typing import Any

from bot.domain.people import Person
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, say

SHOWN = 10


def view(actor: Person, mine: list[Block], total: int, unowned: list[Block], unowned_total: int) -> dict[str, Any]:
    """What is theirs, with the doors in on top."""
    doors = [blocks.button("New request", "request.open", style="primary")]
    if actor.is_staff:
        doors.append(blocks.button("Log time", "time.open"))
    body = [blocks.header(f"Hello {actor.first_name}"), *blocks.actions(doors)]
    title = "Yours, to work on or to check" if actor.is_staff else "Your requests"
    empty = (
        "Nothing is yours right now." if actor.is_staff else "Nothing is open. Press *New request*, or type `/request`."
    )
    body += _list(title, mine, total, empty)
    if actor.is_staff:
        body += _list("Nobody has these yet", unowned, unowned_total, "Every open ticket has an owner.")
    return {"type": "home", "blocks": body}


def _list(title: str, rows: list[Block], total: int, empty: str) -> list[Block]:
    body: list[Block] = [blocks.divider(), blocks.section(say("*{{ title }}: {{ total }}*", title=title, total=total))]
    if not rows:
        return [*body, blocks.section(Mrkdwn(empty))]
    rest = total - min(len(rows), SHOWN)
    more = [blocks.context(say("And {{ rest }} more: `/queue`", rest=rest))] if rest else []
    return [*body, *rows[:SHOWN], *more]


def stranger(text: str) -> dict[str, Any]:
    """For somebody who is not known yet, or no longer."""
    return {"type": "home", "blocks": [blocks.header("Hello"), blocks.section(escape(text))]}
