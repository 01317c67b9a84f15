"""Events to the app: only those the manifest declares, sent again as Slack sends them again."""

import heapq
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from . import payloads
from .deliveries import Deliveries
from .records import Channel, Delivery, Json, Message, Person
from .shapes import message as message_shape
from .transports import TIMEOUT, UNREACHABLE
from .workspace import Workspace

RETRIES = {1: 0.0, 2: 60.0, 3: 300.0}  # which try, and how long after the one before
REASONS = {TIMEOUT: "http_timeout", UNREACHABLE: "connection_failed"}
PLURALS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class Events:
    """`deliver` waits for the app's answer, `emit` does not."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries, seconds: float = 1.0):
        self.workspace = workspace
        self.deliveries = deliveries
        self.seconds = seconds
        self.base = ""
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="slack-events")
        self._under_way: set[Future[Delivery]] = set()
        self._due: list[tuple[float, int, int, str, str, Json]] = []  # when, order, try, reason, person, envelope
        self._order = 0
        self._wake = threading.Condition()
        self._stopped = False
        self._ticker: threading.Thread | None = None
        self.when_due: Callable[[], None] = lambda: None  # what else waits for its time

    def emit(self, inner: Json, person: str, place: Channel | None) -> None:
        if self._wanted(inner):
            envelope = self._envelope(inner, place)
            future = self._pool.submit(self._attempt, envelope, person)
            self._under_way.add(future)
            future.add_done_callback(self._under_way.discard)

    def deliver(self, inner: Json, person: str, place: Channel | None) -> Delivery | None:
        return self._attempt(self._envelope(inner, place), person) if self._wanted(inner) else None

    def repeat(self, delivery: Delivery) -> Delivery:
        """The same event once more, as after an answer that got lost."""
        envelope = {"token": payloads.VERIFICATION, **delivery.request}
        return self._send(envelope, delivery.person, delivery.retry_num + 1, "http_timeout")

    def settle(self, timeout: float = 5.0) -> None:
        """Waits until the events under way are answered."""
        wait(set(self._under_way), timeout=timeout)

    def run_due(self) -> None:
        """Sends the retries whose time has come; called when the clock moves, and by the ticker."""
        self.when_due()
        while (entry := self._pop_due()) is not None:
            _, _, attempt, reason, person, envelope = entry
            self._attempt(envelope, person, attempt, reason)

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        self._pool.shutdown(wait=False, cancel_futures=True)

    # --- one delivery and its retries

    def _attempt(self, envelope: Json, person: str, attempt: int = 0, reason: str = "") -> Delivery:
        delivery = self._send(envelope, person, attempt, reason)
        if delivery.ok or delivery.headers.get("x-slack-no-retry") == "1" or attempt + 1 not in RETRIES:
            return delivery
        reason = REASONS.get(delivery.error or "", "http_error")
        if RETRIES[attempt + 1] == 0:
            self._attempt(envelope, person, attempt + 1, reason)
        else:
            self._schedule(RETRIES[attempt + 1] * self.seconds, attempt + 1, reason, person, envelope)
        return delivery

    def _send(self, envelope: Json, person: str, attempt: int, reason: str) -> Delivery:
        inner = envelope["event"]
        summary = " ".join(filter(None, [inner["type"], inner.get("subtype"), inner.get("tab")]))
        return self.deliveries.send_event(summary, person, envelope, (attempt, reason) if attempt else None)

    def _schedule(self, delay: float, attempt: int, reason: str, person: str, envelope: Json) -> None:
        with self._wake:
            self._order += 1
            due = self.workspace.clock.now() + delay
            heapq.heappush(self._due, (due, self._order, attempt, reason, person, envelope))
            self.watch_the_clock()

    def watch_the_clock(self) -> None:
        """From now on something waits for its time."""
        with self._wake:
            if self._ticker is None and not self._stopped:
                self._ticker = threading.Thread(target=self._tick, name="slack-retries", daemon=True)
                self._ticker.start()

    def _pop_due(self) -> tuple[float, int, int, str, str, Json] | None:
        with self._wake:
            if self._due and self._due[0][0] <= self.workspace.clock.now():
                return heapq.heappop(self._due)
        return None

    def _tick(self) -> None:
        while not self._stopped:
            with self._wake:
                self._wake.wait(0.5)
            if not self._stopped:
                self.run_due()

    # --- what is sent

    def _wanted(self, inner: Json) -> bool:
        if self._stopped or not self.deliveries.transport.expected:
            return False  # nobody to tell, so nothing to retry once there is
        name = PLURALS[inner["channel_type"]] if inner["type"] == "message" else inner["type"]
        return name in self.workspace.manifest.events

    def _envelope(self, inner: Json, place: Channel | None) -> Json:
        with self.workspace.lock:
            return payloads.event(self.workspace, inner, self.workspace.new_id("Ev"), place)

    # --- the events themselves

    def posted(self, place: Channel, message: Message) -> Json:
        """A new message. Slack also tells an app about its own messages."""
        shape = message_shape(self.workspace, self.base, message)
        summary = ("reply_count", "reply_users_count", "latest_reply", "reply_users", "is_locked", "bot_profile")
        inner = {key: value for key, value in shape.items() if key not in summary}
        if message.subtype == "thread_broadcast":  # it stands in the channel, far from what it answers
            inner["root"] = message_shape(self.workspace, self.base, place.messages[message.thread_ts or message.ts])
        return inner | self._where(place, message.ts) | self._origin(message)

    def changed(self, place: Channel, before: Json, after: Message) -> Json:
        now = message_shape(self.workspace, self.base, after)
        inner = {"type": "message", "subtype": "message_changed", "message": now, "previous_message": before}
        ts = self.workspace.new_ts()
        return inner | {"hidden": True, "ts": ts} | self._where(place, ts)

    def removed(self, place: Channel, before: Json, message: Message) -> list[Json]:
        """A root with replies changes into a tombstone; the last of its replies takes that with it."""
        if not message.is_reply and place.replies(message.ts):
            return [self.changed(place, before, message)]
        root = place.messages.get(message.thread_ts or "")
        if root is None or root is message or not root.deleted or place.replies(root.ts):
            return [self._gone(place, before)]
        return [self._gone(place, before), self._gone(place, message_shape(self.workspace, self.base, root))]

    def _gone(self, place: Channel, before: Json) -> Json:
        ts = self.workspace.new_ts()
        inner = {"type": "message", "subtype": "message_deleted", "deleted_ts": before["ts"],
                 "previous_message": before, "hidden": True, "ts": ts}  # fmt: skip
        return inner | self._where(place, ts)

    def channel_moved(self, old: str, new: str) -> Json:
        """Sharing a private channel gives it another id."""
        ts = self.workspace.new_ts()
        return {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new, "event_ts": ts}

    def reacted(self, kind: str, place: Channel, message: Message, name: str, by: Person) -> Json:
        """`reaction_added` or `reaction_removed`."""
        item = {"type": "message", "channel": place.id, "ts": message.ts}
        return {"type": kind, "user": by.id, "reaction": name, "item": item, "item_user": message.user,
                "event_ts": self.workspace.new_ts()}  # fmt: skip

    def mentioned(self, place: Channel, message: Message) -> Json:
        kept = ("user", "ts", "client_msg_id", "text", "team", "blocks", "thread_ts", "parent_user_id", "files")
        shape = self.posted(place, message)
        inner = {key: shape[key] for key in kept if key in shape}
        return {"type": "app_mention"} | inner | {"channel": place.id, "event_ts": message.ts} | self._origin(message)

    def _where(self, place: Channel, ts: str) -> Json:
        return {"channel": place.id, "event_ts": ts, "channel_type": place.event_type}

    def _origin(self, message: Message) -> Json:
        """Messages from another workspace say whose they are; nothing else marks an outsider."""
        writer = self.workspace.person(message.user)
        if writer is None or writer.team == self.workspace.team.id:
            return {}
        return {"user_team": writer.team, "source_team": writer.team}
