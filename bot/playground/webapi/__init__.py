"""The Web API. Each module exports METHODS = {"chat.postMessage": function}; to add a method, write it there.

A function takes a Call and returns the fields of a successful answer; it raises ApiError to refuse.
"""

from collections.abc import Callable

from ..errors import ApiError
from ..local import Local
from ..records import Json
from . import apps, chat, conversations, files, general, history, reactions, scheduling, users, views
from .call import Call
from .scopes import APP_LEVEL, NEEDS_NO_TOKEN, TOKEN_KINDS, needed_scopes, token_kind

__all__ = ["APP_LEVEL", "METHODS", "answer"]
METHODS: dict[str, Callable[[Call], Json]] = {}
for module in (apps, chat, conversations, files, general, history, reactions, scheduling, users, views):
    METHODS |= module.METHODS


def answer(local: Local, method: str, args: Json, token: str | None) -> Json:
    """One call: who asks, whether they may, and what comes of it."""
    call = Call(local, method, args)
    try:
        function = METHODS.get(method)
        if function is None:
            raise ApiError("unknown_method", req_method=method)
        if method not in NEEDS_NO_TOKEN:
            _authenticate(call, token)
            _check_scopes(call)
        with local.workspace.lock:  # people go on writing meanwhile, on their own threads
            return {"ok": True, **function(call)}
    except ApiError as refusal:
        return refusal.body()


def _authenticate(call: Call, token: str | None) -> None:
    """Each method takes one kind of token; the app has one of each, if the manifest gives it a bot."""
    if not token:
        raise ApiError("not_authed")
    kind, wanted = token.partition("-")[0], token_kind(call.method)
    if kind in TOKEN_KINDS and kind != wanted:
        raise ApiError("not_allowed_token_type")
    if wanted == "xapp":
        known, trouble = token == call.local.app_token, ""
    else:
        known, trouble = token == call.local.token and call.workspace.manifest.has_bot, call.local.token_trouble
    if not known or trouble:
        raise ApiError(trouble if known else "invalid_auth")


def _check_scopes(call: Call) -> None:
    needed = needed_scopes(call)
    manifest = call.workspace.manifest
    if needed and not manifest.has_scope(*needed):
        raise ApiError("missing_scope", needed=",".join(needed), provided=",".join(manifest.scopes))
