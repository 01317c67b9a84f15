"""Each limit of Block Kit at its edge: what is still accepted, and the first thing that is refused, and where."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.validation import problems_in_message, problems_in_view
from tests.driver import Slack
from tests.playground.conftest import client_of
from tests.playground.parts import (
    Json,
    actions,
    asks,
    bars,
    button,
    cells,
    confirm,
    data_table,
    field,
    home,
    modal,
    mrkdwn,
    option,
    options,
    pie,
    plain,
    rich,
    section,
    select,
    table,
    text_field,
    words,
)
from tests.playground.test_chat import refusal

MESSAGES_REFUSED = [
    # how many
    ([section()] * 51, "/blocks", "no more than 50 items"),
    ([actions(*(button(action_id=f"b{n}") for n in range(26)))], "/blocks/0/elements", "no more than 25 items"),
    ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "/blocks/0/elements", "no more than 10 items"),
    ([{"type": "context", "elements": []}], "/blocks/0/elements", "no fewer than 1 items"),
    ([actions()], "/blocks/0/elements", "no fewer than 1 items"),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields", "no more than 10 items"),
    ([actions(select(options=options(*map(str, range(101)))))], "/blocks/0/elements/0/options", "no more than 100"),
    ([actions(select(options=[]))], "/blocks/0/elements/0/options", "no fewer than 1"),
    ([actions({"type": "overflow", "action_id": "o", "options": options(*"abcdef")})],
     "/blocks/0/elements/0/options", "no more than 5"),
    ([actions({"type": "checkboxes", "action_id": "o", "options": options(*map(str, range(11)))})],
     "/blocks/0/elements/0/options", "no more than 10"),
    ([table([cells("a")]), table([cells("a")])], "/blocks", "no more than 1 table"),
    ([pie(), pie(), pie()], "/blocks", "no more than 2 data_visualization"),
    # how long
    ([section("x" * 3001)], "/blocks/0/text/text", "less than 3001 characters"),
    ([section("")], "/blocks/0/text/text", "more than 0 characters"),
    ([{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "/blocks/0/fields/0/text", "less than 2001"),
    ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text", "less than 151"),
    ([actions(button("x" * 76))], "/blocks/0/elements/0/text/text", "less than 76"),
    ([actions(button(value="x" * 2001))], "/blocks/0/elements/0/value", "less than 2001"),
    ([actions(button(action_id="x" * 256))], "/blocks/0/elements/0/action_id", "less than 256"),
    ([actions(button(url="x" * 3001))], "/blocks/0/elements/0/url", "less than 3001"),
    ([section(block_id="x" * 256)], "/blocks/0/block_id", "less than 256"),
    ([actions(select(options=[option("x" * 76, "v")]))], "/blocks/0/elements/0/options/0/text/text", "less than 76"),
    ([actions(select(options=[option("x", "v" * 151)]))], "/blocks/0/elements/0/options/0/value", "less than 151"),
    ([actions(select(options=[option("x") | {"description": plain("x" * 76)}]))],
     "/blocks/0/elements/0/options/0/description/text", "less than 76"),
    ([actions(select(placeholder=plain("x" * 151)))], "/blocks/0/elements/0/placeholder/text", "less than 151"),
    ([asks(title=plain("x" * 101))], "/blocks/0/elements/0/confirm/title/text", "less than 101"),
    ([asks(text=plain("x" * 301))], "/blocks/0/elements/0/confirm/text/text", "less than 301"),
    ([asks(deny=plain("x" * 31))], "/blocks/0/elements/0/confirm/deny/text", "less than 31"),
    ([{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text", "less than 12001"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "/blocks", "less than 12001"),
    ([{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x" * 2001}], "/blocks/0/alt_text", "2001"),
    # of what kind
    ([{"type": "poem"}], "/blocks/0/type", "unsupported type: poem"),
    ([{"text": plain("x")}], "/blocks/0", "missing required field: type"),
    (["text"], "/blocks/0", "must be an object"),
    ("text", "/blocks", "must be an array"),
    ([{"type": "alert", "text": plain("x")}], "/blocks/0/type", "unsupported type: alert"),
    ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type", "unsupported type: mrkdwn"),
    ([actions({**button(), "text": mrkdwn("x")})], "/blocks/0/elements/0/text/type", "unsupported type: mrkdwn"),
    ([actions(select(placeholder=mrkdwn("x")))], "/blocks/0/elements/0/placeholder/type", "unsupported type: mrkdwn"),
    ([actions(select(options=[{"text": mrkdwn("x"), "value": "x"}]))],
     "/blocks/0/elements/0/options/0/text/type", "unsupported type: mrkdwn"),
    ([actions({"type": "plain_text_input", "action_id": "p"})], "/blocks/0/elements/0/type", "unsupported type"),
    ([section(accessory={"type": "plain_text_input", "action_id": "p"})],
     "/blocks/0/accessory/type", "unsupported type"),
    ([{"type": "context", "elements": [button()]}], "/blocks/0/elements/0/type", "unsupported type: button"),
    ([field("x", button())], "/blocks/0/element/type", "unsupported type: button"),
    ([field("x", {"type": "file_input"})], "/blocks/0/element/type", "unsupported type: file_input"),
    ([actions(button(style="loud"))], "/blocks/0/elements/0/style", "must be one of: primary, danger"),
    ([{"type": "section", "text": {"type": "mrkdwn", "text": 5}}],
     "/blocks/0/text/text", "must be a string"),
    ([actions({"type": "datepicker", "action_id": "d", "initial_date": "30.11.2026"})],
     "/blocks/0/elements/0/initial_date", "format"),
    ([actions({"type": "timepicker", "action_id": "d", "initial_time": "9:00"})],
     "/blocks/0/elements/0/initial_time", "format"),
    # what is missing, and what is too much
    ([{"type": "section"}], "/blocks/0", "at least one of: text, fields"),
    ([{"type": "section", "fields": []}], "/blocks/0/fields", "no fewer than 1"),
    ([{"type": "header"}], "/blocks/0", "missing required field: text"),
    ([section(colour="red")], "/blocks/0", "invalid additional property: colour"),
    ([{"type": "header", "text": {"type": "plain_text", "text": "x", "verbatim": True}}],
     "/blocks/0/text", "additional"),
    ([section(accessory=None)], "/blocks/0/accessory", "must not be null"),
    ([actions(button(confirm={"title": plain("x")}))], "/blocks/0/elements/0/confirm", "missing required field: text"),
    ([actions({"type": "static_select", "action_id": "s"})],
     "/blocks/0/elements/0", "exactly one of: options, option_groups"),
    ([actions(select(option_groups=[{"label": plain("x"), "options": options("A")}]))],
     "/blocks/0/elements/0", "exactly one of"),
    ([{"type": "image", "alt_text": "x"}], "/blocks/0", "exactly one of: image_url, slack_file"),
    ([{"type": "image", "alt_text": "x", "slack_file": {"id": "F123"}}], "/blocks/0/slack_file/id", "format"),
    ([{"type": "image", "image_url": "https://x.example/a.png"}], "/blocks/0", "missing required field: alt_text"),
    # what has to fit together
    ([section(block_id="a"), section(block_id="a")], "/blocks/1/block_id", "already exists: a"),
    ([actions(button(), button())], "/blocks/0", "action_id already exists: go"),
    ([actions(select(initial_option=option("C")))], "/blocks/0/elements/0/initial_option", "one of the provided"),
    ([actions(select(initial_option=option("Other words", "a")))], "/blocks/0/elements/0/initial_option", "one of the"),
    ([actions(select(options=[option("A", "x"), option("B", "x")]))], "/blocks/0/elements/0/options", "unique"),
    ([field("x", {"type": "plain_text_input", "min_length": 5, "max_length": 2})],
     "/blocks/0/element/min_length", "above"),
    ([field("x", {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_blur"]}})],
     "/blocks/0/element/dispatch_action_config/trigger_actions_on/0", "must be one of"),
    # tables, charts, rich text
    ([table([cells("a", "b"), cells("a")])], "/blocks/0/rows", "same number of cells"),
    ([table([cells("a")] * 101)], "/blocks/0/rows", "no more than 100"),
    ([table([cells(*"x" * 21)])], "/blocks/0/rows/0", "no more than 20"),
    ([table([cells("x" * 5001), cells("x" * 5000)])], "/blocks/0", "less than 10001 characters"),
    ([table([cells("")])], "/blocks/0/rows/0/0/text", "more than 0"),
    ([table([cells("a")], column_settings=[{"align": "middle"}])],
     "/blocks/0/column_settings/0/align", "must be one of"),
    ([data_table([cells("a")])], "/blocks/0/rows", "no fewer than 2"),
    ([data_table([cells("a")] * 102)], "/blocks/0/rows", "no more than 101"),
    ([data_table([[rich(words())], cells("a")])], "/blocks/0/rows/0/0/type", "unsupported type: rich_text"),
    ([data_table([cells("a")] * 2, page_size=101)], "/blocks/0/page_size", "at most 100"),
    ([{"type": "data_table", "rows": [cells("a")] * 2}], "/blocks/0", "missing required field: caption"),
    ([pie(title="x" * 51)], "/blocks/0/title", "less than 51"),
    ([pie(7)], "/blocks/0/chart/segments", "no more than 6"),
    ([bars(["a"], ("s", ["b"]))], "/blocks/0/chart/series/0/data", "must match the categories"),
    ([bars(["a"], ("s", ["a"]), ("s", ["a"]))], "/blocks/0/chart/series", "unique"),
    ([bars(["x" * 21], ("s", ["x" * 21]))], "/blocks/0/chart/axis_config/categories/0", "less than 21"),
    ([rich(words({"type": "text", "text": ""}))], "/blocks/0/elements/0/elements/0/text", "more than 0"),
    ([rich(words({"type": "shout", "text": "x"}))], "/blocks/0/elements/0/elements/0/type", "unsupported type"),
    ([rich({"type": "rich_text_list", "elements": []})], "/blocks/0/elements/0", "missing required field: style"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "pointer", "words"), MESSAGES_REFUSED)
def test_a_message_is_refused(blocks: Any, pointer: str, words: str):
    problems = problems_in_message(blocks)

    assert problems, "it was accepted"
    assert any(p.pointer == pointer and words in p.message for p in problems), [p.text() for p in problems]


ELEMENTS_OF_A_FORM = [
    {"type": "plain_text_input", "multiline": True, "min_length": 0, "max_length": 3000, "initial_value": ""},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "24"},
    {"type": "email_text_input", "placeholder": plain("x" * 150)},
    {"type": "url_text_input"},
    {"type": "rich_text_input", "initial_value": rich(words({"type": "text", "text": "x", "style": {"bold": True}}))},
    {"type": "static_select", "option_groups": [{"label": plain("x"), "options": options("A")}]},
    {"type": "static_select", "options": options("A", "B"), "initial_option": option("B")},
    {"type": "external_select", "min_query_length": 0, "initial_option": option("B")},
    {
        "type": "multi_static_select",
        "options": options("A", "B"),
        "initial_options": options("B"),
        "max_selected_items": 2,
    },
    {"type": "radio_buttons", "options": [{"text": mrkdwn("*A*"), "value": "a", "description": mrkdwn("_x_")}]},
    {"type": "checkboxes", "options": options("A"), "initial_options": options("A")},
    {"type": "users_select", "initial_user": "U0BO"},
    {"type": "conversations_select", "filter": {"include": ["public"]}, "default_to_current_conversation": True},
    {"type": "datepicker", "initial_date": "2026-11-30"},
    {"type": "timepicker", "initial_time": "09:30", "timezone": "Europe/Berlin"},
    {"type": "datetimepicker", "initial_date_time": 1_800_000_000},
    {"type": "file_input", "filetypes": ["png"], "max_files": 10},
]


@pytest.mark.parametrize("element", ELEMENTS_OF_A_FORM, ids=lambda element: element["type"])
def test_a_form_accepts(element: Json):
    assert problems_in_view(modal(field("x", element, hint=plain("h"), optional=True, dispatch_action=True))) == []


MESSAGES_ACCEPTED = [
    [],
    [section("x" * 3000)],
    [section()] * 50,
    [section("*x*", accessory={"type": "overflow", "action_id": "o", "options": options(*"abcde")})],
    [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    [actions(button("x" * 75, value="v" * 2000, style="danger", confirm=confirm(style="danger")))],
    [actions({"type": "button", "text": plain("No ids")})],
    [{"type": "context", "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://x", "alt_text": "x"}]}],
    [table([cells(*"x" * 20)] * 100, column_settings=[{"align": "right", "is_wrapped": True}, None])],
    [data_table([cells("a"), [{"type": "raw_number", "value": 1.5, "text": "1.50"}]], page_size=100)],
    [pie(6), bars(["a", "b"], ("s", ["a", "b"]), ("t", ["a", "b"]))],
    [{"type": "markdown", "text": "x" * 12_000}],
    [rich(words({"type": "user", "user_id": "U0BO"}, {"type": "link", "url": "https://x.example"},
                {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "x"}),
          {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [words()]})],
    [{"type": "divider"}, {"type": "header", "text": plain("x" * 150)}],
]  # fmt: skip


@pytest.mark.parametrize("blocks", MESSAGES_ACCEPTED)
def test_a_message_is_accepted(blocks: list[Json]):
    assert [p.text() for p in problems_in_message(blocks)] == []


VIEWS_REFUSED = [
    (modal(text_field("x"), submit=None), "/view", "missing required field: submit"),
    (modal(section(), title="x" * 25), "/view/title/text", "less than 25"),
    (modal(section(), submit="x" * 25), "/view/submit/text", "less than 25"),
    (modal(section(), close=plain("x" * 25)), "/view/close/text", "less than 25"),
    (modal(section(), title="x") | {"title": mrkdwn("x")}, "/view/title/type", "unsupported type: mrkdwn"),
    (modal(section(), private_metadata="x" * 3001), "/view/private_metadata", "less than 3001"),
    (modal(section(), callback_id="x" * 256), "/view/callback_id", "less than 256"),
    (modal(section(), external_id="x" * 256), "/view/external_id", "less than 256"),
    (modal(*[section()] * 101), "/view/blocks", "no more than 100"),
    (modal(), "/view/blocks", "no fewer than 1"),
    (modal(section(), state={}), "/view", "invalid additional property: state"),
    (modal(section()) | {"type": "window"}, "/view/type", "must be one of"),
    ({"type": "modal", "blocks": [section()]}, "/view", "missing required field: title"),
    (modal(table([cells("a")])), "/view/blocks/0/type", "unsupported type: table"),
    (modal(data_table([cells("a")] * 2)), "/view/blocks/0/type", "unsupported type: data_table"),
    (modal(pie()), "/view/blocks/0/type", "unsupported type: data_visualization"),
    (modal({"type": "markdown", "text": "x"}), "/view/blocks/0/type", "unsupported type: markdown"),
    (modal(field("x", {"type": "plain_text_input", "focus_on_load": True}),
           field("y", {"type": "plain_text_input", "focus_on_load": True})),
     "/view/blocks/1/element/focus_on_load", "only one"),
    (modal(field("x", {"type": "plain_text_input", "max_length": 3001})), "/view/blocks/0/element/max_length", "3000"),
    (modal(field("x" * 2001, {"type": "plain_text_input"}, block_id="x")),
     "/view/blocks/0/label/text", "less than 2001"),
    (modal({**text_field("x"), "label": mrkdwn("x")}), "/view/blocks/0/label/type", "unsupported type: mrkdwn"),
    (home({"type": "alert", "text": plain("x")}), "/view/blocks/0/type", "unsupported type: alert"),
    (home({"type": "markdown", "text": "x"}), "/view/blocks/0/type", "unsupported type: markdown"),
    (home(section()) | {"submit": plain("x")}, "/view", "invalid additional property: submit"),
    (home(field("x", {"type": "file_input"})), "/view/blocks/0/element/type", "unsupported type: file_input"),
    ("text", "/view", "must be an object"),
]  # fmt: skip


@pytest.mark.parametrize(("view", "pointer", "words"), VIEWS_REFUSED)
def test_a_view_is_refused(view: Any, pointer: str, words: str):
    problems = problems_in_view(view)

    assert problems, "it was accepted"
    assert any(p.pointer == pointer and words in p.message for p in problems), [p.text() for p in problems]


VIEWS_ACCEPTED = [
    modal(*[section()] * 100, title="x" * 24, close=plain("x" * 24), notify_on_close=True, clear_on_close=True),
    modal(text_field("x"), private_metadata="x" * 3000, callback_id="x" * 255),
    modal({"type": "alert", "text": mrkdwn("x"), "level": "warning"}, submit=None),
    home(table([cells("a")]), pie(), section()),
]


@pytest.mark.parametrize("view", VIEWS_ACCEPTED)
def test_a_view_is_accepted(view: Json):
    assert [p.text() for p in problems_in_view(view)] == []


def test_blocks_can_be_validated_without_a_token(client: WebClient):
    with pytest.raises(SlackApiError) as caught:
        client.api_call("blocks.validate", json={"blocks": [section("x" * 3001)]})

    assert caught.value.response["errors"] == [
        {"pointer": "/0/text/text", "code": "failed_constraint", "message": "must be less than 3001 characters",
         "constraint": {"type": "too_long"}}
    ]  # fmt: skip
    assert client.api_call("blocks.validate", json={"blocks": [section()]})["ok"]


VALIDATED = [
    ({"blocks": [{"text": plain("x")}]}, "invalid_blocks", "/0", "type"),
    ({"message": {"text": "x", "blocks": [{"type": "header"}]}}, "invalid_message", "/blocks/0", "text"),
    ({"message": {"attachments": [{"blocks": [{"type": "header"}]}]}}, "invalid_message", "/attachments/0/blocks/0",
     "text"),
    ({"view": modal(section(colour="red"))}, "invalid_view", "/blocks/0", "colour"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "error", "pointer", "name"), VALIDATED)
def test_what_is_validated_is_told_where_it_is_wrong(slack: Slack, args: Json, error: str, pointer: str, name: str):
    answer = refusal(client_of(slack, None).api_call, "blocks.validate", json=args)

    assert answer["error"] == error
    assert [(e["pointer"], e["field"]) for e in answer["errors"]] == [(pointer, name)]


@pytest.mark.parametrize("args", [{}, {"blocks": [section()], "view": modal(section())}])
def test_exactly_one_thing_is_validated(client: WebClient, args: Json):
    assert refusal(client.api_call, "blocks.validate", json=args)["error"] == "invalid_arguments"
