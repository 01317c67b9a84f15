"""Windows that show and do not ask: a ticket, the queue, a refusal."""

from typing import Any

from pydantic import BaseModel

from bot.domain.accounts import Account
from bot.domain.people import Person
from bot.domain.tickets import Page, QueueFilter, Selection, filters_for
from bot.messages import blocks, menus
from bot.messages.blocks import Block, option
from bot.messages.controls import queue_doors
from bot.messages.mrkdwn import Mrkdwn, escape
from bot.modals import form

TICKET, QUEUE, QUEUE_FILTER, QUEUE_PAGE = "ticket.window", "queue.window", "queue.filter", "queue.page"
QUEUE_ACCOUNT, QUEUE_PRIORITY, QUEUE_SYSTEM, QUEUE_OPEN = (
    "queue.account",
    "queue.priority",
    "queue.system",
    "queue.open",
)
EMPTY = {
    QueueFilter.ALL: "Nothing is open. File something with `/request the report is empty`.",
    QueueFilter.MINE: "Nothing is yours right now. `/queue unowned` shows what nobody has yet.",
    QueueFilter.CHECK: "Nobody waits for your check. `/queue review` shows everything that is being checked.",
    QueueFilter.UNOWNED: "Every open ticket has an owner. `/queue stalled` shows what does not move.",
    QueueFilter.WAITING: "Nothing waits on a client. `/queue mine` shows what is yours to do.",
    QueueFilter.STALLED: "Nothing is stalled: everything moves. `/queue waiting` shows what waits on clients.",
    QueueFilter.REVIEW: "Nothing waits for a check. `/queue mine` shows what is yours to do.",
    QueueFilter.FOLLOWED: "You follow nothing. Press *Follow* in a ticket's window.",
}
EMPTY_FOR_CLIENTS = {
    QueueFilter.ALL: "Nothing is open. Ask for something with `/request the report is empty`.",
    QueueFilter.MINE: "Nothing of yours is open. Ask for something with `/request the report is empty`.",
    QueueFilter.WAITING: "Nothing waits for you. `/queue all` shows everything that is open.",
    QueueFilter.FOLLOWED: "You follow nothing. Press *Follow* in a request's window.",
}
NARROWED_AWAY = "Nothing fits. Choose “Every account”, “Any priority” or “Any system” above to see more."


class QueueState(BaseModel):
    """What the queue's window carries along unseen: what is looked at, and which page."""

    selection: Selection = Selection()
    number: int = 0


def ticket(key: str, body: list[Block]) -> dict[str, Any]:
    """One ticket."""
    return form.modal(TICKET, key, body, submit=None, close="Close")


def queue(
    actor: Person, selection: Selection, rows: list[Block], found: Page, accounts: list[Account]
) -> dict[str, Any]:
    """The queue with its filters, a page at a time; `accounts` are those to choose from."""
    menu = [option(chosen.label_for(actor), chosen.value) for chosen in filters_for(actor)]
    what = blocks.select(QUEUE_FILTER, "What", menu, selection.what.value)
    paged = f", page {found.number + 1}" if found.number or found.has_next else ""
    count = Mrkdwn(f"*{_name(selection, actor)}:* {found.total}{paged}")
    body: list[Block] = [blocks.section(count, accessory=what)]
    body += blocks.actions(_narrowing(actor, selection, accounts), block_id="narrowing")
    body += rows or [blocks.section(Mrkdwn(_nothing(selection, actor)))]
    turns = [blocks.button("Previous", f"{QUEUE_PAGE}.previous", str(found.number - 1))] if found.number else []
    turns += [blocks.button("Next", f"{QUEUE_PAGE}.next", str(found.number + 1))] if found.has_next else []
    state = QueueState(selection=selection, number=found.number).model_dump_json(exclude_defaults=True)
    title = "Queue" if actor.is_staff else "Requests"
    body += blocks.actions(turns) + blocks.actions(queue_doors(actor))
    return form.modal(QUEUE, title, body, submit=None, close="Close", metadata=state)


def _name(selection: Selection, actor: Person) -> str:
    """What is looked at, less what stands elsewhere; the menus beside it tell the rest."""
    less = " or ".join(other.label_for(actor).lower() for other in selection.less)
    return selection.what.label_for(actor) + (f", not {less}" if less else "")


def _narrowing(actor: Person, selection: Selection, accounts: list[Account]) -> list[dict[str, Any]]:
    menus_ = [menus.of_accounts(QUEUE_ACCOUNT, accounts, selection)] if actor.is_staff else []
    return [*menus_, menus.of_priorities(QUEUE_PRIORITY, selection), menus.of_systems(QUEUE_SYSTEM, selection)]


def _nothing(selection: Selection, actor: Person) -> str:
    if selection.account_id or selection.priority or selection.system:
        return NARROWED_AWAY if actor.is_staff else NARROWED_AWAY.replace("“Every account”, ", "")
    return (EMPTY if actor.is_staff else EMPTY_FOR_CLIENTS)[selection.what]


def help_(title: str, body: list[Block]) -> dict[str, Any]:
    """Where to start, as a window."""
    return form.modal("help.window", title, body, submit=None, close="Close")


def sentence(title: str, text: str) -> dict[str, Any]:
    """A window with one sentence: how a refusal is shown where nothing else can be."""
    return form.modal("sentence", title, [blocks.section(escape(text))], submit=None, close="OK")
