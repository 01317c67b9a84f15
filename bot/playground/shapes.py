"""How Slack words its things in JSON: users, channels, messages, files, views. Both the API and payloads use these."""

from typing import Any

from .controls import Values
from .records import Channel, Json, Message, Person, StoredFile, View
from .workspace import APP_ID, BOT_ID, BOT_USER, SLACKBOT, Workspace


def user(ws: Workspace, person: Person) -> Json:
    if is_stranger(ws, person):
        return _stranger(person)
    hidden = not person.email or (person.outsider and person.hides_email)
    with_email = {"email": person.email} if ws.manifest.has_scope("users:read.email") and not hidden else {}
    profile = {
        "real_name": person.display_name,
        "real_name_normalized": person.display_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": person.title,
        "team": person.team,
        **with_email,
    }
    shape = {
        "id": person.id,
        "team_id": person.team,
        "name": person.handle,
        "real_name": person.display_name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1735689600,
    }
    if person.deleted:
        return shape  # deactivated people lose their zone and their roles
    flags = {"is_restricted": person.guest, "is_ultra_restricted": False, "is_admin": False, "is_owner": False}
    return shape | flags | {"tz": person.tz, "tz_label": person.tz, "tz_offset": _offset(ws, person.tz)}


def is_stranger(ws: Workspace, person: Person) -> bool:
    """Somebody of another workspace whom the app meets in no channel."""
    return person.outsider and not any(c.bot_member and person.id in c.members for c in ws.channels.values())


def _stranger(person: Person) -> Json:
    """A name and a workspace, and no more: no address, title, zone or role."""
    names = {"real_name": person.display_name, "display_name": person.name, "team": person.team}
    return {"id": person.id, "team_id": person.team, "name": person.handle, "real_name": person.display_name,
            "deleted": person.deleted, "profile": names, "is_bot": False, "is_app_user": False, "is_stranger": True,
            "updated": 1735689600}  # fmt: skip


def _offset(ws: Workspace, zone: str) -> int:
    from zoneinfo import ZoneInfo

    delta = ws.clock.today().astimezone(ZoneInfo(zone)).utcoffset()
    return int(delta.total_seconds()) if delta else 0


def bot_user(ws: Workspace) -> Json:
    name = ws.manifest.bot_name
    return {
        "id": BOT_USER,
        "team_id": ws.team.id,
        "name": name.lower(),
        "real_name": name,
        "deleted": False,
        "profile": {"real_name": name, "display_name": name, "bot_id": BOT_ID, "api_app_id": APP_ID, "title": ""},
        "is_bot": True,
        "is_app_user": False,
        "tz": "Etc/UTC",
        "updated": 1735689600,
    }


def slackbot(ws: Workspace) -> Json:
    """Slack's own voice counts as a person, and has neither an address nor an app."""
    return {
        "id": SLACKBOT, "team_id": ws.team.id, "name": "slackbot", "real_name": "Slackbot", "deleted": False,
        "profile": {"real_name": "Slackbot", "display_name": "Slackbot", "title": "", "team": ws.team.id},
        "is_bot": False, "is_app_user": False, "is_admin": False, "is_owner": False, "is_restricted": False,
        "is_ultra_restricted": False, "tz": "America/Los_Angeles", "updated": 0,
    }  # fmt: skip


def channel(ws: Workspace, found: Channel) -> Json:
    if found.kind == "im":
        return {
            "id": found.id, "created": found.created, "is_im": True, "is_channel": False, "is_group": False,
            "is_mpim": False, "is_private": True, "is_archived": False, "is_org_shared": False,
            "user": found.members[0], "is_user_deleted": ws.people[found.members[0]].deleted,
            "context_team_id": ws.team.id,
        }  # fmt: skip
    shared = bool(found.shared_with)
    return {
        "id": found.id, "name": found.name, "name_normalized": found.name, "created": found.created,
        "is_channel": not found.private, "is_group": found.private, "is_im": False, "is_mpim": False,
        "is_private": found.private, "is_archived": found.archived, "is_general": False,
        "is_shared": shared, "is_ext_shared": shared, "is_org_shared": False,
        "is_member": found.bot_member, "num_members": len(found.members) + found.bot_member,
        "topic": {"value": found.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "context_team_id": ws.team.id,
        "shared_team_ids": [ws.team.id, *found.shared_with], "connected_team_ids": list(found.shared_with),
    }  # fmt: skip


def file(ws: Workspace, base: str, stored: StoredFile) -> Json:
    private = f"{base}files-pri/{ws.team.id}-{stored.id}/{stored.name}"
    ready = stored.is_ready(ws.clock.now())  # until then Slack does not know what is in it
    extension = stored.name.rsplit(".", 1)[-1].lower() if "." in stored.name else "binary"
    return {
        "id": stored.id, "name": stored.name, "title": stored.title or stored.name,
        "mimetype": stored.mimetype if ready else "", "filetype": extension if ready else "",
        "pretty_type": stored.mimetype if ready else "", "user": stored.user, "size": stored.size,
        "created": int(stored.created), "timestamp": int(stored.created), "mode": "hosted",
        "is_external": False, "is_public": False,
        "channels": [c for c in stored.channels if c.startswith("C")],
        "ims": [c for c in stored.channels if c.startswith("D")], "groups": [],
        "url_private": private, "url_private_download": private + "?download=1",
        "permalink": f"{base}playground/files/{stored.id}",
        "shares": _shares(ws, stored),
    }  # fmt: skip


def _shares(ws: Workspace, stored: StoredFile) -> Json:
    """The messages it stands in, by conversation."""
    found: Json = {}
    for place in (ws.channels[channel] for channel in stored.channels if channel in ws.channels):
        kind = "private" if place.private or place.type_letter == "D" else "public"
        told = [{"ts": one.ts} for one in place.messages.values() if stored.id in one.files and not one.deleted]
        if told:
            found.setdefault(kind, {})[place.id] = told
    return found


def attached(ws: Workspace, base: str, found: Message, stored: StoredFile) -> Json:
    """A file in a message. Of those from another workspace Slack tells an app no more than that they are there."""
    writer = ws.person(found.user)
    if writer is None or writer.team == ws.team.id:
        return file(ws, base, stored)
    return {"id": stored.id, "mode": "file_access", "file_access": "check_file_info", "created": 0, "timestamp": 0,
            "user": ""}  # fmt: skip


def message(ws: Workspace, base: str, found: Message, metadata: bool = False) -> Json:
    if found.deleted:
        return {"type": "message", "subtype": "tombstone", "user": SLACKBOT, "text": "This message was deleted.",
                "ts": found.ts, "thread_ts": found.thread_ts or found.ts, "hidden": True,
                "parent_user_id": SLACKBOT} | thread_summary(ws, found)  # fmt: skip
    shape: Json = {"type": "message", "ts": found.ts, "text": found.text} | author(ws, found)
    optional: dict[str, Any] = {
        "subtype": found.subtype, "client_msg_id": found.client_msg_id, "blocks": found.blocks or None,
        "attachments": found.attachments or None, "thread_ts": found.thread_ts, "edited": found.edited,
        "files": [attached(ws, base, found, ws.files[f]) for f in found.files] or None,
        "reactions": [{"name": n, "users": u, "count": len(u)} for n, u in found.reactions.items()] or None,
        "pinned_to": [found.channel] if found.pinned else None,
        "metadata": found.metadata if metadata else None,
    }  # fmt: skip
    shape |= {key: value for key, value in optional.items() if value is not None}
    return shape | thread_summary(ws, found)


def author(ws: Workspace, found: Message) -> Json:
    if found.subtype == "bot_message":  # the older kind of app has no user, and names itself in each message
        return found.other_app | {"username": found.username}
    if not found.bot or found.other_app:
        writer = ws.person(found.user)
        return {"user": found.user, "team": writer.team if writer else ws.team.id} | found.other_app
    profile = {"id": BOT_ID, "app_id": APP_ID, "name": ws.manifest.bot_name, "deleted": False, "team_id": ws.team.id}
    return {"user": found.user, "team": ws.team.id, "bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": profile}


def thread_summary(ws: Workspace, found: Message) -> Json:
    place = ws.channels.get(found.channel)
    if place is None:
        return {}
    if found.is_reply and found.thread_ts:
        root = place.messages.get(found.thread_ts)
        return {"parent_user_id": SLACKBOT if root.deleted else root.user} if root else {}
    replies = place.replies(found.ts)
    if not replies:
        return {}
    writers = list(dict.fromkeys(r.user for r in replies))
    return {"thread_ts": found.ts, "reply_count": len(replies), "reply_users_count": len(writers),
            "latest_reply": replies[-1].ts, "reply_users": writers[:5], "is_locked": False}  # fmt: skip


def state(ws: Workspace, base: str, values: Values) -> Json:
    """A state as the app receives it: files by their full description."""
    return {
        block_id: {action_id: _with_files(ws, base, held) for action_id, held in controls.items()}
        for block_id, controls in values.items()
    }


def _with_files(ws: Workspace, base: str, held: Json) -> Json:
    if held["type"] != "file_input":
        return dict(held)
    return held | {"files": [file(ws, base, ws.files[f]) for f in held["files"]]}


def view(ws: Workspace, base: str, found: View) -> Json:
    content = found.content
    shape = {
        "id": found.id, "team_id": ws.team.id, "type": found.type, "blocks": found.blocks,
        "private_metadata": content.get("private_metadata", ""), "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""), "state": {"values": state(ws, base, found.values)},
        "hash": found.hash, "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False), "root_view_id": found.root_id,
        "previous_view_id": found.previous_id, "app_id": APP_ID, "app_installed_team_id": ws.team.id,
        "bot_id": BOT_ID,
    }  # fmt: skip
    if found.type == "modal":
        shape |= {key: content.get(key) for key in ("title", "submit", "close")}
        shape["submit_disabled"] = content.get("submit_disabled", False)
    return shape
