"""How a form is built and read back: inputs, typed values, and errors beside their fields."""

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.messages.blocks import Block, option, plain
from bot.messages.mrkdwn import clip

M = TypeVar("M", bound=BaseModel)
LONGEST_INPUT = 3000
MOST_OPTIONS = 100
TICKED = "yes"  # the value of a checkbox that stands alone
REQUIRED = "Please fill this in."
SENTENCES = {
    "missing": REQUIRED,
    "string_too_short": "A little more, please.",
    "string_too_long": "That is too long.",
    "enum": "Choose one of the list.",
}


class Invalid(Exception):
    """A form came back with something missing or wrong; `errors` is a sentence per field."""

    def __init__(self, errors: dict[str, str]):
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def modal(callback_id: str, title: str, blocks: list[Block], *, submit: str | None, metadata: str = "",
          close: str = "Cancel", notify_on_close: bool = False) -> dict[str, Any]:  # fmt: skip
    """A modal view."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": blocks[:100],
        "private_metadata": metadata,
        "notify_on_close": notify_on_close,
    }
    return {**view, "submit": plain(submit, 24)} if submit else view


def _input(field: str, label: str, element: dict[str, Any], *, optional: bool, hint: str | None, live: bool) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2000)
    if live:
        block["dispatch_action"] = True
    return block


def text(field: str, label: str, *, initial: str = "", multiline: bool = False, optional: bool = False,
         hint: str | None = None, placeholder: str | None = None, longest: int = LONGEST_INPUT,
         live: str | None = None) -> Block:  # fmt: skip
    """Free text. `live` is the action that hears of it when Enter is pressed."""
    element: dict[str, Any] = {
        "type": "plain_text_input", "action_id": live or field, "multiline": multiline, "max_length": longest
    }  # fmt: skip
    if initial:
        element["initial_value"] = clip(initial, longest)
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return _input(field, label, element, optional=optional, hint=hint, live=live is not None)


def choice(field: str, label: str, options: list[dict[str, Any]], *, initial: str | None = None,
           optional: bool = False, hint: str | None = None, live: str | None = None,
           placeholder: str = "Choose") -> Block:  # fmt: skip
    """One of a list. `live` is the action that hears of a change at once."""
    element: dict[str, Any] = {"action_id": live or field, "placeholder": plain(placeholder, 150)}
    if len(options) <= MOST_OPTIONS:
        element |= {"type": "static_select", "options": options}
    else:  # too many to send whole: the same list is asked for while typing (handlers/choices.py)
        element |= {"type": "external_select", "min_query_length": 0}
    if chosen := next((made for made in options if made["value"] == initial), None):
        element["initial_option"] = chosen
    return _input(field, label, element, optional=optional, hint=hint, live=live is not None)


TICKED = "yes"


def several(field: str, label: str, options: list[dict[str, Any]], *, initial: list[str], optional: bool = True,
            hint: str | None = None, placeholder: str = "Choose") -> Block:  # fmt: skip
    """Any number of a list, in the order chosen."""
    element: dict[str, Any] = {"action_id": field, "placeholder": plain(placeholder, 150)}
    if len(options) <= MOST_OPTIONS:
        element |= {"type": "multi_static_select", "options": options}
    else:
        element |= {"type": "multi_external_select", "min_query_length": 0}
    offered = {made["value"]: made for made in options}
    if chosen := [offered[value] for value in initial if value in offered]:
        element["initial_options"] = chosen
    return _input(field, label, element, optional=optional, hint=hint, live=False)


def tick(field: str, label: str, says: str, *, initial: bool = False, hint: str | None = None,
         live: str | None = None) -> Block:  # fmt: skip
    """A single checkbox."""
    made = option(says, TICKED)
    element: dict[str, Any] = {"type": "checkboxes", "action_id": live or field, "options": [made]}
    if initial:
        element["initial_options"] = [made]
    return _input(field, label, element, optional=True, hint=hint, live=live is not None)


def ticks(field: str, label: str, options: list[dict[str, Any]], *, all_ticked: bool = False,
          hint: str | None = None, live: str | None = None) -> Block:  # fmt: skip
    """Any of a few checkboxes, at most ten; those that begin ticked ask for at least one."""
    element: dict[str, Any] = {"type": "checkboxes", "action_id": live or field, "options": options}
    if all_ticked:
        element["initial_options"] = options
    return _input(field, label, element, optional=not all_ticked, hint=hint, live=live is not None)


def day(field: str, label: str, *, initial: date | None = None, optional: bool = False,
        hint: str | None = None) -> Block:  # fmt: skip
    """A date."""
    element: dict[str, Any] = {"type": "datepicker", "action_id": field}
    if initial:
        element["initial_date"] = initial.isoformat()
    return _input(field, label, element, optional=optional, hint=hint, live=False)


def time_of_day(field: str, label: str, zone: str, *, initial: time | None = None, hint: str | None = None) -> Block:
    """A time by a zone's clock."""
    element: dict[str, Any] = {"type": "timepicker", "action_id": field, "timezone": zone}
    if initial:
        element["initial_time"] = f"{initial:%H:%M}"
    return _input(field, label, element, optional=False, hint=hint, live=False)


def search(field: str, label: str, action_id: str, *, initial: dict[str, Any] | None = None, optional: bool = False,
           placeholder: str = "Type to search") -> Block:  # fmt: skip
    """One of a list too long to send whole: options are asked for while typing."""
    element: dict[str, Any] = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "min_query_length": 0,
    }
    if initial:
        element["initial_option"] = initial
    return _input(field, label, element, optional=optional, hint=None, live=False)


def files(field: str, label: str) -> Block:
    """Up to ten files."""
    return _input(field, label, {"type": "file_input", "action_id": field, "max_files": 10},
                  optional=True, hint=None, live=False)  # fmt: skip


INITIAL = {
    "plain_text_input": "initial_value",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "users_select": "initial_user",
}


def keep(view: dict[str, Any], filled: dict[str, Any]) -> dict[str, Any]:
    """A view that is drawn again holds what was typed and chosen so far, where it still offers it."""
    for block in view["blocks"]:
        value = filled.get(block.get("block_id"))
        if block["type"] == "input" and value is not None:
            _set_initial(block["element"], value)
    return view


def _set_initial(element: dict[str, Any], value: Any) -> None:
    kind = element["type"]
    if name := INITIAL.get(kind):
        element[name] = clip(value, element.get("max_length", LONGEST_INPUT))
    elif kind == "checkboxes":
        ticked = [item for item in element["options"] if value is True or item["value"] in value]
        element |= {"initial_options": ticked} if ticked else {}
    elif kind == "static_select" and (made := [item for item in element["options"] if item["value"] == value]):
        element["initial_option"] = made[0]


def enum_options(members: Iterable[StrEnum]) -> list[dict[str, Any]]:
    """A menu of an enum's members, by their labels."""
    return [option(getattr(member, "label", member.value), member.value) for member in members]


def values(view: dict[str, Any]) -> dict[str, Any]:
    """What was typed and chosen, by field: text, option values, dates, files; empty ones are left out."""
    typed: dict[str, Any] = {}
    for field, states in view.get("state", {}).get("values", {}).items():
        for state in states.values():
            value = _value(state)
            if value not in (None, "", []):
                typed[field] = value
    return typed


def _value(state: dict[str, Any]) -> Any:
    match state.get("type"):
        case "static_select" | "external_select" | "radio_buttons":
            return (state.get("selected_option") or {}).get("value")
        case "multi_static_select" | "multi_external_select":
            return [chosen["value"] for chosen in state.get("selected_options") or []]
        case "checkboxes":
            ticked = [item["value"] for item in state.get("selected_options") or []]
            return True if ticked == [TICKED] else ticked
        case "datepicker":
            return state.get("selected_date")
        case "timepicker":
            return state.get("selected_time")
        case "users_select":
            return state.get("selected_user")
        case "file_input":
            return state.get("files")
        case _:
            return (state.get("value") or "").replace("\x00", "").strip()  # Postgres stores no NUL


def read(model: type[M], view: dict[str, Any], **more: Any) -> M:
    """The form as its model, or every mistake beside its field."""
    try:
        return model(**values(view), **more)
    except ValidationError as error:
        raise Invalid({str(item["loc"][0]): _sentence(dict(item)) for item in error.errors()}) from error


def _sentence(item: dict[str, Any]) -> str:
    if item["type"] == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    return SENTENCES.get(item["type"], "That does not look right; please check it.")
