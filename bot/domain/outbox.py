"""Posts we own in Slack, and the outbox that brings them there in order.

The domain writes facts here, never words: an outbox row names a post; what it reads is rendered
at delivery, from the current state (cards) or from the immutable event or snapshot it names.

Order holds per lane: a root post and its replies. Whoever writes has locked the subject's row,
so ids in a lane are in the order of the commits.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, delete, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot import logs
from bot.connection import NOBODY_WAITS
from bot.domain.base import Base, Id

KEPT = timedelta(days=30)  # to look back at how a post went; what was posted stays in `post`


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
    ORIGIN = "origin"  # somebody's own words that a ticket was made of: never ours to edit


# Cards that carry no version: whoever changes what one says, and whoever brings it, locks the post itself.
UNVERSIONED = frozenset({Subject.ACCOUNT, Subject.CHANNEL})


class Place(StrEnum):
    """Who reads it: the audience decides which words a post has."""

    CLIENT = "client"
    TRIAGE = "triage"
    LEADERSHIP = "leadership"
    RELEASES = "releases"


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


def open_thread(
    session: Session,
    subject: Subject,
    subject_id: int,
    place: Place,
    channel_slack_id: str,
    *,
    account_id: int | None,
    snapshot: dict[str, Any] | None = None,
    pinned: bool = False,
) -> Post:
    """A root post, to be brought to its channel."""
    there = {place: channel_slack_id}
    (post,) = open_threads(session, subject, subject_id, there, account_id=account_id, snapshot=snapshot, pinned=pinned)
    return post


def open_threads(
    session: Session,
    subject: Subject,
    subject_id: int,
    channels: Mapping[Place, str],
    *,
    account_id: int | None,
    snapshot: dict[str, Any] | None = None,
    pinned: bool = False,
) -> list[Post]:
    """A root post at each of these places, in this order, written together."""
    posts = [
        Post(
            subject=subject,
            subject_id=subject_id,
            place=place,
            channel_slack_id=channel,
            account_id=account_id,
            snapshot=snapshot,
            pinned=pinned,
        )
        for place, channel in channels.items()
    ]
    session.add_all(posts)
    session.flush()
    _enqueue(session, posts)
    return posts


OPEN = text("""
with made as (
  insert into post (subject, subject_id, place, channel_slack_id, account_id)
  select :subject, :subject_id, place, channel, :account_id
  from unnest(cast(:places as text[]), cast(:channels as text[])) with ordinality as there (place, channel, nth)
  order by nth
  returning id, account_id)
insert into outbox (post_id, lane_id, account_id, reference)
select id, id, account_id, :reference from made order by id
""")


def open_cards(
    session: Session, subject: Subject, subject_id: int, channels: Mapping[Place, str], *, account_id: int | None
) -> None:
    """`open_threads` for something new, where nobody waits to hear which posts they are: one statement."""
    told = {"subject": subject.value, "subject_id": subject_id, "account_id": account_id, "reference": logs.reference(),
            "places": [place.value for place in channels], "channels": list(channels.values())}  # fmt: skip
    session.execute(OPEN, told, execution_options=NOBODY_WAITS)


def adopt(
    session: Session, subject_id: int, place: Place, channel_slack_id: str, ts: str, *, account_id: int,
    snapshot: dict[str, Any],
) -> Post:  # fmt: skip
    """Somebody else's thread, as a root that stands in Slack already: we answer in it and never edit it."""
    post = Post(
        subject=Subject.ORIGIN,
        subject_id=subject_id,
        place=place,
        channel_slack_id=channel_slack_id,
        account_id=account_id,
        ts=ts,
        snapshot=snapshot,
    )
    session.add(post)
    session.flush()
    return post


def refresh(session: Session, subject: Subject, subject_id: int) -> list[Post]:
    """Bring every post of the subject to its current state; nothing is added where an edit is pending."""
    if subject in UNVERSIONED:
        return _redrawn(session, subject, Post.subject_id == subject_id)
    which = {"subject": subject.value, "subject_id": subject_id, "reference": logs.reference()}
    return list(session.scalars(REFRESH, which))


# One statement, for every press of a button makes it: the cards, and beside them their deliveries.
REFRESH = select(Post).from_statement(
    text("""
with cards as (select * from post where subject = :subject and subject_id = :subject_id),
asked as (insert into outbox (post_id, lane_id, account_id, reference)
  select id, coalesce(parent_id, id), account_id, :reference from cards order by id on conflict do nothing)
select * from cards order by id
""").columns(*Post.__table__.columns)
)


def refresh_in(session: Session, subject: Subject, channels: Iterable[str]) -> list[Post]:
    """The same for the cards of a kind that stand in these channels."""
    return _redrawn(session, subject, Post.channel_slack_id.in_(list(channels)))


def _redrawn(session: Session, subject: Subject, which: ColumnElement[bool]) -> list[Post]:
    query = select(Post).where(Post.subject == subject, which).order_by(Post.id)
    posts = list(session.scalars(query.with_for_update() if subject in UNVERSIONED else query))
    _enqueue(session, posts)
    return posts


def refresh_at(session: Session, subject: Subject, ids: list[int], place: Place) -> None:
    """Bring many subjects' cards at one place to their current state."""
    _enqueue(session, list(roots_of_many(session, subject, ids, place).values()))


def reply(
    session: Session,
    root: Post,
    subject_id: int,
    *,
    subject: Subject = Subject.EVENT,
    snapshot: dict[str, Any] | None = None,
) -> Post:
    """Something in a root post's thread: by default the announcement of an event; a snapshot is what it tells."""
    post = Post(
        subject=subject,
        subject_id=subject_id,
        place=root.place,
        channel_slack_id=root.channel_slack_id,
        account_id=root.account_id,
        parent_id=root.id,
        snapshot=snapshot,
    )
    session.add(post)
    session.flush()
    _enqueue(session, [post])
    return post


def _enqueue(session: Session, posts: list[Post]) -> None:
    if not posts:
        return
    asked = logs.reference()
    rows = [
        {"post_id": post.id, "lane_id": post.lane_id, "account_id": post.account_id, "reference": asked}
        for post in posts
    ]
    session.execute(insert(Delivery).on_conflict_do_nothing(), rows)


def posts_of(session: Session, subject: Subject, subject_id: int) -> list[Post]:
    """The subject's posts, in the order they were made: a ticket's are its cards."""
    return list(
        session.scalars(select(Post).where(Post.subject == subject, Post.subject_id == subject_id).order_by(Post.id))
    )


def root_at(session: Session, channel_slack_id: str, ts: str) -> Post | None:
    """The card whose thread that is."""
    return session.scalar(
        select(Post).where(Post.channel_slack_id == channel_slack_id, Post.ts == ts, Post.parent_id.is_(None))
    )


def roots_of_many(session: Session, subject: Subject, ids: list[int], place: Place) -> dict[int, Post]:
    """One card per subject, for lists that link to them."""
    if not ids:
        return {}
    posts = session.scalars(
        select(Post).where(
            Post.subject == subject, Post.subject_id.in_(ids), Post.place == place, Post.parent_id.is_(None)
        )
    )
    return {post.subject_id: post for post in posts}


def oldest_pending_seconds(session: Session) -> float:
    """How long the oldest row that could be delivered has waited; 0 where none does.

    Replies behind a dead card can't be: that card is the dead letter.
    """
    return float(
        session.execute(
            text(
                "select coalesce(extract(epoch from now() - min(waits.created_at)), 0)"
                " from outbox waits join post root on root.id = waits.lane_id"
                " where waits.done_at is null and waits.dead_at is null and (root.ts is not null or exists"
                " (select from outbox card where card.post_id = root.id and card.done_at is null"
                " and card.dead_at is null))"
            )
        ).scalar_one()
    )


def purge(session: Session, *, most: int) -> int:
    """Clear away up to `most` old rows that are settled: brought, let go, or followed by a later one. How many went.

    Oldest first: a later delivery goes after the dead letter whose place it took, or that one would stand again.
    """
    later = aliased(Delivery)
    settled = or_(
        Delivery.done_at < func.now() - KEPT,
        Delivery.let_go_at.is_not(None),
        exists().where(later.post_id == Delivery.post_id, later.id > Delivery.id),
    )
    ended = func.coalesce(Delivery.done_at, Delivery.dead_at)
    old = (
        select(Delivery.id)
        .where(Delivery.created_at < func.now() - KEPT, ended < func.now() - KEPT, settled)
        .order_by(Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone = delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())
