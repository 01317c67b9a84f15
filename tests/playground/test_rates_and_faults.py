import time

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.driver import Person, Slack
from tests.playground.conftest import Start, client_of


def test_a_channel_takes_one_post_a_second_after_a_burst(slack: Slack, client: WebClient):
    for _ in range(6):
        client.chat_postMessage(channel="C0ACME", text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0ACME", text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    wait = int(caught.value.response.headers["Retry-After"])
    slack.advance(wait)
    assert client.chat_postMessage(channel="C0ACME", text="x")["ok"]


def test_other_channels_are_not_slowed(client: WebClient):
    for _ in range(6):
        client.chat_postMessage(channel="C0ACME", text="x")

    assert client.chat_postMessage(channel="C0TEAM", text="x")["ok"]


def test_the_tiers_can_be_switched_on(start: Start):
    client = client_of(start(enforce_tiers=True))
    for _ in range(20):
        client.users_list()

    with pytest.raises(SlackApiError, match="ratelimited"):
        client.users_list()


def test_rates_can_be_switched_off(start: Start):
    client = client_of(start(enforce_rate_limits=False))

    assert all(client.chat_postMessage(channel="C0ACME", text="x")["ok"] for _ in range(12))


def test_a_failure_on_demand_hits_the_next_call_only(slack: Slack, client: WebClient, ana: Person):
    slack.fail_next("chat.postMessage", "internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        client.chat_postMessage(channel="C0ACME", text="first")
    client.chat_postMessage(channel="C0ACME", text="second")

    ana.does_not_see("first").sees("second")


def test_a_failure_can_be_a_status_or_a_limit(slack: Slack, client: WebClient):
    slack.fail_next("chat.postMessage", 503)
    slack.fail_next("chat.postMessage", 429, retry_after=7)
    with pytest.raises(SlackApiError) as down:
        client.chat_postMessage(channel="C0ACME", text="x")
    with pytest.raises(SlackApiError) as limited:
        client.chat_postMessage(channel="C0ACME", text="x")

    assert down.value.response.status_code == 503
    assert limited.value.response.headers["Retry-After"] == "7"


def test_a_failure_can_wait_for_its_channel(slack: Slack, client: WebClient):
    slack.fail_next("chat.postMessage", "internal_error", channel="C0TEAM")

    assert client.chat_postMessage(channel="C0ACME", text="x")["ok"]
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C0TEAM", text="x")


def test_a_lost_answer_has_taken_effect(slack: Slack, client: WebClient, ana: Person):
    slack.fail_next("chat.postMessage", "lost")
    with pytest.raises(OSError, match=r"closed|reset"):
        client.chat_postMessage(channel="C0ACME", text="Did it?")

    ana.sees("Did it?")


def test_a_slow_method_runs_into_the_callers_timeout(slack: Slack):
    slack.delay("chat.postMessage", 0.3)
    client = WebClient("xoxb-demo", base_url=slack.api_url, timeout=0.05, retry_handlers=[])

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel="C0ACME", text="x")
    assert time.monotonic() - started < 0.3


def test_every_call_is_on_record(slack: Slack, client: WebClient):
    client.chat_postMessage(channel="C0ACME", text="x")
    slack.fail_next("chat.postMessage", 500)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C0ACME", text="y")

    assert [(c.args["text"], c.answer["ok"]) for c in slack.calls_to("chat.postMessage")] == [("x", True), ("y", False)]
