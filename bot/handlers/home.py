"""The Home: what is theirs, narrowed and turned as they like, and drawn anew after what they do there."""

from collections.abc import Callable

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import database
from bot.domain.errors import Refused
from bot.domain.priority import Priority
from bot.handlers.call import Call, Routes
from bot.handlers.queue import accounts_offered
from bot.messages import home
from bot.messages.home import State
from bot.slack.unanswered import NO_ANSWER, code_of

log = structlog.get_logger()


def opened(call: Call) -> None:
    """Somebody opened the Home: show what is theirs, as they had narrowed it. A lost one is drawn the next time."""
    if call.body["event"].get("tab") not in {None, "home"}:
        return call.done()
    seen = call.body["event"].get("view") or {}
    publish(call, State.read(seen.get("private_metadata")), seen.get("hash"))
    return call.done()


def publish(call: Call, state: State, seen: str | None = None) -> None:
    """Draw and show it. Where somebody drew it meanwhile, ours may be the older one: it is drawn once more."""
    try:
        call.client.views_publish(user_id=call.slack_id, view=_view(call, state), hash=seen)
    except SlackApiError as error:
        if code_of(error) != "hash_conflict":
            raise
        call.client.views_publish(user_id=call.slack_id, view=_view(call, state))


def _view(call: Call, state: State) -> dict[str, object]:
    try:
        with call.begin() as (session, actor):
            return home.view(session, actor, state, call.now)
    except Refused as refused:
        return home.stranger(str(refused))


def follow(call: Call) -> None:
    """Draw it anew after something was done there, or in a window opened from it; a failure is only noted."""
    if call.home is None:
        return
    try:
        publish(call, State.read(call.home), call.view.get("hash") if call.on_home else None)
    except (*NO_ANSWER, SQLAlchemyError, database.DeadlinePassed) as error:
        log.warning("the Home could not be brought up to date", reference=call.reference, error=type(error).__name__)


def refreshed(call: Call) -> None:
    """**Refresh**."""
    _redrawn(call, State.read(call.home))


def narrowed(call: Call) -> None:
    """Another account or priority was chosen: every list begins anew."""
    chosen = _CHOSEN[call.action["action_id"]](call.value)
    _redrawn(call, State.read(call.home).model_copy(update={**chosen, "pages": {}}))


def turned(call: Call) -> None:
    """**Next** or **Previous** below one of the lists."""
    key, _, number = call.value.partition(":")
    state = State.read(call.home)
    page = int(number[:6]) if number.isdecimal() else 0
    _redrawn(call, state.model_copy(update={"pages": {**state.pages, key: page}}))


def _redrawn(call: Call, state: State) -> None:
    publish(call, state, call.view.get("hash") if call.on_home else None)
    call.done()


def _account(value: str) -> dict[str, object]:
    return {"account_id": int(value) if value.isdecimal() else None}


def _priority(value: str) -> dict[str, object]:
    return {"priority": Priority(value) if value in set(Priority) else None}


_CHOSEN: dict[str, Callable[[str], dict[str, object]]] = {home.ACCOUNT: _account, home.PRIORITY: _priority}

ROUTES: Routes = {
    ("event", "app_home_opened"): opened,
    ("action", home.REFRESH): refreshed,
    ("action", home.ACCOUNT): narrowed,
    ("action", home.PRIORITY): narrowed,
    ("action", home.PREVIOUS): turned,
    ("action", home.NEXT): turned,
    ("options", home.ACCOUNT): accounts_offered,
}
