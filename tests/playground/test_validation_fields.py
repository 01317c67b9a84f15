"""How the fields of one thing have to fit together, and what each may hold: refused here, accepted just beside it."""

from typing import Any

import pytest

from bot.playground.validation import problems_in_message, problems_in_view
from tests.playground.edges import CONTROL, FIRST, INPUT, axis, card, container, form, group, icon, picture, task, video
from tests.playground.parts import (
    Json,
    actions,
    bars,
    button,
    cells,
    data_table,
    field,
    home,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich,
    section,
    select,
    table,
    words,
)

TABLE = table([cells("x")])
IMAGE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"}


def number(decimals: bool = True, **more: Any) -> Json:
    return form("number_input", is_decimal_allowed=decimals, **more)


def several(most: int, chosen: int) -> Json:
    made = options(*map(str, range(5)))
    return form("multi_static_select", options=made, initial_options=made[:chosen], max_selected_items=most)


def carousel(*cards: Json) -> list[Json]:
    return [{"type": "carousel", "elements": list(cards)}]


# What is refused, what just beside it is accepted, and where the complaint is.
PAIRS = [
    # addresses
    ([actions(button(url="javascript:alert(1)"))], [actions(button(url="slack://open"))], f"{CONTROL}/url"),
    ([actions(button(url="x.example"))], [actions(button(url="mailto:bo@x.example"))], f"{CONTROL}/url"),
    ([picture(image_url="data:image/png;base64,AA")], [picture(image_url="http://x.example/a.png")],
     f"{FIRST}/image_url"),
    ([picture(image_url="https://x.example/a b")], [picture(image_url="https://x.example/a%20b")],
     f"{FIRST}/image_url"),
    ([video(video_url="http://x.example/")], [video(video_url="https://x.example/")], f"{FIRST}/video_url"),
    ([rich(words({"type": "link", "url": "javascript:x"}))], [rich(words({"type": "link", "url": "tel:1"}))],
     f"{CONTROL}/elements/0/url"),
    # options
    (group(options=[option("A", "x"), option("B", "x")]), group(options=options("A", "B")),
     f"{CONTROL}/option_groups"),
    ([actions({"type": "static_select", "action_id": "s", "option_groups": [
        {"label": plain("one"), "options": options("A")}, {"label": plain("two"), "options": options("A")}]})],
     [actions({"type": "static_select", "action_id": "s", "option_groups": [
         {"label": plain("one"), "options": options("A")}, {"label": plain("two"), "options": options("B")}]})],
     f"{CONTROL}/option_groups"),
    (several(2, 3), several(3, 3), f"{INPUT}/initial_options"),
    (form("multi_users_select", initial_users=["U0BO", "U0ANA"], max_selected_items=1),
     form("multi_users_select", initial_users=["U0BO"], max_selected_items=1), f"{INPUT}/initial_users"),
    ([actions(select(initial_option=option("C")))], [actions(select(initial_option=option("B")))],
     f"{CONTROL}/initial_option"),
    (form("radio_buttons", options=options("A"), initial_option=option("B")),
     form("radio_buttons", options=options("A"), initial_option=option("A")), f"{INPUT}/initial_option"),
    ([actions(select(options=[option("A") | {"url": "https://x.example"}]))],
     [actions({"type": "overflow", "action_id": "o", "options": [option("A") | {"url": "https://x.example"}]})],
     f"{CONTROL}/options/0"),
    # fields one fills
    (number(min_value="2", max_value="1"), number(min_value="1", max_value="1"), f"{INPUT}/min_value"),
    (number(False, min_value="0.5"), number(True, min_value="0.5"), f"{INPUT}/min_value"),
    (number(False, initial_value="1.5"), number(False, initial_value="1"), f"{INPUT}/initial_value"),
    (number(max_value="3", initial_value="4"), number(max_value="3", initial_value="3"), f"{INPUT}/initial_value"),
    (number(min_value=1), number(min_value="1"), f"{INPUT}/min_value"),
    (form("number_input"), number(), INPUT),
    (form("plain_text_input", max_length=3, initial_value="four"),
     form("plain_text_input", max_length=4, initial_value="four"), f"{INPUT}/initial_value"),
    (form("plain_text_input", min_length=3, max_length=2), form("plain_text_input", min_length=2, max_length=2),
     f"{INPUT}/min_length"),
    (form("rich_text_input", min_lines=3, max_lines=2), form("rich_text_input", min_lines=2, max_lines=2),
     f"{INPUT}/min_lines"),
    (form("datepicker", initial_date="2026-02-30"), form("datepicker", initial_date="2026-02-28"),
     f"{INPUT}/initial_date"),
    (form("datepicker", initial_date="20260228"), form("datepicker", initial_date="2028-02-29"),
     f"{INPUT}/initial_date"),
    (form("timepicker", initial_time="24:00"), form("timepicker", initial_time="23:59"), f"{INPUT}/initial_time"),
    (form("timepicker", timezone="Berlin"), form("timepicker", timezone="Europe/Berlin"), f"{INPUT}/timezone"),
    (form("datetimepicker", initial_date_time=999_999_999), form("datetimepicker", initial_date_time=1_000_000_000),
     f"{INPUT}/initial_date_time"),
    (form("email_text_input", confirm={}), form("email_text_input", focus_on_load=True), INPUT),
    (form("file_input", focus_on_load=True), form("file_input", max_files=1), INPUT),
    (form("users_select", initial_user="Bo"), form("users_select", initial_user="U0BO"), f"{INPUT}/initial_user"),
    (form("conversations_select", filter={}), form("conversations_select", filter={"exclude_bot_users": True}),
     f"{INPUT}/filter"),
    # what is only for some surface
    ([actions({"type": "conversations_select", "action_id": "c", "response_url_enabled": True})],
     form("conversations_select", response_url_enabled=True), f"{CONTROL}/response_url_enabled"),
    ([{"type": "file", "external_id": "x", "source": "remote"}], [section()], f"{FIRST}/type"),
    (home({"type": "context_actions", "elements": icon()["elements"]}), [icon()], "/view/blocks/0/type"),
    (modal(*carousel(card())), carousel(card()), "/view/blocks/0/type"),
    (modal(container()), [container()], "/view/blocks/0/type"),
    (modal(task(), submit=None), [task()], "/view/blocks/0/type"),
    # cards, containers and the like
    ([card(icon=IMAGE, slack_icon={"type": "icon", "name": "bot"})], [card(icon=IMAGE)], FIRST),
    ([card(slack_icon={"type": "icon", "name": "unicorn"})], [card(slack_icon={"type": "icon", "name": "rocket"})],
     f"{FIRST}/slack_icon/name"),
    ([{"type": "card", "subtitle": mrkdwn("x")}], [{"type": "card", "body": mrkdwn("x")}], FIRST),
    ([card(actions=[select()])], [card(actions=[button()])], f"{FIRST}/actions/0/type"),
    (carousel(section()), carousel(card(), card()), f"{CONTROL}/type"),
    ([container(child_blocks=[container()])], [container(child_blocks=[table([cells("x")])])],
     f"{FIRST}/child_blocks/0/type"),
    ([container(title=None)], [{"type": "container", "rich_text_title": rich(words()), "child_blocks": [section()]}],
     f"{FIRST}/title"),
    ([container(default_collapsed=True)], [container(default_collapsed=True, is_collapsible=True)],
     f"{FIRST}/default_collapsed"),
    ([container(width="huge")], [container(width="full")], f"{FIRST}/width"),
    ([task(status="done")], [task(status="error")], f"{FIRST}/status"),
    ([task(details="text")], [task(details=rich(words()), output=rich(words()))], f"{FIRST}/details"),
    ([icon(icon="star")], [icon(icon="trash")], f"{CONTROL}/icon"),
    ([actions(button(agent_prompt_display="x"))], [actions(button(agent_prompt="x", agent_prompt_display="x"))],
     f"{CONTROL}/agent_prompt_display"),
    ([actions({"type": "workflow_button", "text": plain("x"), "workflow": {}})],
     [actions({"type": "workflow_button", "text": plain("x"), "workflow": {"trigger": {"url": "https://x.example"}}})],
     f"{CONTROL}/workflow"),
    # ids
    (carousel(card(block_id="a"), card(block_id="a")), carousel(card(block_id="a"), card(block_id="b")),
     f"{CONTROL[:-2]}/1/block_id"),
    (carousel(card(actions=[button(), button()])), carousel(card(actions=[button()]), card(actions=[button()])),
     CONTROL),
    ([section(block_id="a"), container(child_blocks=[section(block_id="a")])],
     [section(block_id="a"), container(child_blocks=[section(block_id="b")])], "/blocks/1/child_blocks/0/block_id"),
    # tables and charts
    ([table([[{"type": "raw_number", "value": 1}]])], [data_table([cells("x"), [{"type": "raw_number", "value": 1}]])],
     f"{FIRST}/rows/0/0/type"),
    ([table([cells("x")], column_settings=[None, None])], [table([cells("x", "y")], column_settings=[None])],
     f"{FIRST}/column_settings"),
    ([data_table([cells("x")] * 2, row_header_column_index=1)], [data_table([cells("x", "y")] * 2,
                                                                            row_header_column_index=1)],
     f"{FIRST}/row_header_column_index"),
    ([data_table([cells("x"), [{"type": "raw_number", "value": float("nan")}]])],
     [data_table([cells("x"), [{"type": "raw_number", "value": -0.5}]])], f"{FIRST}/rows/1/0/value"),
    ([TABLE, container(child_blocks=[TABLE])], [container(child_blocks=[TABLE])], "/blocks"),
    ([bars(["a", "b"], ("s", ["b", "a"]))], [bars(["a", "b"], ("s", ["a", "b"]))],
     f"{FIRST}/chart/series/0/data"),
    (axis(y_label=""), axis(y_label="Hours"), f"{FIRST}/chart/axis_config/y_label"),
    # rich text
    ([rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U0BO"}]})],
     [rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]})],
     f"{CONTROL}/elements/0/type"),
    ([rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text", "text": "x"}]})],
     [rich({"type": "rich_text_list", "style": "bullet", "elements": [words({"type": "text", "text": "x"})]})],
     f"{CONTROL}/elements/0/type"),
    ([rich(words({"type": "text", "text": "x", "style": {"loud": True}}))],
     [rich(words({"type": "text", "text": "x", "style": {"bold": True}}))], f"{CONTROL}/elements/0/style"),
    ([rich(words()) | {"block_id": "x" * 256}], [rich(words()) | {"block_id": "x" * 255}], f"{FIRST}/block_id"),
    ([rich(words({"type": "broadcast", "range": "all"}))], [rich(words({"type": "broadcast", "range": "here"}))],
     f"{CONTROL}/elements/0/range"),
    ([section(fields=None)], [section()], f"{FIRST}/fields"),
    (modal(field("x", {"type": "checkboxes", "options": options("A"), "focus_on_load": "yes"})),
     modal(field("x", {"type": "checkboxes", "options": options("A"), "focus_on_load": True})),
     f"{INPUT}/focus_on_load"),
]  # fmt: skip


def pointers(payload: Any) -> list[str]:
    found = problems_in_view(payload) if isinstance(payload, dict) else problems_in_message(payload)
    return [problem.pointer for problem in found]


@pytest.mark.parametrize(("refused", "accepted", "at"), PAIRS, ids=range(len(PAIRS)))
def test_one_is_refused_and_its_neighbour_accepted(refused: Any, accepted: Any, at: str):
    assert at in pointers(refused)
    assert pointers(accepted) == []
