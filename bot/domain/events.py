"""History: every change writes one event in its own transaction. Append-only, in code and by trigger.

Cards, digests, ageing and bottlenecks are computed from here.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import Base, Id


class Kind(StrEnum):
    """What happened."""

    FILED = "filed"
    IMPORTED = "imported"
    MOVED = "moved"
    CLIENT_WROTE = "client_wrote"
    REPLIED = "replied"
    NOTED = "noted"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_SETTLED = "message_settled"
    EDITED = "edited"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    MERGED_IN = "merged_in"
    UNMERGED = "unmerged"
    REMINDED = "reminded"
    BYPASS_ASKED = "bypass_asked"
    BYPASS_DECIDED = "bypass_decided"
    REDIRECT_FILED = "redirect_filed"
    ASSIGNED = "assigned"
    TIME_LOGGED = "time_logged"
    TIME_REVERSED = "time_reversed"
    DAY_COMPLETED = "day_completed"
    DAY_REOPENED = "day_reopened"
    DAY_ASKED = "day_asked"
    PERSON_JOINED = "person_joined"
    PERSON_RECOGNISED = "person_recognised"
    APPLIED = "applied"
    LINKED = "linked"
    UNLINKED = "unlinked"
    REVIEWED = "reviewed"
    INVITED = "invited"
    CHANNEL_LINKED = "channel_linked"
    CHANNEL_MOVED = "channel_moved"
    FOLLOWED_UP = "followed_up"
    PROJECT_MADE = "project_made"
    PROJECT_MOVED = "project_moved"
    PROJECT_CHANGED = "project_changed"
    RECURRING_CHANGED = "recurring_changed"
    WENT_AWAY = "went_away"
    CAME_BACK = "came_back"
    ROTA_CHANGED = "rota_changed"
    DUTY_HANDED_OVER = "duty_handed_over"
    AGENDA_ASKED = "agenda_asked"
    AGENDA_PLANNED = "agenda_planned"
    AGENDA_DECIDED = "agenda_decided"
    DELIVERY_TRIED_AGAIN = "delivery_tried_again"
    DELIVERY_LET_GO = "delivery_let_go"
    CHANGE_MADE = "change_made"
    CHANGE_EDITED = "change_edited"
    CHANGE_MOVED = "change_moved"
    CHANGE_BLAMED = "change_blamed"
    CHANGE_CLEARED = "change_cleared"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    APPROVAL_REMINDED = "approval_reminded"
    DELEGATED = "delegated"
    DELEGATION_ENDED = "delegation_ended"
    TEMPLATE_MADE = "template_made"
    TEMPLATE_SUSPENDED = "template_suspended"
    TEMPLATE_RESTORED = "template_restored"
    RELEASE_MADE = "release_made"
    RELEASE_EDITED = "release_edited"
    RELEASE_MOVED = "release_moved"
    ROLLOUT_EDITED = "rollout_edited"
    FREEZE_SET = "freeze_set"
    FREEZE_LIFTED = "freeze_lifted"
    AGREEMENT_MADE = "agreement_made"
    AGREEMENT_ENDS = "agreement_ends"
    QUOTED = "quoted"
    QUOTE_SETTLED = "quote_settled"
    QUOTE_WITHDRAWN = "quote_withdrawn"
    QUOTE_REMINDED = "quote_reminded"
    QUOTE_NEARLY_USED = "quote_nearly_used"
    QUOTE_USED_UP = "quote_used_up"
    BURN_TOLD = "burn_told"
    BUDGET_TOLD = "budget_told"
    TIME_WRITTEN_OFF = "time_written_off"
    REVIEW_OPENED = "review_opened"
    REVIEW_SIGNED = "review_signed"
    FINDING_WAIVED = "finding_waived"
    MONTH_LOCKED = "month_locked"
    INVOICE_MADE = "invoice_made"
    INVOICE_MOVED = "invoice_moved"
    INVOICE_FILE_ASKED = "invoice_file_asked"


class Event(Base):
    """One fact: who did what, when, on which inputs, under which version of the rules."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_ticket_id_id", "ticket_id", "id"),
        Index("ix_event_at", "at"),
        Index("ix_event_change_id_id", "change_id", "id", postgresql_where=text("change_id is not null")),
        Index("ix_event_release_id_id", "release_id", "id", postgresql_where=text("release_id is not null")),
    )

    id: Mapped[Id] = mapped_column(init=False)
    kind: Mapped[Kind]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True, default=None)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    # Of what stands far above history: no foreign key, or nobody could write an event without knowing changes.
    change_id: Mapped[int | None] = mapped_column(default=None)
    release_id: Mapped[int | None] = mapped_column(default=None)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)  # null: the System
    action: Mapped[str | None] = mapped_column(default=None)
    source: Mapped[str | None] = mapped_column(default=None)
    target: Mapped[str | None] = mapped_column(default=None)
    data: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    rule_version: Mapped[int] = mapped_column(default=1)


def record(
    session: Session,
    kind: Kind,
    *,
    account_id: int | None,
    person: int | None = None,
    at: datetime | None = None,
    data: dict[str, Any] | None = None,
    rule_version: int = 1,
) -> Event:
    """Write an event that is not about a ticket; those about tickets are written by their verbs."""
    event = Event(
        kind=kind,
        at=at or session.scalars(select(func.now())).one(),
        account_id=account_id,
        actor_id=person,
        data=data or {},
        rule_version=rule_version,
    )
    session.add(event)
    session.flush()
    return event


def of_ticket(session: Session, ticket_id: int, *, newest: int | None = None) -> list[Event]:
    """A ticket's history, oldest first; with `newest`, only the last so many."""
    query = select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id.desc()).limit(newest)
    return list(session.scalars(query))[::-1]


def of_change(session: Session, change_id: int, *, newest: int) -> list[Event]:
    """The last so many things that happened to a change, oldest first."""
    query = select(Event).where(Event.change_id == change_id).order_by(Event.id.desc()).limit(newest)
    return list(session.scalars(query))[::-1]


CHANGES = (
    Kind.FILED,
    Kind.MOVED,
    Kind.ASSIGNED,
    Kind.LINKED,
    Kind.UNLINKED,
    Kind.EDITED,
    Kind.BYPASS_DECIDED,
)  # what moves a ticket's version


def last_move(session: Session, ticket_id: int) -> Event | None:
    """Who was first, for the person who came second."""
    return session.scalar(
        select(Event).where(Event.ticket_id == ticket_id, Event.kind.in_(CHANGES)).order_by(Event.id.desc()).limit(1)
    )
