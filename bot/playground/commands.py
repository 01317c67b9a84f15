"""Slash commands and shortcuts: what a person starts the app with."""

from . import answers, payloads
from .clicks import must_be_interactive
from .errors import ApiError, NotPossible
from .local import Local
from .records import Channel, Delivery, Json, Person
from .shapes import message as message_shape
from .talk import invite, names, place_of
from .transports import TIMEOUT

INVITE = "/invite"  # Slack's own command


def run_command(local: Local, person: Person, channel_id: str, text: str, thread_ts: str | None = None) -> None:
    """Raises NotPossible with the sentence Slack would show."""
    place = place_of(local, person, channel_id)
    name, _, rest = text.strip().partition(" ")
    if name == INVITE and rest.strip().lstrip("@").casefold() == local.workspace.manifest.bot_name.casefold():
        return invite(local, person, place)
    refusal = _refusal(local, person, name, thread_ts)
    if refusal:
        local.workspace.slackbot_says(person.id, place.id, refusal)
        raise NotPossible(refusal)
    delivery = _deliver(local, person, place, name, rest.strip())
    failure = _show_answer(local, person, place, delivery)
    if failure:
        sentence = f'{name} failed with the error "{failure}"'
        local.workspace.slackbot_says(person.id, place.id, sentence)
        raise NotPossible(sentence)


def _refusal(local: Local, person: Person, name: str, thread_ts: str | None) -> str | None:
    known = name in local.workspace.manifest.commands and local.workspace.manifest.has_scope("commands")
    # Outsiders have the commands of their own workspace only; to them ours do not exist.
    if not known or person.outsider or person.team != local.workspace.team.id:
        return f"{name} is not a valid command."
    if thread_ts is not None:
        return f"{name} is not supported in threads. Sorry!"
    return None


def _deliver(local: Local, person: Person, place: Channel, name: str, text: str) -> Delivery:
    ws = local.workspace
    if ws.manifest.commands[name].get("should_escape"):
        text = names(ws).command(text)
    with ws.lock:
        fields = payloads.command(ws, local.base, person, place, name, text)
    return local.deliveries.send_form("command", f"{name} {text}".strip(), person.id, fields)


def _show_answer(local: Local, person: Person, place: Channel, delivery: Delivery) -> str | None:
    if not delivery.ok:
        return TIMEOUT if delivery.error == TIMEOUT else "dispatch_failed"
    try:
        answers.acknowledged(local, person.id, place, delivery.response)
    except (ApiError, NotPossible) as refusal:
        delivery.ok, delivery.error = False, _why(refusal)
        return "dispatch_failed"
    return None


def _why(refusal: ApiError | NotPossible) -> str:
    details = "; ".join(refusal.messages) if isinstance(refusal, ApiError) else ""
    return f"{refusal}: {details}" if details else str(refusal)


def run_shortcut(local: Local, person: Person, callback_id: str, channel_id: str | None, ts: str | None) -> None:
    ws = local.workspace
    declared = ws.manifest.shortcut(callback_id)
    if declared is None or person.team != ws.team.id or not ws.manifest.has_scope("commands"):
        raise NotPossible("There is no such shortcut.")
    must_be_interactive(ws)
    if declared["type"] == "message":
        if channel_id is None or ts is None:
            raise NotPossible("This shortcut is used on a message.")
        payload = _message_action(local, person, place_of(local, person, channel_id), ts)
        delivery = local.deliveries.send_interaction("message_action", callback_id, person.id, payload | declared_as(
            callback_id))  # fmt: skip
    else:
        with ws.lock:
            payload = payloads.interaction(ws, "shortcut", person) | declared_as(callback_id)
            payload |= {"trigger_id": ws.new_trigger(person.id), "action_ts": ws.new_ts()}
        delivery = local.deliveries.send_interaction("shortcut", callback_id, person.id, payload)
    if not delivery.ok:
        ws.toast(person.id, sentence := f"{declared['name']} did not work. Try again?")
        raise NotPossible(sentence)


def declared_as(callback_id: str) -> Json:
    return {"callback_id": callback_id}


def _message_action(local: Local, person: Person, place: Channel, ts: str) -> Json:
    ws = local.workspace
    with ws.lock:
        message = ws.message(place.id, ts)
        if message is None or message.ephemeral_to:
            raise NotPossible("There is no such message.")
        return payloads.interaction(ws, "message_action", person) | {
            "trigger_id": ws.new_trigger(person.id), "action_ts": ws.new_ts(), "message_ts": ts,
            "channel": {"id": place.id, "name": place.name_in_payloads},
            "message": message_shape(ws, local.base, message),
            "response_url": payloads.response_url(ws, local.base, person, place, ts),
        }  # fmt: skip
