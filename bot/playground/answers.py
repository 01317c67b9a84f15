"""Messages the app gives in answer: the body of a command's acknowledgement, and posts to a response_url."""

from typing import Any

from .errors import ApiError, NotPossible
from .local import Local
from .modals import fill_ids
from .records import Channel, Json, Message, ResponseUrl
from .validation import problems_in_message
from .workspace import BOT_USER

USES, LIFETIME = 5, 30 * 60


def post_answer(local: Local, person: str, place: Channel, answer: Json) -> Message:
    """Shown to the one person, unless the app asked for `in_channel`."""
    ws = local.workspace
    checked_answer(answer)
    with ws.change():
        message = Message(ws.new_ts(), place.id, BOT_USER, bot=True, username=ws.manifest.bot_name)
        message.thread_ts = answer.get("thread_ts")
        if answer.get("response_type", "ephemeral") != "in_channel":
            message.ephemeral_to = person
        rewrite(message, answer)
        return ws.put(message)


def checked_answer(answer: Json) -> None:
    problems = problems_in_message(answer.get("blocks") or [])
    if problems:
        raise ApiError("invalid_blocks", [problem.text() for problem in problems])
    if not (answer.get("text") or answer.get("blocks") or answer.get("attachments")):
        raise ApiError("no_text")


def rewrite(message: Message, answer: Json) -> None:
    message.text = str(answer.get("text") or "")
    message.blocks = [dict(block) for block in answer.get("blocks") or []]
    message.attachments = answer.get("attachments") or []
    fill_ids(message.blocks)
    message.errors.clear()


def use_response_url(local: Local, token: str, body: Any) -> None:
    """One use of a response_url; raises ApiError with Slack's words when it is spent, old or misused."""
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
    _answer(local, url, place, body)


def _answer(local: Local, url: ResponseUrl, place: Channel, body: Json) -> None:
    original = place.messages.get(url.message_ts or "")
    if body.get("delete_original") and original:
        with local.workspace.change():
            original.deleted = True
    elif body.get("replace_original") and original:
        checked_answer(body)
        with local.workspace.change():
            rewrite(original, body)
    else:
        post_answer(local, url.person, place, body)


def acknowledged(local: Local, person: str, place: Channel, response: Any) -> None:
    """What a command's own answer shows: nothing, a text, or a message in JSON."""
    if not response:
        return
    answer = {"text": response} if isinstance(response, str) else response
    if not isinstance(answer, dict):
        raise NotPossible("the answer is neither text nor an object")
    if answer.get("text") or answer.get("blocks") or answer.get("attachments"):
        post_answer(local, person, place, answer)
