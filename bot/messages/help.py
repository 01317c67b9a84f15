"""Where to start: what this person can do, in a few lines, with the commands as buttons too."""

from typing import Any

from bot.domain.people import Person
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, line, say

FOR_CLIENTS = Mrkdwn(
    "*Ask for something:* `/request`. You get one thread in your channel that follows it to the end.\n"
    "*See how it stands:* `/queue mine`, or `/ticket T-102`.\n"
    "*In your own words:* write them to me, or mention me with them, and I offer to make them a request.\n"
    "*Urgent?* Choose *Now* in the form and say what happens if it waits."
)
FOR_STAFF = Mrkdwn(
    "*The queue:* `/queue`, `/queue mine`, `/queue unowned`, `/queue waiting`, `/queue stalled`.\n"
    "*A ticket:* `/ticket T-102`, or the buttons on its card in the triage channel.\n"
    "*Time:* `/time T-102 45m what you did`, `/time today`, or `/time` for the form.\n"
    "*For a client:* `/request`, choose the account, and say where it came from."
)


def where_to_start(actor: Person) -> tuple[Mrkdwn, list[Block]]:
    """The text, and the same with buttons: people of other workspaces can use no commands."""
    text = FOR_STAFF if actor.is_staff else FOR_CLIENTS
    return text, [blocks.section(text), *blocks.actions(_doors(actor, style="primary"))]


def make_it_a_request(actor: Person, words: str, value: str) -> tuple[Mrkdwn, list[Block]]:
    """To words that were said to Steward: an offer, with the other doors beside it."""
    asked = "Shall I make this a request?"
    quoted = say("{{ asked }}{% if words %}\n>{{ words }}{% endif %}", asked=asked, words=line(words, 200))
    offer = blocks.button("Make it a request", "request.from_words", value, style="primary")
    return Mrkdwn(asked), [blocks.section(quoted), *blocks.actions([offer, *_doors(actor)])]


def _doors(actor: Person, *, style: str | None = None) -> list[dict[str, Any]]:
    mine = "My queue" if actor.is_staff else "My requests"
    return [blocks.button("New request", "request.open", style=style), blocks.button(mine, "queue.mine")]
