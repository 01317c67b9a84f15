"""What people write where the bot is: a client's words reach triage, and somebody new becomes known."""

from sqlalchemy.orm import Session

from bot.domain import accounts, outbox, people, tickets
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.handlers.call import Call, Routes, plain_words
from bot.handlers.help import spoken_to

BY_PEOPLE = {None, "file_share", "thread_broadcast"}  # edits and deletions say nothing new


def wrote(call: Call) -> None:
    """A message by a person, in a channel or to the bot."""
    event = call.body["event"]
    if event.get("bot_id") or event.get("subtype") not in BY_PEOPLE or not call.slack_id:
        return call.done()
    if event.get("channel_type") == "im":
        return spoken_to(call)
    if _belongs_to_an_account(call):
        try:
            with call.begin() as (session, actor):  # entering is what makes somebody new known
                _pass_on(call, session, actor)
        except Refused:
            pass
    return call.done()


def _belongs_to_an_account(call: Call) -> bool:
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        return accounts.by_channel(session, call.channel) is not None


def _pass_on(call: Call, session: Session, actor: Person) -> None:
    """A contact's words in a ticket's thread reach those who work on it."""
    event = call.body["event"]
    thread = event.get("thread_ts")
    if actor.is_staff or not thread or not event.get("text"):
        return
    root = outbox.root_at(session, event["channel"], thread)
    if root is None or root.subject is not outbox.Subject.TICKET:
        return
    ticket = tickets.visible_to(session, actor, root.subject_id, lock=True)
    call.once(session, event["text"], actor, key=f"message:{event['channel']}:{event['ts']}")
    ticket.client_wrote(session, plain_words(event["text"]), by=actor, now=call.now)


ROUTES: Routes = {("event", "message"): wrote}
