import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.parts import actions, button, section


@pytest.fixture
def hook(app: CannedApp, ana: Person) -> WebhookClient:
    """The response_url of a command."""
    ana.opens("/request")
    return WebhookClient(app.last("command")["response_url"])


@pytest.fixture
def clicked(app: CannedApp, client: WebClient, ana: Person) -> WebhookClient:
    """The response_url of a click on a message that everybody sees."""
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[section("Ready?"), actions(button("Go"))])
    ana.clicks("Go")
    return WebhookClient(app.last("block_actions")["response_url"])


def test_it_answers_one_person(hook: WebhookClient, ana: Person, bo: Person):
    assert hook.send(text="Just you").status_code == 200

    ana.sees("Just you")
    bo.does_not_see("Just you")


def test_it_can_answer_the_channel(hook: WebhookClient, bo: Person):
    hook.send(text="All of you", response_type="in_channel")

    bo.sees("All of you")


def test_it_works_five_times(hook: WebhookClient):
    statuses = [hook.send(text="x").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [404]
    assert "used_url" in hook.send(text="x").body


def test_it_works_for_half_an_hour(slack: Slack, hook: WebhookClient):
    slack.advance(30 * 60 + 1)
    answer = hook.send(text="x")

    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


def test_bad_blocks_are_refused_by_status(hook: WebhookClient):
    answer = hook.send(text="x", blocks=[{"type": "poem"}])

    assert (answer.status_code, "invalid_blocks" in answer.body) == (404, True)


def test_it_replaces_the_message_that_was_clicked(clicked: WebhookClient, bo: Person):
    clicked.send(replace_original=True, text="Going", blocks=[section("Going")])

    bo.sees("Going").does_not_see("Ready?")


def test_it_deletes_the_message_that_was_clicked(clicked: WebhookClient, bo: Person):
    clicked.send(delete_original=True)

    bo.does_not_see("Ready?")


def test_it_leaves_the_message_alone_by_default(clicked: WebhookClient, ana: Person):
    clicked.send(text="Noted")

    ana.sees("Ready?").sees("Noted")


def test_it_replaces_an_ephemeral(app: CannedApp, hook: WebhookClient, ana: Person):
    hook.send(text="x", blocks=[section("Sure?"), actions(button("Yes"))])
    ana.clicks("Yes")
    payload = app.last("block_actions")
    WebhookClient(payload["response_url"]).send(replace_original=True, text="Done")

    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    ana.sees("Done").does_not_see("Sure?")


def test_it_can_answer_in_a_thread(clicked: WebhookClient, client: WebClient, ana: Person):
    root = ana.messages("C0ACME")[0]["ts"]
    clicked.send_dict({"text": "In here", "thread_ts": root})

    assert [m["thread_ts"] for m in ana.ephemerals()] == [root]
