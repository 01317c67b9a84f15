"""The ticket itself, what may be done to it, and the only way to load one.

One verb, `act`, reads the table in workflow.py. A move is refused in this order: somebody was
faster, no such move from here, not this person, something is missing. Only then does anything
change, and the change, its event and its posts are one transaction.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, outbox, people, provider
from bot.domain.base import AccountRef, Base, store, write
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Effect, Priority, Timing, Users
from bot.domain.roles import Permission
from bot.domain.routing import RequestType
from bot.domain.tickets.cards import open_threads
from bot.domain.tickets.effects import AUDIENCE, EFFECTS
from bot.domain.tickets.needs import BEFORE_THE_FORM, CHECKS, Inputs, is_held_by_its_cost
from bot.domain.workflow import (
    STATUSES,
    Action,
    Clearance,
    CloseReason,
    Move,
    Need,
    State,
    Status,
    Who,
    move_for,
    moves_from,
    require,
)

FIRST_NUMBER = 101


class Ticket(Base):
    """Asked work. Its status changes only through `act`."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        # The queue reads open tickets only; the history behind them may grow without slowing it.
        Index("ix_ticket_open", "account_id", "priority", "status_since", postgresql_where=text("status <> 'Closed'")),
        # What reviews look back on: what came and what went lately.
        Index("ix_ticket_created_at", "created_at"),
        Index("ix_ticket_closed_at_account_id", "closed_at", "account_id"),
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
    follower_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default_factory=list, server_default="{}")
    estimate_minutes: Mapped[int | None] = mapped_column(default=None)
    planned_start: Mapped[date | None] = mapped_column(default=None)
    confirm_by: Mapped[date | None] = mapped_column(default=None)
    waiting_for: Mapped[str | None] = mapped_column(default=None)
    waiting_whom: Mapped[str | None] = mapped_column(default=None)
    client_visible: Mapped[bool] = mapped_column(default=True)
    # Private: read by leads, by whoever works on or checks it, and by this one contact.
    private: Mapped[bool] = mapped_column(default=False, server_default="false")
    private_reader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    close_reason: Mapped[CloseReason | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str | None] = mapped_column(default=None)  # an import's name; null: filed here
    source_key: Mapped[str | None] = mapped_column(default=None)
    extra: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    # Whether the client has agreed to what it costs extra; null: nobody asked (bot/domain/quotes).
    clearance: Mapped[Clearance | None] = mapped_column(default=None)

    @property
    def key(self) -> str:
        """As people write it: T-102."""
        return f"T-{self.id}"

    @property
    def shared_title(self) -> str:
        """What may stand where everybody in the team's channels reads it."""
        return "Private request" if self.private else self.title

    @property
    def state(self) -> State:
        """The row of STATUSES it stands in."""
        return STATUSES[self.status]

    @property
    def is_open(self) -> bool:
        """Whether somebody still owns a next action."""
        return self.status is not Status.CLOSED

    def qualities(self, person: Person, *, self_review: bool = False) -> set[Who]:
        """What this person is to this ticket."""
        works, mine = person.may(Permission.WORK), person.id == self.assignee_id
        found = {
            Who.WORKER: works,
            Who.LEAD: person.may(Permission.LEAD_QUEUE),
            Who.OWNER: works and (mine or self.assignee_id is None),
            Who.REVIEWER: works and (self_review or not mine),
            Who.CLIENT: not person.is_staff and person.account_id == self.account_id,
        }
        return {who for who, holds in found.items() if holds}

    def may_edit(self, person: Person) -> bool:
        """Whoever works on it, or a lead."""
        return not {Who.OWNER, Who.LEAD}.isdisjoint(self.qualities(person))

    def moves_for(self, person: Person) -> list[Move]:
        """The moves this person may make now, in the card's order."""
        qualities = self.qualities(person)
        return [move for move in moves_from(self.status) if not move.who.isdisjoint(qualities)]

    def check(self, session: Session, action: Action, *, by: Person, now: datetime, seen: int | None = None) -> Move:
        """The move, or a refusal: asked before a form opens and again, under the lock, when it comes back."""
        if seen is not None:
            self.require_unchanged(session, by, seen)
        move = move_for(self.status, action)
        require(move, self.qualities(by, self_review=playbook.of(session).self_review))
        for need in BEFORE_THE_FORM:
            if need in move.needs:
                CHECKS[need](self, session, Inputs(), by, now)
        return move

    def require_unchanged(self, session: Session, by: Person, seen: int) -> None:
        """Refuse what was decided on a card that is no longer true, and say who was first."""
        if seen != self.version:
            raise Refused(self._who_was_first(session, by))

    def act(
        self,
        session: Session,
        action: Action,
        *,
        by: Person,
        now: datetime,
        seen: int | None = None,
        inputs: Inputs | None = None,
    ) -> events.Event:
        """Make a move, or refuse it and change nothing. The caller holds the row's lock."""
        inputs = inputs or Inputs()
        move = self.check(session, action, by=by, now=now, seen=seen)
        for need in Need:  # in the enum's order, so that the first thing missing is always the same
            if need in move.needs:
                CHECKS[need](self, session, inputs, by, now)
        source = self.status
        data = EFFECTS[action](self, session, inputs, by, now)
        return self._moved(session, move, source, by=by, now=now, data=data)

    def move_along(
        self, session: Session, action: Action, *, by: Person, now: datetime, inputs: Inputs,
        release: int | None = None,
    ) -> bool:  # fmt: skip
        """What becomes of it by a release it is part of; whether that goes with how far it is. The release tells it."""
        move = next((move for move in moves_from(self.status) if move.action is action), None)
        held = Need.CLEARED in move.needs and is_held_by_its_cost(self) if move else False
        if move is None or Who.SYSTEM not in move.who or held:
            return False
        source = self.status
        data = {**EFFECTS[action](self, session, inputs, by, now), "release": release}
        self._moved(session, move, source, by=by, now=now, data=data, aloud=False)
        return True

    def _moved(
        self,
        session: Session,
        move: Move,
        source: Status,
        *,
        by: Person | None,
        now: datetime,
        data: dict[str, Any],
        aloud: bool = True,
    ) -> events.Event:
        if move.target is not source:
            self.status, self.status_since = move.target, now
        self.closed_at = now if move.target is Status.CLOSED else None
        self.version += 1
        if move.target is Status.IN_PROGRESS and self.assignee_id is None and by and by.may(Permission.WORK):
            self.assignee_id = by.id
        event = events.Event(
            kind=events.Kind.MOVED if move.target is not source else events.Kind.ASSIGNED,
            at=now,
            account_id=self.account_id,
            ticket_id=self.id,
            actor_id=by.id if by else None,
            action=move.action.value,
            source=source.value,
            target=move.target.value,
            data=data,
            rule_version=playbook.of(session).version,
        )
        told = AUDIENCE.get(move.action, ()) if aloud else ()
        if told:  # replies name the event
            session.add(event)
            session.flush()
        else:
            store(session, self)
            write(session, event)
        cards = outbox.refresh(session, outbox.Subject.TICKET, self.id)
        if not cards:  # imported: silent until somebody works on it
            cards = open_threads(session, self, accounts.by_id(session, self.account_id), provider.get(session))
        for card in cards:
            if card.place in told:
                outbox.reply(session, card, event.id)
        return event

    def wait_for_the_client(self, session: Session, what: str, whom: Person, *, by: Person, now: datetime) -> None:
        """It waits for an answer that another post asks for; whoever works on it keeps it."""
        self.waiting_for, self.waiting_whom = what, whom.name
        move = next((move for move in moves_from(self.status) if move.action is Action.ASK_CLIENT), None)
        if move is None:  # it waits already
            self.version += 1
            outbox.refresh(session, outbox.Subject.TICKET, self.id)
            return
        self.assignee_id = self.assignee_id or by.id
        told = {"reason": what, "whom": people.facts(whom)}
        self._moved(session, move, self.status, by=by, now=now, data=told, aloud=False)

    def close_unanswered(self, session: Session, *, now: datetime) -> events.Event:
        """The one move that the System makes by itself: the client was reminded and stayed silent."""
        move = move_for(self.status, Action.CLOSE)
        require(move, {Who.SYSTEM})
        self.close_reason = CloseReason.NO_RESPONSE
        reopen_until = now + timedelta(days=playbook.of(session).reopen_days)
        calendar = accounts.by_id(session, self.account_id).calendar
        data = {
            "close_reason": CloseReason.NO_RESPONSE.value,
            "reopen_until": calendar.local_date(reopen_until).isoformat(),
            "confirmed_by_silence": self.status is Status.CLIENT_REVIEW,
        }
        return self._moved(session, move, self.status, by=None, now=now, data=data)

    def set_priority(self, priority: Priority, why: str) -> None:
        """A person's word over the computed priority, which stays beside it; whoever calls this writes the event."""
        self.priority, self.priority_why = priority, why

    def back_from_waiting(self, session: Session, by: Person | None, now: datetime) -> Status | None:
        """The client answered, or will not any more: back to where it was, or None where it did not wait."""
        if self.status is not Status.WAITING:
            return None
        before = session.scalar(
            select(events.Event.source)
            .where(
                events.Event.ticket_id == self.id,
                events.Event.target == Status.WAITING,
                events.Event.source.is_not(None),
            )
            .order_by(events.Event.id.desc())
            .limit(1)
        )
        self.status, self.status_since = Status(before or Status.TRIAGE), now
        self.waiting_for = self.waiting_whom = None
        self.version += 1
        session.add(
            events.Event(
                kind=events.Kind.MOVED,
                at=now,
                account_id=self.account_id,
                ticket_id=self.id,
                actor_id=by.id if by else None,
                source=Status.WAITING.value,
                target=self.status.value,
                rule_version=playbook.of(session).version,
            )
        )
        outbox.refresh(session, outbox.Subject.TICKET, self.id)
        return self.status

    def _who_was_first(self, session: Session, by: Person) -> str:
        last = events.last_move(session, self.id)
        who = people.by_id(session, last.actor_id) if last else None
        did = Action(last.action).label if last and last.action else "a change"
        stands = f"{self.key} is now {self.status.value}"
        if who and who.id == by.id:
            return f"You did “{did}” already. {stands}; look at its newest card."
        return f"{who.name if who else 'Someone'} was first: “{did}”. {stands}. Look at its newest card."
