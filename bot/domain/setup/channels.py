"""A channel's id is not for ever: a private one gets another when it is shared with the client (Slack Connect)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain import dead_letters, events, provider
from bot.domain.accounts import Account
from bot.domain.base import Base
from bot.domain.events import Event, Kind
from bot.domain.intakes import Intake
from bot.domain.outbox import Post
from bot.domain.tickets.conversation import Message

# Who holds a channel's id, besides the provider.
HELD: list[tuple[type[Base], str]] = [
    (Account, "channel_slack_id"),
    (Post, "channel_slack_id"),
    (Message, "channel_slack_id"),
    (Intake, "message_channel"),
]


def moved(session: Session, old: str, new: str, *, now: datetime) -> bool:
    """Everything that stood in the old one stands in the new; whether anything did.

    What Slack refused meanwhile, because the old id was gone, is brought after all.
    """
    account_id = session.scalar(select(Account.id).where(Account.channel_slack_id == old))
    held = [
        session.execute(update(entity).where(getattr(entity, name) == old).values({name: new})) for entity, name in HELD
    ]
    firm = provider.get(session)
    channels = {use: new if channel == old else channel for use, channel in firm.channels.items()}
    if channels == firm.channels and not any(result.rowcount for result in held):  # pyright: ignore[reportAttributeAccessIssue]
        return False
    firm.channels = channels
    dead_letters.revive_in(session, new)
    events.record(session, Kind.CHANNEL_MOVED, account_id=account_id, at=now, data={"from": old, "to": new})
    return True


def current(session: Session, channel_slack_id: str) -> str:
    """What an id that a file names is called by now."""
    for move in session.scalars(select(Event.data).where(Event.kind == Kind.CHANNEL_MOVED).order_by(Event.id)):
        channel_slack_id = move["to"] if move["from"] == channel_slack_id else channel_slack_id
    return channel_slack_id
