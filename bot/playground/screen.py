"""What one person sees: the whole of their screen as JSON, and nothing that is not theirs."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Self

from . import shapes
from .controls import starting_values
from .deliveries import Deliveries
from .local import Local
from .records import Channel, Delivery, Json, Message, Person, View
from .workspace import BOT_USER, Workspace

KEPT_MESSAGES, KEPT_DELIVERIES, KEPT_TOASTS = 200, 100, 5
HOME = "home"  # what `open` says instead of a channel


@dataclass(frozen=True)
class Asked:
    """What the page has open: the messages of one conversation, a window of them, and perhaps one thread.

    Without `place`, everything is sent: the latest messages of each conversation, and the Home.
    """

    place: str = ""
    thread: str = ""
    before: str = ""  # the window ends before this message
    around: str = ""  # or has this message in its middle
    count: int = KEPT_MESSAGES

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        texts = (query.get(name, "") for name in ("open", "thread", "before", "around"))
        wanted = query.get("count", "")
        return cls(*texts, count=min(int(wanted), 500) if wanted.isdecimal() else KEPT_MESSAGES)

    def wants(self, place: str) -> bool:
        return self.place in ("", place)


EVERYTHING = Asked()


def screen(local: Local, person: Person, asked: Asked = EVERYTHING) -> Json:
    ws = local.workspace
    with ws.lock:
        home = ws.home_of(person.id)
        return {
            "me": _person(ws, person),
            "team": {"id": ws.team.id, "name": ws.team.name},
            "app": {"name": ws.manifest.name, "bot_name": ws.manifest.bot_name, "bot_user": BOT_USER,
                    "home_tab": ws.manifest.home_tab},
            "people": [_person(ws, p) for p in ws.people.values()],
            "channels": [_channel(local, person, c, asked) for c in _channels(ws, person)],
            "home": _home(local, home) if home and asked.wants(HOME) else None,
            "modals": [_modal(local, v) for v in ws.modals_of(person.id)],
            "toasts": _toasts(ws, person),
            "commands": _commands(ws, person),
            "shortcuts": _shortcuts(ws, person),
            "faults": local.faults.rows(),
            "clock": {"now": ws.clock.today().isoformat(), "offset_seconds": ws.clock.offset},
            "deliveries": recent(local.deliveries),
            "revision": ws.revision,
        }  # fmt: skip


def _person(ws: Workspace, person: Person) -> Json:
    return {
        "id": person.id, "name": person.name, "real_name": person.display_name, "title": person.title,
        "email": person.email, "tz": person.tz, "team": person.team, "team_name": ws.teams[person.team].name,
        "guest": person.guest, "outsider": person.outsider, "deleted": person.deleted,
    }  # fmt: skip


def _channels(ws: Workspace, person: Person) -> list[Channel]:
    seen = [c for c in ws.channels.values() if ws.can_see(person, c)]
    direct = ws.direct_channel_id(person.id)
    if direct not in ws.channels and not person.outsider and ws.manifest.messages_tab:
        # The app is in everyone's sidebar; the conversation itself begins when it is opened.
        seen.append(Channel(direct, ws.manifest.bot_name, "im", private=True, members=[person.id], bot_member=True))
    return seen


def _channel(local: Local, person: Person, place: Channel, asked: Asked) -> Json:
    return {
        "id": place.id, "name": place.name, "kind": place.kind, "private": place.private,
        "member": person.id in place.members, "topic": place.topic, "archived": place.archived,
        "bot_member": place.bot_member, "shared_with": place.shared_with, "unread": _unread(person, place),
        "last_read": place.last_read.get(person.id, "0"), "members": place.members,
        **_messages(local, person, place, asked),
    }  # fmt: skip


def _messages(local: Local, person: Person, place: Channel, asked: Asked) -> Json:
    if not asked.wants(place.id) or person.id not in place.members:
        return {"messages": []}
    if not asked.place:
        rows = list(islice(_backwards(person, place), KEPT_MESSAGES))
        return {"messages": [_message(local, person, place, m) for m in _in_order(rows)]}
    rows, earlier, until = _window(person, place, asked)
    pinned = [m for m in place.messages.values() if m.pinned and not m.deleted]
    return {
        "messages": [_message(local, person, place, m) for m in _in_order([*rows, *_thread(person, place, asked)])],
        "earlier": earlier, "until": until, "pins": [_message(local, person, place, m) for m in pinned],
    }  # fmt: skip


def _in_order(messages: list[Message]) -> list[Message]:
    return sorted({m.ts: m for m in messages}.values(), key=lambda m: m.ts)


def _backwards(person: Person, place: Channel) -> Iterator[Message]:
    """What this person can see there, newest first: it stops where the reader does, however long the conversation."""
    newest_first = reversed(place.messages.values())
    return (m for m in newest_first if m.ephemeral_to in (None, person.id) and _shown(place, m))


def _window(person: Person, place: Channel, asked: Asked) -> tuple[list[Message], bool, str]:
    """Its messages, whether there are earlier ones, and where it ends ("" at the newest)."""
    until = _end_around(person, place, asked) if asked.around else asked.before
    if until > next(reversed(place.messages), ""):
        until = ""
    in_channel = (m for m in _backwards(person, place) if not m.is_reply or m.subtype == "thread_broadcast")
    rows = list(islice((m for m in in_channel if not until or m.ts < until), asked.count + 1))
    return rows[: asked.count], len(rows) > asked.count, until


def _end_around(person: Person, place: Channel, asked: Asked) -> str:
    half = asked.count // 2
    later = takewhile(lambda m: m.ts > asked.around, (m for m in _backwards(person, place) if not m.is_reply))
    nearest = deque(later, maxlen=half)
    return nearest[0].ts if len(nearest) == half else ""


def _thread(person: Person, place: Channel, asked: Asked) -> list[Message]:
    root = place.messages.get(asked.thread)
    replies = [m for m in place.threads.get(asked.thread, []) if m.ephemeral_to in (None, person.id) and not m.deleted]
    return [root, *replies[-KEPT_MESSAGES:]] if root and root.ephemeral_to in (None, person.id) else []


def _shown(place: Channel, message: Message) -> bool:
    return not message.deleted or (not message.ephemeral_to and bool(place.replies(message.ts)))


def _unread(person: Person, place: Channel) -> int:
    if person.id not in place.members:
        return 0
    last = place.last_read.get(person.id, "0")
    newer = takewhile(lambda m: m.ts > last, reversed(place.messages.values()))
    return sum(m.user != person.id and not m.is_reply and m.is_public for m in newer)


def _message(local: Local, person: Person, place: Channel, message: Message) -> Json:
    ws = local.workspace
    replies = place.replies(message.ts)
    author = ws.person(message.user)
    shape: dict[str, Any] = {
        "ts": message.ts, "thread_ts": message.thread_ts, "user": message.user, "bot": message.bot,
        "username": message.username or (author.display_name if author else ws.manifest.bot_name),
        "text": message.text, "blocks": message.blocks, "attachments": message.attachments,
        "files": [file(local, f) for f in message.files], "edited": message.edited is not None,
        "ephemeral": message.ephemeral_to is not None, "pinned": message.pinned, "deleted": message.deleted,
        "reactions": [{"name": n, "count": len(u), "users": u} for n, u in message.reactions.items()],
        "reply_count": len(replies), "reply_users": list(dict.fromkeys(m.user for m in replies))[:5],
        "latest_reply": replies[-1].ts if replies else None, "broadcast": message.subtype == "thread_broadcast",
        "state": starting_values(message.blocks, message.typed.get(person.id)), "error": message.errors.get(person.id),
    }  # fmt: skip
    if message.deleted:
        return shape | {"text": "This message was deleted.", "blocks": [], "files": [], "attachments": []}
    return shape


def file(local: Local, file_id: str) -> Json:
    stored = local.workspace.files[file_id]
    return shapes.file(local.workspace, local.base, stored) | {"url": f"/playground/files/{file_id}"}


def _home(local: Local, home: View) -> Json:
    return {"view_id": home.id, "blocks": home.blocks, "state": home.values, "hash": home.hash}


def _modal(local: Local, view: View) -> Json:
    full = shapes.view(local.workspace, local.base, view)
    return full | {"state": full["state"]["values"], "banner": view.banner, "errors": view.errors, "busy": view.busy}


def _toasts(ws: Workspace, person: Person) -> list[Json]:
    mine = [t for t in ws.toasts if t.person == person.id]
    return [{"id": t.id, "text": t.text, "at": t.at} for t in mine[-KEPT_TOASTS:]]


def _commands(ws: Workspace, person: Person) -> list[Json]:
    if person.team != ws.team.id or person.outsider:
        return []
    kept = ("command", "description", "usage_hint")
    return [{key: declared.get(key, "") for key in kept} for declared in ws.manifest.commands.values()]


def _shortcuts(ws: Workspace, person: Person) -> list[Json]:
    if person.team != ws.team.id or person.outsider:
        return []
    return [{k: s.get(k, "") for k in ("callback_id", "name", "type", "description")} for s in ws.manifest.shortcuts]


def recent(deliveries: Deliveries) -> list[Json]:
    return [compact(one) for one in list(deliveries.kept)[: -KEPT_DELIVERIES - 1 : -1]]


def compact(delivery: Delivery) -> Json:
    kept = (
        "id",
        "kind",
        "summary",
        "person",
        "at",
        "ms",
        "status",
        "ok",
        "error",
        "retry_num",
        "transport",
        "connection",
    )
    calls = list(delivery.api_calls)
    failed = sum(call["ok"] is False for call in calls)
    return {key: getattr(delivery, key) for key in kept} | {"calls": len(calls), "failed_calls": failed}


def in_full(delivery: Delivery) -> Json:
    return compact(delivery) | {
        "request": delivery.request, "response": delivery.response, "api_calls": delivery.api_calls,
    }  # fmt: skip
