"""The message a request is made of: whose it is, and that it becomes one only once."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox, tickets
from bot.domain.accounts import Account
from bot.domain.errors import Refused
from bot.domain.intakes.intake import Disposition, Intake
from bot.domain.people import Person
from bot.domain.tickets import Ticket


@dataclass(frozen=True)
class Origin:
    """The message a request is made of: where it stands, and who of our people wrote it."""

    channel: str
    ts: str
    thread_ts: str | None = None
    author: str | None = None  # None: an app's words, or nobody's

    @property
    def root_ts(self) -> str:
        """The message whose thread it is in, or begins."""
        return self.thread_ts or self.ts

    @property
    def is_private(self) -> bool:
        """Whether it was said to Steward alone: nobody else could open it."""
        return self.channel.startswith("D")


def check_origin(session: Session, origin: Origin, *, by: Person, account: Account | None = None) -> None:
    """Refuse a message that is not theirs to bring, that a ticket follows already, or that nobody wrote.

    `account` is whose the request will be, once that is chosen.
    """
    root = outbox.root_at(session, origin.channel, origin.root_ts)
    if root is not None and root.subject is outbox.Subject.TICKET:
        check_unmade(session, origin, by)
        key = next((f"T-{number}" for number in tickets.several(session, by, {root.subject_id})), "A ticket")
        raise Refused(f"{key} follows that thread already. Write there, and our team reads it.")
    if origin.author is None:
        raise Refused("I can do that with what a person wrote; this is an app's. Press New request instead.")
    there = accounts.by_channel(session, origin.channel)
    own = origin.author == by.slack_id if origin.is_private else there is not None and there.id == by.account_id
    if not (by.is_staff or own):
        raise Refused("That message is not in your organisation's channel. Press New request and write it there.")
    if account and there and there.id != account.id:
        # Its words, and the answer in its thread, would cross from one client to another.
        raise Refused(f"That message is from {there.name}'s channel, so choose {there.name}.", field="account")


def made_of(session: Session, origin: Origin) -> Intake | None:
    """What became of a message."""
    return session.scalar(
        select(Intake).where(Intake.message_channel == origin.channel, Intake.message_ts == origin.ts)
    )


def became(session: Session, intake: Intake | None, by: Person) -> str:
    """What became of a message, as a sentence to somebody who would make it a request again."""
    if intake is not None and intake.disposition is Disposition.MEETING:
        return "That message is on the agenda of the next planning meeting already."
    number = intake.ticket_id if intake else None
    if number and number in tickets.several(session, by, {number}):
        return f"T-{number} came of that message already."
    return "That message was made a request already."


def check_unmade(session: Session, origin: Origin, by: Person) -> None:
    """Refuse what became a request while the form was open, before anything else is asked about it."""
    if intake := made_of(session, origin):
        raise _made_already(session, intake, by)


def _made_already(session: Session, intake: Intake | None, by: Person) -> Refused:
    return Refused(f"{became(session, intake, by)} Nothing was filed twice; open what is there with /ticket.")


def claim(session: Session, intake: Intake, origin: Origin, by: Person) -> None:
    """Of two at once the database lets one through; the other is told what became of it."""
    intake.message_channel, intake.message_ts = origin.channel, origin.ts
    savepoint = session.begin_nested()  # outside of what is caught: what was held goes along
    try:
        with savepoint:
            session.add(intake)
            session.flush()
    except IntegrityError:
        raise _made_already(session, made_of(session, origin), by) from None


def answer_in_thread(session: Session, ticket: Ticket, origin: Origin, by: Person, account: Account) -> None:
    """Whoever reads the message also reads what it became; to clients in their own words."""
    theirs = origin.channel == account.channel_slack_id or not by.is_staff
    root = outbox.adopt(
        session,
        ticket.id,
        outbox.Place.CLIENT if theirs else outbox.Place.TRIAGE,
        origin.channel,
        origin.root_ts,
        account_id=account.id,
        snapshot={"ts": origin.ts, "private": origin.is_private},
    )
    session.flush()
    if filed := events.last_move(session, ticket.id):
        outbox.reply(session, root, filed.id)
