"""chat.*: posting, editing and deleting."""

from typing import Any

from .. import shapes
from ..errors import ApiError
from ..modals import fill_ids
from ..records import Channel, Json, Message
from ..validation import problems_in_message
from ..workspace import BOT_USER
from .call import Call

POST_LIMIT, UPDATE_LIMIT = 40_000, 4_000  # characters of `text`
BLOCKS_TEXT_LIMIT = 11_000  # undocumented; reports start at 11,000 characters over all blocks
METADATA_LIMIT = 16_000  # assumed: Slack does not publish it
WORDLESS = {"table", "data_table", "markdown", "data_visualization"}  # these have limits of their own


def post_message(call: Call) -> Json:
    place = call.place_to_post()
    message = _new_message(call, place)
    if _words(message.blocks) > BLOCKS_TEXT_LIMIT:
        raise ApiError("msg_blocks_too_long")
    with call.workspace.change() as ws:
        ws.put(message)
        if call.flag("reply_broadcast"):
            message.subtype = "thread_broadcast"
    call.local.events.emit(call.local.events.posted(place, message), BOT_USER, place)
    return {"channel": place.id, "ts": message.ts, "message": shapes.message(call.workspace, call.local.base, message,
                                                                             metadata=True)}  # fmt: skip


def post_ephemeral(call: Call) -> Json:
    place = call.place_to_post()
    reader = call.person()
    if reader.deleted or reader.id not in place.members:
        raise ApiError("user_not_in_channel")
    message = _new_message(call, place)
    message.ephemeral_to = reader.id
    with call.workspace.change() as ws:
        ws.put(message)
    return {"message_ts": message.ts}


def _new_message(call: Call, place: Channel) -> Message:
    ws = call.workspace
    text, blocks, attachments = _content(call)
    _check_length(text, POST_LIMIT)
    thread_ts = call.text("thread_ts") or None
    if thread_ts and (place.messages.get(thread_ts) is None or place.messages[thread_ts].deleted):
        raise ApiError("thread_not_found")
    message = Message(ws.new_ts(), place.id, BOT_USER, text, blocks or [], attachments or [], bot=True)
    message.thread_ts = thread_ts and (place.messages[thread_ts].thread_ts or thread_ts)
    customised = ws.manifest.has_scope("chat:write.customize") and call.text("username")
    message.username = customised or ws.manifest.bot_name
    message.metadata = _metadata(call)
    return message


def _content(call: Call) -> tuple[str, list[Json] | None, list[Json] | None]:
    """Text, blocks and attachments; None where the call did not mention them."""
    text = call.text("text")
    blocks = checked_blocks(call.structure("blocks", "invalid_blocks_format"))
    attachments = call.structure("attachments")
    if attachments is not None and len(attachments) > 100:
        raise ApiError("too_many_attachments")
    if not text and not blocks and not attachments:
        raise ApiError("no_text")
    return text, blocks, attachments


def checked_blocks(blocks: Any) -> list[Json] | None:
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    problems = [problem.text() for problem in problems_in_message(blocks)]
    if problems:
        raise ApiError("invalid_blocks", problems, errors=problems)
    blocks = [dict(block) for block in blocks]
    fill_ids(blocks)
    return blocks


def _check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        raise ApiError("msg_too_long")


def _words(blocks: list[Json]) -> int:
    return sum(_text_size(block) for block in blocks if block["type"] not in WORDLESS)


def _text_size(node: Any) -> int:
    if isinstance(node, list):
        return sum(_text_size(child) for child in node)
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_text_size(child) for child in node.values() if not isinstance(child, str))
    return 0


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not metadata.get("event_type") or "event_payload" not in metadata:
        raise ApiError("invalid_metadata_format")
    if len(str(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return metadata


def update(call: Call) -> Json:
    """Blocks that the call does not mention stay as they are."""
    place = call.channel()
    message = call.own_message(place, "cant_update_message")
    if place.archived:
        raise ApiError("is_archived")
    text, blocks, attachments = _content(call)
    _check_length(text, UPDATE_LIMIT)
    metadata = _metadata(call)
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
    call.local.events.emit(call.local.events.removed(place, before), BOT_USER, place)
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
