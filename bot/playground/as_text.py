"""A screen as readable text: what a person would read, for test failures and terminals."""

import re
from typing import Any

from .records import Json

MARKED = re.compile(r"<([@#!])?([^>|]+)(?:\|([^>]*))?>")
HIDDEN = {"action_id", "block_id", "type", "value", "style"}


class Reader:
    """Knows the names behind ids, as the page does."""

    def __init__(self, people: list[Json], channels: list[Json], bot: tuple[str, str] = ("", "")):
        self.people = {p["id"]: p["name"] for p in people} | {bot[0]: bot[1]}
        self.channels = {c["id"]: c["name"] for c in channels}

    def prose(self, text: str) -> str:
        """Mentions by name, links by label, entities as characters."""
        text = MARKED.sub(self._mark, text)
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _mark(self, match: re.Match[str]) -> str:
        sign, target, label = match.groups()
        if sign == "@":
            return "@" + (label or self.people.get(target, target))
        if sign == "#":
            return "#" + (label or self.channels.get(target, target))
        if sign == "!":
            return label if label and target.startswith(("date", "subteam")) else "@" + target.split("^")[0]
        return label or target

    # --- blocks

    def blocks(self, blocks: list[Json], state: Json | None = None, errors: Json | None = None) -> str:
        return "\n".join(filter(None, (self.block(block, state, errors) for block in blocks)))

    def block(self, block: Json, state: Json | None = None, errors: Json | None = None) -> str:
        render = getattr(self, f"_{block['type']}", None)
        text = render(block, (state or {}).get(block.get("block_id", ""), {})) if render else self._words_in(block)
        problem = (errors or {}).get(block.get("block_id", ""))
        return f"{text}\n    ! {problem}" if problem else text

    def _header(self, block: Json, held: Json) -> str:
        return f"== {block['text']['text']} =="

    def _divider(self, block: Json, held: Json) -> str:
        return "----"

    def _section(self, block: Json, held: Json) -> str:
        texts = [block["text"]] if "text" in block else []
        lines = [self.text(t) for t in texts + block.get("fields", [])]
        return "\n".join(lines + [self.element(e, held) for e in [block.get("accessory")] if e])

    def _context(self, block: Json, held: Json) -> str:
        return " ".join(e.get("alt_text", "") if e["type"] == "image" else self.text(e) for e in block["elements"])

    def _actions(self, block: Json, held: Json) -> str:
        return " ".join(self.element(e, held) for e in block["elements"])

    _context_actions = _actions

    def _input(self, block: Json, held: Json) -> str:
        optional = " (optional)" if block.get("optional") else ""
        hint = f"\n    {block['hint']['text']}" if "hint" in block else ""
        return f"{block['label']['text']}{optional}: {self.element(block['element'], held)}{hint}"

    def _markdown(self, block: Json, held: Json) -> str:
        return self.prose(block["text"])

    def _rich_text(self, block: Json, held: Json) -> str:
        return "\n".join(self.rich(part) for part in block["elements"])

    def _table(self, block: Json, held: Json) -> str:
        caption = f"{block['caption']}\n" if "caption" in block else ""
        return caption + "\n".join(" | ".join(self._cell(cell) for cell in row) for row in block["rows"])

    _data_table = _table

    def _data_visualization(self, block: Json, held: Json) -> str:
        chart = block["chart"]
        points = chart.get("segments") or [p for s in chart["series"] for p in s["data"]]
        return f"{block['title']} ({chart['type']}): " + ", ".join(f"{p['label']} {p['value']}" for p in points)

    def _cell(self, cell: Json) -> str:
        if cell["type"] == "rich_text":
            return self._rich_text(cell, {})
        return str(cell.get("text", cell.get("value", "")))

    def rich(self, part: Json) -> str:
        kind = part["type"]
        if kind == "rich_text_list":
            return "\n".join(f"• {self.rich(item)}" for item in part["elements"])
        if "elements" in part:
            return "".join(self.rich(item) for item in part["elements"])
        names = {"user": "@" + self.people.get(part.get("user_id", ""), ""), "emoji": f":{part.get('name')}:",
                 "channel": "#" + self.channels.get(part.get("channel_id", ""), ""),
                 "broadcast": f"@{part.get('range')}"}  # fmt: skip
        return names.get(kind) or part.get("text") or part.get("url") or part.get("fallback") or ""

    def text(self, obj: Json) -> str:
        return obj["text"] if obj["type"] == "plain_text" else self.prose(obj["text"])

    def element(self, element: Json, held: Json) -> str:
        kind = element["type"]
        value = value_of(held.get(element.get("action_id", ""), {}))
        if kind == "image":
            return f"[image: {element['alt_text']}]"
        if kind == "overflow":
            return "[More: " + " / ".join(o["text"]["text"] for o in element["options"]) + "]"
        if kind in ("button", "workflow_button", "icon_button"):
            return f"[{element['text']['text']}]"
        options = [o["text"]["text"] for o in element.get("options", [])]
        offered = f" of {' / '.join(options)}" if options and len(options) <= 12 else ""
        placeholder = element.get("placeholder", {}).get("text", kind)
        return f"<{self.shown(value) or placeholder}{offered}>"

    def shown(self, value: Any) -> str:
        """A value as the control would show it."""
        if isinstance(value, list):
            return ", ".join(self.shown(one) for one in value)
        if isinstance(value, dict):
            return value["text"]["text"] if "text" in value else value.get("name", "…")
        return self.people.get(value, self.channels.get(value, "" if value is None else str(value)))

    def _words_in(self, node: Any) -> str:
        """Whatever text a block has that is not described above."""
        if isinstance(node, list):
            return "\n".join(filter(None, map(self._words_in, node)))
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                return self.prose(node["text"])
            return "\n".join(filter(None, (self._words_in(v) for k, v in node.items() if k not in HIDDEN)))
        return ""

    # --- messages and views

    def message(self, message: Json) -> str:
        body = self.blocks(message["blocks"], message["state"]) if message["blocks"] else self.prose(message["text"])
        notes = [f"[file: {f['name']}]" for f in message["files"]]
        notes += ["(only visible to you)"] if message["ephemeral"] else []
        notes += [f"! {message['error']}"] if message["error"] else []
        attached = [self._words_in(a) for a in message.get("attachments", [])]
        return "\n".join([f"{message['username']}: {body}", *attached, *notes])

    def modal(self, view: Json) -> str:
        buttons = [view[name]["text"] for name in ("submit", "close") if view.get(name)]
        banner = [f"! {view['banner']}"] if view["banner"] else []
        body = self.blocks(view["blocks"], view["state"], view["errors"])
        return "\n".join([f"### {view['title']['text']} ###", *banner, body, *(f"[{b}]" for b in buttons)])


def value_of(held: Json) -> Any:
    return next((value for key, value in held.items() if key != "type"), None)


def whole(screen: Json) -> str:
    """Everything on somebody's screen, channel by channel."""
    reader = reader_for(screen)
    parts = [f"What {screen['me']['name']} sees:"]
    for place in screen["channels"]:
        if place["messages"]:
            parts.append(f"\n# {place['name']}")
            parts += [indented(reader.message(m), 4 if is_reply(m) else 0) for m in place["messages"]]
    if screen["home"]:
        parts.append("\n# Home\n" + reader.blocks(screen["home"]["blocks"], screen["home"]["state"]))
    parts += ["\n" + reader.modal(view) for view in screen["modals"]]
    parts += [f"\n(toast) {toast['text']}" for toast in screen["toasts"]]
    return "\n".join(parts)


def reader_for(screen: Json) -> Reader:
    return Reader(screen["people"], screen["channels"], (screen["app"]["bot_user"], screen["app"]["bot_name"]))


def is_reply(message: Json) -> bool:
    return message["thread_ts"] is not None and message["thread_ts"] != message["ts"]


def indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())
