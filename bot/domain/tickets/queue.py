"""The queue: which open tickets, in which order, a page at a time.

A `QueueFilter` is one word; a `Selection` combines it with an account, a priority and a system. `/queue`,
the Home's sections and their *Show all* read the same selection, so that they always agree.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, DateTime, Select, and_, any_, case, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from bot import playbook
from bot.domain import outbox
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets.access import seen_by
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import STATUSES, Clock, Side, Status

PAGE = 20
BUSINESS_DAY_SHARE = 3  # eight hours of 24: near enough to order by, the rows say the exact instant
SYSTEMS_OFFERED = 99


class QueueFilter(StrEnum):
    """What `/queue` can show; the value is the word people type."""

    ALL = "all"
    MINE = "mine"
    CHECK = "check"
    UNOWNED = "unowned"
    WAITING = "waiting"
    STALLED = "stalled"
    REVIEW = "review"
    FOLLOWED = "followed"

    @property
    def label(self) -> str:
        """As the team's menu shows it."""
        return _LABELS[self]

    def label_for(self, actor: Person) -> str:
        """As this person's menu shows it."""
        return self.label if actor.is_staff else CLIENT_LABELS[self]


_LABELS = {
    QueueFilter.ALL: "Everything open",
    QueueFilter.MINE: "Mine",
    QueueFilter.CHECK: "For me to check",
    QueueFilter.UNOWNED: "Unowned",
    QueueFilter.WAITING: "Waiting on client",
    QueueFilter.STALLED: "Stalled",
    QueueFilter.REVIEW: "In review",
    QueueFilter.FOLLOWED: "Followed",
}
# How the team divides its work is not the client's business: these are the filters it has.
CLIENT_LABELS = {
    QueueFilter.ALL: "Everything open",
    QueueFilter.MINE: "Your requests",
    QueueFilter.WAITING: "Waits for you",
    QueueFilter.FOLLOWED: "Followed",
}


def filters_for(actor: Person) -> list[QueueFilter]:
    """The filters this person may choose."""
    return [chosen for chosen in QueueFilter if actor.is_staff or chosen in CLIENT_LABELS]


class Selection(BaseModel):
    """What is looked at: one filter, less what stands elsewhere, narrowed by account, priority and system."""

    model_config = ConfigDict(frozen=True)

    what: QueueFilter = QueueFilter.ALL
    less: tuple[QueueFilter, ...] = ()
    account_id: int | None = None
    priority: Priority | None = None
    system: str | None = None

    def but(self, **changes: Any) -> "Selection":
        """The same with something else chosen."""
        return self.model_copy(update=changes)


class Page(NamedTuple):
    """Some tickets of a list, and how many there are in all."""

    tickets: list[Ticket]
    total: int
    number: int
    size: int = PAGE

    @property
    def has_next(self) -> bool:
        """Whether a further page exists."""
        return (self.number + 1) * self.size < self.total


def conditions(chosen: QueueFilter, actor: Person, stalled_since: datetime) -> list[ColumnElement[bool]]:
    """The filter as SQL. `stalled_since`: whatever has not moved since then is stalled."""
    is_open = Ticket.status != Status.CLOSED
    if not actor.is_staff:
        return [is_open, *_CLIENTS[chosen](actor)]
    if chosen is QueueFilter.MINE:
        return [is_open, is_with(actor)]
    if chosen is QueueFilter.FOLLOWED:
        return [is_open, _followed_by(actor)]
    if chosen is QueueFilter.CHECK:
        return [is_open, _to_check(actor)]
    return [is_open, *_NARROWER[chosen](stalled_since)]


def is_with(person: Person) -> ColumnElement[bool]:
    """They work on it, or have to check it."""
    return or_(Ticket.assignee_id == person.id, _to_check(person))


def _to_check(actor: Person) -> ColumnElement[bool]:
    return and_(Ticket.reviewer_id == actor.id, Ticket.status == Status.INTERNAL_REVIEW)


def _followed_by(actor: Person) -> ColumnElement[bool]:
    return literal(actor.id) == any_(Ticket.follower_ids)


def is_unowned() -> ColumnElement[bool]:
    """Nobody has it, or whoever had it has left."""
    here = select(Person.id).where(Person.id == Ticket.assignee_id, Person.active).correlate(Ticket)
    return ~here.exists()


def _asked_for_by(actor: Person) -> ColumnElement[bool]:
    return or_(Ticket.requester_id == actor.id, Ticket.primary_contact_id == actor.id)


def _waits_for(actor: Person) -> ColumnElement[bool]:
    """With the client, and this contact is who was asked: by name, or as the one whose request it is."""
    somebody = aliased(Person)
    named = select(somebody.id).where(
        somebody.account_id == Ticket.account_id, somebody.name == Ticket.waiting_whom, somebody.active
    )
    by_name = func.coalesce(Ticket.waiting_whom == actor.name, False)
    return and_(Ticket.status.in_(_WITH_CLIENT), or_(by_name, and_(~named.exists(), _asked_for_by(actor))))


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
_CLIENTS = {
    **{chosen: lambda _: [false()] for chosen in QueueFilter},
    QueueFilter.ALL: lambda _: [],
    QueueFilter.MINE: lambda actor: [_asked_for_by(actor)],
    QueueFilter.WAITING: lambda actor: [_waits_for(actor)],
    QueueFilter.FOLLOWED: lambda actor: [_followed_by(actor)],
}


def selected(actor: Person, selection: Selection, stalled_since: datetime) -> Select[Ticket]:
    """The tickets of a selection, as far as this person may know of them."""
    query = seen_by(actor).where(*conditions(selection.what, actor, stalled_since))
    for other in selection.less:
        query = query.where(~func.coalesce(and_(*conditions(other, actor, stalled_since)), False))
    if selection.account_id is not None:
        query = query.where(Ticket.account_id == selection.account_id)
    if selection.priority is not None:
        query = query.where(Ticket.priority == selection.priority)
    if selection.system is not None:
        query = query.where(Ticket.related_system.icontains(selection.system, autoescape=True))
    return query


def page(
    session: Session,
    actor: Person,
    chosen: Selection | QueueFilter,
    *,
    stalled_since: datetime,
    number: int = 0,
    size: int = PAGE,
    by_due: bool = False,
) -> Page:
    """One page, most urgent and longest standing first; a page that is gone is the last one there is."""
    selection = chosen if isinstance(chosen, Selection) else Selection(what=chosen)
    query = selected(actor, selection, stalled_since)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = max(0, min(number, (total - 1) // size))
    then = _due(playbook.of(session).triage_hours) if by_due else Ticket.status_since
    rows = session.scalars(query.order_by(Ticket.priority, then, Ticket.id).limit(size).offset(number * size))
    return Page(list(rows), total, number, size)


def _due(hours: dict[Any, float]) -> ColumnElement[Any]:
    """By when something is due, near enough to sort by: triage, the planned start, else since when it stands."""
    allowed = [(Ticket.priority == name, literal(timedelta(hours=worth * BUSINESS_DAY_SHARE)))
               for name, worth in hours.items()]  # fmt: skip
    return case(
        (Ticket.status.in_([Status.NEW, Status.TRIAGE]), Ticket.created_at + case(*allowed)),
        (Ticket.status == Status.SCHEDULED, cast(Ticket.planned_start, DateTime(timezone=True))),
        else_=Ticket.status_since,
    )


def systems(session: Session, actor: Person, typed: str = "") -> list[str]:
    """The systems that open tickets speak of, most spoken of first; `typed` narrows them."""
    query = seen_by(actor).where(Ticket.status != Status.CLOSED, Ticket.related_system.is_not(None))
    if typed.strip():
        query = query.where(Ticket.related_system.icontains(typed.strip(), autoescape=True))
    named = query.subquery()
    rows = session.execute(
        select(named.c.related_system)
        .group_by(named.c.related_system)
        .order_by(func.count().desc(), named.c.related_system)
        .limit(SYSTEMS_OFFERED)
    )
    return [row.related_system for row in rows]


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


def possibilities(
    session: Session, actor: Person, typed: str, *, limit: int = 20, account_id: int | None = None
) -> list[Ticket]:
    """Open tickets for a picker: the actor's own first, then the newest; `typed` matches key or title.

    Of one account, closed ones are offered too: work is put on them afterwards.
    """
    here = Ticket.account_id == account_id if account_id is not None else Ticket.status != Status.CLOSED
    query = seen_by(actor).where(here)
    if words := typed.strip():
        number = words.upper().removeprefix("T-")
        same = Ticket.title.icontains(words, autoescape=True)
        query = query.where(same | (Ticket.id == int(number)) if number.isdecimal() and len(number) < 13 else same)
    mine = func.coalesce(Ticket.assignee_id == actor.id, False)
    return list(session.scalars(query.order_by(mine.desc(), Ticket.id.desc()).limit(limit)))
