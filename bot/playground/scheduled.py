"""Messages that wait for their time: what is waiting, and what Slack allows to wait."""

from collections.abc import Iterable

from .errors import ApiError
from .local import Local
from .records import Scheduled
from .workspace import BOT_USER

FURTHEST = 120 * 24 * 3600  # seconds from now
WINDOW, MOST_IN_WINDOW = 300, 30  # seconds, and messages to one channel within them
TOO_LATE = 60  # seconds before its time a message can no longer be called back


def check_time(local: Local, channel: str, post_at: int) -> None:
    now = local.workspace.clock.now()
    if post_at <= now:
        raise ApiError("time_in_past")
    if post_at > now + FURTHEST:
        raise ApiError("time_too_far")
    times = [one.post_at for one in local.scheduled.values() if one.channel == channel]
    if _crowded([*times, post_at]):
        raise ApiError("restricted_too_many")


def _crowded(times: Iterable[int]) -> bool:
    in_order = sorted(times)
    return any(last - first < WINDOW for first, last in zip(in_order, in_order[MOST_IN_WINDOW:], strict=False))


def post_due(local: Local) -> None:
    """Posts what has come due. What cannot be posted any more is dropped without a word, as Slack does."""
    ws = local.workspace
    with ws.lock:
        due = sorted((one for one in local.scheduled.values() if one.post_at <= ws.clock.now()), key=_when)
        for one in due:
            del local.scheduled[one.id]
    for one in due:
        _post(local, one)


def _when(one: Scheduled) -> int:
    return one.post_at


def _post(local: Local, one: Scheduled) -> None:
    ws, message = local.workspace, one.message
    place = ws.channel(one.channel)
    if place is None or place.archived or not place.bot_member or message.metadata:
        return  # whatever has metadata never arrives: a fault of Slack's own that its documentation admits
    with ws.change():
        message.ts = ws.new_ts()
        ws.put(message)
    local.events.emit(local.events.posted(place, message), BOT_USER, place)
