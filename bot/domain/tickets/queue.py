"""The queue: which open tickets, in which order, a page at a time."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.domain import outbox
from bot.domain.people import Person
from bot.domain.tickets.access import seen_by
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import STATUSES, Clock, Side, Status

PAGE = 20


class QueueFilter(StrEnum):
    """What `/queue` can show; the value is the word people type."""

    ALL = "all"
    MINE = "mine"
    UNOWNED = "unowned"
    WAITING = "waiting"
    STALLED = "stalled"
    REVIEW = "review"

    @property
    def label(self) -> str:
        """As the menu shows it."""
        return _LABELS[self]


_LABELS = {
    QueueFilter.ALL: "Everything open",
    QueueFilter.MINE: "Mine",
    QueueFilter.UNOWNED: "Unowned",
    QueueFilter.WAITING: "Waiting on client",
    QueueFilter.STALLED: "Stalled",
    QueueFilter.REVIEW: "In review",
}


class Page(NamedTuple):
    """Some tickets of a list, and how many there are in all."""

    tickets: list[Ticket]
    total: int
    number: int

    @property
    def has_next(self) -> bool:
        """Whether a further page exists."""
        return (self.number + 1) * PAGE < self.total


def conditions(chosen: QueueFilter, actor: Person, stalled_since: datetime) -> list[ColumnElement[bool]]:
    """The filter as SQL. `stalled_since`: whatever has not moved since then is stalled."""
    is_open = Ticket.status != Status.CLOSED
    if chosen is QueueFilter.MINE:
        return [is_open, is_with(actor) if actor.is_staff else Ticket.requester_id == actor.id]
    return [is_open, *_NARROWER[chosen](stalled_since)]


def is_with(person: Person) -> ColumnElement[bool]:
    """They work on it, or have to check it."""
    to_check = and_(Ticket.reviewer_id == person.id, Ticket.status == Status.INTERNAL_REVIEW)
    return or_(Ticket.assignee_id == person.id, to_check)


def is_unowned() -> ColumnElement[bool]:
    """Nobody has it, or whoever had it has left."""
    here = select(Person.id).where(Person.id == Ticket.assignee_id, Person.active).correlate(Ticket)
    return ~here.exists()


_WITH_CLIENT = [status for status, state in STATUSES.items() if state.side is Side.CLIENT]
_MAY_STAND = [status for status, state in STATUSES.items() if state.clock is not Clock.RUN]  # and is not stalled
_NARROWER = {
    QueueFilter.ALL: lambda _: [],
    QueueFilter.UNOWNED: lambda _: [is_unowned()],
    QueueFilter.WAITING: lambda _: [Ticket.status.in_(_WITH_CLIENT)],
    QueueFilter.STALLED: lambda since: [
        Ticket.status_since < since,
        Ticket.status.not_in(_MAY_STAND),
    ],
    QueueFilter.REVIEW: lambda _: [Ticket.status == Status.INTERNAL_REVIEW],
}


def page(session: Session, actor: Person, chosen: QueueFilter, *, stalled_since: datetime, number: int = 0) -> Page:
    """One page of the queue, most urgent and longest standing first."""
    where = conditions(chosen, actor, stalled_since)
    query = seen_by(actor).where(*where)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(
        query.order_by(Ticket.priority, Ticket.status_since, Ticket.id).limit(PAGE).offset(number * PAGE)
    )
    return Page(list(rows), total, number)


def open_with(session: Session, reader: Person, person: Person, *, most: int) -> tuple[int, list[Ticket]]:
    """How many open tickets somebody has in hand, and the most urgent of them, as far as the reader may know."""
    query = seen_by(reader).where(Ticket.status != Status.CLOSED, is_with(person))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total, list(session.scalars(query.order_by(Ticket.priority, Ticket.status_since, Ticket.id).limit(most)))


def refresh_cards_of(session: Session, ids: set[int]) -> None:
    """The team's cards of whatever these people have in hand say anew who is next."""
    with_them = or_(Ticket.assignee_id.in_(ids), Ticket.reviewer_id.in_(ids))
    found = session.scalars(select(Ticket.id).where(Ticket.status != Status.CLOSED, with_them)) if ids else []
    outbox.refresh_at(session, outbox.Subject.TICKET, list(found), outbox.Place.TRIAGE)


def possibilities(session: Session, actor: Person, typed: str, *, limit: int = 20) -> list[Ticket]:
    """Open tickets for a picker: the actor's own first, then the newest; `typed` matches key or title."""
    query = seen_by(actor).where(Ticket.status != Status.CLOSED)
    if words := typed.strip():
        number = words.upper().removeprefix("T-")
        same = Ticket.title.icontains(words, autoescape=True)
        query = query.where(same | (Ticket.id == int(number)) if number.isdecimal() and len(number) < 13 else same)
    mine = func.coalesce(Ticket.assignee_id == actor.id, False)
    return list(session.scalars(query.order_by(mine.desc(), Ticket.id.desc()).limit(limit)))
