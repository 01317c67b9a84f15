"""Messages that wait for their time."""

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import Start, client_of
from tests.playground.parts import section
from tests.playground.test_chat import refusal

NOW = 1_800_000_000
DAYS = 24 * 3600


@pytest.fixture
def slack(start: Start) -> Slack:
    """At an exact second, and time passes only when a test moves it."""
    return start(clock=lambda: NOW)


def at(client: WebClient, seconds: int, text: str = "Standup", channel: str = "C0ACME", **more) -> dict:
    return client.chat_scheduleMessage(channel=channel, post_at=NOW + seconds, text=text, **more).data


def waiting(client: WebClient, **narrowed) -> list[str]:
    return [one["text"] for one in client.chat_scheduledMessages_list(**narrowed)["scheduled_messages"]]


def test_it_is_posted_when_its_time_has_come(slack: Slack, client: WebClient, app: CannedApp, ana: Person):
    at(client, 600, blocks=[section("Standup in five")])
    slack.advance(599)
    ana.does_not_see("Standup")
    slack.advance(1)
    slack.settle()

    ana.sees("Standup in five")
    assert app.events("message")[-1]["text"] == "Standup"
    assert waiting(client) == []


def test_it_is_posted_when_time_passes_by_itself(start: Start, ana_of):
    now = [float(NOW)]
    slack = start(clock=lambda: now[0])
    at(client_of(slack), 60)
    now[0] += 60

    ana_of(slack).sees("Standup", within=5)


@pytest.fixture
def ana_of():
    return lambda slack: slack.person("U0ANA", "C0ACME")


def test_what_waits_can_be_listed(client: WebClient):
    one = at(client, 600, "later")
    at(client, 60, "sooner")
    at(client, 60, "elsewhere", channel="C0TEAM")

    assert waiting(client) == ["sooner", "elsewhere", "later"]
    assert waiting(client, channel="C0ACME") == ["sooner", "later"]
    assert waiting(client, oldest=NOW + 61, latest=NOW + 600) == ["later"]
    [listed] = client.chat_scheduledMessages_list(oldest=NOW + 61)["scheduled_messages"]
    assert listed == {"id": one["scheduled_message_id"], "channel_id": "C0ACME", "post_at": NOW + 600,
                      "date_created": NOW, "text": "later"}  # fmt: skip
    answer = refusal(client.chat_scheduledMessages_list, channel="C0NOWHERE")
    assert answer["error"] == "invalid_channel"


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(0, "time_in_past"), (-1, "time_in_past"), (120 * DAYS + 1, "time_too_far")],
)
def test_when_it_cannot_be_posted(client: WebClient, seconds: int, error: str):
    assert refusal(at, client, seconds)["error"] == error
    assert waiting(client) == []


def test_a_hundred_and_twenty_days_are_not_too_far(client: WebClient):
    assert at(client, 120 * DAYS)["post_at"] == NOW + 120 * DAYS
    assert at(client, 1)["ok"]


def test_a_time_is_a_number(client: WebClient):
    answer = refusal(client.chat_scheduleMessage, channel="C0ACME", post_at="tomorrow", text="x")

    assert answer["error"] == "invalid_time"


def test_thirty_to_a_channel_in_five_minutes(client: WebClient):
    for number in range(30):
        at(client, 1000 + number * 10)
    assert refusal(at, client, 1299)["error"] == "restricted_too_many"
    assert refusal(at, client, 999)["error"] == "restricted_too_many"

    assert len(waiting(client)) == 30
    assert at(client, 1300)["ok"]
    assert at(client, 1299, channel="C0TEAM")["ok"]


def test_it_can_be_called_back_until_a_minute_before(slack: Slack, client: WebClient, ana: Person):
    early, late = at(client, 600, "early"), at(client, 660, "late")
    client.chat_deleteScheduledMessage(channel="C0ACME", scheduled_message_id=early["scheduled_message_id"])
    slack.advance(600)
    answer = refusal(
        client.chat_deleteScheduledMessage, channel="C0ACME", scheduled_message_id=late["scheduled_message_id"]
    )
    slack.advance(60)

    assert answer["error"] == "invalid_scheduled_message_id"
    ana.sees("late").does_not_see("early")


@pytest.mark.parametrize("channel", ["C0ACME", "C0TEAM"])
def test_only_what_waits_in_this_channel_can_be_called_back(client: WebClient, channel: str):
    mine = at(client, 600)["scheduled_message_id"]
    answer = refusal(
        client.chat_deleteScheduledMessage, channel=channel, scheduled_message_id="Q0X" if channel == "C0ACME" else mine
    )

    assert answer["error"] == "invalid_scheduled_message_id"
    assert waiting(client) == ["Standup"]


def test_what_has_metadata_never_arrives(slack: Slack, client: WebClient, ana: Person):
    at(client, 60, "lost", metadata={"event_type": "x", "event_payload": {}})
    at(client, 60, "posted")
    slack.advance(60)

    ana.sees("posted").does_not_see("lost")
    assert waiting(client) == []


def test_it_is_not_a_message_before_it_is_posted(client: WebClient):
    scheduled = at(client, 60)

    assert "ts" not in scheduled["message"]
    assert client.conversations_history(channel="C0ACME")["messages"] == []


def test_what_can_no_longer_be_posted_is_dropped(slack: Slack, client: WebClient, bo: Person):
    at(client, 60)
    slack.workspace.channels["C0ACME"].bot_member = False
    slack.advance(60)

    bo.does_not_see("Standup")


@pytest.mark.parametrize(
    ("channel", "text", "blocks", "error"),
    [
        ("C0OPEN", "x", None, "not_in_channel"),
        ("C0OLD", "x", None, "is_archived"),
        ("C0ACME", "", None, "no_text"),
        ("C0ACME", "x" * 40_001, None, "msg_too_long"),
        ("C0ACME", "x", [section("x" * 3001)], "invalid_blocks"),
        ("C0ACME", "x", [section("x" * 2900)] * 4, "msg_too_long"),
    ],
)
def test_what_could_not_be_posted_cannot_wait_either(client: WebClient, channel, text, blocks, error):
    args = {"channel": channel, "post_at": NOW + 60, "text": text, "blocks": blocks}
    answer = refusal(client.api_call, "chat.scheduleMessage", json={k: v for k, v in args.items() if v is not None})

    assert answer["error"] == error
    assert waiting(client) == []
