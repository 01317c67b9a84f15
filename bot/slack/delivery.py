"""The outbox worker: brings posts to Slack in order, and never twice.

Claim the head of a lane with a lease of its own, commit, call Slack outside any transaction,
finish with the lease's token. Before a second try it looks whether the first one arrived.
"""

import json
import random
import time
from datetime import datetime
from math import inf
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased, sessionmaker

from bot import database, logs, metrics
from bot.clock import Clock, system_clock
from bot.domain import dead_letters, outbox, people
from bot.domain.agenda import AgendaItem
from bot.domain.base import for_all_threads
from bot.domain.billing import BillingReview
from bot.domain.changes import Change
from bot.domain.invoices import Invoice
from bot.domain.outbox import Delivery, Post, Subject
from bot.domain.quotes import Quote
from bot.domain.releases import Release
from bot.domain.tickets import Ticket
from bot.domain.tickets.conversation import Message
from bot.messages import Making, render
from bot.slack import budget, errands, uploads
from bot.slack.errands import Claimed, Errand
from bot.slack.leases import CLAIM, SETTLE
from bot.slack.unanswered import code_of

log = structlog.get_logger()
LEASE_SECONDS = 30
HTTP_SECONDS = 10  # shorter than the lease: a call that still runs is never overtaken
LONGEST_BACKOFF = 300
UNKNOWN = -1  # the version of a card that was found in Slack: it is edited next
PERSON = ("U", "W")  # how the ids of people begin; those of channels and conversations do not
# What Slack will say again however often it is asked; everything else may pass, from `internal_error` to a token that
# an admin renews.
PERMANENT = frozenset({
    "as_user_not_supported", "block_mismatch", "cannot_reply_to_message", "cant_broadcast_message",
    "cant_update_message", "channel_is_read_only", "channel_not_found", "edit_window_closed", "invalid_arguments",
    "invalid_attachments", "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format",
    "invalid_metadata_schema", "invalid_user_combination", "is_archived", "is_inactive", "markdown_text_conflict",
    "messages_tab_disabled", "metadata_must_be_sent_from_app", "metadata_too_large",
    "method_not_supported_for_channel_type", "msg_blocks_too_long", "msg_too_long", "no_text", "not_enough_users",
    "not_in_channel", "posting_to_channel_denied", "restricted_action", "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_locked", "restricted_action_thread_only_channel",
    "team_not_found", "thread_not_found", "too_many_attachments", "too_many_users", "user_disabled",
    "user_is_restricted", "user_not_found", "user_not_visible", "users_list_not_supplied",
})  # fmt: skip
# Posts that change: an edit is only over when it shows the newest version.
VERSIONS = {
    Subject.TICKET: (Ticket.id, Ticket.version),
    Subject.MESSAGE: (Message.id, Message.version),
    Subject.AGENDA: (AgendaItem.id, AgendaItem.version),
    Subject.CHANGE: (Change.id, Change.version),
    Subject.RELEASE: (Release.id, Release.version),
    Subject.QUOTE: (Quote.id, Quote.version),
    Subject.BILLING_REVIEW: (BillingReview.id, BillingReview.version),
    Subject.INVOICE: (Invoice.id, Invoice.version),
}

_parent = for_all_threads(aliased(Post))
_post_and_parent = select(Post, _parent).outerjoin(_parent, _parent.id == Post.parent_id)
POST_AND_PARENT = _post_and_parent.where(Post.id == bindparam("post_id"))


class LeaseLost(OSError):
    """Another worker has it now: whatever this one would do comes too late."""


class Courier:
    """One worker's hands. Any number may run beside each other."""

    def __init__(
        self, sessions: sessionmaker[Session], client: WebClient, *, paced: bool = True, clock: Clock = system_clock
    ):
        self._sessions = sessions
        self._client = client
        self._paced = paced
        self._clock = clock

    def deliver_one(self) -> bool:
        """Bring one post; False when there is nothing to do now."""
        claimed = self._claim()
        if claimed is None:
            return False
        with logs.referring_to(claimed.reference):
            self._carry(claimed)
        return True

    def _carry(self, claimed: Claimed) -> None:
        if claimed.attempts > 1:
            metrics.RETRIES.inc()
        try:
            errand = self._prepare(claimed)
        except Exception as error:  # noqa: BLE001  whatever can't be worded must not hold up what can
            why = database.trouble(error) if isinstance(error, SQLAlchemyError) else type(error).__name__
            return self._later(claimed, f"can't be worded: {why}")
        try:
            stands = self._bring(errand)
        except SlackApiError as error:
            self._failed(errand, error)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001  whatever can't be read as an answer: it may have arrived
            self._later(errand, f"no answer: {type(error).__name__}")
        else:
            self._finish(errand, *stands)
        return None

    def drain(self, most: int = 10_000) -> int:
        """Bring everything that can be brought now; how many."""
        return next((count for count in range(most) if not self.deliver_one()), most)

    def _claim(self) -> Claimed | None:
        pace = {"windows": json.dumps(budget.windows()), "channel_window": budget.CHANNEL.window, "paced": self._paced}
        claimed_at = time.monotonic()
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            row = session.execute(CLAIM, {"lease": LEASE_SECONDS, **pace}).one_or_none()
            if row is None:
                return None
            *claimed, reference, own, others = row
            budget.spend(session, [own, *others])
            return Claimed(*claimed, budget_key=own, reference=reference, claimed_at=claimed_at)

    def _prepare(self, claimed: Claimed) -> Errand:
        with self._sessions.begin() as session:
            people.enter_as_system(session, with_the_firm=True)
            post, parent = session.execute(POST_AND_PARENT, {"post_id": claimed.post_id}).one()
            if parent:
                post.channel_slack_id = parent.channel_slack_id  # a conversation's id is known once it is open
            parent_ts = parent.ts if parent else None
            return Errand(
                **vars(claimed), post=post, parent_ts=parent_ts, rendered=render(session, post, self._clock())
            )

    def _open_conversation(self, errand: Errand) -> None:
        """A post to a person goes to the conversation with them, whose id is kept: edits and look-ups need it."""
        told: dict[str, Any] = self._client.conversations_open(users=errand.post.channel_slack_id).get("channel") or {}
        errand.post.channel_slack_id = told["id"]
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            if self._still_mine(session, errand):
                place = {"channel_slack_id": errand.post.channel_slack_id}
                session.execute(update(Post).where(Post.id == errand.post_id).values(**place))

    def _bring(self, errand: Errand) -> tuple[str | None, int | None]:
        """Where it now stands in Slack, and which version it shows there."""
        post, rendered = errand.post, errand.rendered
        if post.channel_slack_id.startswith(PERSON):
            self._open_conversation(errand)
        if rendered.file is not None:
            return self._bring_file(errand, rendered.file), None
        if post.ts is not None:
            self._client.chat_update(
                channel=post.channel_slack_id, ts=post.ts, text=rendered.text, blocks=rendered.blocks
            )
            errands.pin(self._client, post, post.ts)
            return post.ts, rendered.version
        if errand.attempts > 1 and (found := errands.arrived_before(self._client, errand)):
            log.info("an earlier try had arrived", delivery=errand.id)
            _count(errand, "found")
            errands.pin(self._client, post, found)
            return found, None if rendered.version is None else UNKNOWN
        self._make_sure(errand)
        ts = errands.send(self._client, errand)
        errands.pin(self._client, post, ts)
        return ts, rendered.version

    def _bring_file(self, errand: Errand, making: Making) -> str | None:
        """Where it was shared, if Slack says so already. It is looked for by its upload, which is noted before."""
        if errand.attempts > 1 and (found := uploads.shared_before(self._client, errand)):
            log.info("an earlier try had arrived", delivery=errand.id)
            _count(errand, "found")
            return found.ts
        name, content = making()
        upload = uploads.bring(self._client, name, content)
        self._renew(errand, snapshot={uploads.NOTED: upload})
        return uploads.share(self._client, errand, upload, name)

    def _make_sure(self, errand: Errand) -> None:
        """It is still ours for as long as the call takes: looking may have taken long, or this process stood still."""
        asked_at = errand.claimed_at if errand.attempts == 1 else -inf
        while time.monotonic() > asked_at + LEASE_SECONDS - HTTP_SECONDS:
            asked_at = time.monotonic()
            self._renew(errand)

    def _renew(self, errand: Errand, **noted: Any) -> None:
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            row = self._still_mine(session, errand)
            if row is None:
                raise LeaseLost(f"delivery {errand.id} was taken over")
            row.leased_until = _in_seconds(session, LEASE_SECONDS)
            if noted:
                session.execute(update(Post).where(Post.id == errand.post_id).values(**noted))

    def _finish(self, errand: Errand, ts: str | None, shown: int | None) -> None:
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            # The subject first, as every writer does: no change can slip in between this look and the end.
            current = self._current_version(session, errand.post)
            stands = {"ts": ts, "shown": shown, "newest": current == shown}
            if session.execute(SETTLE, {"id": errand.id, "lease": errand.lease, **stands}).one_or_none():
                _count(errand, "brought")
                log.info(
                    "delivered", delivery=errand.id, channel=errand.post.channel_slack_id, attempts=errand.attempts
                )

    def _current_version(self, session: Session, post: Post) -> int | None:
        if post.subject in outbox.UNVERSIONED:
            session.scalars(select(Post.id).where(Post.id == post.id).with_for_update()).one()
            return render(session, post, self._clock()).version
        if post.subject not in VERSIONS:
            return None
        number, version = VERSIONS[post.subject]
        return session.scalar(select(version).where(number == post.subject_id).with_for_update(read=True))

    def _still_mine(self, session: Session, errand: Claimed) -> Delivery | None:
        return session.scalar(
            select(Delivery).where(Delivery.id == errand.id, Delivery.lease_token == errand.lease).with_for_update()
        )

    def _failed(self, errand: Errand, error: SlackApiError) -> None:
        code = code_of(error)
        if getattr(error.response, "status_code", None) == 429 or code in {"ratelimited", "rate_limited"}:
            self._wait(errand, budget.key_of(error), float(error.response.headers.get("Retry-After") or 30))
        elif code == "message_not_found" and errand.post.ts:
            self._post_anew(errand)
        elif code in PERMANENT:
            self._end(errand, code)
        else:
            self._later(errand, code)

    def _post_anew(self, errand: Errand) -> None:
        """Somebody deleted the card: without one the ticket would have no buttons."""
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            if row := self._still_mine(session, errand):
                session.execute(update(Post).where(Post.id == errand.post_id).values(ts=None, shown_version=None))
                row.attempts, row.first_attempt_at, row.lease_token, row.leased_until = 0, None, None, None

    def _wait(self, errand: Claimed, method: str | None, seconds: float) -> None:
        _count(errand, "held")
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            if row := self._still_mine(session, errand):
                row.not_before = budget.close(session, method or errand.budget_key, seconds)
                row.lease_token = row.leased_until = None
                row.attempts -= 1  # it certainly did not arrive, so there is nothing to look up
                row.last_error = "rate limited"

    def _later(self, errand: Claimed, why: str) -> None:
        seconds = min(2.0**errand.attempts, LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311  jitter
        _count(errand, "later")
        log.warning("not delivered yet", delivery=errand.id, why=why, again_in=round(seconds))
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            if row := self._still_mine(session, errand):
                row.not_before = _in_seconds(session, seconds)
                row.lease_token = row.leased_until = None
                row.last_error = why
        return None

    def _end(self, errand: Claimed, why: str) -> None:
        _count(errand, "dead")
        log.error("given up: a dead letter", delivery=errand.id, why=why)
        with self._sessions.begin() as session:
            people.enter_as_system(session)
            if row := self._still_mine(session, errand):
                row.dead_at = session.scalars(select(text("now()"))).one()
                row.lease_token = row.leased_until = None
                row.last_error = why


def _count(errand: Claimed, outcome: str) -> None:
    method = "chat.update" if errand.budget_key == budget.EDITS else "chat.postMessage"
    metrics.DELIVERIES.labels(method, outcome).inc()


def _in_seconds(session: Session, seconds: float) -> datetime:
    return session.execute(text("select now() + make_interval(secs => :seconds)"), {"seconds": seconds}).scalar_one()


def oldest_pending_seconds(sessions: sessionmaker[Session]) -> tuple[float, int]:
    """Age of the oldest undelivered row, and how many dead letters there are."""
    with sessions.begin() as session:
        people.enter_as_system(session)
        return outbox.oldest_pending_seconds(session), dead_letters.count(session)
