"""Messages the app gives in answer: the body of a command's acknowledgement, and posts to a response_url."""

from typing import Any

from . import content, shapes
from .errors import ApiError, NotPossible
from .local import Local
from .records import Channel, Json, Message, ResponseUrl
from .workspace import BOT_USER

USES, LIFETIME = 5, 30 * 60


def post_answer(local: Local, person: str, place: Channel, answer: Json) -> Message:
    """Shown to the one person, unless the app asked for `in_channel`."""
    ws = local.workspace
    answer = checked_answer(local, answer)
    with ws.change():
        message = Message(ws.new_ts(), place.id, BOT_USER, bot=True, username=ws.manifest.bot_name)
        message.thread_ts = answer.get("thread_ts")
        if answer.get("response_type", "ephemeral") != "in_channel":
            message.ephemeral_to = person
        rewrite(message, answer)
        ws.put(message)
    if message.is_public:
        local.events.emit(local.events.posted(place, message), BOT_USER, place)
    return message


def checked_answer(local: Local, answer: Json) -> Json:
    """The answer with its blocks' ids filled in, or Slack's complaint about it."""
    blocks = content.checked_blocks(local.workspace, answer.get("blocks"))
    attachments = content.checked_attachments(answer.get("attachments"))
    if not (answer.get("text") or blocks or attachments):
        raise ApiError("no_text")
    text = content.shortened(str(answer.get("text") or ""))
    return answer | {"text": text, "blocks": blocks or [], "attachments": attachments or []}


def rewrite(message: Message, answer: Json) -> None:
    message.text, message.blocks, message.attachments = answer["text"], answer["blocks"], answer["attachments"]
    message.errors.clear()


def use_response_url(local: Local, token: str, body: Any) -> None:
    """One use of a response_url; raises ApiError with Slack's words when it is spent, old or misused."""
    args = body if isinstance(body, dict) else {}
    try:
        _use(local, token, body)
    except ApiError as refusal:
        local.note("response_url", args, refusal.body())
        raise
    local.note("response_url", args, {"ok": True})


def _use(local: Local, token: str, body: Any) -> None:
    ws = local.workspace
    url = ws.response_urls.get(token)
    if url is None or ws.clock.now() - url.issued > LIFETIME:
        raise ApiError("expired_url")
    if url.uses >= USES:
        raise ApiError("used_url")
    if not isinstance(body, dict):
        raise ApiError("invalid_payload")
    place = ws.channel(url.channel)
    if place is None:
        raise ApiError("channel_not_found")
    url.uses += 1
    with ws.lock:
        _answer(local, url, place, body)


def _answer(local: Local, url: ResponseUrl, place: Channel, body: Json) -> None:
    original = place.messages.get(url.message_ts or "")
    if original and body.get("delete_original"):
        _delete(local, place, original)
    elif original and body.get("replace_original"):
        _replace(local, place, original, body)
    else:
        post_answer(local, url.person, place, body)


def _delete(local: Local, place: Channel, original: Message) -> None:
    before, public = shapes.message(local.workspace, local.base, original), original.is_public
    with local.workspace.change():
        original.deleted = True
    if public:
        for inner in local.events.removed(place, before, original):
            local.events.emit(inner, BOT_USER, place)


def _replace(local: Local, place: Channel, original: Message, body: Json) -> None:
    body = checked_answer(local, body)
    before = shapes.message(local.workspace, local.base, original)
    with local.workspace.change():
        rewrite(original, body)
    if original.is_public:
        local.events.emit(local.events.changed(place, before, original), BOT_USER, place)


def acknowledged(local: Local, person: str, place: Channel, response: Any) -> None:
    """What a command's own answer shows: nothing, a text, or a message in JSON."""
    if not response:
        return
    answer = {"text": response} if isinstance(response, str) else response
    if not isinstance(answer, dict):
        raise NotPossible("the answer is neither text nor an object")
    if answer.get("text") or answer.get("blocks") or answer.get("attachments"):
        post_answer(local, person, place, answer)
