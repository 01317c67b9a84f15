"""Payloads to the app: signed as Slack signs them, timed against Slack's deadline, recorded for the inspector."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import deque
from typing import Any
from urllib.parse import urlencode, urlsplit

from .records import Delivery, Json
from .workspace import Workspace

ACK_DEADLINE = 3.0  # seconds
TIMEOUT, UNREACHABLE = "operation_timeout", "connection_failed"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Deliveries:
    """Sends to the app's request URL and remembers what happened."""

    def __init__(self, workspace: Workspace, signing_secret: str, seconds: float = 1.0):
        self.workspace = workspace
        self.signing_secret = signing_secret
        self.deadline = ACK_DEADLINE * seconds
        self.app_url: str | None = None
        self.kept: deque[Delivery] = deque(maxlen=500)
        self._in_flight: dict[int, Delivery] = {}
        self._lock = threading.Lock()
        self._count = 0

    def send_form(self, kind: str, summary: str, person: str, fields: Json) -> Delivery:
        """Commands go as plain fields."""
        body = urlencode(fields).encode()
        return self._send(self._record(kind, summary, person, fields), body, "application/x-www-form-urlencoded")

    def send_interaction(self, kind: str, summary: str, person: str, payload: Json) -> Delivery:
        """Clicks, submissions and shortcuts go as one JSON field."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self._send(self._record(kind, summary, person, payload), body, "application/x-www-form-urlencoded")

    def send_event(self, summary: str, person: str, envelope: Json, retry: tuple[int, str] | None = None) -> Delivery:
        record = self._record("event", summary, person, envelope)
        extra = {}
        if retry:
            record.retry_num = retry[0]
            extra = {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        return self._send(record, json.dumps(envelope).encode(), "application/json", extra)

    def note_api_call(self, method: str, args: Json, answer: Json) -> None:
        """The inspector shows which calls the app made while it was handling a payload."""
        note = {"method": method, "args": args, "ok": answer.get("ok"), "error": answer.get("error")}
        with self._lock:
            for delivery in self._in_flight.values():
                delivery.api_calls.append(note)

    def find(self, delivery_id: int) -> Delivery | None:
        return next((d for d in self.kept if d.id == delivery_id), None)

    def _record(self, kind: str, summary: str, person: str, request: Json) -> Delivery:
        with self._lock:
            self._count += 1
            shown = {key: value for key, value in request.items() if key != "token"}
            delivery = Delivery(self._count, kind, summary, person, self.workspace.clock.now(), shown)
            self.kept.append(delivery)
            return delivery

    def _send(
        self, delivery: Delivery, body: bytes, content_type: str, extra: dict[str, str] | None = None
    ) -> Delivery:
        with self._lock:
            self._in_flight[delivery.id] = delivery
        started = time.monotonic()
        try:
            self._post(delivery, body, {"Content-Type": content_type, **(extra or {})})
        finally:
            with self._lock:
                del self._in_flight[delivery.id]
        delivery.ms = round((time.monotonic() - started) * 1000)
        self._judge(delivery)
        with self.workspace.change():
            pass  # the inspector shows deliveries, so each one is a change
        return delivery

    def _post(self, delivery: Delivery, body: bytes, headers: dict[str, str]) -> None:
        if self.app_url is None:
            delivery.error = UNREACHABLE
            return
        url = urlsplit(self.app_url)
        # Signatures carry real time even when the playground's clock was moved: the app checks them against its own.
        timestamp = str(int(time.time()))
        headers |= {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=self.deadline)
        try:
            connection.request("POST", url.path or "/", body, headers)
            answer = connection.getresponse()
            delivery.status = answer.status
            delivery.headers = {key.lower(): value for key, value in answer.getheaders()}
            delivery.response = _read(answer.read(), delivery.headers.get("content-type", ""))
        except TimeoutError:
            delivery.error = TIMEOUT
        except (OSError, http.client.HTTPException):
            delivery.error = UNREACHABLE
        finally:
            connection.close()

    def _judge(self, delivery: Delivery) -> None:
        if delivery.error is None and (delivery.ms or 0) > self.deadline * 1000:
            delivery.error = TIMEOUT
        if delivery.error is None and not 200 <= (delivery.status or 0) < 300:
            delivery.error = f"http_{delivery.status}"
        delivery.ok = delivery.error is None


def _read(body: bytes, content_type: str) -> Any:
    text = body.decode("utf-8", "replace")
    if "json" in content_type and text.strip():
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
