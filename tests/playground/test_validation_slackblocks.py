"""The limits of slackblocks (Nicholas Lambourne, MIT or BSD-3-Clause) held against ours: two readings of one manual.

Only its numbers are read, at run time. Each of them has a row here, so a new release with a new limit turns this red.
"""

from typing import Any

import pytest
from slackblocks import _limits, _surfaces

from bot.playground.validation import limits, problems_in_message
from bot.playground.validation.blocks import BLOCKS, SURFACES
from tests.playground.edges import (
    EDGES,
    INPUT,
    Edge,
    axis,
    boxes,
    card,
    container,
    data_table,
    feedback,
    form,
    group,
    groups,
    icon,
    source,
    task,
)
from tests.playground.parts import (
    actions,
    bars,
    cells,
    mrkdwn,
    options,
    pie,
    plain,
    rich,
    section,
    select,
    table,
    words,
)

THEIRS: dict[str, Any] = {name: value for name, value in vars(_limits).items() if name.isupper()}

# The same number under another name; ours has its edge in edges.py.
SAME = {
    "TEXT_MAX_LENGTH": "TEXT", "ACTION_ID_MAX_LENGTH": "ACTION_ID", "BLOCK_ID_MAX_LENGTH": "BLOCK_ID",
    "BUTTON_TEXT_MAX_LENGTH": "BUTTON_TEXT", "BUTTON_URL_MAX_LENGTH": "BUTTON_URL",
    "BUTTON_VALUE_MAX_LENGTH": "BUTTON_VALUE", "BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": "ACCESSIBILITY_LABEL",
    "BUTTON_AGENT_PROMPT_MAX_LENGTH": "AGENT_PROMPT", "CONFIRMATION_TITLE_MAX_LENGTH": "CONFIRM_TITLE",
    "CONFIRMATION_TEXT_MAX_LENGTH": "CONFIRM_TEXT", "CONFIRMATION_CONFIRM_MAX_LENGTH": "CONFIRM_BUTTON",
    "CONFIRMATION_DENY_MAX_LENGTH": "CONFIRM_BUTTON", "OPTION_TEXT_MAX_LENGTH": "OPTION_TEXT",
    "OPTION_VALUE_MAX_LENGTH": "OPTION_VALUE", "OPTION_DESCRIPTION_MAX_LENGTH": "OPTION_DESCRIPTION",
    "OPTION_URL_MAX_LENGTH": "OPTION_URL", "SELECT_PLACEHOLDER_MAX_LENGTH": "PLACEHOLDER",
    "SELECT_OPTIONS_MAX_ITEMS": "OPTIONS", "SELECT_OPTION_GROUPS_MAX_ITEMS": "OPTION_GROUPS",
    "OVERFLOW_OPTIONS_MAX_ITEMS": "OVERFLOW_OPTIONS", "CHECKBOXES_OPTIONS_MAX_ITEMS": "FEW_OPTIONS",
    "FILE_INPUT_MAX_FILES_MAX": "FILES", "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX": "INPUT_LENGTH",
    "RICH_TEXT_INPUT_MAX_LINES_MAX": "INPUT_LINES", "ACTIONS_ELEMENTS_MAX_ITEMS": "ACTIONS",
    "ALERT_TEXT_MAX_LENGTH": "ALERT_TEXT", "CARD_TITLE_MAX_LENGTH": "CARD_TITLE",
    "CARD_BODY_MAX_LENGTH": "CARD_BODY", "CARD_ACTIONS_MAX_ITEMS": "CARD_ACTIONS",
    "CAROUSEL_ELEMENTS_MAX_ITEMS": "CAROUSEL", "CONTAINER_TITLE_MAX_LENGTH": "CONTAINER_TITLE",
    "CONTAINER_CHILD_BLOCKS_MAX_ITEMS": "CONTAINER_BLOCKS", "CONTEXT_ELEMENTS_MAX_ITEMS": "CONTEXT",
    "CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS": "CONTEXT_ACTIONS",
    "ICON_BUTTON_VISIBLE_TO_USER_IDS_MAX_ITEMS": "ICON_BUTTON_USERS", "TABLE_ROWS_MAX_ITEMS": "TABLE_ROWS",
    "TABLE_COLUMNS_MAX_ITEMS": "TABLE_COLUMNS", "DATA_TABLE_PAGE_SIZE_MAX": "PAGE_SIZE",
    "DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH": "DATA_TABLE_CHARACTERS",
    "DATA_VISUALIZATION_TITLE_MAX_LENGTH": "CHART_TITLE", "DATA_VISUALIZATION_CATEGORIES_MAX_ITEMS": "CHART_POINTS",
    "DATA_VISUALIZATION_CATEGORY_LABEL_MAX_LENGTH": "CHART_LABEL",
    "DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH": "CHART_AXIS_LABEL", "HEADER_TEXT_MAX_LENGTH": "HEADER_TEXT",
    "IMAGE_IMAGE_URL_MAX_LENGTH": "IMAGE_URL", "IMAGE_ALT_TEXT_MAX_LENGTH": "ALT_TEXT",
    "IMAGE_TITLE_MAX_LENGTH": "IMAGE_TITLE", "INPUT_LABEL_MAX_LENGTH": "INPUT_LABEL",
    "INPUT_HINT_MAX_LENGTH": "INPUT_HINT", "MARKDOWN_TOTAL_TEXT_MAX_LENGTH": "MARKDOWN_TOTAL",
    "PLAN_TASKS_MAX_ITEMS": "PLAN_TASKS", "RICH_TEXT_LIST_INDENT_MAX": "LIST_INDENT",
    "SECTION_TEXT_MAX_LENGTH": "SECTION_TEXT", "SECTION_FIELDS_MAX_ITEMS": "FIELDS",
    "SECTION_FIELDS_ITEM_MAX_LENGTH": "FIELD_TEXT", "VIDEO_TITLE_MAX_LENGTH": "VIDEO_TITLE",
    "VIDEO_AUTHOR_NAME_MAX_LENGTH": "VIDEO_AUTHOR", "VIDEO_DESCRIPTION_MAX_LENGTH": "VIDEO_DESCRIPTION",
    "VIDEO_PROVIDER_NAME_MAX_LENGTH": "VIDEO_PROVIDER", "VIDEO_VIDEO_URL_MAX_LENGTH": "VIDEO_URL",
    "VIDEO_TITLE_URL_MAX_LENGTH": "VIDEO_LINK", "MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS": "CHARTS_IN_MESSAGE",
    "MESSAGE_BLOCKS_MAX_ITEMS": "BLOCKS_IN_MESSAGE", "VIEW_BLOCKS_MAX_ITEMS": "BLOCKS_IN_VIEW",
    "VIEW_PRIVATE_METADATA_MAX_LENGTH": "PRIVATE_METADATA", "VIEW_CALLBACK_ID_MAX_LENGTH": "CALLBACK_ID",
    "VIEW_EXTERNAL_ID_MAX_LENGTH": "EXTERNAL_ID", "VIEW_TITLE_MAX_LENGTH": "TITLE", "VIEW_CLOSE_MAX_LENGTH": "CLOSE",
    "VIEW_SUBMIT_MAX_LENGTH": "SUBMIT",
}  # fmt: skip

FIRST, CONTROL = "/blocks/0", "/blocks/0/elements/0"


def placeholder(kind: str) -> Edge:
    return Edge(lambda n: form(kind, is_decimal_allowed=True, placeholder=plain("x" * n)) if kind == "number_input"
                else form(kind, placeholder=plain("x" * n)), f"{INPUT}/placeholder/text")  # fmt: skip


def border(part: str) -> Edge:
    more = {"style": "bullet"} if part == "rich_text_list" else {}
    inside = [words()] if part == "rich_text_list" else []
    return Edge(lambda n: [rich({"type": part, "border": n, "elements": inside} | more)], f"{CONTROL}/border")


def video(**more: Any) -> dict:
    url = "https://x.example/"
    return {"type": "video", "alt_text": "x", "title": plain("x"), "thumbnail_url": url, "video_url": url} | more


def long(name: str) -> Edge:
    return Edge(lambda n: [video(**{name: "https://x.example/".ljust(n, "x")})], f"{FIRST}/{name}")


# Edges of ours that have no number of their own: at the number it is accepted, beyond it refused.
MOST = {
    "OPTION_GROUP_LABEL_MAX_LENGTH": Edge(lambda n: group(label=plain("x" * n)),
                                          f"{CONTROL}/option_groups/0/label/text"),
    "OPTION_GROUP_OPTIONS_MAX_ITEMS": Edge(lambda n: group(options=options(*map(str, range(n)))),
                                           f"{CONTROL}/option_groups/0/options"),
    "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": Edge(lambda n: boxes("radio_buttons", n), f"{CONTROL}/options"),
    "PLAIN_TEXT_INPUT_MIN_LENGTH_MAX": Edge(lambda n: form("plain_text_input", min_length=n), f"{INPUT}/min_length"),
    "RICH_TEXT_INPUT_MIN_LINES_MAX": Edge(lambda n: form("rich_text_input", min_lines=n), f"{INPUT}/min_lines"),
    "PLAIN_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": placeholder("plain_text_input"),
    "EMAIL_INPUT_PLACEHOLDER_MAX_LENGTH": placeholder("email_text_input"),
    "URL_INPUT_PLACEHOLDER_MAX_LENGTH": placeholder("url_text_input"),
    "NUMBER_INPUT_PLACEHOLDER_MAX_LENGTH": placeholder("number_input"),
    "DATE_PICKER_PLACEHOLDER_MAX_LENGTH": placeholder("datepicker"),
    "TIME_PICKER_PLACEHOLDER_MAX_LENGTH": placeholder("timepicker"),
    "RICH_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": placeholder("rich_text_input"),
    "DISPATCH_ACTION_CONFIGURATION_TRIGGER_ACTIONS_ON_MAX_ITEMS": Edge(
        lambda n: form("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n}),
        f"{INPUT}/dispatch_action_config/trigger_actions_on"),
    "CARD_SUBTITLE_MAX_LENGTH": Edge(lambda n: [card(subtitle=mrkdwn("x" * n))], f"{FIRST}/subtitle/text"),
    "CARD_SUBTEXT_MAX_LENGTH": Edge(lambda n: [card(subtext=mrkdwn("x" * n))], f"{FIRST}/subtext/text"),
    "CONTAINER_SUBTITLE_MAX_LENGTH": Edge(lambda n: [container(subtitle=plain("x" * n))], f"{FIRST}/subtitle/text"),
    "FEEDBACK_BUTTON_TEXT_MAX_LENGTH": Edge(lambda n: [feedback(text=plain("x" * n))],
                                            f"{CONTROL}/positive_button/text/text"),
    "FEEDBACK_BUTTON_VALUE_MAX_LENGTH": Edge(lambda n: [feedback(value="x" * n)], f"{CONTROL}/positive_button/value"),
    "FEEDBACK_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": Edge(lambda n: [feedback(accessibility_label="x" * n)],
                                                           f"{CONTROL}/positive_button/accessibility_label"),
    "ICON_BUTTON_VALUE_MAX_LENGTH": Edge(lambda n: [icon(value="x" * n)], f"{CONTROL}/value"),
    "ICON_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": Edge(lambda n: [icon(accessibility_label="x" * n)],
                                                       f"{CONTROL}/accessibility_label"),
    "WORKFLOW_BUTTON_TEXT_MAX_LENGTH": Edge(lambda n: workflow(text=plain("x" * n)), f"{CONTROL}/text/text"),
    "WORKFLOW_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": Edge(lambda n: workflow(accessibility_label="x" * n),
                                                           f"{CONTROL}/accessibility_label"),
    "TABLE_COLUMN_SETTINGS_MAX_ITEMS": Edge(lambda n: [table([cells(*"x" * 20)], column_settings=[None] * n)],
                                            f"{FIRST}/column_settings"),
    "DATA_TABLE_COLUMNS_MAX_ITEMS": Edge(lambda n: [data_table([cells(*"x" * n)] * 2)], f"{FIRST}/rows/0"),
    "DATA_TABLE_CONTENT_MAX_LENGTH": Edge(lambda n: [data_table([cells("x"), cells("x" * (n - 1))])], FIRST),
    "DATA_VISUALIZATION_SEGMENT_LABEL_MAX_LENGTH": Edge(
        lambda n: [pie(chart={"type": "pie", "segments": [{"label": "x" * n, "value": 1}]})],
        f"{FIRST}/chart/segments/0/label"),
    "DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH": Edge(lambda n: [bars(["a"], ("x" * n, ["a"]))],
                                                      f"{FIRST}/chart/series/0/name"),
    "DATA_VISUALIZATION_DATA_MAX_ITEMS": Edge(
        lambda n: [bars([f"p{i}" for i in range(n)], ("s", [f"p{i}" for i in range(n)]))],
        f"{FIRST}/chart/series/0/data"),
    "DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH": Edge(lambda n: [bars(["x" * n], ("s", ["x" * n]))],
                                                      f"{FIRST}/chart/series/0/data/0/label"),
    "IMAGE_ELEMENT_IMAGE_URL_MAX_LENGTH": Edge(
        lambda n: [section(accessory=picture("https://x.example/".ljust(n, "x")))], f"{FIRST}/accessory/image_url"),
    "IMAGE_ELEMENT_ALT_TEXT_MAX_LENGTH": Edge(
        lambda n: [section(accessory=picture("https://x.example/", "x" * n))], f"{FIRST}/accessory/alt_text"),
    "MARKDOWN_TEXT_MAX_LENGTH": Edge(lambda n: [{"type": "markdown", "text": "x" * n}], f"{FIRST}/text"),
    "RICH_TEXT_LIST_BORDER_MAX": border("rich_text_list"),
    "RICH_TEXT_QUOTE_BORDER_MAX": border("rich_text_quote"),
    "RICH_TEXT_PREFORMATTED_BORDER_MAX": border("rich_text_preformatted"),
    "VIDEO_ALT_TEXT_MAX_LENGTH": Edge(lambda n: [video(alt_text="x" * n)], f"{FIRST}/alt_text"),
    "VIDEO_THUMBNAIL_URL_MAX_LENGTH": long("thumbnail_url"),
    "VIDEO_PROVIDER_ICON_URL_MAX_LENGTH": long("provider_icon_url"),
}  # fmt: skip


def picture(url: str, alt_text: str = "x") -> dict:
    return {"type": "image", "image_url": url, "alt_text": alt_text}


def workflow(**more: Any) -> list[dict]:
    trigger = {"url": "https://slack.com/shortcuts/Ft0/x"}
    return [actions({"type": "workflow_button", "text": plain("x"), "workflow": {"trigger": trigger}} | more)]


LEAST = {
    "TEXT_MIN_LENGTH": Edge(lambda n: [section("x" * n)], f"{FIRST}/text/text"),
    "OPTION_GROUP_OPTIONS_MIN_ITEMS": Edge(lambda n: group(options=options(*"x" * n)),
                                           f"{CONTROL}/option_groups/0/options"),
    "SELECT_OPTIONS_MIN_ITEMS": Edge(lambda n: [actions(select(options=options(*"x" * n)))], f"{CONTROL}/options"),
    "SELECT_OPTION_GROUPS_MIN_ITEMS": Edge(groups, f"{CONTROL}/option_groups"),
    "SELECT_MIN_QUERY_LENGTH_MIN": Edge(lambda n: form("external_select", min_query_length=n),
                                        f"{INPUT}/min_query_length"),
    "OVERFLOW_OPTIONS_MIN_ITEMS": Edge(lambda n: boxes("overflow", n), f"{CONTROL}/options"),
    "CHECKBOXES_OPTIONS_MIN_ITEMS": Edge(lambda n: boxes("checkboxes", n), f"{CONTROL}/options"),
    "RADIO_BUTTONS_OPTIONS_MIN_ITEMS": Edge(lambda n: boxes("radio_buttons", n), f"{CONTROL}/options"),
    "FILE_INPUT_MAX_FILES_MIN": Edge(lambda n: form("file_input", max_files=n), f"{INPUT}/max_files"),
    "PLAIN_TEXT_INPUT_MIN_LENGTH_MIN": Edge(lambda n: form("plain_text_input", min_length=n), f"{INPUT}/min_length"),
    "PLAIN_TEXT_INPUT_MAX_LENGTH_MIN": Edge(lambda n: form("plain_text_input", max_length=n), f"{INPUT}/max_length"),
    "RICH_TEXT_INPUT_MIN_LINES_MIN": Edge(lambda n: form("rich_text_input", min_lines=n), f"{INPUT}/min_lines"),
    "RICH_TEXT_INPUT_MAX_LINES_MIN": Edge(lambda n: form("rich_text_input", max_lines=n), f"{INPUT}/max_lines"),
    "MULTI_SELECT_MAX_SELECTED_ITEMS_MIN": Edge(lambda n: form("multi_users_select", max_selected_items=n),
                                                f"{INPUT}/max_selected_items"),
    "CONVERSATION_FILTER_INCLUDE_MIN_ITEMS": Edge(
        lambda n: form("conversations_select", filter={"include": ["im"] * n}), f"{INPUT}/filter/include"),
    "DISPATCH_ACTION_CONFIGURATION_TRIGGER_ACTIONS_ON_MIN_ITEMS": Edge(
        lambda n: form("plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n}),
        f"{INPUT}/dispatch_action_config/trigger_actions_on"),
    "CAROUSEL_ELEMENTS_MIN_ITEMS": Edge(lambda n: [{"type": "carousel", "elements": [card()] * n}],
                                        f"{FIRST}/elements"),
    "CONTAINER_CHILD_BLOCKS_MIN_ITEMS": Edge(lambda n: [container(child_blocks=[section()] * n)],
                                             f"{FIRST}/child_blocks"),
    "DATA_TABLE_ROWS_MIN_ITEMS": Edge(lambda n: [data_table([cells("x")] * n)], f"{FIRST}/rows"),
    "DATA_TABLE_COLUMNS_MIN_ITEMS": Edge(lambda n: [data_table([cells(*"x" * n)] * 2)], f"{FIRST}/rows/0"),
    "DATA_TABLE_PAGE_SIZE_MIN": Edge(lambda n: [data_table([cells("x")] * 2, page_size=n)], f"{FIRST}/page_size"),
    "DATA_TABLE_CELL_TEXT_MIN_LENGTH": Edge(lambda n: [data_table([cells("x" * n)] * 2)], f"{FIRST}/rows/0/0/text"),
    "DATA_TABLE_ROW_HEADER_COLUMN_INDEX_MIN": Edge(
        lambda n: [data_table([cells("x")] * 2, row_header_column_index=n)], f"{FIRST}/row_header_column_index"),
    "DATA_VISUALIZATION_SEGMENTS_MIN_ITEMS": Edge(lambda n: [pie(n)], f"{FIRST}/chart/segments"),
    "DATA_VISUALIZATION_SERIES_MIN_ITEMS": Edge(lambda n: [bars(["a"], *[("s", ["a"])] * n)], f"{FIRST}/chart/series"),
    "DATA_VISUALIZATION_DATA_MIN_ITEMS": Edge(lambda n: [bars(["a"], ("s", ["a"] * n))],
                                              f"{FIRST}/chart/series/0/data"),
    "DATA_VISUALIZATION_CATEGORIES_MIN_ITEMS": Edge(lambda n: axis(categories=["a"] * n),
                                                    f"{FIRST}/chart/axis_config/categories"),
    "RICH_TEXT_LIST_INDENT_MIN": Edge(lambda n: [bullets(indent=n)], f"{CONTROL}/indent"),
    "RICH_TEXT_LIST_OFFSET_MIN": Edge(lambda n: [bullets(offset=n)], f"{CONTROL}/offset"),
    "RICH_TEXT_LIST_BORDER_MIN": border("rich_text_list"),
    "RICH_TEXT_QUOTE_BORDER_MIN": border("rich_text_quote"),
    "RICH_TEXT_PREFORMATTED_BORDER_MIN": border("rich_text_preformatted"),
}  # fmt: skip


def bullets(**more: Any) -> dict:
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [words()]} | more)


# Where we differ on purpose.
DIFFERENT = {
    "DATA_TABLE_ROWS_MAX_ITEMS": (limits.DATA_TABLE_ROWS, "one copy of the documentation says 101; the smaller number"),
    "DATA_VISUALIZATION_SERIES_MAX_ITEMS": (limits.CHART_SERIES, "one copy of the documentation says 6"),
    "DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS": (limits.CHART_SERIES, "one copy of the documentation says 6"),
}
ELSEWHERE = {
    "MESSAGE_CHANNEL_MIN_LENGTH": "test_chat.py: a post without a channel",
    "MESSAGE_ATTACHMENTS_MAX_ITEMS": "test_chat.py: test_blocks_in_attachments_count_as_blocks",
    "DATA_VISUALIZATION_SEGMENT_VALUE_EXCLUSIVE_MIN": "test_a_slice_is_more_than_nothing",
}


def test_every_limit_of_theirs_has_its_place():
    placed = [*SAME, *MOST, *LEAST, *DIFFERENT, *ELSEWHERE]

    assert sorted(placed) == sorted(THEIRS)


@pytest.mark.parametrize("name", SAME)
def test_the_same_number(name: str):
    assert getattr(limits, SAME[name]) == THEIRS[name]
    assert SAME[name] in EDGES


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_on_the_careful_side(name: str):
    ours, why = DIFFERENT[name]

    assert ours < THEIRS[name], why


@pytest.mark.parametrize("name", MOST)
def test_their_most(name: str):
    edge, most = MOST[name], THEIRS[name]

    assert edge.problems(most) == []
    assert edge.at in {problem.pointer for problem in edge.problems(most + 1)}, edge.problems(most + 1)


@pytest.mark.parametrize("name", LEAST)
def test_their_least(name: str):
    edge, least = LEAST[name], THEIRS[name]

    assert edge.problems(least) == []
    assert edge.at in {problem.pointer for problem in edge.problems(least - 1)}, edge.problems(least - 1)


def test_a_slice_is_more_than_nothing():
    def slice_of(value: float) -> list[dict]:
        return [pie(chart={"type": "pie", "segments": [{"label": "a", "value": value}]})]

    edge = Edge(slice_of, "/blocks/0/chart/segments/0/value")
    assert THEIRS["DATA_VISUALIZATION_SEGMENT_VALUE_EXCLUSIVE_MIN"] == 0
    assert edge.problems(1) == []
    assert [problem.pointer for problem in edge.problems(0)] == [edge.at]


# A file block only ever comes back from Slack: the documentation says it cannot be added.
NOT_SENT = {"message": {"file"}, "modal": set(), "home": set()}


@pytest.mark.parametrize("surface", SURFACES)
def test_the_same_blocks_on_each_surface(surface: str):
    theirs = _surfaces._BLOCK_TYPES_BY_SURFACE[surface]

    assert SURFACES[surface] == theirs - NOT_SENT[surface]
    assert SURFACES[surface] <= set(BLOCKS)


def test_a_task_waits_only_in_a_plan():
    waiting = task(status="pending")
    plan = {"type": "plan", "title": "x", "tasks": [waiting]}

    assert [problem.pointer for problem in problems_in_message([waiting])] == ["/blocks/0/status"]
    assert problems_in_message([plan]) == []


def test_a_source_has_an_address():
    assert problems_in_message([source()]) == []
    assert [p.pointer for p in problems_in_message([source(url="")])] == ["/blocks/0/sources/0/url"]
