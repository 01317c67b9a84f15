"""users.* and bots.info: who is there."""

from .. import shapes
from ..errors import ApiError
from ..records import Json
from ..workspace import APP_ID, BOT_ID, BOT_USER, SLACKBOT
from .call import Call

NO_PERSONS = {BOT_USER: shapes.bot_user, SLACKBOT: shapes.slackbot}


def info(call: Call) -> Json:
    if own := NO_PERSONS.get(call.required("user")):
        return {"user": own(call.workspace)}
    return {"user": shapes.user(call.workspace, call.person())}


def list_(call: Call) -> Json:
    """The workspace's own people; those of other workspaces are not listed."""
    own = [shapes.user(call.workspace, p) for p in call.workspace.people.values() if not p.outsider]
    rows, following = call.page([*own, *(shape(call.workspace) for shape in NO_PERSONS.values())])
    return {"members": rows, "cache_ts": int(call.workspace.clock.now()), "response_metadata": following}


def lookup_by_email(call: Call) -> Json:
    wanted = call.required("email").lower()
    for person in call.workspace.people.values():
        if person.email.lower() == wanted and not person.deleted and not person.outsider:
            return {"user": shapes.user(call.workspace, person)}
    raise ApiError("users_not_found")


def bot_info(call: Call) -> Json:
    if call.text("bot", BOT_ID) != BOT_ID:
        raise ApiError("bot_not_found")
    name = call.workspace.manifest.bot_name
    bot = {"id": BOT_ID, "deleted": False, "name": name, "updated": 0, "app_id": APP_ID, "user_id": BOT_USER}
    return {"bot": bot | {"icons": {}}}


METHODS = {
    "users.info": info,
    "users.list": list_,
    "users.lookupByEmail": lookup_by_email,
    "bots.info": bot_info,
}
