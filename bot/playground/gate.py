"""Keeps other websites out: the browser that shows the page also shows them.

A page elsewhere could point its own name at 127.0.0.1 (so the Host must be loopback's), send a form or open a
WebSocket here (so where either names an Origin, it must be ours), or hide a call in a picture's address (so what
a browser fetches for another site is refused, except for a link to the page itself).
"""

from urllib.parse import SplitResult, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FOREIGN = {"cross-site", "same-site"}  # another port of this machine is the same site, and still not ours
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Gate:
    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal:
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _refusal(scope: Scope) -> str | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if _split(f"//{host}").hostname not in LOOPBACK:
        return "This server answers on loopback only."
    origin = headers.get("origin")
    if scope.get("method") not in ("GET", "HEAD") and origin is not None and _split(origin).netloc != host:
        return "Requests from other sites are refused."
    followed_link = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site") in FOREIGN and not followed_link:
        return "Requests from other sites are refused."
    return None


def _split(address: str) -> SplitResult:
    """What is no address at all is nobody's."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
