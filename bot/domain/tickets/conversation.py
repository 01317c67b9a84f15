"""What is said on a ticket: by the client, to the client, and among the team.

Each message stands once, wherever it was written, and is relayed to whoever did not see it there.
What somebody takes back in Slack is not kept here either.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, outbox
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets.attachment import Attachment
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import Status

LONGEST = 3000


class Visibility(StrEnum):
    """Who said it to whom. Only the first two are ever shown to a client."""

    FROM_CLIENT = "from client"
    TO_CLIENT = "to client"
    INTERNAL = "internal"


CLIENT_READS = frozenset({Visibility.FROM_CLIENT, Visibility.TO_CLIENT})
# Where each is relayed to, unless it was written there.
RELAYED: dict[Visibility, tuple[outbox.Place, ...]] = {
    Visibility.FROM_CLIENT: (outbox.Place.TRIAGE,),
    Visibility.TO_CLIENT: (outbox.Place.CLIENT, outbox.Place.TRIAGE),
    Visibility.INTERNAL: (outbox.Place.TRIAGE,),
}
KINDS = {
    Visibility.FROM_CLIENT: events.Kind.CLIENT_WROTE,
    Visibility.TO_CLIENT: events.Kind.REPLIED,
    Visibility.INTERNAL: events.Kind.NOTED,
}
# The work is done in the client's eyes: what it writes now is read by a person before anything reopens.
DONE = frozenset({Status.CLIENT_REVIEW, Status.CLOSED})


class Message(Base):
    """One message. `channel_slack_id` and `ts` say where it was written; a form leaves them empty."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("channel_slack_id", "ts"),)

    id: Mapped[Id] = mapped_column(init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[AccountRef]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    visibility: Mapped[Visibility]
    text: Mapped[str]
    at: Mapped[datetime]
    channel_slack_id: Mapped[str | None] = mapped_column(default=None)
    ts: Mapped[str | None] = mapped_column(default=None)
    files: Mapped[list[Any]] = mapped_column(default_factory=list)
    back_in: Mapped[Status | None] = mapped_column(default=None)  # where its arrival brought the ticket back to
    asks: Mapped[bool] = mapped_column(default=False)  # somebody has to say whether it reopens the ticket
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Written:
    """Where in Slack something was written, and in which of the ticket's two threads."""

    place: outbox.Place
    channel: str
    ts: str
    files: list[dict[str, Any]] = field(default_factory=list)


def say(
    session: Session,
    ticket: Ticket,
    visibility: Visibility,
    text: str,
    *,
    by: Person,
    now: datetime,
    written: Written | None = None,
) -> Message:
    """Keep what was said and relay it. A client's words also end the waiting for them. The ticket is locked."""
    if by.is_staff == (visibility is Visibility.FROM_CLIENT):
        raise Refused("Write in the thread of your request: the team reads it there.")
    if by.is_staff:
        by.require(Permission.WRITE)
    if not text.strip() and not (written and written.files):
        raise Refused("Write a sentence first.", field="text")
    from_client = visibility is Visibility.FROM_CLIENT
    message = Message(
        ticket_id=ticket.id,
        account_id=ticket.account_id,
        author_id=by.id,
        visibility=visibility,
        text=text.strip(),
        at=now,
        channel_slack_id=written.channel if written else None,
        ts=written.ts if written else None,
        files=list(written.files) if written else [],
        back_in=ticket.back_from_waiting(session, by, now) if from_client else None,
        asks=from_client and ticket.status in DONE,
    )
    session.add(message)
    session.flush()
    _keep_files(session, message)
    _record(session, message, KINDS[visibility], by, now)
    _relay(session, message, written.place if written else None)
    return message


def _keep_files(session: Session, message: Message) -> None:
    """A client's files belong to the ticket, as those of the form do."""
    if message.visibility is not Visibility.FROM_CLIENT:
        return
    session.add_all(
        Attachment(ticket_id=message.ticket_id, account_id=message.account_id, file_slack_id=file["id"],
                   name=file["name"], permalink=file.get("permalink"))
        for file in message.files
    )  # fmt: skip


def _let_files_go(session: Session, message: Message) -> None:
    """One that came in some other way too stays as that: of the ticket's rows for a file, the newest goes."""
    if message.visibility is not Visibility.FROM_CLIENT or not message.files:
        return
    named = [file["id"] for file in message.files]
    rows = session.scalars(
        select(Attachment)
        .where(Attachment.ticket_id == message.ticket_id, Attachment.file_slack_id.in_(named), Attachment.name != "")
        .order_by(Attachment.id)
    )
    for row in {row.file_slack_id: row for row in rows}.values():
        row.name, row.permalink = "", None
    ticket = session.scalars(select(Ticket).where(Ticket.id == message.ticket_id).with_for_update()).one()
    ticket.version += 1
    outbox.refresh(session, outbox.Subject.TICKET, ticket.id)


def _relay(session: Session, message: Message, written_in: outbox.Place | None) -> None:
    for card in outbox.posts_of(session, outbox.Subject.TICKET, message.ticket_id):
        if card.place in RELAYED[message.visibility] and card.place is not written_in:
            outbox.reply(session, card, message.id, subject=outbox.Subject.MESSAGE)


def written_at(session: Session, channel: str, ts: str) -> Message | None:
    """The message that stands there in Slack."""
    return session.scalar(
        select(Message).where(Message.channel_slack_id == channel, Message.ts == ts).with_for_update()
    )


def edit(session: Session, message: Message, text: str, *, by: Person, now: datetime) -> None:
    """Its author changed it in Slack: what was relayed is changed too."""
    if by.id != message.author_id or message.deleted_at or message.text == text.strip():
        return
    message.text, message.edited_at = text.strip(), now
    _changed(session, message, events.Kind.MESSAGE_EDITED, by, now)


def send(session: Session, message: Message, text: str, *, by: Person, now: datetime, place: outbox.Place) -> None:
    """A note became a reply to the client: its author marked it as public."""
    message.visibility = Visibility.TO_CLIENT
    edit(session, message, text, by=by, now=now)
    _record(session, message, events.Kind.REPLIED, by, now)
    _relay(session, message, place)


def take_back(session: Session, message: Message, *, by: Person, now: datetime) -> None:
    """Its author deleted it in Slack: words and files are gone here as well, in every thread and from the card."""
    if by.id != message.author_id or message.deleted_at:
        return
    _let_files_go(session, message)
    message.text, message.files, message.deleted_at, message.asks = "", [], now, False
    _changed(session, message, events.Kind.MESSAGE_DELETED, by, now)


def by_id(session: Session, message_id: int) -> Message:
    """A message of a ticket that the caller has asked for through the person."""
    message = session.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if message is None:
        raise NotFound("I can't find that message any more. Open the ticket with /ticket.")
    return message


def settle(session: Session, message: Message, *, by: Person, now: datetime) -> None:
    """**It's fine**: what a client wrote after the end reopens nothing."""
    by.require(Permission.WRITE)
    if message.asks:
        message.asks, message.settled_by_id = False, by.id
        _changed(session, message, events.Kind.MESSAGE_SETTLED, by, now)


def _changed(session: Session, message: Message, kind: events.Kind, by: Person, now: datetime) -> None:
    message.version += 1
    _record(session, message, kind, by, now)
    outbox.refresh(session, outbox.Subject.MESSAGE, message.id)


def _record(session: Session, message: Message, kind: events.Kind, by: Person, now: datetime) -> None:
    session.add(
        events.Event(
            kind=kind,
            at=now,
            account_id=message.account_id,
            ticket_id=message.ticket_id,
            actor_id=by.id,
            data={"message": message.id, "back_in": message.back_in.value if message.back_in else None},
            rule_version=playbook.of(session).version,
        )
    )
    session.flush()


def of_ticket(session: Session, ticket_id: int, reader: Person, *, newest: int = 12) -> list[Message]:
    """The newest messages this person may read, oldest first."""
    query = select(Message).where(Message.ticket_id == ticket_id, Message.deleted_at.is_(None))
    if not reader.is_staff:
        query = query.where(Message.visibility.in_(CLIENT_READS))
    return list(session.scalars(query.order_by(Message.id.desc()).limit(newest)))[::-1]
