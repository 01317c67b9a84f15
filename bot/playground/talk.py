"""What people do in conversations: write, edit, delete, open, join, upload."""

import secrets

from . import shapes
from .errors import NotPossible
from .local import Local
from .records import EMOJI, Channel, Json, Message, Person, StoredFile
from .typed_text import Names
from .workspace import BOT_USER, Workspace


def names(ws: Workspace) -> Names:
    active = [p for p in ws.people.values() if not p.deleted]
    return Names(active, [c for c in ws.channels.values() if not c.deleted], (BOT_USER, ws.manifest.bot_name))


def place_of(local: Local, person: Person, channel_id: str) -> Channel:
    """A conversation this person can write in."""
    ws = local.workspace
    if channel_id == ws.direct_channel_id(person.id):
        return direct_channel(local, person)
    place = ws.channel(channel_id)
    if place is None or not ws.can_see(person, place):
        raise NotPossible("You can't see this conversation.")
    if person.id not in place.members:
        raise NotPossible(f"Join #{place.name} first.")
    if place.archived:
        raise NotPossible("This channel is archived.")
    return place


def direct_channel(local: Local, person: Person) -> Channel:
    if person.outsider:
        raise NotPossible("People from another workspace can't message this app.")
    with local.workspace.change():
        return local.workspace.open_direct_channel(person.id)


def write(
    local: Local, person: Person, channel_id: str, text: str, thread_ts: str | None, files: list[str],
    broadcast: bool = False,
) -> Message:  # fmt: skip
    """`broadcast` sends a reply to the channel as well."""
    ws = local.workspace
    place = place_of(local, person, channel_id)
    if place.kind == "im" and (ws.manifest.messages_read_only or not ws.manifest.messages_tab):
        raise NotPossible("Sending messages to this app has been turned off.")
    if not text.strip() and not files:
        raise NotPossible("There is nothing to send.")
    if thread_ts is not None and thread_ts not in place.messages:
        raise NotPossible("This thread does not exist.")
    if broadcast and thread_ts is None:
        raise NotPossible("Only replies can also be sent to the channel.")
    with ws.change():
        message = ws.put(_new_message(ws, person, place, text, thread_ts, files))
        message.subtype = "thread_broadcast" if broadcast else message.subtype
    _tell_app(local, person, place, message)
    return message


def _new_message(
    ws: Workspace, person: Person, place: Channel, text: str, thread_ts: str | None, files: list[str]
) -> Message:
    for file_id in files:
        if file_id not in ws.files:
            raise NotPossible(f"There is no file {file_id}.")
        ws.files[file_id].channels.append(place.id)
    if thread_ts:
        thread_ts = place.messages[thread_ts].thread_ts or thread_ts  # a reply to a reply is in the same thread
    message = Message(ws.new_ts(), place.id, person.id, names(ws).message(text), thread_ts=thread_ts, files=files)
    message.client_msg_id = secrets.token_hex(16)
    message.subtype = "file_share" if files else None
    message.blocks = [_as_rich_text(text)] if text.strip() else []
    return message


def _as_rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": secrets.token_urlsafe(4)[:5], "elements": [section]}


def _tell_app(local: Local, person: Person, place: Channel, message: Message) -> None:
    """The app hears of what is said where it is; a mention comes twice, as two events."""
    if not place.bot_member:
        return
    events = local.events
    events.deliver(events.posted(place, message), person.id, place)
    if place.kind != "im" and f"<@{BOT_USER}" in message.text:
        events.deliver(events.mentioned(place, message), person.id, place)


def write_as_app(local: Local, message: Message) -> str:
    """What another app or Slackbot says; returns its ts. Nobody sits there, so nothing is refused."""
    with local.workspace.change() as ws:
        ws.put(message)
    place = local.workspace.channels[message.channel]
    if place.bot_member:
        local.events.deliver(local.events.posted(place, message), message.user, place)
    return message.ts


def own_message(local: Local, person: Person, channel_id: str, ts: str) -> tuple[Channel, Message]:
    place = place_of(local, person, channel_id)
    message = local.workspace.message(channel_id, ts)
    if message is None or message.user != person.id:
        raise NotPossible("You can only change your own messages.")
    return place, message


def edit(local: Local, person: Person, channel_id: str, ts: str, text: str) -> None:
    ws = local.workspace
    place, message = own_message(local, person, channel_id, ts)
    before = shapes.message(ws, local.base, message)
    with ws.change():
        message.text = names(ws).message(text)
        message.blocks = [_as_rich_text(text)]
        message.edited = {"user": person.id, "ts": ws.new_ts()}
    if place.bot_member:
        local.events.deliver(local.events.changed(place, before, message), person.id, place)


def delete(local: Local, person: Person, channel_id: str, ts: str) -> None:
    ws = local.workspace
    place, message = own_message(local, person, channel_id, ts)
    before = shapes.message(ws, local.base, message)
    with ws.change():
        message.deleted = True
    for inner in local.events.removed(place, before, message) if place.bot_member else ():
        local.events.deliver(inner, person.id, place)


def react(local: Local, person: Person, channel_id: str, ts: str, name: str) -> None:
    """Adds this person's reaction, or takes it back; the app is told if it asked for such events."""
    ws = local.workspace
    place = place_of(local, person, channel_id)
    message = ws.message(channel_id, ts)
    if message is None or message.ephemeral_to:
        raise NotPossible("There is no such message.")
    if not EMOJI.fullmatch(name):
        raise NotPossible("There is no such emoji.")
    with ws.change():
        kind = message.toggle_reaction(name, person.id)
    if place.bot_member:
        local.events.deliver(local.events.reacted(kind, place, message, name, person), person.id, place)


def open_channel(local: Local, person: Person, channel_id: str) -> None:
    """Looking at a conversation marks it read; looking at the app's own tells the app."""
    ws = local.workspace
    if channel_id == ws.direct_channel_id(person.id):
        place = direct_channel(local, person)
        mark_read(ws, person, place)
        app_home_opened(local, person, "messages")
        return
    found = ws.channel(channel_id)
    if found is None or not ws.can_see(person, found):
        raise NotPossible("You can't see this conversation.")
    mark_read(ws, person, found)


def open_home(local: Local, person: Person) -> None:
    """People of other workspaces open it too, though they can't write to the app."""
    if not local.workspace.manifest.home_tab:
        raise NotPossible("This app has no Home.")
    if not person.outsider:
        direct_channel(local, person)
    app_home_opened(local, person, "home")


def app_home_opened(local: Local, person: Person, tab: str) -> None:
    ws = local.workspace
    home = ws.home_of(person.id)
    ts = ws.new_ts()
    inner: Json = {"type": "app_home_opened", "user": person.id, "channel": ws.direct_channel_id(person.id), "tab": tab,
             "event_ts": ts}  # fmt: skip
    if home and tab == "home":
        inner["view"] = shapes.view(ws, local.base, home)
    local.events.deliver(inner, person.id, ws.channel(ws.direct_channel_id(person.id)))


def mark_read(ws: Workspace, person: Person, place: Channel) -> None:
    with ws.change():
        place.last_read[person.id] = max(place.messages, default="0")


def join(local: Local, person: Person, channel_id: str) -> None:
    ws = local.workspace
    place = ws.channel(channel_id)
    if place is None or not ws.can_browse(person, place):
        raise NotPossible("You can't join this channel.")
    if person.id in place.members:
        return
    with ws.change():
        place.members.append(person.id)
    inner = {"type": "member_joined_channel", "user": person.id, "channel": place.id,
             "channel_type": place.type_letter, "team": ws.team.id, "event_ts": ws.new_ts()}  # fmt: skip
    if place.bot_member:
        local.events.deliver(inner, person.id, place)


def invite(local: Local, person: Person, place: Channel) -> None:
    """Somebody brings the app into a channel: it is told that it joined."""
    ws = local.workspace
    if place.kind == "im" or place.bot_member:
        raise NotPossible(f"{ws.manifest.bot_name} is already in this conversation.")
    with ws.change():
        place.bot_member = True
    inner = {"type": "member_joined_channel", "user": BOT_USER, "channel": place.id, "inviter": person.id,
             "channel_type": place.type_letter, "team": ws.team.id, "event_ts": ws.new_ts()}  # fmt: skip
    local.events.deliver(inner, person.id, place)


def share(local: Local, person: Person, channel_id: str, team: str) -> Channel:
    """Shares a channel with another workspace (Slack Connect); a private one goes on under another id."""
    ws = local.workspace
    place = place_of(local, person, channel_id)
    if place.kind == "im" or person.guest or person.team != ws.team.id:
        raise NotPossible("Only members of this workspace share its channels.")
    with ws.change():
        if team not in place.shared_with:
            place.shared_with.append(team)
        if not place.private:
            return place
        ws.move_channel(place, ws.new_id("C"))
    if place.bot_member:
        local.events.deliver(local.events.channel_moved(channel_id, place.id), person.id, place)
    return place


def upload(local: Local, person: Person, name: str, mimetype: str, data: bytes) -> StoredFile:
    ws = local.workspace
    with ws.change():
        stored = StoredFile(ws.new_id("F"), name, mimetype or "application/octet-stream", data, len(data),
                            user=person.id, created=ws.clock.now(), complete=True)  # fmt: skip
        ws.files[stored.id] = stored
    return stored
