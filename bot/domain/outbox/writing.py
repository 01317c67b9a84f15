"""Asking for posts: a root, a reply, a card as it now stands. Each row is written with the change it announces."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import logs
from bot.connection import NOBODY_WAITS
from bot.domain.outbox.post import UNVERSIONED, Delivery, Place, Post, Subject
from bot.domain.outbox.reading import roots_of_many


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
