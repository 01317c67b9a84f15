"""Block Kit in a few helpers: what Slack checks only on arrival is kept within its limits here."""

from typing import Any

from bot.messages.mrkdwn import LONGEST_TEXT, Mrkdwn, clip, escape

Block = dict[str, Any]
LONGEST_LABEL = 75


def plain(text: str, longest: int = LONGEST_LABEL) -> dict[str, Any]:
    """A text object without markup."""
    return {"type": "plain_text", "text": clip(text, longest), "emoji": True}


def mrkdwn(text: Mrkdwn, longest: int = LONGEST_TEXT) -> dict[str, Any]:
    """A text object with markup; only text that is escaped already may come here."""
    return {"type": "mrkdwn", "text": str(clip(text, longest)) or " "}


def header(text: str) -> Block:
    """A title line."""
    return {"type": "header", "text": plain(text, 150)}


def section(text: Mrkdwn, *, accessory: dict[str, Any] | None = None) -> Block:
    """A paragraph, with at most one control at its side."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def facts(pairs: list[tuple[str, Mrkdwn]]) -> Block:
    """Labelled facts in two columns; at most ten."""
    return {"type": "section", "fields": [mrkdwn(Mrkdwn(f"*{label}*\n{value}"), 1990) for label, value in pairs[:10]]}


def context(*texts: Mrkdwn) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text, 1990) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(label: str, action_id: str, value: str = "", *, style: str | None = None) -> dict[str, Any]:
    """A button; `style` is primary or danger, and used sparingly."""
    element: dict[str, Any] = {"type": "button", "text": plain(label), "action_id": action_id}
    if value:
        element["value"] = value
    return {**element, "style": style} if style else element


def confirm(title: str, text: str, yes: str, no: str) -> dict[str, Any]:
    """A question before a press counts."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def option(label: str, value: str, description: str | None = None) -> dict[str, Any]:
    """One choice of a menu."""
    made: dict[str, Any] = {"text": plain(label), "value": value}
    return {**made, "description": plain(description)} if description else made


def overflow(action_id: str, options: list[dict[str, Any]]) -> dict[str, Any]:
    """The More menu: at most five."""
    return {"type": "overflow", "action_id": action_id, "options": options[:5]}


MOST_OPTIONS = 100


def select(action_id: str, placeholder: str, options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    """A menu outside of a form; too long to send whole, its options are asked for while typing."""
    element: dict[str, Any] = {"action_id": action_id, "placeholder": plain(placeholder, 150)}
    if len(options) <= MOST_OPTIONS:
        element |= {"type": "static_select", "options": options}
    else:
        element |= {"type": "external_select", "min_query_length": 0}
    initial = next((made for made in options if made["value"] == chosen), None)
    return {**element, "initial_option": initial} if initial else element


def actions(elements: list[dict[str, Any]], block_id: str | None = None) -> list[Block]:
    """A row of buttons, or nothing: Slack refuses an empty row."""
    if not elements:
        return []
    block: Block = {"type": "actions", "elements": elements[:25]}
    return [{**block, "block_id": block_id} if block_id else block]


def table(rows: list[list[Any]], *, numbers: bool = False) -> Block:
    """Rows of cells, the first one the headings; numbers stand to the right. One a message, a hundred rows."""
    beside = {"align": "right"} if numbers else {"align": "left", "is_wrapped": True}
    settings = [{"align": "left", "is_wrapped": True}, *[beside] * (len(rows[0]) - 1)]
    return {"type": "table", "rows": [[_cell(cell) for cell in row] for row in rows[:100]], "column_settings": settings}


def _cell(cell: Any) -> Block:
    return cell if isinstance(cell, dict) else {"type": "raw_text", "text": str(cell) or " "}


def linked_cell(url: str | None, text: str) -> Any:
    """A cell that opens something; only its text where there is nothing to open yet."""
    if not url:
        return text
    shown = {"type": "rich_text_section", "elements": [{"type": "link", "url": url, "text": text}]}
    return {"type": "rich_text", "elements": [shown]}


def bars(title: str, categories: list[str], series: dict[str, list[float]]) -> Block:
    """A bar chart; at most two a message, six series and twenty bars. What it says is said in words too."""
    labels = [clip(name, 20) for name in categories[:20]]
    drawn = [
        {
            "name": clip(name, 20),
            "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
        }
        for name, values in list(series.items())[:6]
    ]
    chart = {"type": "bar", "series": drawn, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": clip(title, 50), "chart": chart}


def paragraph(text: str) -> Block:
    """A person's own words, escaped."""
    return section(escape(clip(text, LONGEST_TEXT)))
