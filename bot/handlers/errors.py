"""The one place where what went wrong becomes a sentence to the person, and nothing they typed is lost."""

from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import database
from bot.database import DeadlinePassed
from bot.domain.errors import Refused
from bot.handlers.call import Call, Repeated
from bot.messages.mrkdwn import escape
from bot.modals import windows
from bot.modals.form import Invalid
from bot.slack.unanswered import NO_ANSWER, code_of

log = structlog.get_logger()
BUSY = "Somebody is changing the same thing right now, so nothing was stored. Please try again."
AWAY = "I couldn't save that: the database does not answer. Nothing was stored; please try again in a moment."
NO_ROOM = (
    "I couldn't save that: the database has no room left. Nothing was stored. "
    "Please tell an admin, and try again when there is room."
)
UNSURE = (
    "Not confirmed: I can't tell whether that was stored. Please press it once more; "
    "if it was, you are told so and nothing happens twice."
)
LATE = "That took too long, so nothing was stored. Please try again."
SLACK_AWAY = "Slack did not answer, so nothing was changed. Please try again."
TOO_LATE_TO_OPEN = "Slack gave up before I could open the window. Please try again."


def answer(error: Exception, call: Call) -> BoltResponse:
    """The acknowledgement for an arrival that could not be done."""
    if isinstance(error, Repeated):
        return _as_before(error, call)
    if isinstance(error, Invalid):
        return call.ack(response_action="errors", errors=_beside_fields(call, error.errors))
    if call.kind == "event" and not isinstance(error, Refused):
        raise error  # Slack sends an event again when it is not acknowledged
    return tell(call, _sentence(error, call), getattr(error, "field", None))


def _sentence(error: Exception, call: Call) -> str:
    if isinstance(error, Refused):
        return str(error)
    log.error("could not be done", kind=call.kind, reference=call.reference, error=type(error).__name__,
              exc_info=error)  # fmt: skip
    if isinstance(error, DeadlinePassed):
        return LATE
    if isinstance(error, OperationalError | PoolTimeout):
        if _cut_off_in_commit(error):
            return UNSURE
        return {database.HELD: BUSY, database.NO_ROOM: NO_ROOM}.get(database.trouble(error), AWAY)
    if isinstance(error, SlackApiError) and "trigger_id" in code_of(error):
        return TOO_LATE_TO_OPEN
    if isinstance(error, NO_ANSWER):
        return SLACK_AWAY
    return f"That went wrong on our side; nothing was changed. Please try again. If it stays, tell us {call.reference}."


def _cut_off_in_commit(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated and not error.statement


def tell(call: Call, text: str, field: str | None = None) -> BoltResponse:
    """One sentence to the person who acts, in the way this kind of arrival allows."""
    match call.kind:
        case "command":
            return call.ack(text=_with_what_they_typed(call, text), response_type="ephemeral")
        case "view":
            return call.ack(response_action="errors", errors=_beside_fields(call, {field or "": text}))
        case "action" | "shortcut":
            _show(call, text)
    return call.ack()


def _with_what_they_typed(call: Call, text: str) -> str:
    typed = f"{call.body.get('command', '')} {call.text}".strip()
    return f"{escape(text)}\n>`{escape(typed.replace('`', 'ʼ'))}`" if call.text else escape(text)


def _beside_fields(call: Call, errors: dict[str, str]) -> dict[str, str]:
    """Slack takes errors only beside inputs that stand in the window: what has no field goes to the first."""
    inputs = [block["block_id"] for block in call.view.get("blocks", []) if block.get("type") == "input"]
    placed: dict[str, str] = {}
    for field, sentence in errors.items():
        where = field if field in inputs else next(iter(inputs), field)
        placed[where] = f"{placed[where]} {sentence}" if where in placed else sentence
    return placed


def _show(call: Call, text: str) -> None:
    """A refused click: where it was pressed, so that only the person sees it."""
    try:
        if call.body.get("view") or not call.body.get("response_url"):
            call.open(windows.sentence("Not done", text))
        else:
            call.whisper(escape(text))
    except (*NO_ANSWER, KeyError) as failed:
        log.warning("could not tell the person", reference=call.reference, error=str(failed)[:200])


def _as_before(error: Repeated, call: Call) -> BoltResponse:
    stored: dict[str, Any] = error.earlier.answer or {}
    if error.earlier.same and stored:
        return call.ack(**stored)
    if error.earlier.same:
        return call.ack()
    return tell(call, "That form was sent already. What you changed since is not stored: open it again to send it.")
