"""Where a ticket's cards stand: in the client's channel and in triage, where there are such."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.domain import outbox, people
from bot.domain.accounts import Account
from bot.domain.outbox import Place, Post, Subject
from bot.domain.provider import Provider

if TYPE_CHECKING:
    from bot.domain.tickets.ticket import Ticket


def open_cards(session: Session, ticket: "Ticket", account: Account, firm: Provider) -> None:
    """The client's thread and triage's card of a new ticket: nobody waits to hear which posts they are."""
    channels = _channels(session, ticket, account, firm)
    outbox.open_cards(session, Subject.TICKET, ticket.id, channels, account_id=ticket.account_id)


def open_threads(session: Session, ticket: "Ticket", account: Account, firm: Provider) -> list[Post]:
    """The same, with the posts."""
    channels = _channels(session, ticket, account, firm)
    return outbox.open_threads(session, Subject.TICKET, ticket.id, channels, account_id=ticket.account_id)


def _channels(session: Session, ticket: "Ticket", account: Account, firm: Provider) -> dict[Place, str]:
    places = {Place.CLIENT: _client_channel(session, ticket, account), Place.TRIAGE: firm.triage_channel}
    return {place: channel for place, channel in places.items() if channel}


def _client_channel(session: Session, ticket: "Ticket", account: Account) -> str | None:
    """The account's channel; a private ticket is followed in a conversation with its one reader."""
    if not ticket.private:
        return account.channel_slack_id
    reader = people.by_id(session, ticket.private_reader_id)
    return reader.slack_id if reader else None
