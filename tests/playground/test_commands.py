import time

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp, Heard, signature_of
from tests.playground.conftest import Start
from tests.playground.parts import section


def test_a_command_arrives_signed_and_in_full(slack: Slack, app: CannedApp, ana: Person):
    ana.opens("/request printer on fire")
    heard = app.heard[-1]

    assert heard.headers["x-slack-signature"] == signature_of(slack.signing_secret, heard)
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    payload = dict(heard.payload)
    assert payload.pop("trigger_id")
    assert payload.pop("response_url").startswith(slack.url)
    assert payload == {
        "token": "verification-token", "team_id": "T0PROVIDER", "team_domain": "northwind-support",
        "channel_id": "C0ACME", "channel_name": "acme", "user_id": "U0ANA", "user_name": "ana", "command": "/request",
        "text": "printer on fire", "api_app_id": "A0STEWARD", "is_enterprise_install": "false",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "received"),
    [
        ("for @Bo in #acme", "for <@U0BO|bo> in <#C0ACME|acme>"),
        ("1 < 2 & <!channel>", "1 &lt; 2 &amp; &lt;!channel&gt;"),
        ("ask @bo.", "ask <@U0BO|bo>."),
        ("see https://x.example/a?b=1&c=2 now", "see <https://x.example/a?b=1&amp;c=2> now"),
        ("@nobody", "@nobody"),
    ],
)
def test_what_is_typed_is_escaped(app: CannedApp, ana: Person, typed: str, received: str):
    ana.opens(f"/request {typed}")

    assert app.last("command")["text"] == received


def test_a_command_that_asks_for_no_escaping_gets_none(app: CannedApp, ana: Person):
    ana.opens("/plain @Bo & co")

    assert app.last("command")["text"] == "@Bo & co"


@pytest.mark.parametrize(("channel", "shown"), [("C0TEAM", "privategroup"), ("D0BO", "directmessage")])
def test_the_names_of_private_places_stay_private(app: CannedApp, bo: Person, channel: str, shown: str):
    bo.opens("/request", channel=channel)

    assert app.last("command")["channel_name"] == shown


def test_commands_do_not_exist_for_outsiders(app: CannedApp, otto: Person):
    otto.opens("/request", refused="is not a valid command").sees("/request is not a valid command")

    assert otto.screen()["commands"] == []
    assert app.heard == []


def test_an_undeclared_command_goes_nowhere(app: CannedApp, ana: Person):
    ana.opens("/dance", refused="is not a valid command")

    assert app.heard == []


def test_commands_do_not_work_in_threads(app: CannedApp, client: WebClient, ana: Person):
    root = client.chat_postMessage(channel="C0ACME", text="root")["ts"]
    heard = len(app.of("command"))
    ana.opens("/request", thread=root, refused="not supported in threads")

    assert len(app.of("command")) == heard


@pytest.mark.parametrize("answer", ["Filed.", {"text": "Filed."}, {"blocks": [section("Filed.")]}])
def test_the_answer_is_shown_to_the_one_who_asked(app: CannedApp, ana: Person, bo: Person, answer):
    app.answer = lambda heard: answer
    ana.opens("/request").sees("Filed.").sees("only visible to you")

    bo.does_not_see("Filed.")


def test_an_answer_can_be_for_the_whole_channel(app: CannedApp, ana: Person, bo: Person):
    app.answer = lambda heard: {"response_type": "in_channel", "text": "Filed."}
    ana.opens("/request")

    bo.sees("Filed.")


def test_an_empty_answer_shows_nothing(ana: Person):
    ana.opens("/request")

    assert ana.ephemerals() == []


@pytest.mark.parametrize(
    "answer", [(500, "", {}), (404, '{"error": "unhandled request"}', {}), {"text": "x", "blocks": [{"type": "poem"}]}]
)
def test_a_failing_command_says_so(app: CannedApp, ana: Person, answer):
    app.answer = lambda heard: answer
    ana.opens("/request", refused="dispatch_failed").sees('/request failed with the error "dispatch_failed"')

    delivery = ana.screen()["deliveries"][0]
    assert not delivery["ok"]


def test_an_app_that_is_not_there_fails_too(slack: Slack, ana: Person):
    slack.app_url = "http://127.0.0.1:9/slack/events"
    ana.opens("/request", refused="dispatch_failed")


def test_an_answer_after_the_deadline_is_no_answer(start: Start, app: CannedApp):
    slack = start(seconds=0.02)  # three seconds, scaled
    app.answer = lambda heard: time.sleep(0.15)
    ana = slack.person("U0ANA", "C0ACME")

    ana.opens("/request", refused="operation_timeout").sees("operation_timeout")


def test_a_global_shortcut(app: CannedApp, bo: Person):
    bo.uses_shortcut("New request")
    payload = app.last("shortcut")

    assert (payload["callback_id"], payload["user"]["id"]) == ("anywhere", "U0BO")
    assert payload["trigger_id"]
    assert "channel" not in payload


def test_a_message_shortcut_brings_the_message(app: CannedApp, bo: Person, ana: Person):
    ana.types("C0ACME", "The printer again")
    bo.uses_shortcut("Make a ticket", on=bo.messages("C0ACME")[-1])
    payload = app.last("message_action")

    assert payload["message"]["text"] == "The printer again"
    assert payload["message_ts"] == payload["message"]["ts"]
    assert payload["channel"] == {"id": "C0ACME", "name": "acme"}


def test_outsiders_have_no_shortcuts(otto: Person):
    assert otto.screen()["shortcuts"] == []


def test_the_inspector_shows_the_payload_and_the_calls_but_no_token(app: CannedApp, client: WebClient, ana: Person):
    def answer(heard: Heard) -> None:
        if heard.kind == "command":
            client.chat_postEphemeral(channel="C0ACME", user="U0ANA", text="x")

    app.answer = answer
    ana.opens("/request inspect")
    newest = next(d for d in ana.screen()["deliveries"] if d["kind"] == "command")
    detail = ana._http(f"playground/deliveries/{newest['id']}")

    assert (newest["summary"], newest["status"], newest["ok"]) == ("/request inspect", 200, True)
    assert detail["request"]["text"] == "inspect"
    assert "token" not in detail["request"]
    assert [call["method"] for call in detail["api_calls"]] == ["chat.postEphemeral"]


def test_the_app_is_invited_as_in_slack_and_told_who_did_it(slack: Slack, app: CannedApp, ana: Person):
    slack.workspace.channels["C0TEAM"].bot_member = False
    slack.workspace.channels["C0TEAM"].members.append("U0ANA")
    ana.opens(f"/invite @{slack.workspace.manifest.bot_name}", channel="C0TEAM")
    assert slack.workspace.channels["C0TEAM"].bot_member
    joined = [
        h.payload["event"] for h in app.heard if h.payload.get("event", {}).get("type") == "member_joined_channel"
    ]
    assert [(e["user"], e["inviter"], e["channel"]) for e in joined] == [("U0STEWARD", "U0ANA", "C0TEAM")]
    ana.opens(f"/invite @{slack.workspace.manifest.bot_name}", channel="C0TEAM", refused="already in this conversation")
