"""The buttons of a ticket: from the workflow table, those that the state allows, at most five."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bot import playbook
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.quotes import WAITS_IN as QUOTED_IN
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket, is_held_by_its_cost
from bot.domain.workflow import Action, Clearance, Move, Need, Who, moves_from
from bot.messages import blocks

VISIBLE_ACTIONS, VISIBLE_MOVES, MENU = 5, 3, 5
PLAN_CHANGE, START_TIMER = "ticket.change", "time.start"
IN_THE_MENU = (START_TIMER, PLAN_CHANGE)  # of the tools, where moves and what is used daily leave room for them
# On the card itself; the window's TOOLS have them too.
DAILY = (("Reply to client", "ticket.reply"), ("Log time", "time.open"), ("Note", "ticket.note"))
PRIMARY = {Action.TAKE, Action.START, Action.APPROVE}


class Tool(NamedTuple):
    """What can be done with a ticket that is no move: a button in its window, where it `fits` ticket and person."""

    label: str
    action_id: str
    fits: Callable[[Ticket, Person], bool]

    def button(self, ticket: Ticket) -> dict[str, Any]:
        """It, for that ticket."""
        return blocks.button(self.label, self.action_id, value_of(ticket))


def _may_close_without_work(ticket: Ticket, actor: Person) -> bool:
    return any(move.action is Action.CLOSE and Need.CLOSE_REASON in move.needs for move in ticket.moves_for(actor))


def _may_quote(ticket: Ticket, actor: Person) -> bool:
    return ticket.status in QUOTED_IN and ticket.clearance is not Clearance.ASKED and ticket.may_edit(actor)


def _may_withdraw(ticket: Ticket, actor: Person) -> bool:
    return ticket.clearance is Clearance.ASKED and ticket.may_edit(actor)


# fmt: off
TOOLS: tuple[Tool, ...] = (
    Tool("Reply to client", "ticket.reply", lambda _ticket, actor: actor.is_staff),
    Tool("Note",            "ticket.note",  lambda _ticket, actor: actor.is_staff),
    Tool("Log time",        "time.open",    lambda _ticket, actor: actor.is_staff),
    Tool("Start timer",     START_TIMER,    lambda ticket, actor: ticket.is_open and actor.is_staff),
    Tool("Quote",           "quote.open",   _may_quote),
    Tool("Withdraw the quote", "quote.withdraw", _may_withdraw),
    Tool("Edit",            "ticket.edit",  lambda ticket, actor: ticket.is_open and ticket.may_edit(actor)),
    Tool("Merge",           "ticket.merge", _may_close_without_work),
    Tool("Follow",          "ticket.follow",   lambda ticket, actor: actor.id not in ticket.follower_ids),
    Tool("Unfollow",        "ticket.unfollow", lambda ticket, actor: actor.id in ticket.follower_ids),
    Tool("Link",            "ticket.link",  lambda _ticket, actor: actor.may(Permission.WORK)),
    Tool("Plan a change",   PLAN_CHANGE, lambda ticket, actor: ticket.is_open and actor.may(Permission.WORK)),
    Tool("Make it a project", "ticket.project", _may_close_without_work),
    Tool("Repeat",          "ticket.repeat", lambda _ticket, actor: actor.may(Permission.WORK)),
)
# fmt: on


def tools(ticket: Ticket, actor: Person) -> list[dict[str, Any]]:
    """The tools of a ticket's window, as buttons."""
    return [tool.button(ticket) for tool in TOOLS if tool.fits(ticket, actor)]


def queue_doors(actor: Person) -> list[dict[str, Any]]:
    """What stands beside the queue, as buttons below it."""
    doors = [
        blocks.button("Search", "search.open"),
        blocks.button("Projects", "project.list"),
        blocks.button("Agenda", "agenda.list"),
    ]
    return [*doors, blocks.button("Recurring work", "recurring.list")] if actor.may(Permission.WORK) else doors


def follow_up_button(ticket: Ticket, items: list[str]) -> list[dict[str, Any]]:
    """Offered while a closed ticket's note has items that are no tickets yet."""
    return [blocks.button("File follow-ups", "ticket.follow_ups", value_of(ticket))] if items else []


def client_moves(ticket: Ticket) -> list[Move]:
    """What the client may press in its own thread."""
    return [move for move in moves_from(ticket.status) if Who.CLIENT in move.who]


def card_moves(ticket: Ticket, book: playbook.Playbook) -> list[Move]:
    """The moves the state allows, without those this ticket can't make whoever presses."""
    impossible = {
        Need.UNOWNED: ticket.assignee_id is not None,
        Need.NOT_URGENT: ticket.priority in {Priority.P1, Priority.P2},
        Need.LIGHT: ticket.request_type.value not in book.light_work,
        Need.NOTHING_VISIBLE: ticket.client_visible,
        Need.CLEARED: is_held_by_its_cost(ticket),
    }
    return [move for move in moves_from(ticket.status) if not any(impossible.get(need) for need in move.needs)]


def card_controls(ticket: Ticket, book: playbook.Playbook, *, room: int = VISIBLE_ACTIONS) -> list[dict[str, Any]]:
    """At most five, fewer where the card has other buttons: usual moves, what is used daily, and a More menu.

    Its last entry opens the window, which has everything.
    """
    moves = card_moves(ticket, book)
    usual = [move for move in moves if not move.seldom or move.action is Action.TAKE]
    usual.sort(key=lambda move: move.action is not Action.TAKE)  # whoever takes an unowned ticket comes first
    seldom = [move_button(ticket, move) for move in moves if move not in usual]
    first = [move_button(ticket, move) for move in usual]
    daily = [blocks.button(label, action_id, value_of(ticket)) for label, action_id in DAILY if ticket.is_open]
    shown = [*first[:VISIBLE_MOVES], *daily][: room - 1]
    late = [button for button in [*first, *seldom, *daily] if button not in shown]
    opens = blocks.button("Open", "ticket.open", str(ticket.id))
    extra = [tool.button(ticket) for tool in TOOLS if tool.action_id in IN_THE_MENU and ticket.is_open]
    menu = [*[*late, *extra][: MENU - 1], opens]  # the window has them all
    return [*shown, blocks.overflow("ticket.more", [_entry(button) for button in menu])]


def client_button(ticket: Ticket, move: Move) -> dict[str, Any]:
    """A move as the client's button: what can't be unsaid easily is asked about."""
    made = move_button(ticket, move)
    if move.action is Action.CLOSE:
        made["confirm"] = blocks.confirm(f"Close {ticket.key}?", "You say that the work is right.", "Close", "Not yet")
    return made


def value_of(ticket: Ticket) -> str:
    """What a button carries: which ticket, and the version the person sees."""
    return f"{ticket.id}:{ticket.version}"


def move_button(ticket: Ticket, move: Move) -> dict[str, Any]:
    """A move as a button."""
    style = "primary" if move.action in PRIMARY else "danger" if move.action is Action.REJECT else None
    return blocks.button(move.action.label, f"ticket.{move.action.value}", value_of(ticket), style=style)


def _entry(button: dict[str, Any]) -> dict[str, Any]:
    """A button as an entry of the More menu."""
    return blocks.option(button["text"]["text"], f"{button['action_id']}:{button['value']}")
