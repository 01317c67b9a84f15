"""Two people at once, in an order that a test decides: no luck and no sleep.

The first one's transaction is stopped just before its commit, with every lock it has. Then the second one goes,
until it waits for a lock or is done; then the first may go on.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from tests.driver import Person
from tests.house import House

PATIENCE = 10.0  # seconds; nothing here takes so long, and nothing hangs for ever


@dataclass(frozen=True)
class Step:
    """What somebody does; told whether they will have lost, since a driver wants to know what it waits for."""

    who: Person
    does: Callable[[bool], Any]


class Turns:
    """Of one house, whose app it stops."""

    def __init__(self, house: House):
        self._house = house
        self._first = ""
        self._stopped, self._go = threading.Event(), threading.Event()
        engine = house.sessions.kw["bind"]
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "before_cursor_execute", self._notice)
        event.listen(engine, "commit", self._stop)

    def take(self, first: Step, second: Step) -> bool:
        """One after the other; whether the second had to wait for the first."""
        self._first = first.who.id
        with ThreadPoolExecutor(2) as threads:
            one = threads.submit(first.does, False)
            assert self._stopped.wait(PATIENCE), one.result()
            other = threads.submit(second.does, True)
            waited = self._waits(other)
            self._go.set()
            one.result(PATIENCE)
            other.result(PATIENCE)
        return waited

    def _waits(self, other: Future[Any]) -> bool:
        waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        while not other.done():
            if self._house.rows(waiting):
                return True
        return False

    def _begin(self, connection: Any) -> None:
        connection.info["who"], connection.info["writes"] = None, False

    def _notice(self, connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "steward_enter" in statement:
            connection.info["who"] = parameters["slack_id"]
        connection.info["writes"] |= statement.lstrip().lower().startswith(("insert", "update", "with"))

    def _stop(self, connection: Any) -> None:
        if connection.info["who"] == self._first and connection.info["writes"] and not self._stopped.is_set():
            self._stopped.set()
            assert self._go.wait(PATIENCE)
