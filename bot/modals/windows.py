"""Windows that show and do not ask: a ticket, the queue, a refusal."""

from typing import Any

from bot.domain.tickets import QueueFilter
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape
from bot.modals import form

TICKET, QUEUE, QUEUE_FILTER, QUEUE_PAGE = "ticket.window", "queue.window", "queue.filter", "queue.page"
EMPTY = {
    QueueFilter.ALL: "Nothing is open. File something with /request.",
    QueueFilter.MINE: "Nothing is yours right now. `/queue unowned` shows what nobody has yet.",
    QueueFilter.UNOWNED: "Every open ticket has an owner.",
    QueueFilter.WAITING: "Nothing waits on a client.",
    QueueFilter.STALLED: "Nothing is stalled: everything moves.",
    QueueFilter.REVIEW: "Nothing waits for a check.",
}


def ticket(key: str, body: list[Block]) -> dict[str, Any]:
    """One ticket."""
    return form.modal(TICKET, key, body, submit=None, close="Close")


def queue(
    chosen: QueueFilter, rows: list[Block], total: int, page: int, has_next: bool, doors: list[dict[str, Any]]
) -> dict[str, Any]:
    """The queue with its filter, a page at a time."""
    menu = form.enum_options(QueueFilter)
    select = {
        "type": "static_select",
        "action_id": QUEUE_FILTER,
        "options": menu,
        "initial_option": next(item for item in menu if item["value"] == chosen.value),
    }
    count = Mrkdwn(f"*{chosen.label}:* {total}" + (f", page {page + 1}" if page or has_next else ""))
    body: list[Block] = [blocks.section(count, accessory=select)]
    body += rows or [blocks.section(Mrkdwn(EMPTY[chosen]))]
    turns = [blocks.button("Previous", f"{QUEUE_PAGE}.previous", f"{chosen.value}:{page - 1}")] if page else []
    turns += [blocks.button("Next", f"{QUEUE_PAGE}.next", f"{chosen.value}:{page + 1}")] if has_next else []
    return form.modal(QUEUE, "Queue", body + blocks.actions(turns) + blocks.actions(doors), submit=None, close="Close")


def sentence(title: str, text: str) -> dict[str, Any]:
    """A window with one sentence: how a refusal is shown where nothing else can be."""
    return form.modal("sentence", title, [blocks.section(escape(text))], submit=None, close="OK")
