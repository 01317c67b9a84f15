"""A clock one can move: everything in the playground that has a time asks here."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Real time (or the `base` given) plus an offset."""

    def __init__(self, base: Callable[[], float] = time.time):
        self._base = base
        self.offset = 0.0

    def now(self) -> float:
        return self._base() + self.offset

    def today(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        self.offset += seconds

    def set(self, moment: datetime) -> None:
        self.offset = moment.timestamp() - self._base()

    def reset(self) -> None:
        self.offset = 0.0
