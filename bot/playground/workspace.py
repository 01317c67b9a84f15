"""The state of the local Slack: in memory, behind one lock, with a revision that counts changes.

Nothing here talks to the app. `webapi/` changes it for the app, `interactions.py` for people.
"""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import contextmanager

from .clock import Clock
from .manifest import Manifest
from .records import Channel, Json, Message, Person, ResponseUrl, StoredFile, Team, Toast, Trigger, View

BOT_USER = "U0STEWARD"
BOT_ID = "B0STEWARD"
APP_ID = "A0STEWARD"
SLACKBOT = "USLACKBOT"
KEPT = 3600  # seconds; a trigger lives for 3, a response_url for 1800


class Workspace:
    def __init__(self, manifest: Manifest, clock: Clock, team: Json, other_teams: Iterable[Json] = ()):
        self.manifest = manifest
        self.clock = clock
        self.team = Team(team["id"], team["name"])
        self.teams = {t["id"]: Team(t["id"], t["name"]) for t in other_teams} | {self.team.id: self.team}
        self.lock = threading.RLock()
        self.revision = 0
        self.on_change: Callable[[int], None] = lambda revision: None
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}  # person -> their open modals, bottom first
        self.homes: dict[str, str] = {}  # person -> view id
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.toasts: deque[Toast] = deque(maxlen=200)
        self.offered: dict[tuple[str, ...], list[Json]] = {}  # options an external select showed to someone
        self._last_micros = 0
        self._counter = 0

    @contextmanager
    def change(self):
        """Everything that changes what somebody sees happens inside this."""
        with self.lock:
            yield self
            self.revision += 1
        self.on_change(self.revision)

    # --- seeding

    def add_person(self, seed: Json) -> Person:
        known: Json = {key: seed[key] for key in Person.__dataclass_fields__ if key in seed}
        person = Person(**{"team": self.team.id, **known})
        self.people[person.id] = person
        self.teams.setdefault(person.team, Team(person.team, person.team))
        return person

    def add_channel(self, seed: Json) -> Channel:
        known: Json = {key: seed[key] for key in Channel.__dataclass_fields__ if key in seed}
        channel = Channel(**{**known, "members": list(seed.get("members", []))})
        self.channels[channel.id] = channel
        return channel

    # --- identifiers

    def new_id(self, prefix: str) -> str:
        self._counter += 1
        return f"{prefix}0{self._counter:04X}{secrets.token_hex(3).upper()}"

    def new_ts(self) -> str:
        """Strictly rising, even when the clock is moved back: a conversation keeps its order."""
        with self.lock:
            self._last_micros = max(int(self.clock.now() * 1_000_000), self._last_micros + 1)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def new_trigger(self, person: str, view_id: str | None = None) -> str:
        trigger = Trigger(
            f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}",
            person, self.clock.now(), view_id,
        )  # fmt: skip
        self.forget(self.triggers)
        self.triggers[trigger.id] = trigger
        return trigger.id

    def new_response_url(self, person: str, channel: str, message_ts: str | None = None) -> str:
        token = secrets.token_urlsafe(18)
        self.forget(self.response_urls)
        self.response_urls[token] = ResponseUrl(token, person, channel, self.clock.now(), message_ts)
        return token

    def forget(self, issued: dict[str, Trigger] | dict[str, ResponseUrl]) -> None:
        """What is long of no use; the oldest come first."""
        while issued and next(iter(issued.values())).issued < self.clock.now() - KEPT:
            del issued[next(iter(issued))]

    # --- finding

    def person(self, person_id: str) -> Person | None:
        return self.people.get(person_id)

    def channel(self, channel_id: str) -> Channel | None:
        found = self.channels.get(channel_id)
        return None if found is None or found.deleted else found

    def direct_channel_id(self, person_id: str) -> str:
        return "D" + person_id[1:]

    def open_direct_channel(self, person_id: str) -> Channel:
        """The conversation between a person and the bot."""
        channel_id = self.direct_channel_id(person_id)
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(
                channel_id, self.manifest.bot_name, "im", private=True, members=[person_id], bot_member=True
            )
        return self.channels[channel_id]

    def move_channel(self, place: Channel, new_id: str) -> None:
        """The same conversation under another id; the old one is not known any more."""
        del self.channels[place.id]
        place.id = new_id
        self.channels[new_id] = place
        for message in place.messages.values():
            message.channel = new_id

    def modals_of(self, person_id: str) -> list[View]:
        return [self.views[view_id] for view_id in self.stacks.get(person_id, [])]

    def home_of(self, person_id: str) -> View | None:
        return self.views.get(self.homes.get(person_id, ""))

    def message(self, channel_id: str, ts: str) -> Message | None:
        channel = self.channel(channel_id)
        found = channel.messages.get(ts) if channel else None
        return None if found is None or found.deleted else found

    # --- what people may see

    def can_see(self, person: Person, channel: Channel) -> bool:
        if channel.deleted:
            return False
        return person.id in channel.members or self.can_browse(person, channel)

    def can_browse(self, person: Person, channel: Channel) -> bool:
        """Full members of the workspace find public channels they have not joined."""
        full_member = not person.guest and person.team == self.team.id
        return channel.kind == "channel" and not channel.private and full_member

    # --- telling people

    def toast(self, person_id: str, text: str) -> None:
        with self.change():
            self._counter += 1
            self.toasts.append(Toast(self._counter, person_id, text, self.clock.now()))

    def slackbot_says(self, person_id: str, channel_id: str, text: str) -> None:
        """Slack's own refusals appear to one person, signed by Slackbot."""
        with self.change():
            channel = self.channel(channel_id)
            if channel:
                self.put(Message(self.new_ts(), channel.id, SLACKBOT, text, bot=True, username="Slackbot",
                                 ephemeral_to=person_id))  # fmt: skip

    def put(self, message: Message) -> Message:
        self.channels[message.channel].add(message)
        return message
