import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

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
    slack.fail_next("chat.postMessage", "slow", seconds=0.3)
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


def test_a_connection_that_is_reset_took_no_effect(slack: Slack, client: WebClient, ana: Person):
    slack.fail_next("chat.postMessage", "reset")
    with pytest.raises(OSError, match=r"closed|reset"):
        client.chat_postMessage(channel="C0ACME", text="Did it?")

    ana.does_not_see("Did it?")
    assert slack.calls_to("chat.postMessage")[-1].answer == {"ok": False, "error": "reset"}


def test_an_answer_can_be_rubbish(slack: Slack, client: WebClient, ana: Person):
    slack.fail_next("chat.postMessage", "garbage", times=5)
    for _ in range(5):
        with pytest.raises((SlackApiError, ValueError, AttributeError)):
            client.chat_postMessage(channel="C0ACME", text="Did it?")

    ana.does_not_see("Did it?")


def test_failures_come_in_the_order_of_the_script(slack: Slack):
    for what, times in [("reset", 1), (503, 2), ("ratelimited", 1)]:
        slack.fail_next("auth.test", what, times=times)

    assert [outcome(slack, "auth.test") for _ in range(6)] == ["cut", 503, 503, 429, 200, 200]


def test_slow_and_failing_add_up(slack: Slack):
    slack.fault("slow", seconds=0.01, times=None)
    slack.fail_next("auth.test", 500)

    assert [outcome(slack, "auth.test"), outcome(slack, "auth.test")] == [500, 200]
    assert [row["what"] for row in slack.local.faults.rows()] == ["slow"]


def test_everything_can_be_down_until_it_is_mended(slack: Slack, ana: Person):
    slack.fault(503, times=None)
    assert [outcome(slack, method) for method in ("auth.test", "users.list", "chat.postMessage")] == [503, 503, 503]

    slack.clear_faults()
    assert outcome(slack, "auth.test") == 200


def test_luck_is_the_same_with_the_same_seed(start: Start):
    def luck(seed: int) -> list[int | str]:
        slack = start(seed=seed)
        slack.fault(500, chance=0.5, times=None)
        return [outcome(slack, "auth.test") for _ in range(24)]

    assert luck(7) == luck(7)
    assert luck(7) != luck(8)
    assert set(luck(7)) == {200, 500}


def test_uploads_and_response_urls_can_fail_too(slack: Slack, client: WebClient):
    slack.fail_next("upload", 502)
    asked = client.files_getUploadURLExternal(filename="a.txt", length=1)

    assert post(asked["upload_url"], b"x") == 502
    assert post(asked["upload_url"], b"x") == 200


def test_people_break_slack_from_the_page(slack: Slack, ana: Person):
    made = tell(slack, method="chat.postMessage", what="slow", seconds=1.5, times=None)
    tell(slack, what=503, channel="C0ACME")

    assert [(row["what"], row["method"], row["channel"]) for row in ana.screen()["faults"]] == [
        ("slow", "chat.postMessage", None),
        (503, "*", "C0ACME"),
    ]
    tell(slack, clear=made["id"])
    assert [row["what"] for row in ana.screen()["faults"]] == [503]
    tell(slack, clear="all")
    assert ana.screen()["faults"] == []


@pytest.mark.parametrize(
    "row",
    [{"what": 200}, {"what": "slow", "seconds": -1}, {"what": 500, "chance": 0}, {"what": 500, "times": 0},
     {"what": 500, "unknown": 1}, {}, {"clear": "some"}],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(slack: Slack, ana: Person, row: dict[str, Any]):
    assert not tell(slack, **row)["ok"]

    assert ana.screen()["faults"] == []


def outcome(slack: Slack, method: str) -> int | str:
    """The status of one call, or that its connection was cut."""
    return post(slack.api_url + method, b"", {"Authorization": f"Bearer {slack.token}"})


def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> int | str:
    try:
        with urlopen(Request(url, body, headers or {}, method="POST"), timeout=5) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
    except OSError:
        return "cut"


def tell(slack: Slack, **row: Any) -> dict[str, Any]:
    with urlopen(Request(f"{slack.url}playground/faults", json.dumps(row).encode()), timeout=5) as answer:
        return json.load(answer)
