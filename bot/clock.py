"""Business time is passed in. In the playground all processes share one that can be moved.

Leases, budgets and deadlines are not business time: they use the real clock.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class SharedClock:
    """The machine's time plus an offset that stands in one row of the database; read at most twice a second."""

    FRESH_SECONDS = 0.5

    def __init__(self, engine: Engine):
        self._engine = engine
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._read_at = float("-inf")

    def __call__(self) -> datetime:
        with self._lock:
            if time.monotonic() - self._read_at > self.FRESH_SECONDS:
                self._offset = timedelta(seconds=read_offset(self._engine))
                self._read_at = time.monotonic()
            return system_clock() + self._offset


def read_offset(engine: Engine) -> float:
    """Seconds that business time is ahead of the machine's; 0 where the clock was never moved."""
    with engine.connect() as connection:
        return float(connection.execute(text("select coalesce(sum(offset_seconds), 0) from clock")).scalar_one())


def move(engine: Engine, offset_seconds: float) -> None:
    """Set how far business time is ahead."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into clock (id, offset_seconds) values (1, :offset)"
                " on conflict (id) do update set offset_seconds = excluded.offset_seconds"
            ),
            {"offset": offset_seconds},
        )
