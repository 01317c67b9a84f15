"""Uploading in three steps (ask for a URL, send the bytes, complete) and looking files up."""

import mimetypes

from .. import content, shapes
from ..errors import ApiError
from ..local import Local
from ..records import Json, Message, StoredFile
from ..workspace import BOT_USER
from .call import Call

LARGEST = 1_000_000_000  # bytes
LARGEST_SNIPPET = 1_000_000
ALT_TEXT = 1000  # characters
MOST_CHANNELS = 100


def get_upload_url(call: Call) -> Json:
    name = call.required("filename")
    call.required("length")
    length = call.number("length", 0)
    if length == 0:
        raise ApiError("missing_argument")
    if length < 0:
        raise ApiError("invalid_arguments", ["must be greater than 0 [json-pointer:/length]"])
    if length > LARGEST:
        raise ApiError("file_upload_size_restricted")
    if call.text("snippet_type") and length > LARGEST_SNIPPET:
        raise ApiError("snippet_too_large")
    if len(call.text("alt_txt")) > ALT_TEXT:
        raise ApiError("alt_txt_too_large")
    ws = call.workspace
    with ws.lock:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = StoredFile(ws.new_id("F"), name, kind, size=length, user=BOT_USER, created=ws.clock.now())
        ws.files[stored.id] = stored
    return {"upload_url": f"{call.local.base}upload/v1/{stored.id}", "file_id": stored.id}


def receive_bytes(local: Local, file_id: str, data: bytes) -> str | None:
    """Step two. Returns Slack's plain answer, or None when there is no such upload."""
    stored = local.workspace.files.get(file_id)
    if stored is None or stored.complete:
        return None
    stored.data = data
    return f"OK - {len(data)}"


def complete_upload(call: Call) -> Json:
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments", ["missing required field: files"])
    ws = call.workspace
    uploaded = [_uploaded(call, entry) for entry in wanted]
    places = _places(call)
    comment = content.shortened(call.text("initial_comment"))
    blocks = content.checked_blocks(ws, None if comment else call.structure("blocks", "invalid_blocks_format")) or []
    with ws.change():
        for stored, entry in zip(uploaded, wanted, strict=True):
            stored.complete, stored.title = True, entry.get("title") or stored.name
            stored.ready_at = ws.clock.now() + call.local.file_delay * call.local.seconds
    for channel_id in places:
        _share(call, channel_id, uploaded, comment, blocks)
    return {"files": [shapes.file(ws, call.local.base, stored) for stored in uploaded]}


def _uploaded(call: Call, entry: Json) -> StoredFile:
    stored = call.workspace.files.get(entry.get("id", "")) if isinstance(entry, dict) else None
    if stored is None or stored.complete:
        raise ApiError("file_not_found")
    if len(stored.data) != stored.size:
        raise ApiError("file_upload_size_restricted" if stored.data else "file_not_found")
    return stored


def _places(call: Call) -> list[str]:
    given = call.text("channels") or call.text("channel_id")
    places = [one for one in given.split(",") if one]
    if len(places) > MOST_CHANNELS:
        raise ApiError("channels_limit_exceeded")
    for channel_id in places:
        found = call.workspace.channel(channel_id)
        if found is None or (found.private and not found.bot_member):
            raise ApiError("channel_not_found")
        if not found.bot_member:
            raise ApiError("not_in_channel")
        if found.archived:
            raise ApiError("posting_to_channel_denied")
    return places


def _share(call: Call, channel_id: str, uploaded: list[StoredFile], comment: str, blocks: list[Json]) -> None:
    ws = call.workspace
    place = ws.channels[channel_id]
    with ws.change():
        message = Message(ws.new_ts(), channel_id, BOT_USER, comment, blocks, bot=True)
        message.subtype, message.username = "file_share", ws.manifest.bot_name
        message.thread_ts = call.text("thread_ts") or None
        message.files = [stored.id for stored in uploaded]
        for stored in uploaded:
            stored.channels.append(channel_id)
        ws.put(message)
    call.local.events.emit(call.local.events.posted(place, message), BOT_USER, place)


def info(call: Call) -> Json:
    """A file that is not ready yet has no `mimetype`: apps ask until it has one."""
    stored = _known(call)
    return {"file": shapes.file(call.workspace, call.local.base, stored), "comments": []}


def delete(call: Call) -> Json:
    stored = _known(call)
    if stored.user != BOT_USER:
        raise ApiError("cant_delete_file")
    with call.workspace.change() as ws:
        del ws.files[stored.id]
        for place in ws.channels.values():
            for message in place.messages.values():
                message.files = [file_id for file_id in message.files if file_id != stored.id]
    return {}


def _known(call: Call) -> StoredFile:
    stored = call.workspace.files.get(call.required("file"))
    if stored is None or not stored.complete:
        raise ApiError("file_not_found")
    return stored


def upload(call: Call) -> Json:
    """Slack retired it; the three steps above replace it."""
    raise ApiError("method_deprecated")


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
    "files.delete": delete,
    "files.upload": upload,
}
