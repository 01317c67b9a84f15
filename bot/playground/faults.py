"""Failures on demand: calls of the Web API that fail, get lost, come back as rubbish, or take long.

A fault is a row: which calls it hits, what happens to them, how often. Rows are tried in the order they were made,
so a script of failures is several rows for one method. `chance` is thrown from a seed: the same calls meet the
same luck again.
"""

import random
import threading
from dataclasses import asdict, dataclass
from typing import Any

SLOW = "slow"  # waits, and then goes on as if nothing were
RESET = "reset"  # the connection is cut before anything happened
LOST = "lost"  # the call takes effect, and the connection is cut before the answer
GARBAGE = "garbage"  # nothing happened, and the answer is not JSON
RATELIMITED = "ratelimited"
EVERY = "*"


class BadFault(ValueError):
    """A row that makes no sense; the message says what to write instead."""


@dataclass
class Fault:
    """`what` is a name above, an HTTP status, or an error of Slack's; `times` None goes on until it is cleared."""

    what: str | int
    method: str = EVERY  # response_url and upload are methods here too
    channel: str | None = None
    times: int | None = 1
    chance: float = 1.0
    seconds: float = 0.0  # how long SLOW waits
    retry_after: int | None = None
    id: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.what, int) and not 400 <= self.what <= 599:
            raise BadFault(f"{self.what} is not an HTTP status that fails; write one from 400 to 599.")
        if not 0 < self.chance <= 1:
            raise BadFault("A chance is above 0 and at most 1.")
        if not 0 <= self.seconds <= 600:
            raise BadFault("A call takes from 0 to 600 seconds.")
        if self.times is not None and self.times < 1:
            raise BadFault("A fault hits at least once; leave times out to let it go on.")

    def hits(self, method: str, channel: str | None) -> bool:
        return self.method in (EVERY, method) and self.channel in (None, channel)


class Faults:
    def __init__(self, seed: int = 0) -> None:
        self._rows: list[Fault] = []
        self._count = 0
        self._lock = threading.Lock()
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """From here on the same calls meet the same luck."""
        self._dice = random.Random(seed)  # noqa: S311  it has to be repeatable

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._count += 1
            fault.id = self._count
            self._rows.append(fault)
            return fault

    def clear(self, fault_id: int | None = None) -> None:
        """One row, or all of them."""
        with self._lock:
            self._rows = [row for row in self._rows if fault_id is not None and row.id != fault_id]

    def rows(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(row) for row in self._rows]

    def take(self, method: str, channel: str | None) -> tuple[float, Fault | None]:
        """Seconds this call has to wait, and the first failure that hits it; both are used up by it."""
        with self._lock:
            hit = [row for row in self._rows if row.hits(method, channel) and self._lucky(row)]
            waits = [row for row in hit if row.what == SLOW]
            failure = next((row for row in hit if row.what != SLOW), None)
            for row in [*waits, *([failure] if failure else [])]:
                self._use(row)
            return sum(row.seconds for row in waits), failure

    def _lucky(self, row: Fault) -> bool:
        return row.chance == 1 or self._dice.random() < row.chance

    def _use(self, row: Fault) -> None:
        if row.times is not None:
            row.times -= 1
            if row.times == 0:
                self._rows.remove(row)
