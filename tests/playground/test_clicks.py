import json

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.parts import (
    Json,
    actions,
    button,
    field,
    home,
    modal,
    option,
    options,
    plain,
    section,
    text_field,
)


def post(client: WebClient, *blocks: Json) -> str:
    return client.chat_postMessage(channel="C0ACME", text="x", blocks=list(blocks))["ts"]


def test_a_click_on_a_message_arrives_with_its_surroundings(app: CannedApp, client: WebClient, ana: Person):
    ts = post(client, section("T-102"), actions(button("Take it", "take", value="102", style="primary")))
    ana.clicks("Take it", on="T-102")
    payload = app.last("block_actions")

    assert payload["team"] == {"id": "T0PROVIDER", "domain": "northwind-support"}
    assert payload["user"] == {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0PROVIDER"}
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": "C0ACME", "is_ephemeral": False}
    assert payload["channel"] == {"id": "C0ACME", "name": "acme"}
    assert payload["message"]["blocks"][0]["text"]["text"] == "T-102"
    assert payload["state"] == {"values": {}}
    action = payload["actions"][0]
    assert action.pop("action_ts")
    assert action == {
        "type": "button", "action_id": "take", "block_id": "row", "text": plain("Take it"), "value": "102",
        "style": "primary",
    }  # fmt: skip


def test_what_answers_a_click_is_forgotten_when_it_is_long_of_no_use(slack: Slack, client: WebClient, ana: Person):
    post(client, actions(button("Go")))
    ana.clicks("Go")
    slack.advance(3000)
    ana.clicks("Go")
    assert (len(slack.workspace.triggers), len(slack.workspace.response_urls)) == (2, 2)

    slack.advance(700)
    ana.clicks("Go")
    assert (len(slack.workspace.triggers), len(slack.workspace.response_urls)) == (2, 2)


def test_an_outsiders_click_names_their_own_workspace(app: CannedApp, client: WebClient, otto: Person):
    post(client, actions(button("Approve", "approve")))
    otto.clicks("Approve")
    payload = app.last("block_actions")

    assert (payload["team"]["id"], payload["user"]["team_id"]) == ("T0PROVIDER", "T0ACME")


def test_a_click_in_a_thread_says_so(app: CannedApp, client: WebClient, ana: Person):
    root = client.chat_postMessage(channel="C0ACME", text="root")["ts"]
    client.chat_postMessage(channel="C0ACME", thread_ts=root, text="x", blocks=[actions(button("Go"))])
    ana.clicks("Go")

    assert app.last("block_actions")["container"]["thread_ts"] == root


def test_an_overflow_and_a_select_bring_the_option(app: CannedApp, client: WebClient, ana: Person):
    menu = {"type": "overflow", "action_id": "more", "options": options("Schedule", "Note")}
    select = {"type": "static_select", "action_id": "who", "options": options("Bo", "Lea")}
    select["placeholder"] = plain("Assign")
    post(client, section("T-102", accessory=menu), actions(select))
    ana.chooses("More", "Schedule", on="T-102")
    first = app.last("block_actions")["actions"][0]
    ana.chooses("Assign", "Lea")
    second = app.last("block_actions")

    assert first["selected_option"] == option("Schedule")
    assert second["actions"][0]["selected_option"] == option("Lea")
    assert second["state"]["values"]["row"]["who"]["selected_option"] == option("Lea")


def act(person: Person, ts: str, payload: Json, action_id: str = "who") -> Json:
    container = {"type": "message", "channel": "C0ACME", "ts": ts}
    body = {"as": person.id, "container": container, "block_id": "row", "action_id": action_id, "payload": payload}
    return person._http("playground/action", json.dumps(body).encode())


def test_only_what_is_on_the_screen_can_be_clicked(app: CannedApp, slack: Slack, client: WebClient, ana: Person):
    select = {"type": "static_select", "action_id": "who", "options": options("Bo", "Lea")}
    ts = post(client, actions(select))

    assert "not offered" in act(ana, ts, {"selected_option": {"value": "mallory"}})["error"]
    assert "no control" in act(ana, ts, {}, "elsewhere")["error"]
    assert "no such message" in act(slack.person("U0LEA"), ts, {"selected_option": {"value": "bo"}})["error"]
    assert app.of("block_actions") == []


def test_a_message_that_is_gone_cannot_be_clicked(client: WebClient, ana: Person):
    ts = post(client, actions(button("Go", "who")))
    client.chat_delete(channel="C0ACME", ts=ts)

    assert "no such message" in act(ana, ts, {})["error"]


@pytest.mark.parametrize("answer", [(500, "", {}), (404, "", {})])
def test_a_failed_click_shows_on_the_message(app: CannedApp, client: WebClient, ana: Person, bo: Person, answer):
    post(client, actions(button("Go")))
    app.answer = lambda heard: answer
    ana.clicks("Go", refused="This didn't work")

    assert ana.messages("C0ACME")[0]["error"]
    assert ana.toasts()
    assert not bo.messages("C0ACME")[0]["error"]
    app.answer = lambda heard: None
    ana.clicks("Go")
    assert not ana.messages("C0ACME")[0]["error"]


def test_a_click_on_the_home(app: CannedApp, client: WebClient, ana: Person):
    first = section("T-1"), actions(button("Open"), block_id="a")
    second = section("T-2"), actions(button("Open"), block_id="b")
    view = client.views_publish(user_id="U0ANA", view=home(*first, *second))["view"]
    ana.clicks("Open", on="T-2")
    payload = app.last("block_actions")

    assert payload["actions"][0]["block_id"] == "b"
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["type"] == "home"
    assert "response_url" not in payload
    assert client.views_open(trigger_id=payload["trigger_id"], view=modal(section()))["ok"]


@pytest.fixture
def form(app: CannedApp, client: WebClient, ana: Person):
    def open_form(*blocks: Json, **more) -> Json:
        ana.opens("/request")
        return client.views_open(trigger_id=app.last("command")["trigger_id"], view=modal(*blocks, **more))["view"]

    return open_form


def test_a_dispatching_input_tells_the_app_and_brings_the_whole_state(app: CannedApp, ana: Person, form):
    impact = field("Impact", {"type": "static_select", "options": options("None", "Stopped")}, dispatch_action=True)
    form(text_field("Name"), impact)
    ana.fills({"Name": "Ana", "Impact": "Stopped"})
    payload = app.last("block_actions")

    assert len(app.of("block_actions")) == 1
    assert payload["actions"][0]["selected_option"] == option("Stopped")
    values = payload["view"]["state"]["values"]
    assert values["Name"]["it"]["value"] == "Ana"
    assert values["Impact"]["it"]["selected_option"] == option("Stopped")


def test_an_open_window_covers_everything_else(client: WebClient, ana: Person, form):
    post(client, actions(button("Under", "under")))
    form(section("Hello"))

    with pytest.raises(AssertionError, match="sees no button 'Under'"):
        ana.clicks("Under")


def test_an_external_select_asks_for_its_options(app: CannedApp, client: WebClient, ana: Person, form):
    view = form(field("Ticket", {"type": "external_select", "min_query_length": 1}))
    app.answer = lambda heard: {"options": [option("T-102 Printer", "102")]}
    ana.fills({"Ticket": "T-102"})
    payload = app.last("block_suggestion")

    assert (payload["action_id"], payload["block_id"], payload["value"]) == ("it", "Ticket", "T-102")
    assert payload["view"]["id"] == view["id"]
    assert ana.modal()["state"]["Ticket"]["it"]["selected_option"]["value"] == "102"


@pytest.mark.parametrize(
    "answer",
    [{"options": [{"text": "x", "value": "x"}]}, {"options": options(*map(str, range(101)))}, "no", (500, "", {})],
)
def test_malformed_options_offer_nothing(app: CannedApp, ana: Person, form, answer):
    form(field("Ticket", {"type": "external_select", "min_query_length": 1}))
    app.answer = lambda heard: answer

    with pytest.raises(AssertionError, match="could not be loaded"):
        ana.fills({"Ticket": "T-102"})


def test_an_external_select_waits_for_enough_letters(app: CannedApp, ana: Person, form):
    form(field("Ticket", {"type": "external_select"}))

    with pytest.raises(AssertionError, match="is not offered"):
        ana.fills({"Ticket": "T-"})
    assert app.of("block_suggestion") == []


def test_without_interactivity_nothing_can_be_clicked(slack: Slack, client: WebClient, ana: Person):
    post(client, actions(button("Go")))
    object.__setattr__(slack.workspace.manifest, "interactive", False)

    ana.clicks("Go", refused="not configured")
