"""A connection to Postgres on which people wait less: what nobody waits for goes with what is sent next.

An answer of the server's costs more than most of what is asked. So BEGIN goes with a transaction's first statement, and
a statement that carries the option NOBODY_WAITS is held back and goes, in its turn, with the next one that is waited
for, or with COMMIT. What goes wrong with it is raised there. The order on the wire is the order in the code.
"""

import select
from collections.abc import Callable
from typing import Any, cast

import psycopg
from psycopg.errors import PipelineAborted
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

NOBODY_WAITS = {"nobody_waits": True}


class Cursor(psycopg.Cursor[Any]):
    """Takes along what its connection holds back."""

    def execute(self, *args: Any, **kwargs: Any) -> "Cursor":
        _ours(self).taking_along(super().execute, *args, **kwargs)
        return self

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        _ours(self).taking_along(super().executemany, *args, **kwargs)


class Connection(psycopg.Connection[Any]):
    """Psycopg's, with statements that are held back until something is waited for."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cursor_factory = Cursor
        self._held: list[tuple[Any, Any]] = []
        self._begins_itself = False

    def hold(self, statement: Any, parameters: Any = None) -> None:
        """It goes with what is sent next."""
        self._held.append((statement, parameters))

    def begin_along(self) -> None:
        """Where no transaction is open, let BEGIN go along; psycopg itself would wait for it."""
        idle = self.pgconn.transaction_status == TransactionStatus.IDLE and not self._held
        if idle and not self.autocommit and self.isolation_level is None:
            self.autocommit = self._begins_itself = True
            self.hold("begin")

    def taking_along(self, send: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Send what is held and this; one wait for all of it."""
        if not self._held:
            send(*args, **kwargs)
            return
        held, self._held = self._held, []
        try:
            with self.pipeline():
                for statement, parameters in held:
                    psycopg.Cursor(self).execute(statement, parameters)
                send(*args, **kwargs)
        except PipelineAborted as error:  # of what followed; the reason is what went wrong first
            raise error.__context__ or error from None

    def commit(self) -> None:
        """Make it last, with what is still held."""
        if self._held:
            self.taking_along(psycopg.Cursor(self).execute, "commit")
        else:
            super().commit()
        self._as_it_was()

    def rollback(self) -> None:
        """Take it back; what is held was never sent."""
        self._held.clear()
        super().rollback()
        self._as_it_was()

    def _as_it_was(self) -> None:
        if self._begins_itself and not self.closed:
            self.autocommit = self._begins_itself = False


def _ours(cursor: psycopg.Cursor[Any]) -> Connection:
    return cast(Connection, cursor.connection)


def wait_less(engine: Engine) -> None:
    """Let this engine's connections be such, and find those that died in the pool without asking them."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Connection:
        return Connection.connect(*cargs, **cparams)

    @event.listens_for(engine, "checkout")
    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        if has_something_to_say(connection):
            raise DisconnectionError

    @event.listens_for(engine, "do_execute")
    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        connection = _ours(cursor)
        connection.begin_along()
        held = bool(context.execution_options.get("nobody_waits"))
        if held:
            connection.hold(statement, parameters)
        return held


def has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server spoke while nobody asked it anything: that is how it says good-bye."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
