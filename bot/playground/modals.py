"""Windows and Homes: opening, stacking, replacing, closing. Both the API and the answers to submissions come here."""

import copy
import json
import secrets

from .controls import Values, starting_values
from .errors import ApiError
from .records import Json, View
from .references import problems_with_references
from .validation import problems_in_view
from .workspace import Workspace

STACK = 3
TOO_LARGE = 250_000  # bytes of JSON as Slack writes it
NO_MATCH = "failed to match all allowed schemas [json-pointer:/view]"


def checked(ws: Workspace, content: object, kind: str | None = None) -> Json:
    """The view with ids filled in, or Slack's complaint about it."""
    problems = problems_in_view(content, kind)
    if isinstance(content, dict) and not problems:
        problems = problems_with_references(ws, content["blocks"], "/view/blocks")
    if problems or not isinstance(content, dict):
        raise ApiError("invalid_arguments", [NO_MATCH, *(problem.text() for problem in problems)])
    if len(json.dumps(content, separators=(",", ":"))) > TOO_LARGE:
        raise ApiError("view_too_large")
    return with_ids(content)


def with_ids(content: Json) -> Json:
    content = copy.deepcopy(content)
    fill_ids(content["blocks"])
    return content


def fill_ids(blocks: list[Json]) -> None:
    """Slack invents the ids an app leaves out."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        inside = [block.get("accessory"), block.get("element")]
        inside += block.get("elements", []) if block["type"] in ("actions", "context_actions") else []
        inside += block.get("actions", []) if block["type"] == "card" else []
        for element in inside:
            if element and element["type"] != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
        fill_ids(block.get("child_blocks", []))
        fill_ids(block.get("elements", []) if block["type"] == "carousel" else [])


def new_view(ws: Workspace, person: str, content: Json, previous: View | None = None) -> View:
    _check_external_id(ws, content)
    view_id = ws.new_id("V")
    root = previous.root_id if previous else view_id
    view = View(view_id, content["type"], person, content, new_hash(ws), root, previous.id if previous else None)
    view.values = starting_values(view.blocks)
    ws.views[view.id] = view
    return view


def _check_external_id(ws: Workspace, content: Json, leaving: list[View] | None = None) -> None:
    """Unique among all windows and Homes of the workspace, but for those that make room for this one."""
    external, others = content.get("external_id"), [v for v in ws.views.values() if v not in (leaving or [])]
    if external and any(v.content.get("external_id") == external for v in others):
        raise ApiError("duplicate_external_id")


def new_hash(ws: Workspace) -> str:
    return f"{int(ws.clock.now())}.{secrets.token_hex(4)}"


def open_modal(ws: Workspace, person: str, content: Json) -> View:
    """In place of whatever this person had open."""
    _check_external_id(ws, content, ws.modals_of(person))
    close_all(ws, person)
    view = new_view(ws, person, content)
    ws.stacks[person] = [view.id]
    return view


def push_modal(ws: Workspace, person: str, content: Json) -> View:
    stack = ws.modals_of(person)
    if not stack:
        raise ApiError("not_found")
    if len(stack) >= STACK:
        raise ApiError("push_limit_reached")
    view = new_view(ws, person, content, stack[-1])
    ws.stacks[person].append(view.id)
    return view


def replace(ws: Workspace, view: View, content: Json) -> View:
    """New content in the same window: what was typed stays where the same control still is."""
    _check_external_id(ws, content, [view])
    typed: Values = view.values
    view.content = content
    view.hash = new_hash(ws)
    view.values = starting_values(view.blocks, typed)
    view.errors, view.banner = {}, ""
    return view


def close(ws: Workspace, view: View) -> None:
    stack = ws.stacks.get(view.person, [])
    if view.id in stack:
        stack.remove(view.id)
    ws.views.pop(view.id, None)


def close_all(ws: Workspace, person: str) -> None:
    for view in ws.modals_of(person):
        close(ws, view)


def publish(ws: Workspace, person: str, content: Json) -> View:
    current = ws.home_of(person)
    if current:
        return replace(ws, current, content)
    view = new_view(ws, person, content)
    ws.homes[person] = view.id
    return view
