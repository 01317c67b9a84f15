"""The ticket itself, and the only way to load one."""

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Select, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import AccountRef, Base, Id
from bot.domain.codes import Code
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.routing import RequestType
from bot.domain.tickets.moves import Moving
from bot.domain.workflow import STATUSES, CloseReason, State, Status

FIRST_NUMBER = 101
_KEY = re.compile(r"\s*(?:T-?)?(\d{1,12})\s*", re.IGNORECASE)


class Ticket(Moving, Base):
    """Asked work. Its status changes only through `act` (moves.py)."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        # The queue reads open tickets only; the history behind them may grow without slowing it.
        Index(
            "ix_ticket_open", "account_id", "priority", "status_since", postgresql_where=text("status <> 'Closed'")
        ),
        Index("ix_ticket_open_assignee", "assignee_id", postgresql_where=text("status <> 'Closed'")),
    )

    id: Mapped[int] = mapped_column(Identity(start=FIRST_NUMBER), primary_key=True, init=False)
    account_id: Mapped[AccountRef]
    title: Mapped[str]
    request_type: Mapped[RequestType]
    priority: Mapped[Priority]
    computed_priority: Mapped[Priority]
    priority_why: Mapped[str]
    created_at: Mapped[datetime]
    status_since: Mapped[datetime]
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    primary_contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    primary_contact_text: Mapped[str | None] = mapped_column(default=None)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    status: Mapped[Status] = mapped_column(default=Status.NEW)
    version: Mapped[int] = mapped_column(default=1)
    details: Mapped[str] = mapped_column(default="")
    effect: Mapped[Effect | None] = mapped_column(default=None)
    users: Mapped[Users | None] = mapped_column(default=None)
    blocks_revenue: Mapped[bool] = mapped_column(default=False)
    timing: Mapped[Timing | None] = mapped_column(default=None)
    wanted_by: Mapped[date | None] = mapped_column(default=None)
    consequence: Mapped[str] = mapped_column(default="")
    related_system: Mapped[str | None] = mapped_column(default=None)
    approval_status: Mapped[str | None] = mapped_column(default=None)
    code: Mapped[Code | None] = mapped_column(default=None)
    estimate_minutes: Mapped[int | None] = mapped_column(default=None)
    planned_start: Mapped[date | None] = mapped_column(default=None)
    confirm_by: Mapped[date | None] = mapped_column(default=None)
    waiting_for: Mapped[str | None] = mapped_column(default=None)
    waiting_whom: Mapped[str | None] = mapped_column(default=None)
    client_visible: Mapped[bool] = mapped_column(default=True)
    close_reason: Mapped[CloseReason | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str | None] = mapped_column(default=None)  # an import's name; null: filed here
    source_key: Mapped[str | None] = mapped_column(default=None)
    extra: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)

    @property
    def key(self) -> str:
        """As people write it: T-102."""
        return f"T-{self.id}"

    @property
    def state(self) -> State:
        """The row of STATUSES it stands in."""
        return STATUSES[self.status]

    @property
    def is_open(self) -> bool:
        """Whether somebody still owns a next action."""
        return self.status is not Status.CLOSED


class Attachment(Base):
    """A file that came with a request; it stays in Slack."""

    __tablename__ = "attachment"

    id: Mapped[Id] = mapped_column(init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[AccountRef]
    file_slack_id: Mapped[str]
    name: Mapped[str]
    permalink: Mapped[str | None] = mapped_column(default=None)


def number_of(key: str) -> int:
    """The number in T-102, t102 or 102; anything else is not found, in a sentence."""
    match = _KEY.fullmatch(key)
    if not match:
        raise NotFound(f"“{key.strip()[:40]}” is not a ticket. Tickets look like T-102.")
    return int(match[1])


def seen_by(actor: Person) -> Select[tuple[Ticket]]:
    """The tickets this person may know of; every query about tickets starts here."""
    query = select(Ticket)
    return query if actor.is_staff else query.where(Ticket.account_id == actor.account_id)


def visible_to(session: Session, actor: Person, key: str | int, *, lock: bool = False) -> Ticket:
    """The only way to load one ticket: someone else's is simply not found."""
    number = key if isinstance(key, int) else number_of(key)
    query = seen_by(actor).where(Ticket.id == number)
    ticket = session.scalar(query.with_for_update() if lock else query)
    if ticket is None:
        raise NotFound(f"I can't find T-{number}. Check the number, or look in /queue.")
    return ticket


def attachments(session: Session, ticket_id: int) -> list[Attachment]:
    """A ticket's files, in the order they came."""
    return list(session.scalars(select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)))
