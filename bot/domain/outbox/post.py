"""A post is a message we own; a delivery is one row of the outbox that brings it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, Id


class Subject(StrEnum):
    """What a post is about."""

    TICKET = "ticket"
    EVENT = "event"
    JOB_RUN = "job_run"
    INTAKE = "intake"
    MESSAGE = "message"
    ACCOUNT = "account"
    CHANNEL = "channel"
    AGENDA = "agenda"
    CHANGE = "change"
    RELEASE = "release"
    ROLLOUT = "rollout"
    QUOTE = "quote"
    BILLING_REVIEW = "billing_review"
    INVOICE = "invoice"
    INVOICE_FILE = "invoice_file"
    ORIGIN = "origin"  # somebody's own words that a ticket was made of: never ours to edit


# Cards that carry no version: whoever changes what one says, and whoever brings it, locks the post itself.
UNVERSIONED = frozenset({Subject.ACCOUNT, Subject.CHANNEL})


class Place(StrEnum):
    """Who reads it: the audience decides which words a post has."""

    CLIENT = "client"
    TRIAGE = "triage"
    LEADERSHIP = "leadership"
    RELEASES = "releases"
    BILLING = "billing"


class Post(Base):
    """A message we own: once per subject, place and channel. A pinned one stays on top of its channel."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "place", "channel_slack_id"),
        Index("ix_post_channel_slack_id_ts", "channel_slack_id", "ts"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    subject: Mapped[Subject]
    subject_id: Mapped[int]
    place: Mapped[Place]
    channel_slack_id: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True, default=None)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), default=None)
    ts: Mapped[str | None] = mapped_column(default=None)
    shown_version: Mapped[int | None] = mapped_column(default=None)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    pinned: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    @property
    def lane_id(self) -> int:
        """Its root post: what comes in order."""
        return self.parent_id or self.id


class Delivery(Base):
    """One row of the outbox: bring this post to Slack as it should now read."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_lane_pending", "lane_id", "id", postgresql_where=text("done_at is null and dead_at is null")),
        Index("ix_outbox_pending", "id", postgresql_where=text("done_at is null and dead_at is null")),
        # A post has at most one pending row: a card is edited to its current state, not through every state.
        Index(
            "uq_outbox_post_pending",
            "post_id",
            unique=True,
            postgresql_where=text("done_at is null and dead_at is null"),
        ),
        Index("ix_outbox_dead", "post_id", postgresql_where=text("dead_at is not null")),
        Index("ix_outbox_post_id", "post_id"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    lane_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True, default=None)
    nonce: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid(), init=False)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), init=False)
    first_attempt_at: Mapped[datetime | None] = mapped_column(default=None)
    not_before: Mapped[datetime] = mapped_column(server_default=func.now(), init=False)
    lease_token: Mapped[uuid.UUID | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    dead_at: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(default=None)
    reference: Mapped[str | None] = mapped_column(default=None)  # of the interaction that asked for it, for the logs
    let_go_at: Mapped[datetime | None] = mapped_column(default=None)  # dead, and nobody minds (dead_letters.py)
