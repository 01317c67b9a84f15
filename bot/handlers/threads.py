"""What people write where the bot is: both threads of a ticket in step, and somebody new becomes known."""

from dataclasses import dataclass, replace
from typing import Any

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.domain import accounts, outbox, people, receipts, tickets
from bot.domain.errors import Refused
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.tickets import Ticket, conversation
from bot.domain.tickets.conversation import Visibility, Written
from bot.handlers.call import SLACKBOT, Call, Routes, log
from bot.handlers.doors import spoken_to
from bot.slack.said import mentioned, plain, with_files
from bot.slack.unanswered import NO_ANSWER, code_of

BY_PEOPLE = {None, "file_share", "thread_broadcast", "message_changed", "message_deleted"}
PUBLIC = ("public:", "client:")  # how a message in the triage thread is marked as a reply to the client
SENT = "outbox_tray"
GONE = "~"  # sorts after every ts


@dataclass(frozen=True)
class Heard:
    """A message event, whichever of its three shapes it has; files as Slack has them."""

    channel: str
    ts: str
    thread: str | None
    text: str
    files: list[dict[str, Any]]
    state: str  # when it came to read so: its ts, its last edit's, or GONE; they sort as they happened

    @classmethod
    def read(cls, event: dict[str, Any]) -> "Heard":
        """New, edited (`message`) or deleted (`previous_message`)."""
        deleted = event.get("subtype") == "message_deleted"
        message = event.get("previous_message" if deleted else "message") or event
        since = (message.get("edited") or {}).get("ts") or str(message.get("ts"))
        return cls(
            channel=str(event.get("channel")), ts=str(message.get("ts")), thread=message.get("thread_ts"),
            text=message.get("text") or "", files=message.get("files") or [],
            state=GONE if deleted else since,
        )  # fmt: skip

    @property
    def deleted(self) -> bool:
        return self.state == GONE


def wrote(call: Call) -> None:
    """A message by a person, in a channel or to the bot; also edited or deleted."""
    event = call.body["event"]
    if _is_not_a_persons(event) or not call.slack_id:
        return call.done()
    heard = Heard.read(event)
    root = _ticket_thread(call, heard)
    if root:
        _hear(call, heard, root)
    elif event.get("subtype") in {"message_changed", "message_deleted"}:
        pass  # nothing that anybody follows
    elif event.get("channel_type") == "im":
        return spoken_to(call)
    elif _belongs_to_an_account(call):
        _meet(call)
    return call.done()


def _is_not_a_persons(event: dict[str, Any]) -> bool:
    message = event.get("message") or event.get("previous_message") or {}
    by = event.get("user") or message.get("user")
    return bool(event.get("bot_id") or message.get("bot_id") or by == SLACKBOT) or event.get("subtype") not in BY_PEOPLE


def _ticket_thread(call: Call, heard: Heard) -> outbox.Post | None:
    """The card in whose thread it stands."""
    if not heard.thread or heard.thread == heard.ts:
        return None
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        root = outbox.root_at(session, heard.channel, heard.thread)
    return root if root and root.subject is outbox.Subject.TICKET else None


def _belongs_to_an_account(call: Call) -> bool:
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        return accounts.by_channel(session, call.channel) is not None


def _meet(call: Call) -> None:
    """Entering is what makes somebody new known."""
    try:
        with call.begin():
            pass
    except Refused:
        pass


def _hear(call: Call, heard: Heard, root: outbox.Post) -> None:
    """Said in a ticket's thread. What somebody may not see they can't add to: then it is only chat."""
    heard = replace(heard, files=_files(call.client, heard))
    try:
        with call.begin() as (session, actor):
            asked = tickets.visible_to(session, actor, root.subject_id)
            # What was merged goes on in the other one, so words in its old thread do too.
            ticket = tickets.visible_to(session, actor, tickets.merged_into(session, asked).id, lock=True)
            sent = _keep(call, session, actor, ticket, heard, root.place)
    except Refused:
        return
    if sent and root.place is Place.TRIAGE:
        _mark_as_sent(call, heard)


def _files(client: WebClient, heard: Heard) -> list[dict[str, Any]]:
    known = with_files(client, {"files": heard.files})["files"] if heard.files and not heard.deleted else []
    return [
        {"id": file["id"], "name": file.get("name") or "a file", "permalink": file.get("permalink")} for file in known
    ]


def _keep(call: Call, session: Session, actor: Person, ticket: Ticket, heard: Heard, place: Place) -> bool:
    """Store it as what it is; whether it goes to the client."""
    if _is_late(session, heard, ticket):
        return False
    words = plain(heard.text, people.names_of(session, mentioned(heard.text)))
    visibility, heard = _meant(actor, replace(heard, text=words), place)
    known = conversation.written_at(session, heard.channel, heard.ts)
    if heard.deleted:
        if known:
            conversation.take_back(session, known, by=actor, now=call.now)
        return False
    if known is None:
        written = Written(place, heard.channel, heard.ts, heard.files)
        known = conversation.say(session, ticket, visibility, heard.text, by=actor, now=call.now, written=written)
    elif visibility is Visibility.TO_CLIENT and known.visibility is Visibility.INTERNAL:
        conversation.send(session, known, heard.text, by=actor, now=call.now, place=place)
    else:
        conversation.edit(session, known, heard.text, by=actor, now=call.now)
    return known.visibility is Visibility.TO_CLIENT


def _is_late(session: Session, heard: Heard, ticket: Ticket) -> bool:
    """Slack brings things again, and late: nothing undoes a newer edit, nothing comes back from a deletion."""
    key = f"latest:{heard.channel}:{heard.ts}"
    earlier = receipts.claim(session, key, key, account_id=ticket.account_id)
    if earlier and heard.state <= (earlier.answer or {}).get("state", ""):
        return True
    receipts.keep_answer(session, key, {"state": heard.state})
    return False


def _meant(actor: Person, heard: Heard, place: Place) -> tuple[Visibility, Heard]:
    """In the client's thread everything is said to the other side; in triage only what is marked as public."""
    if not actor.is_staff:
        return Visibility.FROM_CLIENT, heard
    if place is Place.CLIENT:
        return Visibility.TO_CLIENT, heard
    for mark in PUBLIC:
        if heard.text.lower().startswith(mark):
            return Visibility.TO_CLIENT, replace(heard, text=heard.text[len(mark) :].strip())
    return Visibility.INTERNAL, heard


def _mark_as_sent(call: Call, heard: Heard) -> None:
    """Whoever wrote it sees on it that the client has it."""
    try:
        call.client.reactions_add(channel=heard.channel, timestamp=heard.ts, name=SENT)
    except NO_ANSWER as error:
        if (code := code_of(error)) != "already_reacted":
            log.warning("a reply could not be marked as sent", reference=call.reference, error=code)


ROUTES: Routes = {("event", "message"): wrote}
