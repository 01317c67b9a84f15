"""How payloads reach the app: over HTTP here, over its own connections in sockets.py."""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from .records import Delivery, Json

TIMEOUT, UNREACHABLE = "operation_timeout", "connection_failed"
COMMAND, INTERACTION, EVENT = "slash_commands", "interactive", "events_api"  # as Socket Mode names them
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Parcel:
    """A payload on its way; `retry` is which try it is (1 to 3) and why."""

    type: str
    payload: Json
    retry: tuple[int, str] | None = None


class Transport(Protocol):
    """One way to the app."""

    name: str

    @property
    def expected(self) -> bool:
        """Whether there is an app to tell: else events are not even tried."""
        ...

    def carry(self, parcel: Parcel, delivery: Delivery, seconds: float) -> None:
        """Bring it, and write down what came back within so many seconds: `response`, or `error`."""
        ...


class Http:
    """Requests to the app's request URL, signed as Slack signs them."""

    name = "http"

    def __init__(self, signing_secret: str, url: str | None = None):
        self.signing_secret = signing_secret
        self.url = url

    @property
    def expected(self) -> bool:
        return self.url is not None

    def carry(self, parcel: Parcel, delivery: Delivery, seconds: float) -> None:
        if self.url is None:
            delivery.error = UNREACHABLE
            return
        url = urlsplit(self.url)
        body, kind = _written(parcel)
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=seconds)
        try:
            connection.request("POST", url.path or "/", body, self._headers(parcel, body, kind))
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
        if delivery.error is None and not 200 <= (delivery.status or 0) < 300:
            delivery.error = f"http_{delivery.status}"

    def _headers(self, parcel: Parcel, body: bytes, kind: str) -> dict[str, str]:
        # Signatures carry real time even when the playground's clock was moved: the app checks them against its own.
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        if parcel.retry:
            headers |= {"X-Slack-Retry-Num": str(parcel.retry[0]), "X-Slack-Retry-Reason": parcel.retry[1]}
        return headers


def sign(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _written(parcel: Parcel) -> tuple[bytes, str]:
    """Events are JSON, commands a form, and the rest is JSON in one field of a form."""
    if parcel.type == EVENT:
        return json.dumps(parcel.payload).encode(), JSON
    if parcel.type == COMMAND:
        return urlencode(parcel.payload).encode(), FORM
    return urlencode({"payload": json.dumps(parcel.payload)}).encode(), FORM


def _read(body: bytes, content_type: str) -> Any:
    text = body.decode("utf-8", "replace")
    if "json" in content_type and text.strip():
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
