"""The Home tab, drawn for one person from a table of sections.

To add one: a row in SECTIONS. Tickets are a `Selection`; whatever else is a function in overview.py.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy.orm import Session

from bot.domain import accounts, reviews, tickets
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.roles import PERMISSIONS, Permission, Role
from bot.domain.tickets import Page, QueueFilter, Selection
from bot.messages import approvals, blocks, doors, menus, overview
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, say
from bot.messages.overview import Desk, Overview
from bot.messages.queue import Lines

MOST_BLOCKS = 100  # Slack's limit
MOST_ROWS = 10
REST = 52  # everything but the lists of tickets, for somebody who has every role; tests/messages/test_homes.py counts
AROUND_ROWS = 3  # a line, a title, the buttons below
ACCOUNT, PRIORITY, REFRESH, PREVIOUS, NEXT, SHOW_ALL = (
    "home.account", "home.priority", "home.refresh", "home.previous", "home.next", "queue.open"
)  # fmt: skip

CLIENTS = None  # the contacts of every account
WORKERS = frozenset({Role.ENGINEER, Role.LEAD, Role.SERVICE_OWNER})
LEADS = frozenset({Role.LEAD, Role.SERVICE_OWNER})
APPROVERS = frozenset({Role.APPROVER})
ACCOUNTABLE = frozenset({Role.ACCOUNT_MANAGER, Role.EXECUTIVE})
BILLING = frozenset({Role.FINANCE, Role.ACCOUNT_MANAGER})
BURNERS = LEADS | BILLING | ACCOUNTABLE
MENDERS = PERMISSIONS[Permission.MEND_DELIVERIES]
TEAM = frozenset(Role)


class State(BaseModel):
    """What the Home carries along unseen: how it is narrowed, and on which page each section is."""

    account_id: int | None = None
    priority: Priority | None = None
    pages: dict[str, int] = {}

    @classmethod
    def read(cls, metadata: str | None) -> "State":
        """From the view; a Home of an older version begins anew."""
        try:
            return cls.model_validate_json(metadata or "{}")
        except ValueError:
            return cls()


class Section(NamedTuple):
    """One part of the Home: for whom, which tickets or what else it shows, and what it says when there is nothing.

    What shows neither is not built yet: the sentence says what will stand there.
    """

    key: str
    title: str
    roles: frozenset[Role] | None
    tickets: Selection | None = None
    draws: Callable[[Desk], Overview] | None = None
    says: str = ""
    take: bool = False  # *Take it* on each row
    by_due: bool = False

    def is_for(self, actor: Person) -> bool:
        """Whether this person sees it."""
        return bool(self.roles and self.roles & set(actor.roles)) if actor.is_staff else self.roles is CLIENTS

    def narrowed(self, by: Selection) -> Selection:
        """Its tickets, narrowed as the whole Home is."""
        return (self.tickets or Selection()).but(account_id=by.account_id, priority=by.priority)


_Q = QueueFilter
# fmt: off
SECTIONS: tuple[Section, ...] = (
    Section("asked_to_decide", "Waits for your decision", CLIENTS, draws=approvals.waiting),
    Section("asked", "Waits for you", CLIENTS, Selection(what=_Q.WAITING),
            says="Nothing waits for you. When we need an answer or a confirmation, it stands here."),
    Section("yours", "Your requests", CLIENTS, Selection(what=_Q.MINE, less=(_Q.WAITING,)),
            says="Nothing is open. Press *New request*, or type `/request the report is empty`."),
    Section("others", "{account}’s other requests", CLIENTS, Selection(less=(_Q.MINE, _Q.WAITING)),
            says="None of your colleagues has anything open."),

    Section("decide", "Waits for your decision", TEAM, draws=approvals.waiting),
    Section("undelivered", "Could not be delivered", MENDERS, draws=overview.undelivered),
    Section("handed", "New in your hands", WORKERS, draws=overview.handed_over),
    Section("mine", "Yours", WORKERS, Selection(what=_Q.MINE, less=(_Q.CHECK,)), by_due=True,
            says="Nothing is yours right now. `/queue unowned` shows what you could take."),
    Section("check", "For you to check", WORKERS, Selection(what=_Q.CHECK),
            says="Nobody waits for your check."),
    Section("time", "Your time today", TEAM, draws=overview.today),
    Section("unowned", "Nobody has these yet", WORKERS, Selection(what=_Q.UNOWNED), take=True,
            says="Every open ticket has an owner."),

    Section("stalled", "Stalled", LEADS, Selection(what=_Q.STALLED, less=(_Q.UNOWNED,)),
            says="Nothing is stalled: everything that is owned moves."),
    Section("waiting", "Waiting on clients", LEADS, Selection(what=_Q.WAITING),
            says="Nothing waits on a client."),
    Section("load", "Who has how much", LEADS, draws=overview.load),

    Section("review", "Waits for a check", APPROVERS, Selection(what=_Q.REVIEW, less=(_Q.MINE,)),
            says="Nothing waits for anybody else’s check."),
    Section("accounts", "Accounts", ACCOUNTABLE, draws=overview.standings),
    Section("burn", "Allowances", BURNERS, draws=overview.allowances),
    Section("health", "Customer health", ACCOUNTABLE,
            says="How each customer does, and why, will stand here, once Steward scores health."),
    Section("billing", "Billing review", BILLING, draws=overview.to_sign),
    Section("setup", "Set-up", frozenset({Role.ADMIN}), draws=overview.setup),
)
# fmt: on
NO_ROLE = (
    "What stands here follows from your role, and you have none yet. Ask an admin to give you one with `steward apply`."
)


def sections_of(actor: Person) -> list[Section]:
    """What this person sees: every role's sections, each once."""
    return [section for section in SECTIONS if section.is_for(actor)]


def view(session: Session, actor: Person, state: State, now: datetime) -> dict[str, Any]:
    """The Home as it stands now."""
    narrowed = Selection(account_id=state.account_id if actor.is_staff else None, priority=state.priority)
    desk = Desk(session, actor, now, narrowed, reviews.stalled_since(session, now))
    shown = sections_of(actor)
    pages = _pages(desk, [section for section in shown if section.tickets], state)
    lines = Lines(session, actor, [ticket for page in pages.values() for ticket in page.tickets], now)
    body = _top(desk)
    for section in shown:
        if page := pages.get(section.key):
            body += _list(desk, section, page, lines)
        else:
            body += _other(desk, section, state.pages.get(section.key, 0))
    if actor.is_staff and not shown:
        body.append(blocks.section(Mrkdwn(NO_ROLE)))
    return {"type": "home", "blocks": body, "private_metadata": state.model_dump_json(exclude_defaults=True)}


def _pages(desk: Desk, listed: list[Section], state: State) -> dict[str, Page]:
    """A page of each list; the more lists, the shorter they are, so that all of it fits on one Home."""
    size = min(MOST_ROWS, (MOST_BLOCKS - REST) // max(len(listed), 1) - AROUND_ROWS)
    return {
        section.key: tickets.page(
            desk.session,
            desk.actor,
            section.narrowed(desk.narrowed),
            stalled_since=desk.stalled_since,
            number=state.pages.get(section.key, 0),
            size=size,
            by_due=section.by_due,
        )
        for section in listed
    }


def _top(desk: Desk) -> list[Block]:
    body = [blocks.header(f"Hello {desk.actor.first_name}")]
    body += blocks.actions(doors.buttons(desk.actor, doors.HOME))
    return body + (blocks.actions(_filters(desk), block_id="filters") if desk.actor.is_staff else [])


def _filters(desk: Desk) -> list[dict[str, Any]]:
    listed = accounts.all_of_them(desk.session)
    return [menus.of_accounts(ACCOUNT, listed, desk.narrowed), menus.of_priorities(PRIORITY, desk.narrowed)]


def _list(desk: Desk, section: Section, page: Page, lines: Lines) -> list[Block]:
    title = say("*{{ title }}: {{ total }}*", title=_title(desk, section), total=page.total)
    if not page.tickets:
        return [blocks.divider(), blocks.section(Mrkdwn(f"{title}\n{section.says}"))]
    rows = [lines.row(ticket, take=section.take) for ticket in page.tickets]
    more = _turns(section.key, page.number, page.has_next)
    if page.total > page.size:
        everything = section.narrowed(desk.narrowed).model_dump_json(exclude_defaults=True)
        more.append(blocks.button(f"Show all ({page.total})", SHOW_ALL, everything))
    return [blocks.divider(), blocks.section(title), *rows, *blocks.actions(more)]


def _title(desk: Desk, section: Section) -> str:
    if "{account}" not in section.title:
        return section.title
    return section.title.format(account=accounts.by_id(desk.session, desk.actor.account_id or 0).name)


def _turns(key: str, number: int, has_next: bool) -> list[dict[str, Any]]:
    turns = [blocks.button("Previous", PREVIOUS, f"{key}:{number - 1}")] if number else []
    return turns + ([blocks.button("Next", NEXT, f"{key}:{number + 1}")] if has_next else [])


def _other(desk: Desk, section: Section, number: int) -> list[Block]:
    """A section that is no list of tickets; what is not built yet is one sentence."""
    if section.draws is None:
        return [blocks.divider(), blocks.section(Mrkdwn(f"*{section.title}*\n{section.says}"))]
    found = section.draws(desk.at(number))
    if not found.body:
        return []
    return [blocks.divider(), *found.body, *blocks.actions(_turns(section.key, found.number, found.has_next))]


def stranger(text: str) -> dict[str, Any]:
    """For somebody who is not known yet, or no longer."""
    return {"type": "home", "blocks": [blocks.header("Hello"), blocks.section(escape(text))]}
