"""The Web API. Each module exports METHODS = {"chat.postMessage": function}; to add a method, write it there.

A function takes a Call and returns the fields of a successful answer; it raises ApiError to refuse.
"""

from collections.abc import Callable

from ..errors import ApiError
from ..local import Local
from ..records import Json
from . import apps, chat, conversations, files, general, history, reactions, users, views
from .call import Call
from .scopes import APP_LEVEL, NEEDS_NO_TOKEN, needed_scopes

METHODS: dict[str, Callable[[Call], Json]] = {}
for module in (apps, chat, conversations, files, general, history, reactions, users, views):
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
    if not token:
        raise ApiError("not_authed")
    if token not in (call.local.token, call.local.app_token):
        raise ApiError("invalid_auth")
    if (token == call.local.app_token) != (call.method in APP_LEVEL):
        raise ApiError("not_allowed_token_type")


def _check_scopes(call: Call) -> None:
    needed = needed_scopes(call)
    manifest = call.workspace.manifest
    if needed and not manifest.has_scope(*needed):
        raise ApiError("missing_scope", needed=",".join(needed), provided=",".join(manifest.scopes))
