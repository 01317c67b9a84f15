"""The local Slack's HTTP side: which path does what. Loopback only, and deaf to other websites."""

import asyncio
import itertools
import json
import mimetypes
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from . import answers, page_api, screen, talk, webapi
from .errors import ApiError, NotPossible
from .faults import GARBAGE, LOST, RATELIMITED, RESET, BadFault, Fault
from .gate import Gate
from .json_in import read_json
from .local import Local
from .records import Json
from .webapi.files import receive_bytes

PAGE = Path(__file__).parent / "page"
NO_STORE = {"Cache-Control": "no-store"}
# What a proxy or a bug sends in place of an answer: no text, no JSON, not an object, cut short.
UNREADABLE: list[Callable[[], Response]] = [
    lambda: Response(b"\xff\xfe\x00", media_type="application/json; charset=utf-8"),
    lambda: Response("<html>upstream</html>", media_type="text/html"),
    lambda: JSONResponse([]),
    lambda: JSONResponse(["ok"]),
    lambda: Response('{"ok": true, "ts": "17', media_type="application/json"),
]
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}
# Whatever a file claims to be: it has no origin, runs nothing, loads nothing, and only this page may frame it.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'"}


class Site:
    """The routes. What waits for the app runs on threads; Web API calls are quick and do not wait for each other."""

    def __init__(self, local: Local, move_clock: Callable[[Json], None], subscribe: Callable[[], AsyncIterator[int]]):
        self.local = local
        self.move_clock = move_clock
        self.subscribe = subscribe
        self.garbage = itertools.cycle(UNREADABLE)
        self.threads = ThreadPoolExecutor(max_workers=128, thread_name_prefix="slack-people")

    def app(self) -> Gate:
        routes = [
            Route("/", self.index),
            Route("/static/{name:path}", self.static),
            Route("/playground/state", self.state),
            Route("/playground/events", self.stream),
            Route("/playground/upload", self.upload, methods=["POST"]),
            Route("/playground/files/{file_id}", self.file),
            Route("/playground/clock", self.clock, methods=["POST"]),
            Route("/playground/faults", self.faults, methods=["POST"]),
            Route("/playground/deliveries/{number:int}", self.delivery),
            Route("/playground/{gesture}", self.gesture, methods=["POST"]),
            Route("/files-pri/{file_id}/{name}", self.private_file),
            Route("/upload/v1/{file_id}", self.receive_upload, methods=["POST", "PUT"]),
            Route("/response/{team}/{token}", self.response_url, methods=["POST"]),
            WebSocketRoute("/link/", self.local.sockets.serve),
            Route("/api/{method}", self.web_api, methods=["GET", "POST"]),
        ]
        return Gate(Starlette(routes=routes))

    # --- the page

    async def index(self, request: Request) -> Response:
        page = PAGE / "index.html"
        if not page.exists():
            return PlainTextResponse("The page is not installed; the API is at /api/.", headers=NO_STORE)
        return _page_file(page)

    async def static(self, request: Request) -> Response:
        wanted = (PAGE / request.path_params["name"]).resolve()
        if not wanted.is_relative_to(PAGE) or not wanted.is_file():
            return PlainTextResponse("not found", status_code=404)
        return _page_file(wanted)

    async def state(self, request: Request) -> Response:
        try:
            person = page_api.person_of(self.local, request.query_params.get("as"))
        except NotPossible as refusal:
            return JSONResponse({"ok": False, "error": str(refusal)}, status_code=404)
        seen = await self._on_thread(screen.screen, self.local, person, screen.Asked.read(request.query_params))
        return JSONResponse(seen, headers=NO_STORE)

    async def stream(self, request: Request) -> Response:
        async def lines() -> AsyncIterator[str]:
            async for revision in self.subscribe():
                yield f"data: {json.dumps({'revision': revision})}\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream", headers=NO_STORE)

    async def gesture(self, request: Request) -> Response:
        name = request.path_params["gesture"]
        body = _json_object(await request.body())
        if name not in page_api.GESTURES or body is None:
            return JSONResponse({"ok": False, "error": f"no such thing to do: {name}"}, status_code=404)
        return JSONResponse(await self._on_thread(page_api.perform, self.local, name, body))

    async def clock(self, request: Request) -> Response:
        body = _json_object(await request.body()) or {}
        try:
            await self._on_thread(self.move_clock, body)
        except (NotPossible, ValueError) as refusal:
            return JSONResponse({"ok": False, "error": str(refusal)})
        return JSONResponse({"ok": True, "now": self.local.workspace.clock.today().isoformat()})

    async def faults(self, request: Request) -> Response:
        """Breaks Slack on purpose, or mends it: a row of `faults.py`, or `clear` with an id or "all"."""
        body = _json_object(await request.body()) or {}
        try:
            added = page_api.set_fault(self.local, body)
        except (BadFault, TypeError, ValueError) as refusal:
            return JSONResponse({"ok": False, "error": str(refusal)})
        return JSONResponse({"ok": True} | ({"id": added.id} if added else {}))

    async def delivery(self, request: Request) -> Response:
        found = self.local.deliveries.find(request.path_params["number"])
        if found is None:
            return JSONResponse({"ok": False, "error": "no such delivery"}, status_code=404)
        return JSONResponse(screen.in_full(found), headers=NO_STORE)

    # --- files

    async def upload(self, request: Request) -> Response:
        query = request.query_params
        try:
            person = page_api.person_of(self.local, query.get("as"))
        except NotPossible as refusal:
            return JSONResponse({"ok": False, "error": str(refusal)})
        data = await request.body()
        stored = talk.upload(self.local, person, query.get("name") or "file", query.get("type") or "", data)
        return JSONResponse({"ok": True, "file": screen.file(self.local, stored.id)})

    async def file(self, request: Request) -> Response:
        return self._bytes(request.path_params["file_id"])

    async def private_file(self, request: Request) -> Response:
        """Where the app downloads: only with its token."""
        if _bearer(request) != self.local.token:
            return PlainTextResponse("not authorised", status_code=403)
        return self._bytes(request.path_params["file_id"].rpartition("-")[2])

    def _bytes(self, file_id: str) -> Response:
        stored = self.local.workspace.files.get(file_id)
        if stored is None:
            return PlainTextResponse("not found", status_code=404)
        # Anything but a plain image or a PDF is saved, never shown: an uploaded page must not run here.
        shown = "inline" if stored.mimetype in SHOWN else "attachment"
        # A viewer calls what it shows by this name, not by the id in the address.
        named = f"{shown}; filename*=UTF-8''{quote(stored.name, safe='', errors='replace')}"
        headers = {"Content-Disposition": named, "X-Content-Type-Options": "nosniff", **HARMLESS, **NO_STORE}
        return Response(stored.data, media_type=stored.mimetype, headers=headers)

    async def receive_upload(self, request: Request) -> Response:
        file_id, data = request.path_params["file_id"], await request.body()

        def respond() -> Response:
            answer = receive_bytes(self.local, file_id, data)
            return PlainTextResponse(answer or "no such upload", status_code=200 if answer else 404)

        return await self._at_risk(request, "upload", {"file": file_id}, respond)

    # --- the app's side

    async def response_url(self, request: Request) -> Response:
        body = _json_object(await request.body())

        def respond() -> Response:
            try:
                answers.use_response_url(self.local, request.path_params["token"], body)
            except ApiError as refusal:
                return JSONResponse(refusal.body(), status_code=404)
            return PlainTextResponse("ok")

        return await self._at_risk(request, "response_url", body or {}, respond)

    async def web_api(self, request: Request) -> Response:
        method = request.path_params["method"]
        in_body = _arguments(request, await request.body())
        args = {key: value for key, value in (dict(request.query_params) | in_body).items() if key != "token"}
        in_form = None if _is_json(request) or method in webapi.APP_LEVEL else in_body.get("token")
        token = _bearer(request) or in_form  # one in the address or in JSON does not count

        def respond() -> Response:
            limited = self._limited(method, args)
            answer = (
                {"ok": False, "error": "ratelimited"} if limited else webapi.answer(self.local, method, args, token)
            )
            self.local.note(method, args, answer)
            scopes = ",".join(self.local.workspace.manifest.scopes)
            return limited or JSONResponse(answer, headers={"X-OAuth-Scopes": scopes})

        return await self._at_risk(request, method, args, respond)

    async def _at_risk(self, request: Request, method: str, args: Json, respond: Callable[[], Response]) -> Response:
        """The answer, unless a fault comes before it."""
        wait, fault = self.local.faults.take(method, _channel(args))
        await asyncio.sleep(wait)
        if fault is None:
            return respond()
        if fault.what in (LOST, RESET):
            # What is sent into a connection that was cut reaches nobody.
            response = respond() if fault.what == LOST else Response()
            request.scope["transport"].abort()
        else:
            response = next(self.garbage)() if fault.what == GARBAGE else _failed(fault)
        if fault.what != LOST:
            self.local.note(method, args, {"ok": False, "error": _name(fault)})
        return response

    def _limited(self, method: str, args: Json) -> Response | None:
        wait = self.local.rates.wait_for(method, _channel(args))
        if wait == 0:
            return None
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})

    async def _on_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *args)


def _page_file(path: Path) -> Response:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind, headers=NO_STORE)


def _failed(fault: Fault) -> Response:
    after = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.what in (RATELIMITED, 429):
        return JSONResponse({"ok": False, "error": RATELIMITED}, 429, {"Retry-After": "1"} | after)
    if isinstance(fault.what, int):
        return PlainTextResponse("upstream failure", fault.what, after)
    return JSONResponse({"ok": False, "error": fault.what}, headers=after)


def _name(fault: Fault) -> str:
    """How the record calls what an app could not read as an answer."""
    if fault.what == 429:
        return RATELIMITED
    return f"http_{fault.what}" if isinstance(fault.what, int) else fault.what


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _channel(args: Json) -> str | None:
    """Where a call goes; junk goes nowhere."""
    named = args.get("channel")
    return named if isinstance(named, str) else None


def _arguments(request: Request, body: bytes) -> Json:
    """Arguments in the body: JSON, or a form. (Those in the query count as well.)"""
    if _is_json(request):
        return _json_object(body) or {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _is_json(request: Request) -> bool:
    return "json" in request.headers.get("content-type", "")


def _json_object(body: bytes) -> Json | None:
    try:
        found = read_json(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
