"""Whatever arrives that is not Slack's, or was Slack's once: an answer in time, in little memory, and no trace."""

import asyncio
import contextlib
import copy
import gzip
import hashlib
import hmac
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import structlog
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bot import logs
from bot.handlers import arrival
from bot.slack.sockets import Sockets
from tests.house import House
from tests.probes.forging import route_of
from tests.probes.ghost import Ghost, Tap
from tests.probes.stories import a_week, told
from tests.probes.test_ten_times import twin_of

Json = dict[str, Any]
IN_TIME = 3.0  # seconds: then Slack gives up
LIMIT = arrival.LARGEST_BODY
MEMORY = 24 * 1024  # kB that eight bodies of 20 MB may cost, which would be 160 MB if they were kept
COMMAND = {"command": "/steward", "user_id": "U0BO", "channel_id": "C0TRIAGE", "trigger_id": "1.2.3", "text": "help",
           "team_id": "T0PROVIDER", "user_name": "bo"}  # fmt: skip


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The logs as a process writes them; whatever came, no traceback stands in them."""
    kept = io.StringIO()
    logs.configure("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(kept))
    yield kept
    structlog.reset_defaults()
    assert "Traceback" not in kept.getvalue()


# --- bodies, as they go over the wire


def knock(house: House, head: list[str], *body: bytes, times: int = 1) -> int:
    """The status of a request written by hand; 0 if we were hung up on."""
    address = urlsplit(house.events_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        try:
            wire.sendall("\r\n".join(["POST /slack/events HTTP/1.1", "Host: x", *head, "", ""]).encode("latin-1"))
            for _ in range(times):
                for part in body:
                    wire.sendall(part)
        except OSError:
            pass  # an answer may be there all the same
        try:
            return int([*wire.recv(4096).split(b" "), b"0"][1])
        except OSError:
            return 0


def signed(house: House, body: bytes) -> list[str]:
    stamp = str(int(time.time()))
    digest = hmac.new(house.slack.signing_secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return [f"X-Slack-Request-Timestamp: {stamp}", f"X-Slack-Signature: v0={digest}"]


def status_of(house: House, body: bytes, kind: str = "application/x-www-form-urlencoded", *more: str) -> int:
    started = time.monotonic()
    length = [f"Content-Length: {len(body)}", f"Content-Type: {kind}", "Connection: close"]
    status = knock(house, [*signed(house, body), *length, *more], body)
    assert time.monotonic() - started < IN_TIME
    return status


def form(**fields: Any) -> bytes:
    return urlencode({**COMMAND, **fields}).encode()


def event(text: Any) -> bytes:
    inner = {"type": "message", "user": "U0ZED", "channel": "C0GENERAL", "text": text, "ts": "1.1"}
    return json.dumps({"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "E1", "event": inner}).encode()


def nested(depth: int) -> bytes:
    return b'{"type":"event_callback","event":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


BODIES = {
    **{f"{depth} deep": nested(depth) for depth in (500, 990, 3_000, 150_000)},
    **{f"{depth} deep, in a form": b"payload=" + nested(depth) for depth in (990, 150_000)},
    **{f"{depth} deep, in the text": event(f"{'[' * depth}") for depth in (990, 150_000)},
    "not UTF-8": form() + b"&text=\xff\xfe\x80",
    "not UTF-8, in JSON": event("here").replace(b"here", b"\xff\xc0\xaf"),
    "half a surrogate": event("\ud800"),
    "half a surrogate, in a command": form(text="%ED%A0%80"),
    "NUL": form(text="T-1\x00", user_id="U0BO\x00"),
    "NUL, in JSON": event("a\x00b"),
    "from right to left": form(text="\u202e101-T\u2066"),
    "a number of five thousand digits": form(command="/ticket", text="9" * 5_000),
    "a field twice": form() + b"&command=/ticket&user_id=U0ANA&text=T-101",
    "a field a hundred times": form() + b"&text=x" * 100,
    "a payload and a command": form(payload=json.dumps({"type": "block_actions"})),
    "a payload twice": b"payload=%7B%7D&payload=%7B%22type%22%3A%22x%22%7D",
    "UTF-16": json.dumps({"type": "event_callback"}).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + event("hello"),
    "compressed": gzip.compress(form()),
    "infinite": event("x").replace(b'"x"', b"Infinity"),
}


@pytest.mark.parametrize("body", list(BODIES.values()), ids=list(BODIES))
def test_rubbish_is_answered_and_changes_nothing(house: House, body: bytes):
    before = house.state_of_the_world()
    assert 200 <= status_of(house, body) < 500
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(("size", "status"), [(LIMIT - 1, 200), (LIMIT, 200), (LIMIT + 1, 413)])
def test_the_limit_is_met_to_the_byte(house: House, size: int, status: int):
    body = form()
    assert status_of(house, body + b"&x=" + b"y" * (size - len(body) - 3)) == status


KINDS = [
    "",
    "multipart/form-data; boundary=x",
    "text/xml",
    "application/json; charset=utf-7",
    "application/" + "x" * 9999,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[:20] or "none")
def test_what_the_body_is_called_does_not_matter(house: House, kind: str):
    assert status_of(house, form(), kind) == 200
    multipart = b'--x\r\nContent-Disposition: form-data; name="command"\r\n\r\n/steward\r\n--x--\r\n'
    assert 400 <= status_of(house, multipart, kind) < 500


HEADERS = {
    "compressed": "Content-Encoding: gzip",
    "a retry that is none": "X-Slack-Retry-Num: many",
    "a long one": f"X-Long: {'x' * 30_000}",
    "a second signature": "X-Slack-Signature: v0=0",
    "a second timestamp": "X-Slack-Request-Timestamp: 1",
    "not ASCII": "X-Slack-Retry-Reason: \xff\x80",
    "a hundred": "\r\n".join(f"X-{number}: y" for number in range(100)),
}


@pytest.mark.parametrize("header", list(HEADERS.values()), ids=list(HEADERS))
def test_headers_that_are_not_slacks_do_no_harm(house: House, header: str):
    assert status_of(house, form(), "text/plain", header) < 500


# --- bodies without end


def memory() -> int:
    """What this process holds, in kB."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.parametrize("head", ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
def test_twenty_megabytes_cost_one(house: House, head: str):
    part = b"y" * 65_536
    chunk = b"10000\r\n" + part + b"\r\n" if "chunked" in head else part
    knock(house, [*signed(house, part), head], chunk, times=20)
    before = memory()
    for _ in range(8):
        assert knock(house, [*signed(house, part), head], chunk, times=306) in {0, 413}
    assert memory() - before < MEMORY
    assert status_of(house, form()) == 200


def test_a_body_that_never_ends_is_given_up_on(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(arrival, "BODY_SECONDS", 0.1)
    assert knock(house, ["Content-Length: 100"], b"abc") == 408
    assert knock(house, ["Transfer-Encoding: chunked"], b"1\r\nx\r\n") == 408
    assert status_of(house, form()) == 200


# --- payloads that were Slack's once

# Made anew each time: one that is bent again must not come to hold itself.
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=8), st.builds(list),
    st.builds(dict), st.builds(lambda: [None]), st.builds(lambda: {"id": None}), st.builds(lambda: [[[{}]]]),
    st.sampled_from(["9" * 40, "9" * 5_000, "-1", "0", "101:1", "\x00", "\ud800", "\u202e", "null", "{}", "[1]"]),
    st.sampled_from(["٣", "²", "٣:²", "T-٣"]),
)  # fmt: skip


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every spot in a payload whose value can be replaced."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [spot for key in keys for spot in places(node[key])]


def bent(data: st.DataObject, payload: Json) -> Json:
    broken = copy.deepcopy(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        if spots := places(broken):
            node, key = data.draw(st.sampled_from(spots))
            node[key] = data.draw(JUNK)
    return broken


def one_of_each_route(house: House, story: Callable[[House], Any]) -> list[Json]:
    heard: dict[Any, Json] = {}
    Tap(house, lambda payload: heard.setdefault(route_of(payload), payload))
    story(house)
    return list(heard.values())


@told
def test_whatever_stands_anywhere_in_a_payload_is_answered_and_no_error_of_ours(house: House, ghost: Ghost, story: Any):
    payloads = one_of_each_route(house, story)
    before = house.state_of_the_world()

    @seed(20261123)
    @settings(
        max_examples=1000 if story is a_week else 150,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def any_of_them(data: st.DataObject) -> None:
        payload = bent(data, data.draw(st.sampled_from(payloads)))
        started = time.monotonic()
        assert ghost.sends(payload).status < 500, payload
        assert time.monotonic() - started < IN_TIME

    any_of_them()
    assert house.state_of_the_world() == before


# --- over Socket Mode

FRAMES = {
    "no JSON": "{",
    "no object": "[1]",
    "not UTF-8": b"\xff\xfe",
    "150000 deep": "[" * 150_000,
    "a number of five thousand digits": '{"envelope_id": ' + "9" * 5_000 + "}",
    "no payload": '{"envelope_id": "1"}',
    "an envelope's id of any type": '{"envelope_id": {"a": ["\\ud800"]}, "payload": {"type": "x"}}',
    "a payload that is a list": '{"envelope_id": "1", "payload": [1]}',
    "a retry that is none": '{"envelope_id": "1", "retry_attempt": {"a": 1}, "payload": {"type": "event_callback"}}',
    "a type of any type": '{"type": {"a": 1}, "envelope_id": "1", "payload": {"type": ["x"]}}',
    "an action without an id": '{"envelope_id": "1", "payload": {"type": "block_actions", "actions": [1]}}',
}
TOO_LARGE = json.dumps({"envelope_id": "1", "payload": {"type": "x" * 20_000_000}})


def told_over_a_socket(house: House, url: str, frames: list[str | bytes]) -> tuple[int, list[str]]:
    """A Slack that says these frames, then sends a command: how often we connected, and what was acknowledged."""
    acknowledged: list[str] = []
    connections = 0

    async def slack(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        good = json.dumps({"envelope_id": "good", "payload": COMMAND, "accepts_response_payload": True})
        with contextlib.suppress(ConnectionClosed):
            for frame in [*frames, good] if connections == 1 else [good]:
                await connection.send(frame)
            async for frame in connection:
                acknowledged.append(json.loads(frame)["envelope_id"])
                if acknowledged[-1] == "good":
                    done.set()

    async def meet() -> None:
        async with serve(slack, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            sockets = Sockets(lambda: f"ws://127.0.0.1:{port}", arrivals.envelope)
            async with sockets.running(), asyncio.timeout(10):
                await done.wait()

    done = asyncio.Event()
    with twin_of(house, url) as arrivals:
        asyncio.run(meet())
    return connections, acknowledged


def test_rubbish_over_a_socket_is_passed_over_and_the_next_envelope_is_answered(house: House, house_url: str):
    before = house.state_of_the_world()
    connections, acknowledged = told_over_a_socket(house, house_url, list(FRAMES.values()))
    assert (connections, acknowledged[-1]) == (1, "good")
    assert house.state_of_the_world() == before


def test_a_frame_of_twenty_megabytes_is_refused_by_its_head(house: House, house_url: str):
    connections, acknowledged = told_over_a_socket(house, house_url, [TOO_LARGE])
    assert (connections, acknowledged) == (2, ["good"])
