"""auth.test, api.test, blocks.validate and team.info."""

from collections.abc import Callable
from typing import Any

from ..errors import ApiError
from ..records import Json
from ..validation import Problem, problems_in_attachments, problems_in_message, problems_in_view
from ..workspace import BOT_ID, BOT_USER
from .call import Call


def auth_test(call: Call) -> Json:
    ws = call.workspace
    return {
        "url": call.local.base, "team": ws.team.name, "user": ws.manifest.bot_name.lower(), "team_id": ws.team.id,
        "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False,
    }  # fmt: skip


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def validate_blocks(call: Call) -> Json:
    """Exactly one of `blocks`, `message` and `view`; pointers begin where that begins."""
    given = {name: call.structure(name) for name in VALIDATED if call.args.get(name) is not None}
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["provide exactly one of: blocks, message, view"])
    [(name, payload)] = given.items()
    problems, root = VALIDATED[name](payload)
    if problems:
        raise ApiError(f"invalid_{name}", errors=[problem.as_json(root) for problem in problems])
    return {}


def _in_whole_message(message: Any) -> tuple[list[Problem], str]:
    if not isinstance(message, dict):
        return [Problem("", "must be an object", "wrong_type")], ""
    return problems_in_message(message.get("blocks") or []) + problems_in_attachments(message.get("attachments")), ""


VALIDATED: dict[str, Callable[[Any], tuple[list[Problem], str]]] = {
    "blocks": lambda blocks: (problems_in_message(blocks), "/blocks"),
    "message": _in_whole_message,
    "view": lambda view: (problems_in_view(view), "/view"),
}


def team_info(call: Call) -> Json:
    """Of the workspace itself; those it shares channels with are told by name only."""
    found = call.workspace.teams.get(call.text("team", call.workspace.team.id))
    if found is None:
        raise ApiError("team_not_found")
    return {"team": {"id": found.id, "name": found.name, "domain": found.domain, "email_domain": "", "icon": {}}}


METHODS = {
    "auth.test": auth_test,
    "api.test": api_test,
    "blocks.validate": validate_blocks,
    "team.info": team_info,
}
