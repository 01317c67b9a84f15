"""conversations.*: finding, opening and joining. Reading messages is in `history.py`."""

from .. import shapes
from ..errors import ApiError
from ..records import Channel, Json
from ..workspace import BOT_USER
from .call import Call
from .scopes import types_of


def open_(call: Call) -> Json:
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}}
    people = [one.strip() for one in call.text("users").split(",") if one.strip()]
    if not people:
        raise ApiError("users_list_not_supplied")
    if len(people) > 1:
        raise ApiError("not_enough_users", ["the local Slack has no group conversations"])
    known = call.workspace.direct_channel_id(people[0]) in call.workspace.channels
    with call.workspace.change():
        place = call.direct_channel(people[0])
    full = shapes.channel(call.workspace, place) if call.flag("return_im") else {"id": place.id}
    return {"channel": full} | ({"no_op": True, "already_open": True} if known else {})


def info(call: Call) -> Json:
    return {"channel": shapes.channel(call.workspace, call.channel())}


def members(call: Call) -> Json:
    place = call.channel()
    everyone = place.members + ([BOT_USER] if place.bot_member else [])
    rows, following = call.page(everyone)
    return {"members": rows, "response_metadata": following}


def join(call: Call) -> Json:
    place = call.channel()
    if place.kind == "im" or place.private:
        raise ApiError("method_not_supported_for_channel_type")
    if place.archived:
        raise ApiError("is_archived")
    with call.workspace.change():
        place.bot_member = True
    return {"channel": shapes.channel(call.workspace, place)}


def list_(call: Call) -> Json:
    rows, following = call.page([c for c in _of_types(call) if not c.private or c.bot_member])
    return {"channels": [shapes.channel(call.workspace, c) for c in rows], "response_metadata": following}


def of_person(call: Call) -> Json:
    """users.conversations: those of the bot, or those of a person that the bot is in too."""
    who = call.text("user", BOT_USER)
    found = [c for c in _of_types(call) if c.bot_member and (who == BOT_USER or who in c.members)]
    rows, following = call.page(found)
    return {"channels": [shapes.channel(call.workspace, c) for c in rows], "response_metadata": following}


def _of_types(call: Call) -> list[Channel]:
    kinds = {{"public_channel": "C", "private_channel": "G", "im": "D"}.get(t) for t in types_of(call)}
    without_archived = call.flag("exclude_archived")
    found = [c for c in call.workspace.channels.values() if not c.deleted and c.type_letter in kinds]
    return [c for c in found if not (without_archived and c.archived)]


METHODS = {
    "conversations.open": open_,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.list": list_,
    "users.conversations": of_person,
}
