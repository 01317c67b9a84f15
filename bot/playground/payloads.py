"""The payloads the app receives, in Slack's shapes. Verification tokens are dummies: apps check the signature."""

from typing import Any

from . import shapes
from .controls import starting_values
from .records import Channel, Json, Message, Person, View
from .workspace import APP_ID, BOT_USER, Workspace

VERIFICATION = "verification-token"


def command(ws: Workspace, base: str, person: Person, place: Channel, name: str, text: str) -> Json:
    return {
        "token": VERIFICATION, "team_id": ws.team.id, "team_domain": ws.team.domain, "channel_id": place.id,
        "channel_name": place.name_in_payloads, "user_id": person.id, "user_name": person.handle,
        "command": name, "text": text, "api_app_id": APP_ID, "is_enterprise_install": "false",
        "response_url": response_url(ws, base, person, place), "trigger_id": ws.new_trigger(person.id),
    }  # fmt: skip


def response_url(ws: Workspace, base: str, person: Person, place: Channel, message_ts: str | None = None) -> str:
    return f"{base}response/{ws.team.id}/{ws.new_response_url(person.id, place.id, message_ts)}"


def interaction(ws: Workspace, kind: str, person: Person) -> Json:
    """What every interaction carries. `team` is the app's workspace, `user.team_id` the person's own."""
    who = {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team}
    return {
        "type": kind, "user": who, "api_app_id": APP_ID, "token": VERIFICATION,
        "team": {"id": ws.team.id, "domain": ws.team.domain}, "enterprise": None, "is_enterprise_install": False,
    }  # fmt: skip


def message_container(found: Message) -> Json:
    container = {"type": "message", "message_ts": found.ts, "channel_id": found.channel,
                 "is_ephemeral": bool(found.ephemeral_to)}  # fmt: skip
    return container | ({"thread_ts": found.thread_ts} if found.thread_ts else {})


def in_message(ws: Workspace, base: str, place: Channel, found: Message, person: Person) -> Json:
    shape: Json = {
        "container": message_container(found),
        "channel": {"id": place.id, "name": place.name_in_payloads},
        "state": {"values": shapes.state(ws, base, starting_values(found.blocks, found.typed.get(person.id)))},
    }
    # Slack keeps no copy of ephemeral messages, so it cannot send one along.
    return shape if found.ephemeral_to else shape | {"message": shapes.message(ws, base, found)}


def in_view(ws: Workspace, base: str, found: View) -> Json:
    return {"container": {"type": "view", "view_id": found.id}, "view": shapes.view(ws, base, found)}


def _of_view(ws: Workspace, kind: str, person: Person) -> Json:
    """Here `team` is the person's own workspace; the app's is in `view.app_installed_team_id` alone."""
    theirs = ws.teams[person.team]
    return interaction(ws, kind, person) | {"team": {"id": theirs.id, "domain": theirs.domain}}


def view_submission(ws: Workspace, base: str, person: Person, found: View) -> Json:
    return _of_view(ws, "view_submission", person) | {
        "trigger_id": ws.new_trigger(person.id, found.id), "view": shapes.view(ws, base, found), "response_urls": [],
    }  # fmt: skip


def view_closed(ws: Workspace, base: str, person: Person, found: View, cleared: bool) -> Json:
    return _of_view(ws, "view_closed", person) | {"view": shapes.view(ws, base, found), "is_cleared": cleared}


def event(ws: Workspace, inner: Json, event_id: str, place: Channel | None) -> Json:
    return {
        "token": VERIFICATION, "team_id": ws.team.id, "api_app_id": APP_ID, "event": inner, "type": "event_callback",
        "event_id": event_id, "event_time": int(ws.clock.now()),
        "authorizations": [{"enterprise_id": None, "team_id": ws.team.id, "user_id": BOT_USER, "is_bot": True,
                            "is_enterprise_install": False}],
        "is_ext_shared_channel": bool(place and place.shared_with), "context_team_id": ws.team.id,
        "context_enterprise_id": None, "event_context": f"4-{event_id}",
    }  # fmt: skip


def action(element: Json, block_id: str, held: Any, ts: str) -> Json:
    """One entry of `actions`: the control, and the value that was just chosen."""
    kept = ("type", "action_id", "text", "value", "style", "placeholder", "confirm")
    kept += tuple(key for key in element if key.startswith("initial_"))
    return {key: element[key] for key in kept if key in element} | {"block_id": block_id, "action_ts": ts} | held
