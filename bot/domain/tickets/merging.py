"""Merging a duplicate: it closes, the other one goes on for both, and both threads are told. Undone by a click."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import events, outbox, people
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.tickets import links
from bot.domain.tickets.links import LinkKind, TicketLink
from bot.domain.tickets.needs import Inputs
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import Action, CloseReason, Need, move_for

BOTH = (outbox.Place.CLIENT, outbox.Place.TRIAGE)


def merge(session: Session, ticket: Ticket, other: Ticket, *, by: Person, now: datetime, seen: int) -> Ticket:
    """Close `ticket` as a duplicate of `other`, or of what that was merged into; returns the one that goes on."""
    into = links.merged_into(session, other)
    links.lock(session, ticket.id, into.id)
    _check(ticket, into)
    inputs = Inputs(close_reason=CloseReason.DUPLICATE, duplicate_of=into)
    ticket.act(session, Action.CLOSE, by=by, now=now, seen=seen, inputs=inputs)
    links.link(session, ticket, into, LinkKind.DUPLICATE_OF, by=by, now=now)
    asker = people.by_id(session, ticket.requester_id)
    if asker and asker.id not in into.follower_ids and asker.id != into.requester_id:
        into.follower_ids = [*into.follower_ids, asker.id]
    _tell(session, events.Kind.MERGED_IN, into, ticket, by, now)
    return into


def _check(ticket: Ticket, into: Ticket) -> None:
    if Need.CLOSE_REASON not in move_for(ticket.status, Action.CLOSE).needs:
        raise Refused(f"Work on {ticket.key} has begun, so it is not merged. Link the two instead.", field="ticket")
    if ticket.private != into.private:
        raise Refused("One of the two is private, so they stay apart. Link them instead.", field="ticket")
    if not into.is_open:
        raise Refused(f"{into.key} is closed. Reopen it first, or link the two instead.", field="ticket")


def split(session: Session, ticket: Ticket, *, by: Person, now: datetime) -> None:
    """It goes on by itself again: its link ends and the other one's threads are told."""
    made = session.scalar(
        select(TicketLink).where(
            TicketLink.from_id == ticket.id, TicketLink.kind == LinkKind.DUPLICATE_OF, TicketLink.ended_at.is_(None)
        )
    )
    if made:
        into = session.scalars(select(Ticket).where(Ticket.id == made.to_id)).one()
        links.end(session, made, by=by, now=now)
        _tell(session, events.Kind.UNMERGED, into, ticket, by, now)


def _tell(session: Session, kind: events.Kind, into: Ticket, ticket: Ticket, by: Person, now: datetime) -> None:
    asker = people.by_id(session, ticket.requester_id)
    event = events.Event(
        kind=kind,
        at=now,
        account_id=into.account_id,
        ticket_id=into.id,
        actor_id=by.id,
        data={"other": ticket.id, "version": ticket.version, "title": ticket.title, "asker": people.facts(asker)},
        rule_version=playbook.of(session).version,
    )
    session.add(event)
    session.flush()
    for card in outbox.posts_of(session, outbox.Subject.TICKET, into.id):
        if card.place in BOTH:
            outbox.reply(session, card, event.id)
