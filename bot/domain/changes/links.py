"""How changes and tickets stand to each other: carried by one, blamed for another, or named in its log."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, outbox
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.tickets.access import seen_by

if TYPE_CHECKING:
    from bot.domain.changes.change import Change

BLAMED_WITHIN = timedelta(days=7)


class Relation(StrEnum):
    """What the ticket is to the change."""

    CARRIES = "carries"  # asked work that turned out to need it
    CAUSED = "caused"  # an incident it is blamed for
    NAMED = "named"  # another system's log names it with the incident

    @property
    def label(self) -> str:
        """Read from the change: “caused T-110”."""
        return {"carries": "carried by", "caused": "caused", "named": "named in"}[self.value]


class ChangeLink(Base):
    """One ticket and one change; ended, never deleted."""

    __tablename__ = "change_link"
    __table_args__ = (
        Index("uq_change_link_standing", "change_id", "ticket_id", "relation", unique=True,
              postgresql_where=text("ended_at is null")),
        Index("ix_change_link_ticket_id", "ticket_id"),
    )  # fmt: skip

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    relation: Mapped[Relation]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)  # null: an import
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


def link(session: Session, change: "Change", ticket: Ticket, *, by: Person, now: datetime) -> ChangeLink:
    """Blame a change for an incident that came within seven days of its release."""
    by.require(Permission.WORK)
    if ticket.account_id != change.account_id:
        raise NotFound(f"I can’t find {ticket.key}. Check the number, or look in /queue.")
    if ticket.request_type is not RequestType.INCIDENT:
        raise Refused(
            f"{ticket.key} is no incident, and only an incident is held against a change. Choose another.",
            field="ticket",
        )
    if change.released_at is None:
        raise Refused(f"{change.key} is not out yet, so it caused nothing. Choose another change.", field="ticket")
    if not change.released_at <= ticket.created_at <= change.released_at + BLAMED_WITHIN:
        raise Refused(
            f"{ticket.key} did not come within seven days of the release, so it is not held against {change.key}. "
            "Choose another one.",
            field="ticket",
        )
    if any(one.ticket_id == ticket.id and one.relation is Relation.CAUSED for one in links_of(session, [change.id])):
        raise Refused(f"{ticket.key} is linked to {change.key} already. Choose another one.", field="ticket")
    made = ChangeLink(
        account_id=change.account_id, change_id=change.id, ticket_id=ticket.id, relation=Relation.CAUSED, at=now,
        by_id=by.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, events.Kind.CHANGE_BLAMED, made, by, now)
    return made


def unlink(session: Session, number: int, *, by: Person, now: datetime) -> ChangeLink:
    """It was not the change after all."""
    by.require(Permission.WORK)
    made = session.scalar(select(ChangeLink).where(ChangeLink.id == number).with_for_update())
    if made is None or made.ended_at or made.relation is not Relation.CAUSED:
        raise NotFound("That link is gone already. Open the change again.")
    made.ended_at = now
    _record(session, events.Kind.CHANGE_CLEARED, made, by, now)
    return made


def _record(session: Session, kind: events.Kind, made: ChangeLink, by: Person, now: datetime) -> None:
    session.add(events.Event(
        kind=kind, at=now, account_id=made.account_id, ticket_id=made.ticket_id, change_id=made.change_id,
        actor_id=by.id, data={"change": f"CH-{made.change_id}", "ticket": f"T-{made.ticket_id}"},
        rule_version=playbook.of(session).version,
    ))  # fmt: skip
    session.flush()
    for subject, number in ((outbox.Subject.CHANGE, made.change_id), (outbox.Subject.TICKET, made.ticket_id)):
        outbox.refresh(session, subject, number)


def incidents_after(session: Session, actor: Person, change: "Change", typed: str, *, limit: int = 20) -> list[Ticket]:
    """What could be held against it: the account's incidents of those seven days; `typed` matches key or title."""
    if change.released_at is None:
        return []
    query = seen_by(actor).where(
        Ticket.account_id == change.account_id, Ticket.request_type == RequestType.INCIDENT,
        Ticket.created_at.between(change.released_at, change.released_at + BLAMED_WITHIN),
    )  # fmt: skip
    if words := typed.strip():
        number = words.upper().removeprefix("T-")
        same = Ticket.title.icontains(words, autoescape=True)
        query = query.where(same | (Ticket.id == int(number)) if number.isdecimal() and len(number) < 13 else same)
    return list(session.scalars(query.order_by(Ticket.id.desc()).limit(limit)))


def links_of(session: Session, change_ids: list[int]) -> list[ChangeLink]:
    """The tickets of these changes, in the order they were linked."""
    query = select(ChangeLink).where(ChangeLink.change_id.in_(change_ids), ChangeLink.ended_at.is_(None))
    return list(session.scalars(query.order_by(ChangeLink.id))) if change_ids else []


def carried_by(session: Session, change_id: int) -> Ticket | None:
    """The ticket whose work this is."""
    query = (
        select(Ticket).join(ChangeLink, ChangeLink.ticket_id == Ticket.id)
        .where(ChangeLink.change_id == change_id, ChangeLink.relation == Relation.CARRIES,
               ChangeLink.ended_at.is_(None))
    )  # fmt: skip
    return session.scalar(query)


def of_ticket(session: Session, ticket_id: int) -> list[ChangeLink]:
    """The changes that a ticket carries, is blamed on, or names."""
    query = select(ChangeLink).where(ChangeLink.ticket_id == ticket_id, ChangeLink.ended_at.is_(None))
    return list(session.scalars(query.order_by(ChangeLink.id)))
