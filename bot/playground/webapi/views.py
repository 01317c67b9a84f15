"""views.*: opening, pushing and updating modals, publishing Homes."""

from .. import modals, shapes
from ..errors import ApiError
from ..records import Json, Trigger, View
from .call import Call

TRIGGER_LIFE = 3.0  # seconds


def _content(call: Call, kind: str | None = None) -> Json:
    view = call.structure("view")
    if view is None:
        raise ApiError("invalid_arguments", ["missing required field: view"])
    return modals.checked(call.workspace, view, kind)


def _trigger(call: Call) -> Trigger:
    """Each trigger opens one thing, within 3 s. A refused view does not use it up."""
    trigger = call.workspace.triggers.get(call.required("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    if call.workspace.clock.now() - trigger.issued > TRIGGER_LIFE * call.local.seconds:
        raise ApiError("expired_trigger_id")
    return trigger


def _shown(call: Call, view: View) -> Json:
    return {"view": shapes.view(call.workspace, call.local.base, view)}


def open_(call: Call) -> Json:
    content = _content(call, "modal")
    with call.workspace.change() as ws:
        trigger = _trigger(call)
        view = modals.open_modal(ws, trigger.person, content)
        trigger.used = True
        return _shown(call, view)


def push(call: Call) -> Json:
    content = _content(call, "modal")
    with call.workspace.change() as ws:
        trigger = _trigger(call)
        if trigger.view_id is None:
            raise ApiError("invalid_trigger_id")  # only a click inside a modal can stack another on it
        view = modals.push_modal(ws, trigger.person, content)
        trigger.used = True
        return _shown(call, view)


def update(call: Call) -> Json:
    content = _content(call)
    with call.workspace.change() as ws:
        view = _existing(call)
        if content["type"] != view.type:
            raise ApiError("invalid_arguments", ["view type cannot be changed [json-pointer:/view/type]"])
        _check_hash(call, view)
        return _shown(call, modals.replace(ws, view, content))


def _existing(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", ["missing required field: view_id"])
    for view in call.workspace.views.values():
        if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
            return view
    raise ApiError("not_found")


def _check_hash(call: Call, view: View | None) -> None:
    if call.text("hash") and (view is None or call.text("hash") != view.hash):
        raise ApiError("hash_conflict")


def publish(call: Call) -> Json:
    if not call.workspace.manifest.home_tab:
        raise ApiError("not_enabled")
    person = call.person("user_id")
    if person.deleted:
        raise ApiError("user_not_found")
    content = _content(call, "home")
    with call.workspace.change() as ws:
        _check_hash(call, ws.home_of(person.id))
        return _shown(call, modals.publish(ws, person.id, content))


METHODS = {"views.open": open_, "views.push": push, "views.update": update, "views.publish": publish}
