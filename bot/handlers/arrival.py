"""What stands in front of Bolt: size, signature, one deadline, and a guard around everything.

Both transports, `http` and `envelope`, come through `dispatch_within`. An answer that did not come in time is
never left to chance: a commit after the deadline is refused, and the person is told.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.requests import Request
from starlette.responses import Response

from bot import database, logs, metrics
from bot.handlers import afterwards
from bot.handlers.errors import UNSURE

log = structlog.get_logger()
DEADLINE_SECONDS = 2.5
COMMIT_MARGIN = 0.2  # a commit must be over, and its answer on the way, before we stop waiting
LARGEST_BODY = 1_000_000
BODY_SECONDS = 2.0  # until all of it must be here: Slack sends it at once
OLDEST_SECONDS = 300
Headers = dict[str, str | Sequence[str]]


class Arrivals:
    """What Slack sends, over HTTP or over Socket Mode, under one deadline."""

    def __init__(self, bolt: App, signing_secret: str, *, threads: int, seconds: float = DEADLINE_SECONDS):
        self._bolt = bolt
        self._secret = signing_secret.encode()
        self._seconds = seconds
        # Its own, and as large as the database pool: a full one must not hold up the health routes.
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="slack")
        self._in_hand: set[Future[BoltResponse]] = set()

    async def http(self, request: Request) -> Response:
        """`POST /slack/events`: all of Slack."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
        except TimeoutError:
            return Response("too slow", status_code=408, headers={"connection": "close"})
        if body is None:
            return Response("too large", status_code=413)
        if not self._is_slacks(request, body):
            metrics.REFUSED.inc()
            return Response("not signed by Slack", status_code=401)
        answer = await self.dispatch_within(payload_of(body.decode("utf-8", "replace")), {**request.headers})
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        kind = answer.headers.get("content-type", ["text/plain"])[0]
        return Response(content, status_code=answer.status, media_type=kind)

    async def envelope(self, envelope: dict[str, Any]) -> dict[str, Any] | None:
        """Socket Mode: how to acknowledge it. None, so not at all, is how to say there that it did not work."""
        answer = await self.dispatch_within(envelope.get("payload"), retry_headers(envelope))
        if not 200 <= answer.status < 300:
            return None
        acknowledgement = {"envelope_id": envelope["envelope_id"]}
        if answer.body and envelope.get("accepts_response_payload"):
            acknowledgement["payload"] = as_object(answer)
        return acknowledgement

    def _is_slacks(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        given = request.headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16 and given.isascii()):
            return False
        if abs(time.time() - int(stamp)) > OLDEST_SECONDS:
            return False
        made = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={made}", given)

    async def dispatch_within(self, payload: Any, headers: Headers) -> BoltResponse:
        """Answer in time whatever happens behind."""
        if not isinstance(payload, dict) or not payload or not is_shaped(kind := kind_of(payload), payload):
            return BoltResponse(status=400, body="not a payload of Slack's")
        started, reference = time.monotonic(), logs.new_reference()
        answered: Future[BoltResponse] = Future()
        self._in_hand.add(answered)
        self._executor.submit(self._work, answered, kind, payload, headers, started, reference)
        try:
            answer = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(answered)), self._seconds)
        except TimeoutError:
            answer = unsure(kind, payload)
            log.error("no answer in time", kind=kind, reference=reference)
        took = time.monotonic() - started
        metrics.ARRIVALS.labels(kind=kind, status=str(answer.status)).observe(took)
        log.info("arrival", kind=kind, status=answer.status, ms=round(took * 1000), reference=reference)
        return answer

    def _work(
        self,
        answered: Future[BoltResponse],
        kind: str,
        payload: dict[str, Any],
        headers: Headers,
        started: float,
        reference: str,
    ) -> None:
        with logs.referring_to(reference):
            with afterwards.collected() as steps:
                answered.set_result(self._dispatch(kind, payload, headers, started))
            for step in steps:
                self._follow_up(step)
        self._in_hand.discard(answered)

    def _follow_up(self, step: afterwards.Step) -> None:
        try:
            with database.deadline(self._seconds):
                step()
        except Exception as error:  # the edge: it was answered, and what was asked is stored
            log.error("what follows the answer failed", error=type(error).__name__, exc_info=error)

    def _dispatch(self, kind: str, payload: dict[str, Any], headers: Headers, started: float) -> BoltResponse:
        left = self._seconds - COMMIT_MARGIN - (time.monotonic() - started)
        if left <= 0:
            return BoltResponse(status=503, body="")  # nobody waits any more: what is not begun is not stored
        try:
            with database.deadline(left):
                # Parsed already: Bolt would take a form that has the word "payload" in its text for broken.
                answer = self._bolt.dispatch(BoltRequest(body=payload, headers=headers, mode="socket_mode"))
        except Exception as error:  # noqa: BLE001  signed, and yet not of a shape that Bolt can read
            log.error("unreadable", error=type(error).__name__)
            return BoltResponse(status=400, body="not a payload of Slack's")
        if answer.status < 500:
            return answer
        # The router answers whatever goes wrong; what still fails is an event, to be sent again, or no payload.
        return BoltResponse(status=503 if kind == "event" else 400, body="")

    @property
    def waiting(self) -> int:
        """How many no thread has taken up yet."""
        return self._executor._work_queue.qsize()

    @property
    def in_hand(self) -> int:
        """How many are not over, what follows their answer included."""
        return len(self._in_hand)

    def close(self) -> None:
        """Let what runs come to its end."""
        self._executor.shutdown(wait=True)


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def payload_of(body: str) -> Any:
    """A request's payload: JSON for events, a form for commands, JSON in a form for the rest; None if unreadable."""
    try:
        if body.lstrip().startswith("{"):
            return json.loads(body)
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True, max_num_fields=200).items()}
        return json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None


def retry_headers(envelope: dict[str, Any]) -> Headers:
    """Which try of an event this is, as it stands in the headers over HTTP."""
    if not envelope.get("retry_attempt"):
        return {}
    told = {"x-slack-retry-num": envelope["retry_attempt"], "x-slack-retry-reason": envelope.get("retry_reason", "")}
    return {name: str(value) for name, value in told.items()}


def as_object(answer: BoltResponse) -> Any:
    """An answer's body for Socket Mode: JSON as it is, a text as the text of a message."""
    if isinstance(answer.body, str) and "json" in answer.headers.get("content-type", [""])[0]:
        return json.loads(answer.body)
    return {"text": answer.body} if isinstance(answer.body, str) else answer.body


def kind_of(payload: dict[str, Any]) -> str:
    """What arrived, in a word from a fixed list: it labels metrics."""
    if "command" in payload:
        return "command"
    kinds = {"block_actions": "action", "view_submission": "view", "view_closed": "view_closed", "shortcut": "shortcut",
             "block_suggestion": "options", "message_action": "shortcut", "event_callback": "event"}  # fmt: skip
    return kinds.get(str(payload.get("type")), "other")


# What each kind must hold for anybody to read it; what lacks it was not sent by Slack.
SHAPES: dict[str, dict[str, type]] = {
    "command": {"command": str, "user_id": str},
    "action": {"user.id": str, "actions.0.action_id": str},
    "view": {"user.id": str, "view.id": str, "view.callback_id": str, "view.blocks": list},
    "view_closed": {"user.id": str, "view.callback_id": str},
    "options": {"user.id": str, "action_id": str},
    "shortcut": {"user.id": str, "callback_id": str},
    "event": {"event.type": str},
}


def is_shaped(kind: str, payload: dict[str, Any]) -> bool:
    """Whether a payload holds what its kind needs, in the types that Slack sends."""
    return all(isinstance(_at(payload, path), expected) for path, expected in SHAPES.get(kind, {}).items())


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def unsure(kind: str, payload: dict[str, Any]) -> BoltResponse:
    """What the person reads when we can't tell in time whether it was stored; what they typed stays with them."""
    if kind == "command":
        typed = f"{payload.get('command', '')} {payload.get('text', '')}".replace("`", "ʼ").strip()
        typed = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return _json({"response_type": "ephemeral", "text": f"{UNSURE}\n>`{typed}`"})
    if kind == "view":
        inputs = [block["block_id"] for block in payload["view"].get("blocks", []) if block.get("type") == "input"]
        if inputs:
            return _json({"response_action": "errors", "errors": {inputs[0]: UNSURE}})
    # An event comes again; everything else can be done again, and Slack shows that it failed. A form without fields
    # stays open; only of a closed one there is nothing left to say.
    return BoltResponse(status=200 if kind == "view_closed" else 503, body="")


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": ["application/json"]})
