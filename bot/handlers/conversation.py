"""**Reply to client**, **Note**, and what a client writes when the work is done."""

from sqlalchemy.orm import Session

from bot.domain import accounts, outbox, people, tickets
from bot.domain.errors import Refused
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket, conversation
from bot.domain.tickets.conversation import Visibility
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import conversation as modal
from bot.modals import form
from bot.slack.said import mentioned, plain


def reply(call: Call) -> None:
    """**Reply to client**."""
    _open(call, Press.read(call.value).ticket, Visibility.TO_CLIENT)


def note(call: Call) -> None:
    """**Note**, for the team."""
    _open(call, Press.read(call.value).ticket, Visibility.INTERNAL)


def send_from_thread(call: Call) -> None:
    """**Send to client**, on a message in a ticket's thread of the triage channel: read once more before it goes."""
    message = call.body["message"]
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        root = outbox.root_at(session, call.channel or "", message.get("thread_ts") or message["ts"])
        words = plain(message.get("text") or "", people.names_of(session, mentioned(message.get("text") or "")))
    if root is None or root.subject is not outbox.Subject.TICKET or root.place is not outbox.Place.TRIAGE:
        raise Refused("That message is in no ticket's thread here. Use it on a message under a ticket's card.")
    _open(call, root.subject_id, Visibility.TO_CLIENT, words)


def _open(call: Call, number: int, visibility: Visibility, typed: str = "") -> None:
    with call.begin() as (session, actor):
        actor.require(Permission.WRITE)
        ticket = tickets.visible_to(session, actor, number)
        metadata = modal.Metadata(ticket=ticket.id, visibility=visibility, window=window_underneath(call))
        view = modal.view(ticket, metadata, _reader(session, ticket), typed)
    call.open(view)
    call.done()


def _reader(session: Session, ticket: Ticket) -> str:
    if not ticket.private:
        return f"Everyone in {accounts.by_id(session, ticket.account_id).name}'s channel"
    reader = people.by_id(session, ticket.private_reader_id)
    return f"Only {reader.name}" if reader else "Nobody yet"


def submit(call: Call) -> None:
    """What was written is kept and relayed."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True)
        call.once(session, form.values(call.view), actor)
        conversation.say(session, ticket, metadata.visibility, filled.text, by=actor, now=call.now)
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def fine(call: Call) -> None:
    """**It's fine**: nothing reopens; the message in the thread says who decided."""
    with call.begin() as (session, actor):
        message = conversation.by_id(session, _number(call.value))
        tickets.visible_to(session, actor, message.ticket_id)
        conversation.settle(session, message, by=actor, now=call.now)
    call.done()


def _number(value: str) -> int:
    if not value.isdecimal():
        raise Refused("That button carries no message. Open the ticket with /ticket.")
    return int(value)


ROUTES: Routes = {
    ("action", "ticket.reply"): reply,
    ("action", "ticket.note"): note,
    ("action", "message.fine"): fine,
    ("shortcut", "message.send"): send_from_thread,
    ("view", modal.CALLBACK_ID): submit,
}
