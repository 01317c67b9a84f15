"""Pins and reactions."""

import re

from .. import shapes
from ..errors import ApiError
from ..records import EMOJI, Channel, Json, Message
from ..workspace import BOT_USER
from .call import Call

TS = re.compile(r"\d+\.\d+", re.ASCII)


def _target(call: Call) -> tuple[Channel, Message]:
    place = call.joined_channel()
    ts = call.text("timestamp")
    if not ts:
        raise ApiError("no_item_specified")
    if not TS.fullmatch(ts):
        raise ApiError("bad_timestamp")
    message = call.workspace.message(place.id, ts)
    if message is None or message.ephemeral_to:
        raise ApiError("message_not_found")
    return place, message


def add_pin(call: Call) -> Json:
    place, message = _target(call)
    if message.pinned:
        raise ApiError("already_pinned")
    if sum(m.pinned for m in place.messages.values()) >= 100:
        raise ApiError("too_many_pins")
    with call.workspace.change():
        message.pinned = True
    return {}


def remove_pin(call: Call) -> Json:
    _, message = _target(call)
    if not message.pinned:
        raise ApiError("no_pin")
    with call.workspace.change():
        message.pinned = False
    return {}


def list_pins(call: Call) -> Json:
    place = call.joined_channel()
    pinned = [m for m in place.messages.values() if m.pinned and not m.deleted]
    items = [
        {"type": "message", "channel": place.id, "created_by": BOT_USER,
         "message": shapes.message(call.workspace, call.local.base, m)}
        for m in pinned
    ]  # fmt: skip
    return {"items": items}


def _emoji(call: Call) -> str:
    name = call.required("name").strip(":")
    if not EMOJI.fullmatch(name):
        raise ApiError("invalid_name")
    return name


def add_reaction(call: Call) -> Json:
    place, message = _target(call)
    name = _emoji(call)
    if place.archived:
        raise ApiError("is_archived")
    if BOT_USER in message.reactions.get(name, []):
        raise ApiError("already_reacted")
    with call.workspace.change():
        message.reactions.setdefault(name, []).append(BOT_USER)
    return {}


def get_reactions(call: Call) -> Json:
    place, message = _target(call)
    return {"type": "message", "channel": place.id,
            "message": shapes.message(call.workspace, call.local.base, message)}  # fmt: skip


def remove_reaction(call: Call) -> Json:
    _, message = _target(call)
    name = _emoji(call)
    if BOT_USER not in message.reactions.get(name, []):
        raise ApiError("no_reaction")
    with call.workspace.change():
        message.reactions[name].remove(BOT_USER)
        if not message.reactions[name]:
            del message.reactions[name]
    return {}


METHODS = {
    "pins.add": add_pin,
    "pins.remove": remove_pin,
    "pins.list": list_pins,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
}
