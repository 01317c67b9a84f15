"""Where a change stands in Slack, and who hears of what becomes of it: facts only, words come at delivery."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox, provider
from bot.domain.changes.links import carried_by
from bot.domain.outbox import Place, Post, Subject
from bot.domain.tickets import Ticket

if TYPE_CHECKING:
    from bot.domain.changes.change import Change

# Whose thread hears of a state that a change reached: the approvers', and those of the ticket that carries it.
HEARD: dict[str, tuple[Place, ...]] = {
    "draft": (Place.RELEASES,),  # it expired
    "approved": (Place.RELEASES, Place.TRIAGE),
    "rejected": (Place.RELEASES, Place.TRIAGE),
    "withdrawn": (Place.RELEASES, Place.TRIAGE),
    "scheduled": (Place.RELEASES, Place.TRIAGE, Place.CLIENT),
    "released": (Place.RELEASES, Place.TRIAGE, Place.CLIENT),
    "verified": (Place.RELEASES, Place.TRIAGE, Place.CLIENT),
    "rolled back": (Place.RELEASES, Place.TRIAGE, Place.CLIENT),
}


# What was planned and is not any more: whoever was told when it comes hears that, whoever else need not.
OFF_THE_PLAN: tuple[Place, ...] = (Place.TRIAGE, Place.CLIENT)


def _heard(event: events.Event, heard: bool) -> tuple[Place, ...]:
    places = HEARD.get(event.target or "", ()) if heard else ()
    off = event.source == "scheduled" and event.target in {"draft", "approved", "withdrawn"}
    return tuple(dict.fromkeys((*places, *OFF_THE_PLAN))) if off else places


def show(session: Session, change: "Change", event: events.Event, *, heard: bool = True) -> None:
    """Bring its cards, and those of the ticket that carries it, to how things stand; tell the threads concerned."""
    ticket = _locked_carrier(session, change.id)
    own = outbox.refresh(session, Subject.CHANGE, change.id)
    threads = [card for card in own if card.place is Place.RELEASES and card.parent_id is None]
    if ticket is not None:
        threads += outbox.refresh(session, Subject.TICKET, ticket.id)
    places = _heard(event, heard)
    for card in threads:
        if card.place in places:
            outbox.reply(session, card, event.id)


def _locked_carrier(session: Session, change_id: int) -> Ticket | None:
    """The ticket's row first, as every writer to its thread does."""
    ticket = carried_by(session, change_id)
    if ticket is not None:
        session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    return ticket


def put_before_approvers(session: Session, change: "Change") -> Post | None:
    """Its card in the approvers' channel, once."""
    channel = provider.get(session).releases_channel
    there = [post for post in outbox.posts_of(session, Subject.CHANGE, change.id) if post.place is Place.RELEASES]
    if there or not channel:
        return there[0] if there else None
    return outbox.open_thread(session, Subject.CHANGE, change.id, Place.RELEASES, channel, account_id=change.account_id)


def put_before_client(session: Session, change: "Change") -> bool:
    """Its card for the client's approver: in the thread of the ticket that carries it, or in their channel, once.

    Whether it is new: an old card is only edited, which nobody notices.
    """
    posts = outbox.posts_of(session, Subject.CHANGE, change.id)
    if any(post.place is Place.CLIENT for post in posts):
        return False
    ticket = _locked_carrier(session, change.id)
    threads = outbox.posts_of(session, Subject.TICKET, ticket.id) if ticket else []
    thread = next((post for post in threads if post.place is Place.CLIENT), None)
    channel = accounts.by_id(session, change.account_id).channel_slack_id
    if thread is not None:
        outbox.reply(session, thread, change.id, subject=Subject.CHANGE)
    elif channel:
        outbox.open_thread(session, Subject.CHANGE, change.id, Place.CLIENT, channel, account_id=change.account_id)
    return True


def tell_approvers(session: Session, change: "Change", event: events.Event) -> None:
    """A sentence in the thread of its card in the approvers' channel."""
    card = put_before_approvers(session, change)
    if card is not None:
        outbox.reply(session, card, event.id)


def remind_client(session: Session, change: "Change", event: events.Event) -> None:
    """The same in the client's channel, in the thread where their card stands."""
    for card in outbox.posts_of(session, Subject.CHANGE, change.id):
        if card.place is Place.CLIENT:
            root = session.scalars(select(Post).where(Post.id == card.lane_id)).one()
            outbox.reply(session, root, event.id)
