"""chat.*: posting, editing and deleting."""

from .. import content, shapes
from ..errors import ApiError
from ..records import Channel, Json, Message
from ..validation.rules import length
from ..workspace import BOT_USER
from .call import Call

UPDATE_LIMIT = 4_000  # characters of `text`
TRUNCATED = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}


def post_message(call: Call) -> Json:
    """Of all the methods, only this one minds how long the blocks are together, and cuts its text."""
    place = call.place_to_post()
    message = new_message(call, place)
    if content.too_long_together(message.blocks):
        raise ApiError("msg_blocks_too_long")
    whole, message.text = message.text, content.shortened(message.text)
    with call.workspace.change() as ws:
        ws.put(message)
    call.local.events.emit(call.local.events.posted(place, message), BOT_USER, place)
    return {"channel": place.id, "ts": message.ts, "message": shapes.message(call.workspace, call.local.base, message,
            metadata=True)} | (TRUNCATED if whole != message.text else {})  # fmt: skip


def post_ephemeral(call: Call) -> Json:
    place = call.place_to_post()
    reader = call.person()
    if reader.deleted or reader.id not in place.members:
        raise ApiError("user_not_in_channel")
    message = new_message(call, place, content.TEXT_LIMIT)
    message.ephemeral_to = reader.id
    with call.workspace.change() as ws:
        ws.put(message)
    return {"message_ts": message.ts}


def new_message(call: Call, place: Channel, longest: int | None = None) -> Message:
    """The message this call describes, checked, and not yet in its place."""
    ws = call.workspace
    text, blocks, attachments = _content(call, longest)
    thread_ts = call.text("thread_ts") or None
    if thread_ts and (place.messages.get(thread_ts) is None or place.messages[thread_ts].deleted):
        raise ApiError("thread_not_found")
    message = Message(ws.new_ts(), place.id, BOT_USER, text, blocks or [], attachments or [], bot=True)
    message.thread_ts = thread_ts and (place.messages[thread_ts].thread_ts or thread_ts)
    if message.thread_ts and call.flag("reply_broadcast"):
        message.subtype = "thread_broadcast"
    customised = ws.manifest.has_scope("chat:write.customize") and call.text("username")
    message.username = customised or ws.manifest.bot_name
    message.metadata = content.checked_metadata(call.structure("metadata", "invalid_metadata_format"))
    return message


def _content(call: Call, longest: int | None) -> tuple[str, list[Json] | None, list[Json] | None]:
    """Text, blocks and attachments; None where the call did not mention them."""
    text = call.text("text")
    blocks = call.structure("blocks", "invalid_blocks_format")
    if markdown := call.text("markdown_text"):
        text, blocks = markdown, content.from_markdown(markdown, text or blocks)
    blocks = content.checked_blocks(call.workspace, blocks)
    attachments = content.checked_attachments(call.structure("attachments", "invalid_attachments"))
    if not text and not blocks and not attachments:
        raise ApiError("no_text")
    if longest is not None and length(text) > longest:
        raise ApiError("msg_too_long")
    return text, blocks, attachments


def update(call: Call) -> Json:
    """Blocks that the call does not mention stay as they are."""
    place = call.channel()
    message = call.own_message(place, "cant_update_message")
    if place.archived:
        raise ApiError("is_inactive")  # editing has a word of its own for it
    text, blocks, attachments = _content(call, UPDATE_LIMIT)
    metadata = content.checked_metadata(call.structure("metadata", "invalid_metadata_format"))
    before = shapes.message(call.workspace, call.local.base, message)
    with call.workspace.change() as ws:
        message.text = text
        message.blocks = message.blocks if blocks is None else blocks
        message.attachments = message.attachments if attachments is None else attachments
        message.metadata = metadata or message.metadata
        message.edited = {"user": BOT_USER, "ts": ws.new_ts()}
        message.errors.clear()
    call.local.events.emit(call.local.events.changed(place, before, message), BOT_USER, place)
    return {"channel": place.id, "ts": message.ts, "text": message.text,
            "message": shapes.message(call.workspace, call.local.base, message, metadata=True)}  # fmt: skip


def delete(call: Call) -> Json:
    place = call.channel()
    message = call.own_message(place, "cant_delete_message")
    before = shapes.message(call.workspace, call.local.base, message)
    with call.workspace.change():
        message.deleted = True
    for inner in call.local.events.removed(place, before, message):
        call.local.events.emit(inner, BOT_USER, place)
    return {"channel": place.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    place = call.channel()
    message = call.workspace.message(place.id, call.required("message_ts"))
    if message is None or message.ephemeral_to:
        raise ApiError("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={place.id}" if message.is_reply else ""
    return {
        "channel": place.id,
        "permalink": f"{call.local.base}archives/{place.id}/p{message.ts.replace('.', '')}{thread}",
    }


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
