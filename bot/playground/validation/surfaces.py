"""Whole surfaces: a message, a modal, a Home; how many blocks, which ones, and what must not repeat."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from . import limits
from .blocks import BLOCKS, SURFACES
from .data import characters
from .objects import SUGGESTIONS, plain
from .rules import Problem, Report, Rule, among, flag, items, length, shape, text, typed

VIEW_EXTRAS = {
    "private_metadata": text(limits.PRIVATE_METADATA, least=0),
    "callback_id": text(limits.CALLBACK_ID, least=0),
    "external_id": text(limits.EXTERNAL_ID, least=0),
}
WINDOW = {
    "submit": plain(limits.SUBMIT),
    "close": plain(limits.CLOSE),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}
PER_MESSAGE = {"table": limits.TABLES_IN_MESSAGE, "data_visualization": limits.CHARTS_IN_MESSAGE}


def _blocks(surface: str, most: int, least: int = 1) -> Rule:
    return items(typed(BLOCKS, SURFACES[surface]), least, most)


VIEWS: dict[str, Rule] = {
    "modal": shape(
        {"type": among("modal"), "title": plain(limits.TITLE), "blocks": _blocks("modal", limits.BLOCKS_IN_VIEW)},
        VIEW_EXTRAS | WINDOW,
    ),
    "home": shape(
        {"type": among("home"), "blocks": _blocks("home", limits.BLOCKS_IN_VIEW)},
        VIEW_EXTRAS | {"title": plain(limits.TITLE)},
    ),
}


def problems_in_message(blocks: Any, at: str = "/blocks") -> list[Problem]:
    report = Report()
    _blocks("message", limits.BLOCKS_IN_MESSAGE, least=0)(blocks, at, report)
    if not report:
        _check_together(blocks, at, "message", report)
    return report


def problems_in_attachments(attachments: Any) -> list[Problem]:
    """Only the blocks inside them: the rest of an attachment is as lenient as it always was."""
    report = Report()
    items(_attachment, 0)([] if attachments is None else attachments, "/attachments", report)
    return report


def _attachment(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, dict):
        report.add(at, "must be an object", "wrong_type")
    elif value.get("blocks"):
        report += problems_in_message(value["blocks"], f"{at}/blocks")


def problems_in_view(view: Any, kind: str | None = None) -> list[Problem]:
    report = Report()
    allowed = [kind] if kind else list(VIEWS)
    if not isinstance(view, dict):
        report.add("/view", "must be an object", "wrong_type")
    elif view.get("type") not in allowed:
        report.add("/view/type", f"must be one of: {', '.join(allowed)}", "unsupported_type")
    else:
        VIEWS[view["type"]](view, "/view", report)
        if not report:
            _check_together(view["blocks"], "/view/blocks", view["type"], report)
            _inputs_need_submit(view, report)
    return report


def problems_in_options(answer: Any) -> list[Problem]:
    """What an app answers when an external select asks for options."""
    report = Report()
    SUGGESTIONS(answer, "", report)
    return report


# --- what only shows when the blocks are seen together


def _check_together(blocks: list[Any], at: str, surface: str, report: Report) -> None:
    _ids_differ(blocks, at, report)
    _one_focus(blocks, at, report)
    if surface == "message":
        _few_per_message(blocks, at, report)
    if surface != "modal":
        _only_in_modals(blocks, at, report)


def _ids_differ(blocks: list[Any], at: str, report: Report) -> None:
    seen: set[str] = set()
    for pointer, block in _with_pointers(blocks, at):
        block_id = block.get("block_id")
        if block_id in seen:
            report.add(f"{pointer}/block_id", f"block_id already exists: {block_id}", "duplicate")
        seen.update([block_id] if block_id else [])
        actions = [element["action_id"] for _, element in _elements(block, pointer) if "action_id" in element]
        for action_id, times in Counter(actions).items():
            if times > 1:
                report.add(pointer, f"action_id already exists: {action_id}", "duplicate")


def _one_focus(blocks: list[Any], at: str, report: Report) -> None:
    focused = [
        pointer
        for where, block in _with_pointers(blocks, at)
        for pointer, element in _elements(block, where)
        if element.get("focus_on_load")
    ]
    for pointer in focused[1:]:
        report.add(f"{pointer}/focus_on_load", "only one element can have focus_on_load", "duplicate")


def _few_per_message(blocks: list[Any], at: str, report: Report) -> None:
    kinds = Counter(block["type"] for _, block in _with_pointers(blocks, at))
    for kind, most in PER_MESSAGE.items():
        if kinds[kind] > most:
            report.add(at, f"no more than {most} {kind} blocks allowed", "too_many_items")
    written = {
        "markdown": (sum(length(block["text"]) for block in blocks if block["type"] == "markdown"),
                     limits.MARKDOWN_TOTAL),
        "data tables": (sum(characters(block["rows"]) for block in blocks if block["type"] == "data_table"),
                        limits.DATA_TABLE_CHARACTERS),
    }  # fmt: skip
    for what, (size, most) in written.items():
        if size > most:
            report.add(at, f"{what} must be less than {most + 1} characters in all", "too_long")


def _only_in_modals(blocks: list[Any], at: str, report: Report) -> None:
    for where, block in _with_pointers(blocks, at):
        for pointer, element in _elements(block, where):
            if element["type"] == "file_input":
                report.add(f"{pointer}/type", "unsupported type: file_input", "unsupported_type")
            if element.get("response_url_enabled"):
                report.add(f"{pointer}/response_url_enabled", "is only for inputs of modals", "not_allowed")


def _inputs_need_submit(view: dict[str, Any], report: Report) -> None:
    if view["type"] == "modal" and "submit" not in view and any(b["type"] == "input" for b in view["blocks"]):
        report.add("/view", "missing required field: submit (the view has input blocks)", "missing_field", "submit")


def _with_pointers(blocks: list[Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, block in enumerate(blocks):
        yield f"{at}/{index}", block
        yield from _with_pointers(block.get("child_blocks", []), f"{at}/{index}/child_blocks")
        if block["type"] == "carousel":
            yield from _with_pointers(block["elements"], f"{at}/{index}/elements")


def _elements(block: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("accessory", "element"):
        if name in block:
            yield f"{at}/{name}", block[name]
    for name in ("elements", "actions"):
        if name in block and block["type"] in ("actions", "context_actions", "card"):
            yield from ((f"{at}/{name}/{index}", element) for index, element in enumerate(block[name]))
