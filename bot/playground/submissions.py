"""Submitting and closing modals, and what the app may answer to it."""

from typing import Any

from . import modals, payloads, shapes
from .choices import entered, problems_before_submit
from .clicks import OnView, must_be_interactive, on_view
from .controls import CONTROLS, find
from .errors import ApiError, NotPossible
from .local import Local
from .records import Delivery, Json, Person, View

TROUBLE = "We had some trouble connecting. Try again?"


def type_values(local: Local, person: Person, view_id: str, values: Json) -> View:
    """Keeps what a person has typed so far. Only controls on the screen can be typed into."""
    ws = local.workspace
    with ws.change():
        spot = on_view(local, person, view_id)
        for block_id, controls in values.items():
            for action_id, payload in controls.items():
                _type_one(local, person, spot, block_id, action_id, payload)
        return spot.view


def _type_one(local: Local, person: Person, spot: OnView, block_id: str, action_id: str, payload: Json) -> None:
    _, element = find(spot.blocks, block_id, action_id)
    if element["type"] not in CONTROLS:
        raise NotPossible(f"{element['type']} holds no value.")
    place = (spot.key, block_id, action_id)
    state = entered(local.workspace, person, place, element, payload)
    spot.typed(person).setdefault(block_id, {})[action_id] = state


def submit(local: Local, person: Person, view_id: str, values: Json) -> None:
    ws = local.workspace
    must_be_interactive(ws)
    view = type_values(local, person, view_id, values)
    if not view.content.get("submit"):
        raise NotPossible("This window has nothing to submit.")
    with ws.change():
        if view.busy:
            raise NotPossible("This window is being submitted already.")
        view.errors, view.banner = _problems(view), ""
        view.busy = not view.errors
    if view.errors:
        raise NotPossible("; ".join(dict.fromkeys(view.errors.values())))
    try:
        delivery = _deliver(local, person, view)
        _apply(local, person, view, delivery)
    finally:
        with ws.change():
            view.busy = False


def _problems(view: View) -> dict[str, str]:
    found = {}
    for block in view.blocks:
        if block["type"] == "input":
            state = view.values[block["block_id"]][block["element"]["action_id"]]
            problem = problems_before_submit(block, state)
            if problem:
                found[block["block_id"]] = problem
    return found


def _deliver(local: Local, person: Person, view: View) -> Delivery:
    with local.workspace.lock:
        payload = payloads.view_submission(local.workspace, local.base, person, view)
    summary = view.content.get("callback_id") or view.content["title"]["text"]
    return local.deliveries.send_interaction("view_submission", summary, person.id, payload)


def _apply(local: Local, person: Person, view: View, delivery: Delivery) -> None:
    """Carries out the app's answer; one that makes no sense shows as trouble, with the reason in the inspector."""
    ws = local.workspace
    try:
        if not delivery.ok:
            raise NotPossible(delivery.error)
        with ws.change():
            _respond(local, person, view, delivery.response)
    except (ApiError, NotPossible) as refusal:
        reason = "; ".join(refusal.messages) if isinstance(refusal, ApiError) and refusal.messages else str(refusal)
        with ws.change():
            view.banner = TROUBLE
            delivery.ok, delivery.error = False, reason
        raise NotPossible(f"{TROUBLE} ({reason})") from None
    if view.errors:
        raise NotPossible("; ".join(view.errors.values()))


def _respond(local: Local, person: Person, view: View, response: Any) -> None:
    ws = local.workspace
    if not response:
        modals.close(ws, view)
        return
    if not isinstance(response, dict):
        raise NotPossible("the answer to a submission is empty or JSON")
    action = response.get("response_action")
    if action == "errors":
        view.errors = _field_errors(view, response.get("errors"))
    elif action == "update":
        modals.replace(ws, view, modals.checked(ws, response.get("view"), "modal"))
    elif action == "push":
        modals.push_modal(ws, person.id, modals.checked(ws, response.get("view"), "modal"))
    elif action == "clear":
        modals.close_all(ws, person.id)
    elif action is None:
        modals.close(ws, view)
    else:
        raise NotPossible(f"unknown response_action {action!r}")


def _field_errors(view: View, errors: Any) -> dict[str, str]:
    """Errors can only be shown under inputs that exist."""
    if not isinstance(errors, dict) or not errors:
        raise NotPossible("errors must name at least one block")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    unknown = [block_id for block_id in errors if block_id not in inputs]
    if unknown:
        raise NotPossible(f"errors name no input block: {', '.join(unknown)}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise NotPossible("each error is a text")
    return dict(errors)


def close(local: Local, person: Person, view_id: str) -> None:
    """Closing the top window goes back to the one below, unless the view clears the whole stack."""
    ws = local.workspace
    with ws.lock:
        view = on_view(local, person, view_id).view
        cleared = bool(view.content.get("clear_on_close"))
        closing = [v for v in reversed(ws.modals_of(person.id)) if cleared or v is view]
    for one in closing:
        payload = payloads.view_closed(ws, local.base, person, one, cleared)
        with ws.change():
            modals.close(ws, one)
        if one.content.get("notify_on_close") and ws.manifest.interactive:
            summary = one.content.get("callback_id") or shapes.view(ws, local.base, one)["title"]["text"]
            local.deliveries.send_interaction("view_closed", summary, person.id, payload)
