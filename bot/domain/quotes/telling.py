"""Who hears of a quote: its card in the client's thread, the ticket's cards, and a sentence in triage."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.quotes.quote import Quote
from bot.domain.tickets import Ticket


def tell(
    session: Session, kind: events.Kind, quote: Quote, ticket: Ticket, *, by: Person | None, now: datetime, **told: Any
) -> None:
    """Its card in the client's thread, the ticket's cards, and a sentence in triage."""
    event = record(session, kind, quote, ticket, by=by, now=now, **told)
    quote.version += 1
    session.flush()
    if kind is events.Kind.QUOTED:
        root = _roots(session, ticket).get(Place.CLIENT)
        if root is not None:
            outbox.reply(session, root, quote.id, subject=Subject.QUOTE)
        elif channel := accounts.by_id(session, quote.account_id).channel_slack_id:
            outbox.open_thread(session, Subject.QUOTE, quote.id, Place.CLIENT, channel, account_id=quote.account_id)
    else:
        outbox.refresh(session, Subject.QUOTE, quote.id)
    outbox.refresh(session, Subject.TICKET, ticket.id)
    reply(session, ticket, event, (Place.TRIAGE,))


def record(
    session: Session, kind: events.Kind, quote: Quote, ticket: Ticket, *, by: Person | None, now: datetime, **told: Any
) -> events.Event:
    """What happened to it, with its figures as they were."""
    facts = {
        "quote": quote.id, "state": quote.state.value, "minutes": quote.minutes, "cap": quote.cap_minutes,
        "price": str(quote.price), "most": str(quote.most), "reasons": quote.reasons, "decision": quote.decision_id,
    }  # fmt: skip
    event = events.Event(
        kind=kind, at=now, account_id=quote.account_id, ticket_id=ticket.id, actor_id=by.id if by else None,
        data=facts | told,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def _roots(session: Session, ticket: Ticket) -> dict[Place, outbox.Post]:
    posts = outbox.posts_of(session, Subject.TICKET, ticket.id)
    return {post.place: post for post in posts if post.parent_id is None}


def reply(session: Session, ticket: Ticket, event: events.Event, places: tuple[Place, ...]) -> None:
    """The sentence in the ticket's threads at these places."""
    for place, root in _roots(session, ticket).items():
        if place in places:
            outbox.reply(session, root, event.id)
