"""From what a person entered into a control to the value Slack would hold; refuses what the control would not take."""

import re
from datetime import date, time
from typing import Any

from .controls import CONTROLS, is_empty, options_of, pick, state_of
from .errors import NotPossible
from .records import Json, Person
from .workspace import Workspace

REQUIRED = "Please complete this required field."


def entered(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, payload: Json) -> Json:
    """The new state of a control. `place` tells where its external options were shown."""
    control = CONTROLS[element["type"]]
    given = payload.get(control.key)
    if given is None or given in ("", []):
        return state_of(element, [] if control.kind in ("options", "ids", "files") else None)
    return state_of(element, CHECKS[control.kind](ws, person, place, element, given))


def _text(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> str:
    if not isinstance(given, str):
        raise NotPossible("A text field holds text.")
    return given if element.get("multiline") else given.replace("\n", " ")


def _rich(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        return given
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(given)}]}
    return {"type": "rich_text", "elements": [section]}


def _option(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> Json:
    return pick(_offered(ws, person, place, element), given)


def _options(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> list[Json]:
    offered = _offered(ws, person, place, element)
    chosen = [pick(offered, one) for one in given]
    _at_most(element, chosen)
    # Checkboxes answer in the order they are shown, whatever the order of the clicks.
    return [o for o in offered if o in chosen] if element["type"] == "checkboxes" else chosen


def _offered(ws: Workspace, person: Person, place: tuple[str, ...], element: Json) -> list[Json]:
    initial = element.get("initial_options", []) + [element[k] for k in ("initial_option",) if k in element]
    if "external" not in element["type"]:
        return options_of(element)
    return ws.offered.get((person.id, *place), []) + initial


def _id(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> str:
    if "users" in element["type"]:
        found = ws.person(given)
        known = found is not None and not found.deleted
    else:
        channel = ws.channel(given)
        known = channel is not None and ws.can_see(person, channel)
    if not known:
        raise NotPossible(f"{given} is not in this list.")
    return given


def _ids(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> list[str]:
    _at_most(element, given)
    return [_id(ws, person, place, element, one) for one in given]


def _at_most(element: Json, chosen: list[Any]) -> None:
    if len(chosen) > element.get("max_selected_items", len(chosen)):
        raise NotPossible(f"At most {element['max_selected_items']} can be selected.")


def _date(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise NotPossible(f"{given} is not a date.") from None


def _time(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> str:
    try:
        return time.fromisoformat(given).strftime("%H:%M")
    except ValueError:
        raise NotPossible(f"{given} is not a time.") from None


def _moment(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        raise NotPossible(f"{given} is not a moment.") from None


def _files(ws: Workspace, person: Person, place: tuple[str, ...], element: Json, given: Any) -> list[str]:
    ids = [one["id"] if isinstance(one, dict) else one for one in given]
    if len(ids) > element.get("max_files", 10):
        raise NotPossible(f"At most {element.get('max_files', 10)} files.")
    for file_id in ids:
        stored = ws.files.get(file_id)
        if stored is None:
            raise NotPossible(f"There is no file {file_id}.")
        allowed = element.get("filetypes")
        if allowed and stored.name.rsplit(".", 1)[-1].lower() not in allowed:
            raise NotPossible(f"{stored.name} is not of an accepted type.")
    return ids


CHECKS = {
    "text": _text,
    "rich": _rich,
    "option": _option,
    "options": _options,
    "id": _id,
    "ids": _ids,
    "date": _date,
    "time": _time,
    "moment": _moment,
    "files": _files,
}


# --- what Slack itself checks before it submits a modal

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def problems_before_submit(block: Json, state: Json) -> str | None:
    """Slack refuses these in the window; the app never hears of them."""
    if is_empty(state):
        return None if block.get("optional") else REQUIRED
    check = FORMATS.get(state["type"])
    return check(block["element"], state["value"]) if check else None


def _length(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    return None


def _number(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return None


def _email(element: Json, value: str) -> str | None:
    return None if EMAIL.fullmatch(value) else "Please enter a valid e-mail address."


def _url(element: Json, value: str) -> str | None:
    return None if re.match(r"https?://\S+$", value) else "Please enter a valid URL."


FORMATS = {
    "plain_text_input": _length,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
}
