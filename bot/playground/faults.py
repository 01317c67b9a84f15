"""Failures on demand: the next calls of a method fail, get lost, or take long."""

import threading
from dataclasses import dataclass

LOST = "lost"  # the call takes effect, and the connection is cut before the answer


@dataclass
class Fault:
    method: str
    what: str | int  # an error name, an HTTP status, or LOST
    channel: str | None
    times: int
    retry_after: int | None


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._delays: dict[str, float] = {}
        self._lock = threading.Lock()

    def fail_next(
        self, method: str, what: str | int, channel: str | None = None, times: int = 1, retry_after: int | None = None
    ) -> None:
        with self._lock:
            self._waiting.append(Fault(method, what, channel, times, retry_after))

    def delay(self, method: str, seconds: float) -> None:
        with self._lock:
            self._delays[method] = seconds

    def delay_of(self, method: str) -> float:
        return self._delays.get(method, 0.0)

    def take(self, method: str, channel: str | None) -> Fault | None:
        """The fault that hits this call, used up by it."""
        with self._lock:
            for fault in self._waiting:
                if fault.method == method and fault.channel in (None, channel):
                    fault.times -= 1
                    if fault.times == 0:
                        self._waiting.remove(fault)
                    return fault
        return None
