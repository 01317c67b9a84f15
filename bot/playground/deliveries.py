"""What was sent to the app and what came of it: recorded for the inspector, judged against Slack's deadline."""

import threading
import time
from collections import deque

from .records import Delivery, Json
from .transports import COMMAND, EVENT, INTERACTION, TIMEOUT, Parcel, Transport
from .workspace import Workspace

ACK_DEADLINE = 3.0  # seconds


class Deliveries:
    """Sends by the app's one transport, and remembers what happened."""

    def __init__(self, workspace: Workspace, transport: Transport, seconds: float = 1.0):
        self.workspace = workspace
        self.transport = transport
        self.deadline = ACK_DEADLINE * seconds
        self.kept: deque[Delivery] = deque(maxlen=500)
        self._in_flight: dict[int, Delivery] = {}
        self._lock = threading.Lock()
        self._count = 0

    def send_form(self, kind: str, summary: str, person: str, fields: Json) -> Delivery:
        """A command."""
        return self._send(self._record(kind, summary, person, fields), Parcel(COMMAND, fields))

    def send_interaction(self, kind: str, summary: str, person: str, payload: Json) -> Delivery:
        """A click, a submission, a shortcut, or a question for options."""
        return self._send(self._record(kind, summary, person, payload), Parcel(INTERACTION, payload))

    def send_event(self, summary: str, person: str, envelope: Json, retry: tuple[int, str] | None = None) -> Delivery:
        record = self._record("event", summary, person, envelope)
        record.retry_num = retry[0] if retry else 0
        return self._send(record, Parcel(EVENT, envelope, retry))

    def note_api_call(self, method: str, args: Json, answer: Json) -> None:
        """The inspector shows which calls the app made while it was handling a payload."""
        note = {"method": method, "args": args, "ok": answer.get("ok"), "error": answer.get("error")}
        with self._lock:
            for delivery in self._in_flight.values():
                delivery.api_calls.append(note)

    def find(self, delivery_id: int) -> Delivery | None:
        return next((d for d in self.kept if d.id == delivery_id), None)

    def _record(self, kind: str, summary: str, person: str, request: Json) -> Delivery:
        with self._lock:
            self._count += 1
            shown = {key: value for key, value in request.items() if key != "token"}
            at = self.workspace.clock.now()
            delivery = Delivery(self._count, kind, summary, person, at, shown, self.transport.name)
            self.kept.append(delivery)
            return delivery

    def _send(self, delivery: Delivery, parcel: Parcel) -> Delivery:
        with self._lock:
            self._in_flight[delivery.id] = delivery
        started = time.monotonic()
        try:
            self.transport.carry(parcel, delivery, self.deadline)
        finally:
            with self._lock:
                del self._in_flight[delivery.id]
        delivery.ms = round((time.monotonic() - started) * 1000)
        if delivery.error is None and delivery.ms > self.deadline * 1000:
            delivery.error = TIMEOUT
        delivery.ok = delivery.error is None
        with self.workspace.change():
            pass  # the inspector shows deliveries, so each one is a change
        return delivery
