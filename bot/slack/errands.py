"""One errand of the outbox worker: what was claimed, what to bring, and the calls that bring it to Slack."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.domain.outbox import Post
from bot.messages import Rendered
from bot.slack.unanswered import NO_ANSWER, code_of

log = structlog.get_logger()
METADATA = "steward_post"


@dataclass(frozen=True)
class Claimed:
    """One row that is ours for the time of the lease."""

    id: int
    post_id: int
    lease: uuid.UUID
    attempts: int
    first_attempt_at: datetime
    nonce: uuid.UUID
    budget_key: str
    reference: str | None  # of the interaction that asked for it
    claimed_at: float  # on this process's own monotonic clock, before it asked


@dataclass(frozen=True)
class Errand(Claimed):
    """A claimed row with what to bring."""

    post: Post
    parent_ts: str | None
    rendered: Rendered


def send(client: WebClient, errand: Errand) -> str:
    """Post it; its ts. A lost answer is looked for by the random id in its metadata."""
    answer = client.chat_postMessage(
        channel=errand.post.channel_slack_id,
        thread_ts=errand.parent_ts,
        text=errand.rendered.text,
        blocks=errand.rendered.blocks,
        metadata={"event_type": METADATA, "event_payload": {"id": str(errand.nonce)}},
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(answer["ts"])


def arrived_before(client: WebClient, errand: Errand) -> str | None:
    """The ts of a first try whose answer was lost: metadata carries nothing but a random id."""
    since = str(errand.first_attempt_at.timestamp() - 60)
    where: dict[str, Any] = {
        "channel": errand.post.channel_slack_id, "oldest": since, "include_all_metadata": True, "limit": 200
    }  # fmt: skip
    cursor: str | None = None
    while True:
        if errand.parent_ts:
            page = client.conversations_replies(ts=errand.parent_ts, cursor=cursor, **where)
        else:
            page = client.conversations_history(cursor=cursor, **where)
        for message in page.get("messages") or []:
            if (message.get("metadata") or {}).get("event_payload", {}).get("id") == str(errand.nonce):
                return str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if not cursor:
            return None


def pin(client: WebClient, post: Post, ts: str) -> None:
    """The post itself stands, whatever comes of its pin: the next edit tries again."""
    if not post.pinned:
        return
    try:
        client.pins_add(channel=post.channel_slack_id, timestamp=ts)
    except NO_ANSWER as error:
        if (code := code_of(error)) != "already_pinned":
            log.warning("not pinned", post=post.id, why=code)
