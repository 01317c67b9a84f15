"""Posts we own in Slack, and the outbox that brings them there in order.

The domain writes facts here, never words: an outbox row names a post; what it reads is rendered
at delivery, from the current state (cards) or from the immutable event or snapshot it names.

Order holds per lane: a root post and its replies. Whoever writes has locked the subject's row,
so ids in a lane are in the order of the commits.

`post` is what we own and the row that brings it, `writing` asks for posts, `reading` finds them, `keeping` looks after
the rows.
"""

from bot.domain.outbox.keeping import KEPT, oldest_pending_seconds, purge
from bot.domain.outbox.post import UNVERSIONED, Delivery, Place, Post, Subject
from bot.domain.outbox.reading import posts_of, root_at, roots_of_many
from bot.domain.outbox.writing import (
    adopt,
    open_cards,
    open_thread,
    open_threads,
    refresh,
    refresh_at,
    refresh_in,
    reply,
)

__all__ = [
    "KEPT",
    "UNVERSIONED",
    "Delivery",
    "Place",
    "Post",
    "Subject",
    "adopt",
    "oldest_pending_seconds",
    "open_cards",
    "open_thread",
    "open_threads",
    "posts_of",
    "purge",
    "refresh",
    "refresh_at",
    "refresh_in",
    "reply",
    "root_at",
    "roots_of_many",
]
