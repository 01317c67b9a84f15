"""Which scope each method needs. Reading conversations depends on their kind."""

from ..records import Channel
from .call import Call

APP_LEVEL = {"apps.connections.open"}  # by the app-level token, in the header; everything else by the bot's
NEEDS_NO_TOKEN = {"api.test", "blocks.validate"}
TOKEN_KINDS = {"xoxb", "xoxp", "xapp"}  # of the bot, of a person, of the app itself

# Every method stands here, in BY_KIND or in BY_TYPES; None needs no scope.
SCOPES: dict[str, str | None] = {
    "api.test": None,
    "apps.connections.open": None,
    "auth.test": None,
    "blocks.validate": None,
    "chat.getPermalink": None,
    "chat.scheduledMessages.list": None,
    "views.open": None,
    "views.push": None,
    "views.update": None,
    "views.publish": None,
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.scheduleMessage": "chat:write",
    "chat.deleteScheduledMessage": "chat:write",
    "conversations.open": "im:write",
    "conversations.join": "channels:join",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
    "bots.info": "users:read",
    "pins.add": "pins:write",
    "pins.remove": "pins:write",
    "pins.list": "pins:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "reactions.get": "reactions:read",
    "team.info": "team:read",
    "files.info": "files:read",
    "files.delete": "files:write",
    "files.upload": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}
BY_KIND = {
    "conversations.history": "history",
    "conversations.replies": "history",
    "conversations.info": "read",
    "conversations.members": "read",
}
BY_TYPES = {"conversations.list", "users.conversations"}
TYPES = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def needed_scopes(call: Call) -> list[str]:
    """Any one of these is enough; an empty list needs none."""
    if scope := SCOPES.get(call.method):
        return [scope]
    if call.method in BY_KIND:
        return [f"{family(call.workspace.channel(call.text('channel')))}:{BY_KIND[call.method]}"]
    if call.method in BY_TYPES:
        missing = [TYPES[t] for t in types_of(call) if not call.workspace.manifest.has_scope(TYPES[t])]
        return missing[:1]
    return []


def token_kind(method: str) -> str:
    return "xapp" if method in APP_LEVEL else "xoxb"


def family(place: Channel | None) -> str:
    if place is None:
        return "channels"
    return {"D": "im", "G": "groups", "C": "channels"}[place.type_letter]


def types_of(call: Call) -> list[str]:
    wanted = [t.strip() for t in call.text("types", "public_channel").split(",")]
    return [t for t in wanted if t in TYPES]
