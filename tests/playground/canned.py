"""A request URL with canned answers: what the app would be, reduced to what a test wants to hear and say."""

import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs


class Heard(NamedTuple):
    kind: str
    payload: dict[str, Any]
    headers: dict[str, str]
    body: bytes


class CannedApp:
    """`app.answer = lambda heard: …` gives a dict (JSON), a str, None (empty) or (status, body, headers)."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer: Callable[[Heard], Any] = lambda heard: None
        self.server = Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack/events"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def last(self, kind: str) -> dict[str, Any]:
        return self.of(kind)[-1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [heard.payload for heard in self.heard if heard.kind == kind]

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [envelope["event"] for envelope in self.of("event_callback") if envelope["event"]["type"] == kind]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        canned = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard = read(body, {name.lower(): value for name, value in self.headers.items()})
                canned.heard.append(heard)
                status, content, headers = as_response(canned.answer(heard))
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(content))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hung up is part of some tests; anything else is not."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def read(body: bytes, headers: dict[str, str]) -> Heard:
    if "json" in headers["content-type"]:
        payload = json.loads(body)
        return Heard(payload["type"], payload, headers, body)
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    if "payload" in form:
        payload = json.loads(form["payload"])
        return Heard(payload["type"], payload, headers, body)
    return Heard("command", form, headers, body)


def as_response(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    if isinstance(answer, tuple):
        status, body, headers = answer
        return status, body.encode(), headers
    if answer is None:
        return 200, b"", {}
    if isinstance(answer, str):
        return 200, answer.encode(), {"Content-Type": "text/plain"}
    return 200, json.dumps(answer).encode(), {"Content-Type": "application/json"}


def signature_of(secret: str, heard: Heard) -> str:
    base = f"v0:{heard.headers['x-slack-request-timestamp']}:".encode() + heard.body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
