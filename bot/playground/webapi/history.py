"""conversations.history and conversations.replies: what was said, in pages."""

from collections.abc import Callable

from .. import shapes
from ..errors import ApiError
from ..records import Channel, Json, Message
from .call import Call

FOREVER = 10**18


def history(call: Call) -> Json:
    """Newest first: root messages, and replies that were also sent to the channel."""
    place, between = call.joined_channel(), _between(call)
    found = [m for m in place.messages.values() if _in_history(place, m) and between(m)]
    rows, following = call.page(sorted(found, key=lambda m: m.ts, reverse=True))
    return {"messages": _shapes(call, rows), "pin_count": sum(m.pinned for m in place.messages.values()),
            **_more(following)}  # fmt: skip


def replies(call: Call) -> Json:
    """The root, then its replies, oldest first."""
    place, between = call.joined_channel(), _between(call)
    root = place.messages.get(call.required("ts"))
    if root is None or root.ephemeral_to or (root.deleted and not place.replies(root.ts)):
        raise ApiError("thread_not_found")
    if root.is_reply and root.thread_ts:
        root = place.messages[root.thread_ts]
    thread = [root, *(m for m in place.replies(root.ts) if between(m))]
    rows, following = call.page(thread)
    return {"messages": _shapes(call, rows), **_more(following)}


def _in_history(place: Channel, message: Message) -> bool:
    if message.ephemeral_to:
        return False
    if message.deleted:
        return bool(place.replies(message.ts))  # a tombstone holds the thread
    return not message.is_reply or message.subtype == "thread_broadcast"


def _between(call: Call) -> Callable[[Message], bool]:
    """`oldest` and `latest` are left out themselves, unless `inclusive` is set."""
    oldest, latest = _moment(call, "oldest", -1), _moment(call, "latest", FOREVER)
    widened = 1 if call.flag("inclusive") else 0
    return lambda message: oldest - widened < _exact(message.ts) < latest + widened


def _moment(call: Call, name: str, default: int) -> int:
    given = call.text(name)
    try:
        return _exact(given) if given else default
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _exact(ts: str) -> int:
    """Microseconds as an integer: a float would confuse neighbours."""
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int((micros + "000000")[:6])


def _shapes(call: Call, rows: list[Message]) -> list[Json]:
    wanted = call.flag("include_all_metadata")
    return [shapes.message(call.workspace, call.local.base, row, metadata=wanted) for row in rows]


def _more(following: Json) -> Json:
    if following["next_cursor"]:
        return {"has_more": True, "response_metadata": following}
    return {"has_more": False}


METHODS = {"conversations.history": history, "conversations.replies": replies}
