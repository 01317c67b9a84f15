"""Blocks for tests, as short as they can be."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str = "Go", action_id: str = "go", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def options(*texts: str) -> list[Json]:
    return [option(text) for text in texts]


def actions(*elements: Json, block_id: str = "row") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(label: str, element: Json, **more: Any) -> Json:
    """An input block whose ids are its label."""
    return {"type": "input", "block_id": label, "label": plain(label), "element": {"action_id": "it", **element}} | more


def text_field(label: str, **more: Any) -> Json:
    return field(label, {"type": "plain_text_input", **more})


def modal(*blocks: Json, title: str = "A form", submit: str | None = "Send", **more: Any) -> Json:
    view = {"type": "modal", "title": plain(title), "callback_id": "form", "blocks": list(blocks)}
    return view | ({"submit": plain(submit)} if submit else {}) | more


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": options("A", "B")} | more


def confirm(**more: Any) -> Json:
    return {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")} | more


def asks(**more: Any) -> Json:
    return actions(button(confirm=confirm(**more)))


def cells(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


def table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "table", "rows": rows} | more


def data_table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "data_table", "caption": "Hours", "rows": rows} | more


def pie(count: int = 2, **more: Any) -> Json:
    segments = [{"label": f"s{n}", "value": n + 1} for n in range(count)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": segments}} | more


def bars(categories: list[str], *series: tuple[str, list[str]]) -> Json:
    lines = [{"name": n, "data": [{"label": label, "value": 1} for label in labels]} for n, labels in series]
    chart = {"type": "bar", "series": lines, "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": "Load", "chart": chart}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def words(*inline: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(inline)}
