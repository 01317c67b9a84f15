"""The controls inside blocks: finding them, the values they hold, and which values they accept.

`CONTROLS` is the one table of what holds a value; states, payloads and the checks all read it.
To teach the playground a new control, add its row.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .errors import NotPossible
from .records import Json

Values = dict[str, dict[str, Json]]


class Control(NamedTuple):
    key: str  # where its value sits in a state or an action
    initial: str | None  # the element's own first value
    kind: str  # how a value is checked: text, option, options, id, ids, date, time, moment, files, rich


CONTROLS = {
    "plain_text_input": Control("value", "initial_value", "text"),
    "email_text_input": Control("value", "initial_value", "text"),
    "url_text_input": Control("value", "initial_value", "text"),
    "number_input": Control("value", "initial_value", "text"),
    "rich_text_input": Control("rich_text_value", "initial_value", "rich"),
    "static_select": Control("selected_option", "initial_option", "option"),
    "external_select": Control("selected_option", "initial_option", "option"),
    "radio_buttons": Control("selected_option", "initial_option", "option"),
    "checkboxes": Control("selected_options", "initial_options", "options"),
    "multi_static_select": Control("selected_options", "initial_options", "options"),
    "multi_external_select": Control("selected_options", "initial_options", "options"),
    "users_select": Control("selected_user", "initial_user", "id"),
    "conversations_select": Control("selected_conversation", "initial_conversation", "id"),
    "channels_select": Control("selected_channel", "initial_channel", "id"),
    "multi_users_select": Control("selected_users", "initial_users", "ids"),
    "multi_conversations_select": Control("selected_conversations", "initial_conversations", "ids"),
    "multi_channels_select": Control("selected_channels", "initial_channels", "ids"),
    "datepicker": Control("selected_date", "initial_date", "date"),
    "timepicker": Control("selected_time", "initial_time", "time"),
    "datetimepicker": Control("selected_date_time", "initial_date_time", "moment"),
    "file_input": Control("files", None, "files"),
}
LISTS = {"options", "ids", "files"}
BUTTONS = {"button", "workflow_button", "icon_button", "feedback_buttons"}


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every control with the block it sits in."""
    for block in blocks:
        for child in block.get("child_blocks", []):
            yield from elements([child])
        inside = [block.get("accessory"), block.get("element")]
        inside += block.get("elements", []) if block["type"] in ("actions", "context_actions") else []
        inside += block.get("actions", []) if block["type"] == "card" else []
        cards = block.get("elements", []) if block["type"] == "carousel" else []
        yield from elements(cards)
        yield from ((block, element) for element in inside if element and "action_id" in element)


def find(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    for block, element in elements(blocks):
        if (block.get("block_id"), element["action_id"]) == (block_id, action_id):
            return block, element
    raise NotPossible(f"There is no control {block_id}/{action_id} on the screen.")


def first_value(element: Json) -> Any:
    control = CONTROLS[element["type"]]
    empty = [] if control.kind in LISTS else None
    return element.get(control.initial, empty) if control.initial else empty


def starting_values(blocks: list[Json], typed: Values | None = None) -> Values:
    """What each control holds: what was typed if the same control is still there, else its own first value."""
    values: Values = {}
    for block, element in elements(blocks):
        if element["type"] in CONTROLS:
            kept = (typed or {}).get(block["block_id"], {}).get(element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = (
                kept if kept and still_holds(element, kept) else state_of(element, first_value(element))
            )
    return values


def state_of(element: Json, value: Any) -> Json:
    return {"type": element["type"], CONTROLS[element["type"]].key: value}


def still_holds(element: Json, kept: Json) -> bool:
    """A typed value survives an update while its control does; a choice only while it is offered."""
    if kept["type"] != element["type"]:
        return False
    options = options_of(element)
    if not options:
        return True
    value = kept[CONTROLS[element["type"]].key]
    chosen = value if isinstance(value, list) else [value] if value else []
    return all(option in options for option in chosen)


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return list(element.get("options", [])) + grouped


def pick(offered: list[Json], wanted: Any) -> Json:
    """The offered option that was meant; anything else could not have been clicked."""
    value = wanted.get("value") if isinstance(wanted, dict) else wanted
    for option in offered:
        if option.get("value") == value:
            return option
    raise NotPossible(f"The option {value!r} is not offered.")


def is_empty(state: Json) -> bool:
    value = state[CONTROLS[state["type"]].key]
    return value in (None, "", [])
