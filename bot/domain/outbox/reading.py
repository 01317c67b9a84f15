"""Finding posts: a subject's, the card of a thread, one card a subject for lists."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.outbox.post import Place, Post, Subject


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
