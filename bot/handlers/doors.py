"""Ways to a request that begin with a message: a word to Steward, and **Turn into request** on anybody's words.

Both end in handlers/request.py: its one form, and its one submit.
"""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import intakes, people, provider, receipts
from bot.domain.errors import Refused
from bot.domain.intakes import Origin
from bot.domain.people import Person
from bot.domain.tickets import Door
from bot.handlers.call import Call, Routes
from bot.handlers.request import Source, open_from
from bot.messages import blocks
from bot.messages.help import make_it_a_request, where_to_start
from bot.messages.mrkdwn import Mrkdwn, escape
from bot.slack import said
from bot.slack.said import Said

GONE = "I can't find that message any more, so the form is empty."


def spoken_to(call: Call) -> None:
    """Somebody mentioned Steward or wrote to it: an answer where they wrote, in a channel for them alone."""
    event = call.body["event"]
    key = f"answered:{event['channel']}:{event['ts']}"
    account_id, known = None, False
    try:
        with call.begin() as (session, actor):
            if receipts.known(session, key):
                return call.done()
            account_id, known = actor.account_id, True
            text, body = _answer(session, actor, said.said(event["channel"], event))
    except Refused as refused:
        text = escape(str(refused))
        body = [blocks.section(text)]
    _say(call, text, body)
    if known:  # only now: an answer that Slack did not take is tried again with the event
        with call.begin() as (session, _actor):
            receipts.claim(session, key, key, account_id=account_id)
    return call.done()


def _answer(session: Session, actor: Person, message: Said) -> tuple[Mrkdwn, list[dict[str, Any]]]:
    names = people.names_of(session, said.mentioned(message.text))
    words = said.plain(message.text, names, provider.get(session).bot_user_slack_id)
    if said.is_small_talk(words) and not message.files:
        return where_to_start(actor)
    try:
        intakes.check_origin(session, _origin(message), by=actor)
    except Refused as refused:
        text, body = where_to_start(actor)
        return text, [blocks.section(escape(str(refused))), *body]
    return make_it_a_request(actor, words, f"{message.channel}:{message.ts}:{message.thread_ts or ''}")


def _say(call: Call, text: str, body: list[dict[str, Any]]) -> None:
    event = call.body["event"]
    where = {"channel": event["channel"], "thread_ts": event.get("thread_ts"), "text": text, "blocks": body}
    if event["channel"].startswith("D"):  # between the two of them: what is for one person alone would vanish
        call.client.chat_postMessage(**where)
    elif call.slack_id:  # some events have nobody who could be told
        call.client.chat_postEphemeral(user=call.slack_id, **where)


def _origin(message: Said) -> Origin:
    return Origin(message.channel, message.ts, message.thread_ts, message.author)


def from_words(call: Call) -> None:
    """**Make it a request**: the message as it reads now, for it may have been edited or deleted."""
    channel, ts, thread_ts = [*call.value.split(":"), "", ""][:3]
    message = said.look_up(call.client, channel, ts, thread_ts or None)
    if message is None:
        open_from(call, Source(Door.MENTION, call.channel, notice=GONE))
    else:
        open_from(call, _made_of(message, Door.MENTION))


def from_message(call: Call) -> None:
    """**Turn into request**, in the menu of any message."""
    message = said.with_files(call.client, call.body["message"])
    open_from(call, _made_of(said.said(call.body["channel"]["id"], message), Door.SHORTCUT))


def _made_of(message: Said, door: Door) -> Source:
    return Source(door, message.channel, message.text, _origin(message), message.files)


ROUTES: Routes = {
    ("event", "app_mention"): spoken_to,
    ("action", "request.from_words"): from_words,
    ("shortcut", "request.from_message"): from_message,
}
