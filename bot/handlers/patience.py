"""A short restart of the database is waited out inside the deadline, where it is certain that nothing was stored."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError

from bot import database, metrics

log = structlog.get_logger()
SHORT_SECONDS = 10.0  # an outage that lasts longer is told of at once: waiting would only fill the threads
ENOUGH_SECONDS = 0.7  # what a handler may need once the database is back
PAUSE_SECONDS = 0.05
T = TypeVar("T")


class Patience:
    """One for all threads of a process: it knows since when the database has been away."""

    def __init__(self) -> None:
        self._away_since: float | None = None

    def run(self, attempt: Callable[[], T]) -> T:
        """Its result; an attempt that lost the database before any commit began is made again."""
        while True:
            with database.noting_commits() as begun:
                try:
                    done = attempt()
                except OperationalError as error:
                    # Once a commit has begun nobody can tell whether it was done: that is the person's to repeat.
                    if begun or not database.is_away(error) or not self._is_worth_waiting():
                        raise
                else:
                    self._away_since = None if begun else self._away_since
                    return done
            metrics.WAITED_OUT.inc()
            log.info("the database is away for a moment; waiting")
            time.sleep(PAUSE_SECONDS)

    def _is_worth_waiting(self) -> bool:
        left, now = database.seconds_left(), time.monotonic()
        self._away_since = self._away_since or now
        return left is not None and left > ENOUGH_SECONDS and now - self._away_since < SHORT_SECONDS
