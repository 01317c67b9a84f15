"""One arrival from Slack, as handlers see it: who acts, on what, and how to answer.

A handler loads through the person, calls one verb, and answers: `begin` is the unit of work,
`ack` the last line, because what is acknowledged is stored.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from slack_bolt import Ack, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import accounts, agreements, people, provider, receipts
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.handlers import newcomers
from bot.handlers.payload import carried, content_of, plain_words
from bot.slack.unanswered import NO_ANSWER, code_of

log = structlog.get_logger()
HOME = "home"
SLACKBOT = "USLACKBOT"  # reminders and the like; Slack does not call it a bot
LONGEST_METADATA = 3000  # Slack's limit
STRANGER = (
    "I don't know you yet. Write to me from your organisation's channel, or ask your contact to have you added; "
    "then this works at once."
)
GONE = "Your access to Steward has ended. If that is a mistake, ask an admin to bring it back."


class Repeated(Exception):
    """The same payload arrived before: it is answered as it was then, and nothing happens again."""

    def __init__(self, earlier: receipts.Earlier):
        super().__init__("repeated")
        self.earlier = earlier


@dataclass
class Call:
    """What arrived, and the ways to answer it."""

    kind: str
    body: dict[str, Any]
    ack: Ack
    client: WebClient
    sessions: sessionmaker[Session]
    now: datetime
    reference: str
    answered: BoltResponse | None = field(default=None)
    wrote: bool = field(default=False)  # whether anything was changed
    _claimed: tuple[str, str] | None = field(default=None)  # key and content, by `once_along`

    @property
    def slack_id(self) -> str:
        """Who did it."""
        if self.kind == "command":
            return self.body["user_id"]
        if self.kind == "event":
            event = self.body["event"]
            # Of an edited or deleted message: whoever wrote it.
            message = event.get("message") or event.get("previous_message") or {}
            return event.get("user") or message.get("user") or ""
        return self.body["user"]["id"]

    @property
    def channel(self) -> str | None:
        """Where, if it was in a channel."""
        if self.kind == "command":
            return self.body.get("channel_id")
        if self.kind == "event":
            channel = self.body["event"].get("channel")
            return channel if isinstance(channel, str) else None
        return (self.body.get("channel") or {}).get("id")

    @property
    def text(self) -> str:
        """What was typed after a command."""
        return plain_words(self.body.get("text") or "")

    @property
    def first_word(self) -> str:
        """The first word typed after a command: what may name a part of it, as in `/time today`."""
        return next(iter(self.text.split()), "").lower()

    @property
    def rest(self) -> str:
        """What was typed after that word."""
        return self.text.partition(" ")[2].strip()

    @property
    def action(self) -> dict[str, Any]:
        """The control that was pressed."""
        return self.body["actions"][0]

    @property
    def value(self) -> str:
        """What the pressed control carries."""
        pressed = self.action
        return pressed.get("value") or (pressed.get("selected_option") or {}).get("value") or ""

    @property
    def view(self) -> dict[str, Any]:
        """The window it came from."""
        return self.body["view"]

    @property
    def metadata(self) -> str:
        """What the window carries along unseen."""
        return self.view.get("private_metadata") or "{}"

    @property
    def in_window(self) -> bool:
        """Whether it came from a modal (not from a message, nor from the Home)."""
        return (self.body.get("view") or {}).get("type") == "modal"

    @property
    def on_home(self) -> bool:
        """Whether it was pressed on the Home itself."""
        return (self.body.get("view") or {}).get("type") == "home"

    @property
    def home(self) -> str | None:
        """What the Home carries along, where it was pressed there or in a window that was opened from it."""
        return self.metadata if self.on_home else carried(self.body.get("view") or {}).get(HOME)

    @contextmanager
    def begin(self) -> Iterator[tuple[Session, Person]]:
        """One transaction as the person who acts, open to exactly their accounts."""
        with self._noticing_repeats():
            with self.sessions.begin() as session:
                actor = agreements.enter(session, self.slack_id)
                if actor is not None:
                    yield from self._works(session, actor)
                    return
            # Slack is asked who that is with no transaction open.
            self._make_known()
            with self.sessions.begin() as session:
                actor = agreements.enter(session, self.slack_id)
                if actor is None:
                    raise Refused(STRANGER)
                yield from self._works(session, actor)

    def _works(self, session: Session, actor: Person) -> Iterator[tuple[Session, Person]]:
        try:
            yield session, _still_here(actor)
        except Refused:
            if self._claimed:
                session.execute(select(1))  # a repeat hears what was answered then, not what is refused now
            raise
        session.flush()
        self.wrote = self.wrote or session.info.get("wrote", False)

    @contextmanager
    def _noticing_repeats(self) -> Iterator[None]:
        """A claim that went along with something else meets its key there."""
        try:
            yield
        except IntegrityError as error:
            if not (self._claimed and receipts.is_taken(error)):
                raise
            with self.sessions.begin() as session:
                people.enter(session, self.slack_id)
                earlier = receipts.earlier(session, *self._claimed)
            raise Repeated(earlier) from None

    @property
    def key(self) -> str:
        """What names this arrival if Slack sends it again (docs/decisions/0006)."""
        if self.kind == "command":
            return f"command:{self.body.get('trigger_id') or self.reference}"
        return f"view:{self.view['id']}:{self.view['callback_id']}"

    def once(self, session: Session, content: Any, actor: Person, *, key: str | None = None) -> None:
        """Claim this arrival, or raise what it was answered with the first time."""
        earlier = receipts.claim(session, key or self.key, content_of(content), account_id=actor.account_id)
        if earlier:
            raise Repeated(earlier)

    def once_along(self, session: Session, content: Any, actor: Person) -> None:
        """The same without a wait of its own: a repeat is noticed with what is asked or stored next."""
        self._claimed = (self.key, content_of(content))
        receipts.claim_along(session, *self._claimed, account_id=actor.account_id)

    def let_go(self, session: Session) -> None:
        """Nothing was done but a question asked: what comes back has to find its receipt free."""
        session.execute(select(1))
        session.rollback()

    def remember(self, session: Session, **answer: Any) -> None:
        """What a repeat of this arrival is answered with."""
        receipts.keep_answer(session, self.key, answer)

    def _make_known(self) -> None:
        """Somebody new: the account whose channel they are in, or the contact whose e-mail they have."""
        if not self.slack_id or self._is_a_bot():
            raise Refused(STRANGER)
        profile = newcomers.ask_slack(self.client, self.slack_id, self.body)
        try:
            with self.sessions.begin() as session:
                people.enter_as_system(session)
                account = newcomers.account_of(session, profile, self.channel)
                if account is not None and not profile.is_bot:
                    accounts.join(session, account, **profile.facts(account, provider.get(session).team_slack_id))
        except IntegrityError:
            log.info("two first contacts at once, one row", reference=self.reference)

    def _is_a_bot(self) -> bool:
        return self.slack_id == SLACKBOT or (self.kind == "event" and bool(self.body["event"].get("bot_id")))

    # -- answering --

    def done(self, text: str | None = None, blocks: list[dict[str, Any]] | None = None) -> None:
        """Acknowledge; for a command, with what only the person sees."""
        if text is None:
            self.answered = self.ack()
        else:
            self.answered = self.ack(text=text, blocks=blocks, response_type="ephemeral")

    def show(self, view: dict[str, Any]) -> None:
        """Answer a submission by turning its window into another."""
        self.answered = self.ack(response_action="update", view=self._from_home(view))

    def push(self, view: dict[str, Any]) -> None:
        """Answer a submission by laying another window on top of its own."""
        self.answered = self.ack(response_action="push", view=view)

    def open(self, view: dict[str, Any]) -> None:
        """Open a window: on top of the one it was asked from, or as the first."""
        trigger, view = self.body["trigger_id"], self._from_home(view)
        if not self.in_window:
            self.client.views_open(trigger_id=trigger, view=view)
            return
        try:
            self.client.views_push(trigger_id=trigger, view=view)
        except SlackApiError as error:
            if code_of(error) != "push_limit_reached":
                raise
            self.replace(view)

    def replace(self, view: dict[str, Any]) -> None:
        """Change the window it came from; a newer change of the same window wins."""
        self.redraw(self.view["id"], view, self.view.get("hash"))

    # What follows the commit must not read as a failure of it, so these only note what goes wrong.

    def redraw(self, view_id: str, view: dict[str, Any], seen: str | None = None) -> None:
        """Change a window, unless it changed since it was `seen` or is gone."""
        try:
            self.client.views_update(view_id=view_id, hash=seen, view=self._from_home(view))
        except NO_ANSWER as error:
            log.warning("a window could not be brought up to date", reference=self.reference, error=code_of(error))

    def _from_home(self, view: dict[str, Any]) -> dict[str, Any]:
        """A window opened from the Home carries along what the Home does, so that it can be drawn anew."""
        if self.home is None:
            return view
        both = json.dumps({**carried(view), HOME: self.home})
        return {**view, "private_metadata": both} if len(both) <= LONGEST_METADATA else view

    @property
    def _thread(self) -> str | None:
        """Of a reply, the thread it stands in; a thread's first message stands in the channel."""
        pressed = self.body.get("container") or {}
        thread = pressed.get("thread_ts")
        return thread if thread != pressed.get("message_ts") else None

    def whisper(self, text: str, blocks: list[dict[str, Any]] | None = None, *, instead: bool = False) -> None:
        """Tell only the person, where they pressed; `instead` of the whisper that they pressed in."""
        url = self.body.get("response_url")
        if not url:
            return
        hook = WebhookClient(url, timeout=1, retry_handlers=[])
        told = {"text": text, "response_type": "ephemeral", "replace_original": instead}
        told |= {"blocks": blocks} if blocks else {}
        told |= {"thread_ts": self._thread} if self._thread else {}  # Slack would say it in the channel
        try:
            hook.send_dict(told)
        except NO_ANSWER as error:
            log.warning("the person could not be told", reference=self.reference, error=code_of(error))


def _still_here(actor: Person) -> Person:
    if not actor.active:
        raise Refused(GONE)
    return actor


Handler = Callable[[Call], None]
Routes = dict[tuple[str, str], Handler]
