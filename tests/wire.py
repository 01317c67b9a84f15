"""What goes over the wire to Postgres, as libpq itself traces it: nothing is guessed from Python's side.

    with Wire.of(engine) as wire:
        ...
        wire.since_last()     # Traffic(statements=…, round_trips=…, said=[…])

A round trip is one wait for the server, whatever goes along in it; BEGIN, COMMIT and savepoints count as well.
What psycopg prepares on its way, once a connection and statement, does not.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import pq
from sqlalchemy import Engine, event

QUERY, PARSE, BIND, EXECUTE = "Query", "Parse", "Bind", "Execute"


@dataclass(frozen=True)
class Traffic:
    """Statements that were executed, times that was waited for the server, and what was said in each."""

    statements: int
    round_trips: int
    said: list[str]


class Wire:
    """Listens to every connection that an engine opens from now on; those it had are closed."""

    def __init__(self, engine: Engine):
        self._traces: list[_Trace] = []
        self._engine = engine

    @classmethod
    @contextmanager
    def of(cls, engine: Engine) -> Iterator["Wire"]:
        wire = cls(engine)
        engine.dispose()
        event.listen(engine, "connect", wire._connected)
        try:
            yield wire
        finally:
            event.remove(engine, "connect", wire._connected)
            engine.dispose()

    def _connected(self, connection: Any, _record: Any) -> None:
        trace = _Trace()
        connection.pgconn.trace(trace.file.fileno())
        connection.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        self._traces.append(trace)

    def since_last(self) -> Traffic:
        """Everything since this was asked the last time."""
        turns = [turn for trace in self._traces for turn in _turns(trace.rest())]
        return Traffic(sum(turn.executed for turn in turns), len(turns), [turn.said for turn in turns])


class _Trace:
    """A connection's file. libpq writes through the same descriptor, so it is read without moving its position."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115  as long as the connection lives
        self._read = 0

    def rest(self) -> list[str]:
        found = os.pread(self.file.fileno(), os.fstat(self.file.fileno()).st_size - self._read, self._read)
        self._read += len(found)
        return found.decode("utf-8", "replace").splitlines()


@dataclass
class Turn:
    """What the client sent before it waited."""

    executed: int = 0
    said: str = ""


def _turns(lines: list[str]) -> list[Turn]:
    turns: list[Turn] = []
    asking = False
    for line in lines:
        way, _, message = line.partition("\t")
        if way == "F":
            if not asking:
                turns.append(Turn())
            _note(turns[-1], message)
        # What a statement of several lines goes on with has no way: it is neither.
        asking = asking if way not in ("F", "B") else way == "F"
    return [turn for turn in turns if turn.executed]


def _note(turn: Turn, message: str) -> None:
    _size, kind, *rest = [*message.split("\t"), ""]
    turn.executed += kind in (QUERY, EXECUTE)
    if kind in (QUERY, PARSE, BIND):
        turn.said += re.sub(r"\s+", " ", " ".join(rest)).strip()[:4000]
