"""The closure note: six parts that turn activity into memory. Time and code are filled in, not asked."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import events
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import Refused
from bot.domain.people import Person

if TYPE_CHECKING:
    from bot.domain.tickets.ticket import Ticket

NONE = "none"


class Closure(Base):
    """A note as it was written. A reopened ticket gets another; the latest stands."""

    __tablename__ = "closure"

    id: Mapped[Id] = mapped_column(init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[AccountRef]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    summary: Mapped[str]
    actions: Mapped[str]
    systems: Mapped[str]
    decisions: Mapped[str]
    follow_ups: Mapped[str]
    time_spent: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)  # minutes by billing code


@dataclass(frozen=True)
class ClosureNote:
    """The parts people write, and the minutes by billing code that are filled in."""

    summary: str
    actions: str
    systems: str
    decisions: str
    follow_ups: str
    time_spent: dict[str, int] | None = None

    def require_complete(self) -> None:
        """“none” is an answer, an empty part is not."""
        for part in fields(self):
            if part.name != "time_spent" and not getattr(self, part.name).strip():
                raise Refused("Write a sentence, or “none” if there is nothing to say.", field=part.name)
        if self.summary.strip().casefold() == NONE:
            raise Refused("The summary is what the client reads: say what was done.", field="summary")

    def keep(self, session: Session, ticket: "Ticket", by: Person, now: datetime) -> Closure:
        """Write it beside the ticket."""
        closure = Closure(
            ticket_id=ticket.id,
            account_id=ticket.account_id,
            written_by_id=by.id,
            at=now,
            summary=self.summary.strip(),
            actions=self.actions.strip(),
            systems=self.systems.strip(),
            decisions=self.decisions.strip(),
            follow_ups=self.follow_ups.strip(),
            time_spent=dict(self.time_spent or {}),
        )
        session.add(closure)
        return closure


def latest_closure(session: Session, ticket_id: int) -> Closure | None:
    """The note that stands."""
    return session.scalar(select(Closure).where(Closure.ticket_id == ticket_id).order_by(Closure.id.desc()).limit(1))


def draft(session: Session, ticket: "Ticket", work_notes: list[str]) -> ClosureNote:
    """A first version from what is known: a human reads it, mends it, and sends it.

    `work_notes` are the notes of the time entries. An earlier note (before a reopening) is the better start.
    """
    if earlier := latest_closure(session, ticket.id):
        return ClosureNote(earlier.summary, earlier.actions, earlier.systems, earlier.decisions, earlier.follow_ups)
    return ClosureNote(
        summary=ticket.title,
        actions="\n".join(dict.fromkeys(note.strip() for note in work_notes if note.strip())),
        systems=ticket.related_system or "",
        decisions="\n".join(_decisions(events.of_ticket(session, ticket.id))),
        follow_ups="",
    )


def _decisions(history: list[events.Event]) -> list[str]:
    told = {"ask_client": "Asked the client: {reason}", "schedule": "Planned for {planned_start}"}
    return [told[event.action].format(**event.data) for event in history if event.action in told]
