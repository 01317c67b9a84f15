"""apps.connections.open: where an app in Socket Mode connects to."""

from urllib.parse import urlencode, urlsplit

from ..errors import ApiError
from ..records import Json
from ..workspace import APP_ID
from .call import Call


def open_connection(call: Call) -> Json:
    sockets = call.local.sockets
    if not (call.workspace.manifest.socket_mode and sockets.enabled):
        raise ApiError("socket_mode_not_enabled")
    query = urlencode({"ticket": sockets.ticket(), "app_id": APP_ID})
    return {"url": f"ws://{urlsplit(call.local.base).netloc}/link/?{query}"}


METHODS = {"apps.connections.open": open_connection}
