"""Posts that Slack refused for good: which still stand, and what a person may do about one.

One stands until it is tried again, is let go, or a later delivery of the same post has taken its place.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot import logs
from bot.domain.errors import NotFound, Refused
from bot.domain.events import Event, Kind
from bot.domain.outbox import Delivery, Place, Post, Subject
from bot.domain.people import Person
from bot.domain.roles import Permission

GONE = (
    "That one is settled already: somebody tried it again or let it go, or a newer post took its place. "
    "Your Home shows what is left."
)
ON_ITS_WAY = "A newer delivery of the same post is on its way. There is nothing to try again."
CHANNEL_UNKNOWN = "channel_not_found"


class DeadLetter(NamedTuple):
    """What could not be delivered: `ticket_id` where it stands in a ticket's thread; `why` is Slack's own word."""

    id: int
    subject: Subject
    ticket_id: int | None
    place: Place
    channel_slack_id: str
    since: datetime | None
    why: str


def _stands() -> ColumnElement[bool]:
    later = aliased(Delivery)
    superseded = exists().where(later.post_id == Delivery.post_id, later.id > Delivery.id)
    return and_(Delivery.dead_at.is_not(None), Delivery.let_go_at.is_(None), ~superseded)


def count(session: Session) -> int:
    """How many stand."""
    return session.scalars(select(func.count()).select_from(Delivery).where(_stands())).one()


def standing(session: Session, *, first: int, most: int) -> list[DeadLetter]:
    """A page of them, the newest first."""
    root = aliased(Post)
    found = session.execute(
        select(Delivery, Post, root)
        .join(Post, Post.id == Delivery.post_id)
        .join(root, root.id == Delivery.lane_id)
        .where(_stands())
        .order_by(Delivery.dead_at.desc(), Delivery.id.desc())
        .offset(first)
        .limit(most)
    )
    return [
        DeadLetter(
            row.id, post.subject, root.subject_id if root.subject in {Subject.TICKET, Subject.ORIGIN} else None,
            post.place, post.channel_slack_id, row.dead_at, row.last_error or "nothing",
        )
        for row, post, root in found
    ]  # fmt: skip


def by_channel(session: Session) -> list[tuple[str, str, int]]:
    """The channel, Slack's word for why, and how many."""
    rows = session.execute(
        select(Post.channel_slack_id, Delivery.last_error, func.count())
        .join(Post, Post.id == Delivery.post_id)
        .where(_stands())
        .group_by(Post.channel_slack_id, Delivery.last_error)
        .order_by(Post.channel_slack_id, Delivery.last_error)
    )
    return [(channel, why or "nothing", number) for channel, why, number in rows]


def try_again(session: Session, delivery_id: int, *, by: Person, now: datetime) -> None:
    """Bring one after all; the worker looks first whether it arrived."""
    if not _bring_after_all(session, [_theirs(session, delivery_id, by)], by, now):
        raise Refused(ON_ITS_WAY)


def try_all_again(session: Session, *, by: Person, now: datetime) -> int:
    """The same for each that stands; how many. What somebody else has in hand is left to them."""
    by.require(Permission.MEND_DELIVERIES)
    rows = session.scalars(select(Delivery).where(_stands()).with_for_update(of=Delivery, skip_locked=True)).all()
    return _bring_after_all(session, rows, by, now)


def let_go(session: Session, delivery_id: int, *, by: Person, now: datetime) -> None:
    """Nobody tries that one again."""
    row = _theirs(session, delivery_id, by)
    row.let_go_at = now
    _note(session, Kind.DELIVERY_LET_GO, [row], by, now)


def revive_in(session: Session, channel_slack_id: str) -> None:
    """What was given up because Slack did not know the channel is tried again, now that it has its new id."""
    posts = select(Post.id).where(Post.channel_slack_id == channel_slack_id)
    _enqueue_again(session, and_(Delivery.post_id.in_(posts), Delivery.last_error == CHANNEL_UNKNOWN))


def _theirs(session: Session, delivery_id: int, by: Person) -> Delivery:
    by.require(Permission.MEND_DELIVERIES)
    # Locked before it is looked at: of two who press, one acts, and the other reads that it is settled.
    row = session.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
    if row is None or not session.scalar(select(exists().where(Delivery.id == delivery_id, _stands()))):
        raise NotFound(GONE)
    return row


def _bring_after_all(session: Session, rows: Sequence[Delivery], by: Person, now: datetime) -> int:
    """In a handful of statements, however many there are; how many had not been enqueued anew in this very moment."""
    posts = _enqueue_again(session, Delivery.id.in_([row.id for row in rows]))
    _note(session, Kind.DELIVERY_TRIED_AGAIN, [row for row in rows if row.post_id in posts], by, now)
    return len(posts)


def _enqueue_again(session: Session, which: ColumnElement[bool]) -> set[int]:
    """A later delivery takes the place of each, as after a first try: it looks whether that stands before it posts."""
    asked = {
        "post_id": Delivery.post_id, "lane_id": Delivery.lane_id, "account_id": Delivery.account_id,
        "nonce": Delivery.nonce, "attempts": literal(1), "first_attempt_at": Delivery.first_attempt_at,
        "reference": literal(logs.reference()),
    }  # fmt: skip
    # In the order in which everybody enqueues: nobody waits for somebody who waits for them.
    dead = select(*asked.values()).where(_stands(), which).order_by(Delivery.post_id)
    later = insert(Delivery).from_select([*asked], dead).on_conflict_do_nothing().returning(Delivery.post_id)
    return set(session.scalars(later))


def _note(session: Session, kind: Kind, rows: Sequence[Delivery], by: Person, now: datetime) -> None:
    session.add_all([
        Event(
            kind=kind, at=now, account_id=row.account_id, actor_id=by.id,
            data={"delivery": row.id, "post": row.post_id, "why": row.last_error},
        )
        for row in rows
    ])  # fmt: skip
