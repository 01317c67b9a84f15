"""Every number of limits.py as a payload that can be made exactly so large: what is accepted, and one more.

A row is an `Edge`: `make(n)` gives what would be sent, and `at` is where Slack complains when n is one too many.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from bot.playground.validation import Problem, problems_in_message, problems_in_view
from tests.playground.parts import (
    Json,
    actions,
    asks,
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
    pie,
    plain,
    rich,
    section,
    select,
    table,
    text_field,
    words,
)

FIRST = "/blocks/0"
CONTROL = f"{FIRST}/elements/0"
INPUT = "/view/blocks/0/element"
URL = "https://x.example/"


class Edge(NamedTuple):
    make: Callable[[int], Any]
    at: str

    def problems(self, n: int) -> list[Problem]:
        made = self.make(n)
        return problems_in_view(made) if self.at.startswith("/view") else problems_in_message(made)


def numbered(n: int) -> list[Json]:
    return options(*map(str, range(n)))


def address(n: int) -> str:
    return URL + "x" * (n - len(URL))


def picture(**more: Any) -> Json:
    return {"type": "image", "image_url": URL, "alt_text": "x"} | more


def video(**more: Any) -> Json:
    return {"type": "video", "alt_text": "x", "title": plain("x"), "thumbnail_url": URL, "video_url": URL} | more


def card(**more: Any) -> Json:
    return {"type": "card", "title": mrkdwn("x")} | more


def container(**more: Any) -> Json:
    return {"type": "container", "title": plain("x"), "child_blocks": [section()]} | more


def task(n: int = 0, **more: Any) -> Json:
    return {"type": "task_card", "task_id": f"t{n}", "title": "x", "status": "complete"} | more


def source(**more: Any) -> Json:
    return task(sources=[{"type": "url", "url": URL, "text": "x"} | more])


def icon(**more: Any) -> Json:
    element = {"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain("x")}
    return {"type": "context_actions", "elements": [element | more]}


def feedback(**more: Any) -> Json:
    thumb = {"text": plain("x"), "value": "x"}
    element = {"type": "feedback_buttons", "positive_button": thumb | more, "negative_button": thumb}
    return {"type": "context_actions", "elements": [element]}


def boxes(kind: str, n: int) -> list[Json]:
    return [actions({"type": kind, "action_id": "b", "options": numbered(n)})]


def groups(n: int) -> list[Json]:
    made = [{"label": plain("x"), "options": options(str(number))} for number in range(n)]
    return [actions({"type": "static_select", "action_id": "s", "option_groups": made})]


def group(**more: Any) -> list[Json]:
    made = {"label": plain("x"), "options": options("A")} | more
    return [actions({"type": "static_select", "action_id": "s", "option_groups": [made]})]


def form(kind: str, **more: Any) -> Json:
    return modal(field("x", {"type": kind, **more}))


def points(n: int) -> list[Json]:
    labels = [f"p{number}" for number in range(n)]
    return [bars(labels, ("s", labels))]


def axis(**more: Any) -> list[Json]:
    chart = bars(["a"], ("s", ["a"]))
    chart["chart"]["axis_config"] |= more
    return [chart]


def filled(kind: Callable[..., Json], size: int) -> Json:
    """A table whose cells have this many characters together."""
    return kind([cells("x"), cells("x" * (size - 1))])


EDGES = {
    # how many
    "BLOCKS_IN_MESSAGE": Edge(lambda n: [section()] * n, "/blocks"),
    "BLOCKS_IN_VIEW": Edge(lambda n: home(*[section()] * n), "/view/blocks"),
    "FIELDS": Edge(lambda n: [{"type": "section", "fields": [mrkdwn("x")] * n}], f"{FIRST}/fields"),
    "ACTIONS": Edge(lambda n: [actions(*(button(action_id=f"b{i}") for i in range(n)))], f"{FIRST}/elements"),
    "CONTEXT": Edge(lambda n: [{"type": "context", "elements": [mrkdwn("x")] * n}], f"{FIRST}/elements"),
    "CONTEXT_ACTIONS": Edge(
        lambda n: [{"type": "context_actions", "elements": [icon(action_id=f"i{i}")["elements"][0] for i in range(n)]}],
        f"{FIRST}/elements",
    ),
    "OPTIONS": Edge(lambda n: [actions(select(options=numbered(n)))], f"{CONTROL}/options"),
    "OPTION_GROUPS": Edge(groups, f"{CONTROL}/option_groups"),
    "FEW_OPTIONS": Edge(lambda n: boxes("checkboxes", n), f"{CONTROL}/options"),
    "OVERFLOW_OPTIONS": Edge(lambda n: boxes("overflow", n), f"{CONTROL}/options"),
    "ICON_BUTTON_USERS": Edge(lambda n: [icon(visible_to_user_ids=["U0BO"] * n)], f"{CONTROL}/visible_to_user_ids"),
    "CARD_ACTIONS": Edge(
        lambda n: [card(actions=[button(action_id=f"b{i}") for i in range(n)])], f"{FIRST}/actions"
    ),
    "CAROUSEL": Edge(lambda n: [{"type": "carousel", "elements": [card()] * n}], f"{FIRST}/elements"),
    "CONTAINER_BLOCKS": Edge(lambda n: [container(child_blocks=[section()] * n)], f"{FIRST}/child_blocks"),
    "PLAN_TASKS": Edge(
        lambda n: [{"type": "plan", "title": "x", "tasks": [task(i) for i in range(n)]}], f"{FIRST}/tasks"
    ),
    "TABLE_ROWS": Edge(lambda n: [table([cells("x")] * n)], f"{FIRST}/rows"),
    "TABLE_COLUMNS": Edge(lambda n: [table([cells(*"x" * n)])], f"{FIRST}/rows/0"),
    "DATA_TABLE_ROWS": Edge(lambda n: [data_table([cells("x")] * n)], f"{FIRST}/rows"),
    "CHART_SERIES": Edge(lambda n: [pie(n)], f"{FIRST}/chart/segments"),
    "CHART_POINTS": Edge(points, f"{FIRST}/chart/axis_config/categories"),
    "TABLES_IN_MESSAGE": Edge(lambda n: [table([cells("x")]) for _ in range(n)], "/blocks"),
    "CHARTS_IN_MESSAGE": Edge(lambda n: [pie() for _ in range(n)], "/blocks"),
    # how long
    "TEXT": Edge(lambda n: [{"type": "context", "elements": [mrkdwn("x" * n)]}], f"{CONTROL}/text"),
    "SECTION_TEXT": Edge(lambda n: [section("x" * n)], f"{FIRST}/text/text"),
    "FIELD_TEXT": Edge(lambda n: [{"type": "section", "fields": [plain("x" * n)]}], f"{FIRST}/fields/0/text"),
    "HEADER_TEXT": Edge(lambda n: [{"type": "header", "text": plain("x" * n)}], f"{FIRST}/text/text"),
    "BLOCK_ID": Edge(lambda n: [section(block_id="x" * n)], f"{FIRST}/block_id"),
    "ACTION_ID": Edge(lambda n: [actions(button(action_id="x" * n))], f"{CONTROL}/action_id"),
    "BUTTON_TEXT": Edge(lambda n: [actions(button("x" * n))], f"{CONTROL}/text/text"),
    "BUTTON_VALUE": Edge(lambda n: [actions(button(value="x" * n))], f"{CONTROL}/value"),
    "BUTTON_URL": Edge(lambda n: [actions(button(url=address(n)))], f"{CONTROL}/url"),
    "ACCESSIBILITY_LABEL": Edge(lambda n: [actions(button(accessibility_label="x" * n))],
                                f"{CONTROL}/accessibility_label"),
    "AGENT_PROMPT": Edge(lambda n: [actions(button(agent_prompt="x" * n))], f"{CONTROL}/agent_prompt"),
    "OPTION_TEXT": Edge(lambda n: [actions(select(options=[option("x" * n, "v")]))],
                        f"{CONTROL}/options/0/text/text"),
    "OPTION_VALUE": Edge(lambda n: [actions(select(options=[option("x", "v" * n)]))], f"{CONTROL}/options/0/value"),
    "OPTION_DESCRIPTION": Edge(lambda n: [actions(select(options=[option("x") | {"description": plain("x" * n)}]))],
                               f"{CONTROL}/options/0/description/text"),
    "OPTION_URL": Edge(
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": [option("x") | {"url": address(n)}]})],
        f"{CONTROL}/options/0/url",
    ),
    "SOURCE_URL": Edge(lambda n: [source(url=address(n))], f"{FIRST}/sources/0/url"),
    "PLACEHOLDER": Edge(lambda n: [actions(select(placeholder=plain("x" * n)))], f"{CONTROL}/placeholder/text"),
    "CONFIRM_TITLE": Edge(lambda n: [asks(title=plain("x" * n))], f"{CONTROL}/confirm/title/text"),
    "CONFIRM_TEXT": Edge(lambda n: [asks(text=plain("x" * n))], f"{CONTROL}/confirm/text/text"),
    "CONFIRM_BUTTON": Edge(lambda n: [asks(deny=plain("x" * n))], f"{CONTROL}/confirm/deny/text"),
    "IMAGE_URL": Edge(lambda n: [picture(image_url=address(n))], f"{FIRST}/image_url"),
    "ALT_TEXT": Edge(lambda n: [picture(alt_text="x" * n)], f"{FIRST}/alt_text"),
    "IMAGE_TITLE": Edge(lambda n: [picture(title=plain("x" * n))], f"{FIRST}/title/text"),
    "MARKDOWN_TOTAL": Edge(
        lambda n: [{"type": "markdown", "text": "x" * (n - 9)}, {"type": "markdown", "text": "x" * 9}], "/blocks"
    ),
    "ALERT_TEXT": Edge(lambda n: modal({"type": "alert", "text": plain("x" * n)}, submit=None),
                       "/view/blocks/0/text/text"),
    "VIDEO_TITLE": Edge(lambda n: [video(title=plain("x" * n))], f"{FIRST}/title/text"),
    "VIDEO_AUTHOR": Edge(lambda n: [video(author_name="x" * n)], f"{FIRST}/author_name"),
    "VIDEO_PROVIDER": Edge(lambda n: [video(provider_name="x" * n)], f"{FIRST}/provider_name"),
    "VIDEO_DESCRIPTION": Edge(lambda n: [video(description=plain("x" * n))], f"{FIRST}/description/text"),
    "VIDEO_URL": Edge(lambda n: [video(video_url=address(n))], f"{FIRST}/video_url"),
    "VIDEO_LINK": Edge(lambda n: [video(title_url=address(n))], f"{FIRST}/title_url"),
    "CARD_TITLE": Edge(lambda n: [card(title=mrkdwn("x" * n))], f"{FIRST}/title/text"),
    "CARD_BODY": Edge(lambda n: [card(body=mrkdwn("x" * n))], f"{FIRST}/body/text"),
    "CONTAINER_TITLE": Edge(lambda n: [container(title=plain("x" * n))], f"{FIRST}/title/text"),
    "TABLE_CHARACTERS": Edge(lambda n: [filled(table, n)], FIRST),
    "DATA_TABLE_CHARACTERS": Edge(lambda n: [filled(data_table, n - 9), filled(data_table, 9)], "/blocks"),
    "CHART_TITLE": Edge(lambda n: [pie(title="x" * n)], f"{FIRST}/title"),
    "CHART_LABEL": Edge(lambda n: [bars(["x" * n], ("s", ["x" * n]))], f"{FIRST}/chart/axis_config/categories/0"),
    "CHART_AXIS_LABEL": Edge(lambda n: axis(x_label="x" * n), f"{FIRST}/chart/axis_config/x_label"),
    "INPUT_LABEL": Edge(lambda n: modal(text_field("x") | {"label": plain("x" * n)}), "/view/blocks/0/label/text"),
    "INPUT_HINT": Edge(lambda n: modal(text_field("x") | {"hint": plain("x" * n)}), "/view/blocks/0/hint/text"),
    "TITLE": Edge(lambda n: modal(section(), title="x" * n), "/view/title/text"),
    "SUBMIT": Edge(lambda n: modal(section(), submit="x" * n), "/view/submit/text"),
    "CLOSE": Edge(lambda n: modal(section(), close=plain("x" * n)), "/view/close/text"),
    "PRIVATE_METADATA": Edge(lambda n: modal(section(), private_metadata="x" * n), "/view/private_metadata"),
    "CALLBACK_ID": Edge(lambda n: modal(section(), callback_id="x" * n), "/view/callback_id"),
    "EXTERNAL_ID": Edge(lambda n: modal(section(), external_id="x" * n), "/view/external_id"),
    # how much
    "FILES": Edge(lambda n: form("file_input", max_files=n), f"{INPUT}/max_files"),
    "INPUT_LENGTH": Edge(lambda n: form("plain_text_input", max_length=n), f"{INPUT}/max_length"),
    "INPUT_LINES": Edge(lambda n: form("rich_text_input", max_lines=n), f"{INPUT}/max_lines"),
    "PAGE_SIZE": Edge(lambda n: [data_table([cells("x")] * 2, page_size=n)], f"{FIRST}/page_size"),
    "LIST_INDENT": Edge(
        lambda n: [rich({"type": "rich_text_list", "style": "bullet", "indent": n, "elements": [words()]})],
        f"{CONTROL}/indent",
    ),
}  # fmt: skip
