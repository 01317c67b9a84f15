"""Search: tickets and closing notes by their words, within what the person who asks may know of."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from bot.domain.codes import Code
from bot.domain.people import Person
from bot.domain.tickets import texts
from bot.domain.tickets.access import seen_by
from bot.domain.tickets.similar import latest_summary
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import Status

PAGE = 10
NEAR_ENOUGH = 0.01  # below it, texts share a letter or two
NEARER = 0.3  # of the best: what is further off than that would only be in its way
LONGEST_SYSTEM = 150
MOST_SYSTEMS = 99


class Shown(StrEnum):
    """Which tickets a search shows."""

    CLOSED_FIRST = "closed first"
    CLOSED = "closed"
    OPEN = "open"

    @property
    def label(self) -> str:
        """As the menu shows it."""
        return {"closed first": "Closed first", "closed": "Only closed", "open": "Only open"}[self.value]


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Days are counted in `timezone`, by when a ticket closed, or was filed if it is open."""

    words: str = ""
    shown: Shown = Shown.CLOSED_FIRST
    code: Code | None = None
    system: str | None = None
    since: date | None = None
    until: date | None = None
    timezone: str = "UTC"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked yet."""
        return not self.words.strip() and self == Search(words=self.words, timezone=self.timezone)


class Hit(NamedTuple):
    """A ticket that was found, and what was done, if a note says so."""

    ticket: Ticket
    outcome: str | None


class Found(NamedTuple):
    """A page of what was found. `nearest`: nothing holds all the words, these come closest."""

    hits: list[Hit]
    total: int
    number: int = 0
    nearest: bool = False
    too_little: bool = False  # only words that stand everywhere

    @property
    def has_next(self) -> bool:
        """Whether a further page exists."""
        return (self.number + 1) * PAGE < self.total


def find(session: Session, actor: Person, search: Search, *, number: int = 0) -> Found:
    """All of the words; where no ticket holds them all, the nearest, slips forgiven."""
    visible = seen_by(actor).where(*_conditions(search))
    if not search.words.strip():
        return _page(session, visible, [*_order(search), _last_touched().desc()], number)
    if not texts.says_something(session, search.words):
        return Found([], 0, too_little=True)
    all_of_them = texts.matches(search.words, account_id=actor.account_id)
    holding = visible.join(all_of_them, all_of_them.c.ticket_id == Ticket.id)
    found = _page(session, holding, [*_order(search), all_of_them.c.rank.desc()], number)
    return found if found.total else _nearest(session, visible, search, actor)


def _nearest(session: Session, visible: Select[Ticket], search: Search, actor: Person) -> Found:
    like = texts.likeness(search.words, account_id=actor.account_id, forgiving=True)
    near = visible.join(like, like.c.ticket_id == Ticket.id).where(like.c.likeness >= NEAR_ENOUGH)
    columns = near.add_columns(latest_summary(), like.c.likeness)
    rows = session.execute(columns.order_by(like.c.likeness.desc(), Ticket.id.desc()).limit(PAGE)).all()
    hits = [Hit(ticket, outcome) for ticket, outcome, likeness in rows if likeness >= NEARER * rows[0].likeness]
    return Found(hits, len(hits), nearest=True)


def _page(session: Session, query: Select[Ticket], order: list[ColumnElement[Any]], number: int) -> Found:
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Ticket.id).subquery())) or 0
    rows = session.execute(
        query.add_columns(latest_summary()).order_by(*order, Ticket.id.desc()).limit(PAGE).offset(number * PAGE)
    )
    return Found([Hit(*row) for row in rows], total, number)


def _order(search: Search) -> list[ColumnElement[Any]]:
    return [(Ticket.status == Status.CLOSED).desc()] if search.shown is Shown.CLOSED_FIRST else []


def _last_touched() -> ColumnElement[Any]:
    return func.coalesce(Ticket.closed_at, Ticket.created_at)


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    is_closed = Ticket.status == Status.CLOSED
    found = {Shown.CLOSED: [is_closed], Shown.OPEN: [~is_closed], Shown.CLOSED_FIRST: []}[search.shown]
    if search.code:
        found = [*found, Ticket.code == search.code]
    if search.system:
        found = [*found, func.left(Ticket.related_system, LONGEST_SYSTEM) == search.system]
    if search.since:
        found = [*found, _last_touched() >= _midnight(search.since, search)]
    if search.until:
        found = [*found, _last_touched() < _midnight(search.until + timedelta(days=1), search)]
    return found


def _midnight(day: date, search: Search) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(search.timezone))


def systems_ever(session: Session, actor: Person) -> list[str]:
    """What can be chosen as a system: those named most often in what this person may know of."""
    name = func.left(Ticket.related_system, LONGEST_SYSTEM)
    named = seen_by(actor).where(Ticket.related_system.is_not(None)).with_only_columns(name)
    return list(session.scalars(named.group_by(name).order_by(func.count().desc(), name).limit(MOST_SYSTEMS)))
