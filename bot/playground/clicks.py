"""Clicks and choices: on a message, in a modal, on the Home; and the options an external select asks for."""

from dataclasses import dataclass
from typing import Any

from . import payloads
from .choices import entered
from .controls import BUTTONS, CONTROLS, Values, find, pick
from .errors import NotPossible
from .local import Local
from .records import Channel, Json, Message, Person, View
from .transports import TIMEOUT
from .validation import problems_in_options
from .workspace import Workspace

TROUBLE = "This didn't work. Try again?"
NO_OPTIONS = "The options could not be loaded."


@dataclass
class OnMessage:
    """A control in a message that this person sees."""

    message: Message
    place: Channel

    @property
    def blocks(self) -> list[Json]:
        return self.message.blocks

    @property
    def key(self) -> str:
        return f"{self.place.id}/{self.message.ts}"

    def typed(self, person: Person) -> Values:
        return self.message.typed.setdefault(person.id, {})


@dataclass
class OnView:
    """A control in the window on top, or on the Home."""

    view: View

    @property
    def blocks(self) -> list[Json]:
        return self.view.blocks

    @property
    def key(self) -> str:
        return self.view.id

    def typed(self, person: Person) -> Values:
        return self.view.values


Surface = OnMessage | OnView


def surface(local: Local, person: Person, container: Json) -> Surface:
    if container.get("type") == "message":
        return on_message(local, person, container["channel"], container["ts"])
    home = container.get("type") == "home"
    return on_view(local, person, None if home else str(container.get("view_id")))


def on_message(local: Local, person: Person, channel_id: str, ts: str) -> OnMessage:
    place, message = local.workspace.channel(channel_id), local.workspace.message(channel_id, ts)
    if place is None or message is None or person.id not in place.members:
        raise NotPossible("There is no such message on your screen.")
    if message.ephemeral_to not in (None, person.id):
        raise NotPossible("There is no such message on your screen.")
    return OnMessage(message, place)


def on_view(local: Local, person: Person, view_id: str | None) -> OnView:
    """One of this person's windows, which has to be the one on top; without an id, their Home."""
    ws = local.workspace
    view = ws.views.get(view_id) if view_id else ws.home_of(person.id)
    if view is None or view.person != person.id:
        raise NotPossible("There is no such view on your screen.")
    if view.type == "modal" and ws.stacks.get(person.id, [])[-1:] != [view.id]:
        raise NotPossible("This window is not the one on top.")
    return OnView(view)


def must_be_interactive(ws: Workspace) -> None:
    """Clicks, choices, submissions and shortcuts all go to the one address the manifest switches on."""
    if not ws.manifest.interactive:
        raise NotPossible("This app is not configured to handle interactive responses.")


def click(local: Local, person: Person, container: Json, block_id: str, action_id: str, payload: Json) -> None:
    ws = local.workspace
    must_be_interactive(ws)
    with ws.lock:
        spot = surface(local, person, container)
        block, element = find(spot.blocks, block_id, action_id)
        held = _chosen(local, person, spot, block, element, payload)
        if element["type"] in CONTROLS:
            spot.typed(person).setdefault(block_id, {})[action_id] = {"type": element["type"], **held}
        if block["type"] == "input" and not block.get("dispatch_action"):
            return  # an input tells the app nothing before it is submitted
        envelope = _payload(local, person, spot, payloads.action(element, block_id, held, ws.new_ts()))
    delivery = local.deliveries.send_interaction("block_actions", action_id, person.id, envelope)
    _show_outcome(local, person, spot, delivery.error)


def _chosen(local: Local, person: Person, spot: Surface, block: Json, element: Json, payload: Json) -> Json:
    """The part of the action that depends on what was chosen."""
    if element["type"] in BUTTONS:
        return {}
    if element["type"] == "overflow":
        return {"selected_option": pick(element["options"], payload.get("selected_option"))}
    place = (spot.key, block["block_id"], element["action_id"])
    state = entered(local.workspace, person, place, element, payload)
    return {CONTROLS[element["type"]].key: state[CONTROLS[element["type"]].key]}


def _payload(local: Local, person: Person, spot: Surface, action: Json) -> Json:
    ws = local.workspace
    shape = payloads.interaction(ws, "block_actions", person) | _where(local, person, spot) | {"actions": [action]}
    if isinstance(spot, OnMessage):
        shape["response_url"] = payloads.response_url(ws, local.base, person, spot.place, spot.message.ts)
    in_modal = isinstance(spot, OnView) and spot.view.type == "modal"
    return shape | {"trigger_id": ws.new_trigger(person.id, spot.key if in_modal else None)}


def _where(local: Local, person: Person, spot: Surface) -> Json:
    if isinstance(spot, OnView):
        return payloads.in_view(local.workspace, local.base, spot.view)
    return payloads.in_message(local.workspace, local.base, spot.place, spot.message, person)


def _show_outcome(local: Local, person: Person, spot: Surface, error: str | None) -> None:
    ws = local.workspace
    with ws.change():
        if isinstance(spot, OnMessage):
            spot.message.errors.pop(person.id, None)
            if error:
                spot.message.errors[person.id] = TROUBLE
        elif spot.view.type == "modal":
            spot.view.banner = TROUBLE if error else ""
    if error:
        ws.toast(person.id, TROUBLE)
        raise NotPossible(f"{TROUBLE} ({'the app did not answer in time' if error == TIMEOUT else error})")


def options(local: Local, person: Person, container: Json, block_id: str, action_id: str, value: str) -> list[Json]:
    """What an external select offers for the letters typed so far."""
    ws = local.workspace
    must_be_interactive(ws)
    with ws.lock:
        spot = surface(local, person, container)
        _, element = find(spot.blocks, block_id, action_id)
        if element["type"] not in ("external_select", "multi_external_select"):
            raise NotPossible("This select has its options already.")
        if len(value) < element.get("min_query_length", 3):
            return []
        shape = payloads.interaction(ws, "block_suggestion", person) | _where(local, person, spot)
        shape |= {"action_id": action_id, "block_id": block_id, "value": value}
    delivery = local.deliveries.send_interaction("block_suggestion", f"{action_id} {value!r}", person.id, shape)
    try:
        found = offered(delivery.response) if delivery.ok else None
    except (KeyError, TypeError):
        found = None
    if found is None:
        delivery.ok, delivery.error = False, delivery.error or "invalid options"
        raise NotPossible(NO_OPTIONS)
    with ws.lock:
        ws.offered[(person.id, spot.key, block_id, action_id)] = found
    return found


def offered(response: Any) -> list[Json] | None:
    """The app answers with options or groups of them; anything malformed offers nothing."""
    if not isinstance(response, dict) or problems_in_options(response):
        return None
    grouped = [option for group in response.get("option_groups", []) for option in group["options"]]
    return list(response.get("options", [])) + grouped
