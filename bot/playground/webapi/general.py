"""auth.test, api.test and blocks.validate."""

from ..errors import ApiError
from ..records import Json
from ..validation import problems_in_message, problems_in_view
from ..workspace import APP_ID, BOT_ID, BOT_USER
from .call import Call


def auth_test(call: Call) -> Json:
    ws = call.workspace
    return {
        "url": call.local.base, "team": ws.team.name, "user": ws.manifest.bot_name.lower(), "team_id": ws.team.id,
        "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False, "app_id": APP_ID,
    }  # fmt: skip


def api_test(call: Call) -> Json:
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def validate_blocks(call: Call) -> Json:
    view = call.structure("view")
    problems = problems_in_view(view) if view else problems_in_message(call.structure("blocks") or [])
    if problems:
        raise ApiError("invalid_blocks", [p.text() for p in problems], errors=[p.as_json() for p in problems])
    return {}


METHODS = {"auth.test": auth_test, "api.test": api_test, "blocks.validate": validate_blocks}
