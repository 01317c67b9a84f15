"""One request as it came, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, Door, Ticket


class Disposition(StrEnum):
    """What became of an intake."""

    TICKET = "ticket"
    DUPLICATE = "duplicate"
    DEFLECTED = "deflected"
    MEETING = "meeting"
    CHANGE = "change"
    PROJECT = "project"
    WITHDRAWN = "withdrawn"


class Intake(Base):
    """One request as it came: through which door, how long the form took, what became of it."""

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("message_channel", "message_ts"),  # a message becomes something once
        Index("ix_intake_at_account_id", "at", "account_id"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    disposition: Mapped[Disposition]
    door: Mapped[Door]
    at: Mapped[datetime]
    request_type: Mapped[RequestType | None] = mapped_column(default=None)
    title: Mapped[str | None] = mapped_column(default=None)
    details: Mapped[str] = mapped_column(default="")
    came_from: Mapped[CameFrom | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    asked: Mapped[dict[str, Any]] = mapped_column(
        default_factory=dict
    )  # of a redirect: the whole form, to be filed yet
    message_channel: Mapped[str | None] = mapped_column(default=None)
    message_ts: Mapped[str | None] = mapped_column(default=None)


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> Intake:
    """The only way to load one intake: someone else's is simply not found."""
    query = select(Intake).where(Intake.id == number)
    query = query if actor.is_staff else query.where(Intake.account_id == actor.account_id)
    intake = session.scalar(query.with_for_update() if lock else query)
    if intake is None:
        raise NotFound("I can't find that request. Look at the newest posts in the triage channel.")
    return intake


def duplicate(
    session: Session,
    ticket: Ticket,
    *,
    by: Person,
    door: Door,
    now: datetime,
    title: str,
    details: str,
    opened_at: datetime | None = None,
    request_type: RequestType | None = None,
    came_from: CameFrom | None = None,
) -> Intake:
    """Somebody asked for what a ticket asks for already: counted, and no second ticket."""
    intake = Intake(
        account_id=ticket.account_id,
        person_id=by.id,
        disposition=Disposition.DUPLICATE,
        door=door,
        at=now,
        request_type=request_type,
        title=title.strip(),
        details=details.strip(),
        came_from=came_from,
        opened_at=opened_at,
        ticket_id=ticket.id,
    )
    session.add(intake)
    return intake


def redirected(session: Session, ticket: Ticket, disposition: Disposition) -> None:
    """A ticket turned out to belong elsewhere: what was asked for counts there, and no longer as a ticket."""
    for intake in session.scalars(select(Intake).where(Intake.ticket_id == ticket.id)):
        intake.disposition = disposition


def abandon(
    session: Session, *, by: Person, account_id: int, door: Door, opened_at: datetime | None, now: datetime
) -> None:
    """A form was opened and closed without sending it: counted, for it says something about the form."""
    session.add(
        Intake(
            account_id=account_id,
            person_id=by.id,
            disposition=Disposition.WITHDRAWN,
            door=door,
            at=now,
            opened_at=opened_at,
        )
    )
