"""Whatever an app sends to the Web API, and however, it gets an answer: never a crash."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.playground.webapi import METHODS
from tests.driver import Slack
from tests.playground.conftest import DEMO, Start
from tests.playground.parts import home, modal

NAMES = """
    alt_txt attachments blocks bot channel channel_id channels cursor email error external_id file file_id filename
    files hash inclusive initial_comment latest length limit markdown_text message message_ts metadata name oldest
    post_at return_im scheduled_message_id snippet_type team text thread_ts timestamp trigger_id ts types user user_id
    users view view_id
"""
POINTING = ["C0ACME", "C0TEAM", "D0BO", "U0BO", "U0OTTO", "USLACKBOT", "T0ACME", "1.000000", "²", "-1", "next:1"]
LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(POINTING),
    st.sampled_from(["\ud800", "9" * 5000, "\x00", "1" * 30, "1e999"]),
)  # fmt: skip
KEYS = st.sampled_from(["type", "text", "blocks", "id", "event_type", "event_payload", "elements", "title"])
JUNK = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
PLAUSIBLE: dict[str, Any] = {"channel": "C0ACME", "user": "U0BO", "user_id": "U0BO", "text": "x", "length": 3,
                             "filename": "a.png", "view": home()}  # fmt: skip
BEARER = {"Authorization": f"Bearer {DEMO}"}


@pytest.fixture
def quiet(start: Start) -> Slack:
    slack = start(enforce_rate_limits=False)
    slack.app_url = None
    return slack


def asked(slack: Slack, verb: str, path: str, body: bytes = b"", kind: str = "", **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(slack.url).netloc, timeout=10)
    connection.request(verb, f"/api/{path}", body, BEARER | ({"Content-Type": kind} if kind else {}) | headers)
    status = connection.getresponse().status
    connection.close()
    return status


def in_a_form(args: dict[str, Any]) -> str:
    flat = {key: value if isinstance(value, str) else json.dumps(value) for key, value in args.items()}
    return urlencode(flat, errors="replace")


@example("chat.postMessage", {"text": "\ud800"}, "json")
@example("api.test", {"text": float("inf")}, "json")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES.split()), JUNK, max_size=6),
       st.sampled_from(["query", "form", "json"]))  # fmt: skip
def test_no_argument_crashes_a_method(quiet: Slack, method: str, junk: dict[str, Any], way: str):
    args = PLAUSIBLE | junk
    if way == "query":
        status = asked(quiet, "GET", f"{method}?{in_a_form(args)}")
    elif way == "form":
        status = asked(quiet, "POST", method, in_a_form(args).encode(), "application/x-www-form-urlencoded")
    else:
        status = asked(quiet, "POST", method, json.dumps(args).encode(), "application/json")

    assert status in (200, 429)


@pytest.mark.parametrize("depth", [99, 900, 980, 20_000])
@pytest.mark.parametrize("method", ["chat.postMessage", "views.publish", "api.test", "blocks.validate"])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"elements":', "}")])
def test_no_depth_does(quiet: Slack, method: str, depth: int, opening: str, closing: str):
    deep = opening * depth + "1" + closing * depth
    form = urlencode(PLAUSIBLE | {"view": deep, "blocks": deep, "metadata": deep})

    assert asked(quiet, "POST", method, form.encode(), "application/x-www-form-urlencoded") == 200
    body = '{"channel": "C0ACME", "text": "x", "blocks": ' + deep + "}"
    assert asked(quiet, "POST", method, body.encode(), "application/json") == 200


@pytest.mark.parametrize("headers", [{"Host": "[bad"}, {"Host": "127.0.0.1", "Origin": "http://[bad"}])
def test_what_is_no_address_is_turned_away(quiet: Slack, headers: dict[str, str]):
    assert asked(quiet, "POST", "api.test", **headers) == 403


def test_a_list_for_a_channel_has_no_rate_limit_of_its_own(slack: Slack):
    body = json.dumps({"channel": ["x"], "text": "x", "view": modal()}).encode()

    assert asked(slack, "POST", "chat.postMessage", body, "application/json") == 200
