"""chat.scheduleMessage and what belongs to it."""

from .. import content
from ..errors import ApiError
from ..records import Json, Scheduled
from ..scheduled import TOO_LATE, check_time
from ..workspace import BOT_ID
from .call import Call
from .chat import new_message


def schedule(call: Call) -> Json:
    place = call.place_to_post()
    post_at = _moment(call)
    message = new_message(call, place, content.TEXT_LIMIT)
    if content.too_long_together(message.blocks):
        raise ApiError("msg_too_long")
    with call.workspace.change() as ws:
        check_time(call.local, place.id, post_at)
        one = Scheduled(ws.new_id("Q"), place.id, post_at, int(ws.clock.now()), message)
        call.local.scheduled[one.id] = one
    call.local.events.watch_the_clock()
    shown = {"type": "delayed_message", "subtype": "bot_message", "bot_id": BOT_ID, "username": message.username,
             "text": message.text}  # fmt: skip
    return {"channel": place.id, "scheduled_message_id": one.id, "post_at": post_at, "message": shown}


def _moment(call: Call) -> int:
    given = call.required("post_at")
    if not given.isdecimal():
        raise ApiError("invalid_time")
    return int(given)


def list_(call: Call) -> Json:
    channel = call.text("channel")
    if channel and call.workspace.channel(channel) is None:
        raise ApiError("invalid_channel")
    oldest, latest = call.number("oldest", 0), call.number("latest", 10**11)
    waiting = [one for one in call.local.scheduled.values() if channel in ("", one.channel)]
    in_time = sorted((one for one in waiting if oldest <= one.post_at <= latest), key=lambda one: one.post_at)
    rows, following = call.page(in_time)
    return {"scheduled_messages": [_shape(one) for one in rows], "response_metadata": following}


def _shape(one: Scheduled) -> Json:
    return {"id": one.id, "channel_id": one.channel, "post_at": one.post_at, "date_created": one.created,
            "text": one.message.text}  # fmt: skip


def delete(call: Call) -> Json:
    place = call.channel()
    one = call.local.scheduled.get(call.required("scheduled_message_id"))
    too_late = one is not None and one.post_at - call.workspace.clock.now() <= TOO_LATE
    if one is None or one.channel != place.id or too_late:
        raise ApiError("invalid_scheduled_message_id")
    with call.workspace.change():
        del call.local.scheduled[one.id]
    return {}


METHODS = {
    "chat.scheduleMessage": schedule,
    "chat.scheduledMessages.list": list_,
    "chat.deleteScheduledMessage": delete,
}
