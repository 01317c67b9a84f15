"""Who follows a ticket without working on it. Slack itself tells whoever was mentioned in a thread of what follows."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import events, outbox, people
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.tickets.ticket import Ticket


def follow(session: Session, ticket: Ticket, *, who: Person, by: Person, now: datetime) -> None:
    """Add a follower and mention them once in the thread of their side. The caller holds the row's lock."""
    if ticket.private:
        raise Refused(f"{ticket.key} is private: nobody else can follow it. Ask a lead if somebody has to know.")
    if who.id in ticket.follower_ids:
        return
    ticket.follower_ids = [*ticket.follower_ids, who.id]
    event = _record(session, events.Kind.FOLLOWED, ticket, who, by, now)
    place = outbox.Place.TRIAGE if who.is_staff else outbox.Place.CLIENT
    for card in outbox.posts_of(session, outbox.Subject.TICKET, ticket.id):
        if card.place is place:
            outbox.reply(session, card, event.id)


def unfollow(session: Session, ticket: Ticket, *, who: Person, now: datetime) -> None:
    """No longer; nothing is posted."""
    if who.id in ticket.follower_ids:
        ticket.follower_ids = [number for number in ticket.follower_ids if number != who.id]
        _record(session, events.Kind.UNFOLLOWED, ticket, who, who, now)


def _record(
    session: Session, kind: events.Kind, ticket: Ticket, who: Person, by: Person, now: datetime
) -> events.Event:
    event = events.Event(
        kind=kind, at=now, account_id=ticket.account_id, ticket_id=ticket.id, actor_id=by.id,
        data={"follower": people.facts(who)},
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event
