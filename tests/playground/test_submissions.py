from datetime import date

import pytest
from slack_sdk import WebClient

from tests.driver import Person
from tests.playground.canned import CannedApp
from tests.playground.parts import Json, actions, button, field, modal, option, options, section, text_field

TROUBLE = "We had some trouble connecting"


@pytest.fixture
def form(app: CannedApp, client: WebClient, ana: Person):
    def open_form(*blocks: Json, **more) -> Json:
        ana.opens("/request")
        return client.views_open(trigger_id=app.last("command")["trigger_id"], view=modal(*blocks, **more))["view"]

    return open_form


EVERY_CONTROL = {
    "Text": {"type": "plain_text_input"},
    "Number": {"type": "number_input", "is_decimal_allowed": False},
    "Email": {"type": "email_text_input"},
    "Link": {"type": "url_text_input"},
    "Rich": {"type": "rich_text_input"},
    "Select": {"type": "static_select", "options": options("One", "Two")},
    "Radio": {"type": "radio_buttons", "options": options("One", "Two")},
    "Boxes": {"type": "checkboxes", "options": options("One", "Two")},
    "Many": {"type": "multi_static_select", "options": options("One", "Two")},
    "Person": {"type": "users_select"},
    "People": {"type": "multi_users_select"},
    "Channel": {"type": "channels_select"},
    "Place": {"type": "conversations_select"},
    "Date": {"type": "datepicker"},
    "Time": {"type": "timepicker"},
    "Moment": {"type": "datetimepicker"},
    "Files": {"type": "file_input"},
}


def test_an_outsiders_window_names_their_workspace_and_ours_once(app: CannedApp, client: WebClient, otto: Person):
    client.chat_postMessage(channel="C0ACME", text="-", blocks=[actions(button("Ask"))])
    for finish in (otto.submits, otto.closes):
        otto.clicks("Ask")
        view = modal(section("Why"), notify_on_close=True)
        client.views_open(trigger_id=app.last("block_actions")["trigger_id"], view=view)
        finish()

    for payload in (app.last("view_submission"), app.last("view_closed")):
        assert payload["team"] == {"id": "T0ACME", "domain": "acme"}
        assert payload["view"]["app_installed_team_id"] == "T0PROVIDER"


def every_field() -> list[Json]:
    return [field(label, element, optional=True) for label, element in EVERY_CONTROL.items()]


def test_an_empty_form_says_so_field_by_field(app: CannedApp, ana: Person, form):
    form(*every_field())
    ana.submits()
    values = app.last("view_submission")["view"]["state"]["values"]

    assert {label: held["it"] for label, held in values.items()} == {
        "Text": {"type": "plain_text_input", "value": None},
        "Number": {"type": "number_input", "value": None},
        "Email": {"type": "email_text_input", "value": None},
        "Link": {"type": "url_text_input", "value": None},
        "Rich": {"type": "rich_text_input", "rich_text_value": None},
        "Select": {"type": "static_select", "selected_option": None},
        "Radio": {"type": "radio_buttons", "selected_option": None},
        "Boxes": {"type": "checkboxes", "selected_options": []},
        "Many": {"type": "multi_static_select", "selected_options": []},
        "Person": {"type": "users_select", "selected_user": None},
        "People": {"type": "multi_users_select", "selected_users": []},
        "Channel": {"type": "channels_select", "selected_channel": None},
        "Place": {"type": "conversations_select", "selected_conversation": None},
        "Date": {"type": "datepicker", "selected_date": None},
        "Time": {"type": "timepicker", "selected_time": None},
        "Moment": {"type": "datetimepicker", "selected_date_time": None},
        "Files": {"type": "file_input", "files": []},
    }


def test_a_filled_form_arrives_as_it_was_filled(app: CannedApp, ana: Person, form):
    form(*every_field())
    ana.fills(
        {"Text": "hello", "Number": 5, "Email": "a@b.example", "Link": "https://x.example", "Rich": "words",
         "Select": "Two", "Radio": "One", "Boxes": ["Two", "One"], "Many": ["Two"], "Person": "Bo",
         "People": ["Bo", "Ana"], "Channel": "acme", "Place": "acme", "Date": date(2026, 11, 30), "Time": "09:30",
         "Moment": 1_800_000_000, "Files": [("a.txt", b"abc")]}
    ).submits()  # fmt: skip
    values = app.last("view_submission")["view"]["state"]["values"]
    held = {label: next(v for k, v in state["it"].items() if k != "type") for label, state in values.items()}

    assert held.pop("Rich")["elements"][0]["elements"] == [{"type": "text", "text": "words"}]
    assert [f["name"] for f in held.pop("Files")] == ["a.txt"]
    assert held == {
        "Text": "hello", "Number": "5", "Email": "a@b.example", "Link": "https://x.example", "Select": option("Two"),
        "Radio": option("One"), "Boxes": options("One", "Two"), "Many": options("Two"), "Person": "U0BO",
        "People": ["U0BO", "U0ANA"], "Channel": "C0ACME", "Place": "C0ACME", "Date": "2026-11-30", "Time": "09:30",
        "Moment": 1_800_000_000,
    }  # fmt: skip


def test_controls_in_sections_and_actions_are_part_of_the_state(app: CannedApp, ana: Person, form):
    radio = {"type": "radio_buttons", "action_id": "r", "options": options("A", "B"), "initial_option": option("B")}
    form(section("x", block_id="s", accessory=radio), actions(button("Go"), block_id="buttons"), text_field("Name"))
    ana.fills({"Name": "Ana"}).submits()
    values = app.last("view_submission")["view"]["state"]["values"]

    assert values["s"]["r"]["selected_option"] == option("B")
    assert "buttons" not in values


@pytest.mark.parametrize(
    ("element", "value", "complaint"),
    [
        ({"type": "plain_text_input"}, "", "complete this required field"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "at most 3"),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "much", "a number"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1"}, "0.5", "1 or more"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1.5", "1 or less"),
        ({"type": "email_text_input"}, "nobody", "valid e-mail"),
        ({"type": "url_text_input"}, "nowhere", "valid URL"),
    ],
)
def test_slack_checks_fields_before_the_app_hears(app: CannedApp, ana: Person, form, element, value, complaint):
    form(field("It", element))
    ana.fills({"It": value}).submits(refused=complaint)

    assert complaint in ana.modal()["errors"]["It"]
    assert app.of("view_submission") == []


@pytest.mark.parametrize(
    ("element", "value", "complaint"),
    [
        ({"type": "multi_users_select", "max_selected_items": 1}, ["Bo", "Ana"], "At most 1"),
        ({"type": "file_input", "max_files": 1}, [("a.txt", b"a"), ("b.txt", b"b")], "At most 1"),
        ({"type": "file_input", "filetypes": ["png"]}, [("a.txt", b"a")], "accepted type"),
        ({"type": "datepicker"}, "tomorrow", "not a date"),
        ({"type": "timepicker"}, "25:00", "not a time"),
    ],
)
def test_controls_take_only_what_they_take(ana: Person, form, element, value, complaint):
    form(field("It", element))

    ana.fills({"It": value}, refused=complaint)


def test_an_empty_answer_closes_the_window(ana: Person, form):
    form(text_field("Name"))
    ana.fills({"Name": "x"}).submits()

    assert ana.modal() is None


def test_errors_appear_under_their_fields(app: CannedApp, ana: Person, form):
    form(text_field("Name"))
    app.answer = lambda heard: {"response_action": "errors", "errors": {"Name": "Taken already."}}
    ana.fills({"Name": "x"}).submits(refused="Taken already.")

    assert ana.modal()["errors"] == {"Name": "Taken already."}
    assert ana.modal()["state"]["Name"]["it"]["value"] == "x"
    app.answer = lambda heard: None
    ana.submits()


def test_an_update_replaces_the_window_and_keeps_its_id(app: CannedApp, ana: Person, form):
    view = form(text_field("Name"))
    thanks = modal(section("Thank you"), title="Done", submit=None)
    app.answer = lambda heard: {"response_action": "update", "view": thanks}
    ana.fills({"Name": "x"}).submits().sees("Thank you")

    assert ana.modal()["id"] == view["id"]
    assert ana.modal()["hash"] != view["hash"]


def test_a_push_stacks_a_window_and_closing_it_goes_back(app: CannedApp, ana: Person, form):
    form(text_field("Name"))
    app.answer = lambda heard: {"response_action": "push", "view": modal(section("Sure?"), title="Next")}
    ana.fills({"Name": "x"}).submits()

    assert [view["title"]["text"] for view in ana.screen()["modals"]] == ["A form", "Next"]
    assert ana.closes().modal()["title"]["text"] == "A form"


def test_clear_closes_every_window(app: CannedApp, ana: Person, form):
    form(text_field("Name"))
    app.answer = lambda heard: {"response_action": "push", "view": modal(section("Sure?"))}
    ana.fills({"Name": "x"}).submits()
    app.answer = lambda heard: {"response_action": "clear"}

    assert ana.submits().modal() is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"Elsewhere": "No."}},
        {"response_action": "errors", "errors": {"note": "A section cannot show errors."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": modal(section("x" * 3001))},
        {"response_action": "update"},
        {"response_action": "dance"},
        "OK",
        (500, "", {}),
        (404, '{"error": "unhandled request"}', {}),
    ],
)
def test_an_answer_that_makes_no_sense_shows_as_trouble(app: CannedApp, ana: Person, form, answer):
    form(text_field("Name"), section("Note", block_id="note"))
    app.answer = lambda heard: answer
    ana.fills({"Name": "x"}).submits(refused=TROUBLE).sees(TROUBLE)

    assert ana.modal()["state"]["Name"]["it"]["value"] == "x"
    delivery = next(d for d in ana.screen()["deliveries"] if d["kind"] == "view_submission")
    assert not delivery["ok"]
    assert delivery["error"]


def test_closing_is_told_only_where_asked_for(app: CannedApp, ana: Person, form):
    form(section("Quiet"), submit=None)
    ana.closes()
    assert app.of("view_closed") == []

    form(section("Loud"), submit=None, notify_on_close=True)
    ana.closes()
    assert app.last("view_closed")["is_cleared"] is False


def test_closing_can_clear_the_stack(app: CannedApp, ana: Person, form):
    form(text_field("Name"), notify_on_close=True)
    top = modal(section("Top"), clear_on_close=True, notify_on_close=True)
    app.answer = lambda heard: {"response_action": "push", "view": top} if heard.kind == "view_submission" else None
    ana.fills({"Name": "x"}).submits().closes()

    assert ana.modal() is None
    assert [payload["is_cleared"] for payload in app.of("view_closed")] == [True, True]


def test_a_window_without_a_submit_button_cannot_be_submitted(ana: Person, form):
    form(section("Only words"), submit=None)

    ana.submits(refused="nothing to submit")


def test_only_the_window_on_top_can_be_used(client: WebClient, app: CannedApp, ana: Person, form):
    under = form(text_field("Name"), actions(button("More", "more")))
    ana.clicks("More")
    client.views_push(trigger_id=app.last("block_actions")["trigger_id"], view=modal(section("Over")))

    ana._do("submit", "not the one on top", view_id=under["id"], values={})


def test_nobody_submits_somebody_elses_window(bo: Person, form):
    view = form(text_field("Name"))

    bo._do("submit", "no such view", view_id=view["id"], values={})


def test_a_second_submission_while_the_first_is_under_way(app: CannedApp, ana: Person, form):
    form(text_field("Name"))
    ana.fills({"Name": "x"})
    seen: list[str] = []

    def answer(heard):
        ana.submits(refused="being submitted already")
        seen.append(str(ana.modal()["busy"]))

    app.answer = answer
    ana.submits()

    assert seen == ["True"]
