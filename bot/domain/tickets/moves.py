"""What may be done to a ticket: one verb, `act`, that reads the table in workflow.py.

A move is refused in this order: somebody was faster, no such move from here, not this person,
something is missing. Only then does anything change, and the change, its event and its posts are
one transaction.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import events, outbox, people
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets.effects import EFFECTS
from bot.domain.tickets.needs import BEFORE_THE_FORM, CHECKS, Inputs
from bot.domain.workflow import Action, Move, Need, Status, Who, move_for, moves_from, require

if TYPE_CHECKING:
    from bot.domain.tickets.ticket import Ticket

# Who hears of a move as a reply in a thread. The cards show every move; replies are for what
# somebody has to notice.
AUDIENCE: dict[Action, tuple[outbox.Place, ...]] = {
    Action.ASSIGN: (outbox.Place.TRIAGE,),
    Action.START: (outbox.Place.CLIENT,),
    Action.ASK_CLIENT: (outbox.Place.CLIENT,),
    Action.SCHEDULE: (outbox.Place.CLIENT,),
    Action.SEND_TO_REVIEW: (outbox.Place.TRIAGE,),
    Action.REJECT: (outbox.Place.TRIAGE,),
    Action.APPROVE: (outbox.Place.CLIENT,),
    Action.SEND_TO_CLIENT: (outbox.Place.CLIENT,),
    Action.CLOSE: (outbox.Place.CLIENT, outbox.Place.TRIAGE),
    Action.REOPEN: (outbox.Place.CLIENT, outbox.Place.TRIAGE),
}


class Moving:
    """The moves of a ticket (mixed into Ticket)."""

    def qualities(self: "Ticket", person: Person, *, self_review: bool = False) -> set[Who]:
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

    def moves_for(self: "Ticket", person: Person) -> list[Move]:
        """The moves this person may make now, in the card's order."""
        qualities = self.qualities(person)
        return [move for move in moves_from(self.status) if not move.who.isdisjoint(qualities)]

    def check(
        self: "Ticket", session: Session, action: Action, *, by: Person, now: datetime, seen: int | None = None
    ) -> Move:
        """The move, or a refusal: asked before a form opens and again, under the lock, when it comes back."""
        if seen is not None and seen != self.version:
            raise Refused(self._who_was_first(session))
        move = move_for(self.status, action)
        require(move, self.qualities(by, self_review=playbook.of(session).self_review))
        for need in BEFORE_THE_FORM:
            if need in move.needs:
                CHECKS[need](self, session, Inputs(), now)
        return move

    def act(
        self: "Ticket",
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
                CHECKS[need](self, session, inputs, now)
        source = self.status
        data = EFFECTS[action](self, session, inputs, by, now)
        return self._moved(session, move, source, by=by, now=now, data=data)

    def _moved(
        self: "Ticket",
        session: Session,
        move: Move,
        source: Status,
        *,
        by: Person,
        now: datetime,
        data: dict[str, Any],
    ) -> events.Event:
        if move.target is not source:
            self.status, self.status_since = move.target, now
        self.closed_at = now if move.target is Status.CLOSED else None
        self.version += 1
        if move.target is Status.IN_PROGRESS and self.assignee_id is None:
            self.assignee_id = by.id
        event = events.Event(
            kind=events.Kind.MOVED if move.target is not source else events.Kind.ASSIGNED,
            at=now,
            account_id=self.account_id,
            ticket_id=self.id,
            actor_id=by.id,
            action=move.action.value,
            source=source.value,
            target=move.target.value,
            data=data,
            rule_version=playbook.of(session).version,
        )
        session.add(event)
        session.flush()
        for card in outbox.refresh(session, outbox.Subject.TICKET, self.id):
            if card.place in AUDIENCE.get(move.action, ()):
                outbox.reply(session, card, event.id)
        return event

    def _who_was_first(self: "Ticket", session: Session) -> str:
        last = events.last_move(session, self.id)
        who = people.by_id(session, last.actor_id) if last else None
        did = Action(last.action).label if last and last.action else "a change"
        return f"{who.name if who else 'Someone'} was first: “{did}”. {self.key} is now {self.status.value}."
