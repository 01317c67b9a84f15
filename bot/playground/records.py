"""What a workspace is made of: plain records, without behaviour that reaches outside themselves."""

import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")  # by its look: a workspace adds emoji of its own


@dataclass
class Team:
    id: str
    name: str

    @property
    def domain(self) -> str:
        return "".join(c if c.isalnum() else "-" for c in self.name.lower()).strip("-")


@dataclass
class Person:
    id: str
    name: str
    team: str
    real_name: str = ""
    email: str = ""
    tz: str = "Europe/London"
    title: str = ""
    guest: bool = False
    outsider: bool = False
    hides_email: bool = False  # from other workspaces
    deleted: bool = False

    @property
    def display_name(self) -> str:
        return self.real_name or self.name

    @property
    def handle(self) -> str:
        """What Slack puts in `user_name`."""
        return self.name.lower().replace(" ", ".")


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    bot: bool = False
    other_app: Json = field(default_factory=dict)  # `bot_id` and `app_id`, where another app wrote it
    username: str = ""
    subtype: str | None = None
    edited: Json | None = None
    ephemeral_to: str | None = None
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned: bool = False
    deleted: bool = False
    client_msg_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)  # person -> what went wrong with their click
    typed: Json = field(default_factory=dict)  # person -> state values of the controls in this message

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def toggle_reaction(self, name: str, by: str) -> str:
        """What became of it, as Slack names the event."""
        who = self.reactions.setdefault(name, [])
        if by not in who:
            who.append(by)
            return "reaction_added"
        who.remove(by)
        if not who:
            del self.reactions[name]
        return "reaction_removed"

    @property
    def is_public(self) -> bool:
        return self.ephemeral_to is None and not self.deleted


@dataclass
class Scheduled:
    """A message that waits for its time, in seconds."""

    id: str
    channel: str
    post_at: int
    created: int
    message: Message


@dataclass
class Channel:
    id: str
    name: str
    kind: str = "channel"  # or "im"
    private: bool = False
    members: list[str] = field(default_factory=list)
    bot_member: bool = False
    shared_with: list[str] = field(default_factory=list)
    topic: str = ""
    archived: bool = False
    deleted: bool = False
    created: int = 1735689600
    messages: dict[str, Message] = field(default_factory=dict)
    last_read: dict[str, str] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)  # root -> its replies, so that nobody searches

    @property
    def type_letter(self) -> str:
        return {"im": "D"}.get(self.kind, "G" if self.private else "C")

    @property
    def event_type(self) -> str:
        """`channel_type` of message events, and the tail of `message.…` in the manifest."""
        return {"im": "im"}.get(self.kind, "group" if self.private else "channel")

    @property
    def name_in_payloads(self) -> str:
        """Slack hides the names of private places from commands and interactions."""
        return {"im": "directmessage"}.get(self.kind, "privategroup" if self.private else self.name)

    def add(self, message: Message) -> None:
        self.messages[message.ts] = message
        if message.is_reply and message.thread_ts:
            self.threads.setdefault(message.thread_ts, []).append(message)

    def replies(self, root: str) -> list[Message]:
        # A copy first: replies arrive on other threads while this looks through them.
        found = (m for m in list(self.threads.get(root, ())) if m.is_public)
        return sorted(found, key=lambda m: m.ts)


@dataclass
class View:
    id: str
    type: str  # "modal" or "home"
    person: str
    content: Json  # as the app sent it, block ids filled in
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    banner: str = ""
    busy: bool = False

    @property
    def blocks(self) -> list[Json]:
        return self.content["blocks"]


@dataclass
class StoredFile:
    id: str
    name: str
    mimetype: str
    data: bytes = b""
    size: int = 0
    title: str = ""
    user: str = ""
    created: float = 0.0
    channels: list[str] = field(default_factory=list)
    complete: bool = False
    ready_at: float = 0.0  # when Slack has looked at it, some time after the upload was complete

    def is_ready(self, now: float) -> bool:
        return self.complete and now >= self.ready_at


@dataclass
class Trigger:
    id: str
    person: str
    issued: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer a command or a click: a few times, for a while."""

    token: str
    person: str
    channel: str
    issued: float
    message_ts: str | None = None
    uses: int = 0


@dataclass
class Toast:
    id: int
    person: str
    text: str
    at: float


@dataclass
class Delivery:
    """One payload sent to the app, and what came back."""

    id: int
    kind: str
    summary: str
    person: str
    at: float
    request: Json
    transport: str = "http"  # or "socket"
    connection: int | None = None  # which of the app's sockets it went over
    ms: int | None = None
    status: int | None = None
    ok: bool = False
    error: str | None = None
    response: Any = None
    retry_num: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    api_calls: list[Json] = field(default_factory=list)
