"""What every foreign log has in common: rows of one record go in, a ticket with its history comes out.

To add a log: describe it as a `Log` in a module of its own and name it in `logs.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.events import Event, Kind
from bot.domain.intakes import LONGEST_TITLE
from bot.domain.tickets import Ticket
from bot.domain.workflow import Status

ASSIGNMENT = frozenset({"assigned_to", "assignment_group"})


class Unreadable(Exception):
    """A row can't be understood. The message says why, and ends up beside the row."""


class Row(NamedTuple):
    """One record of the file: where it began, as it stood there, and by column."""

    line: int
    raw: str
    values: dict[str, str]


class Rejected(NamedTuple):
    """A row that became nothing; it is kept as it was."""

    line: int
    raw: str
    reason: str


class Into(NamedTuple):
    """Whose tickets these become, what their origin is called, and in which zone its dates are read."""

    account_id: int
    source: str
    zone: ZoneInfo


class Step(NamedTuple):
    """What one row says: from then on the record stood in this status, with these facts (None: no longer)."""

    at: datetime
    status: Status
    facts: dict[str, str | None]
    by: str | None = None


@dataclass
class Reading:
    """What the rows of one foreign record became. Without a ticket, every row was rejected."""

    key: str
    ticket: Ticket | None = None
    events: list[Event] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, row: Row, reason: object) -> None:
        """Note why a row was left out."""
        self.rejected.append(Rejected(row.line, row.raw, str(reason)))


@dataclass(frozen=True)
class Log:
    """One kind of foreign log: how it is recognised, what its rows are grouped by, how they are read."""

    name: str
    source: str
    key: str
    columns: tuple[str, ...]
    dates: str
    read: Callable[[str, Sequence[Row], Into], Reading]


def history(ticket: Ticket, created_at: datetime, steps: Sequence[Step]) -> list[Event]:
    """The events of a foreign history, oldest first; the ticket is brought to where they leave it.

    It begins in New, as every ticket does. A row that moves nothing and hands nothing over adds no
    event: what else it changed is told by the next one. So a ticket that was closed twice closes once.
    """
    first = min([created_at, *(step.at for step in steps)])
    known = dict(steps[0].facts) if steps and steps[0].status is Status.NEW else {}
    opening = {"source": ticket.source, "key": ticket.source_key} | _said(known)
    events = [_event(ticket, Kind.IMPORTED, first, None, Status.NEW, opening)]
    ticket.created_at = ticket.status_since = first
    ticket.status = Status.NEW
    for step in steps:
        changed = {name: value for name, value in step.facts.items() if known.get(name) != value}
        if step.status is ticket.status and ASSIGNMENT.isdisjoint(changed):
            continue
        known |= changed
        events.append(_told(ticket, step, changed))
    ticket.version = len(events)
    return events


def _told(ticket: Ticket, step: Step, changed: dict[str, str | None]) -> Event:
    source = ticket.status
    data: dict[str, Any] = changed | ({"updated_by": step.by} if step.by else {})
    if step.status is source:
        name = step.facts.get("assigned_to") or step.facts.get("assignment_group")
        # As our own hand-overs are told (people.facts); nobody here is known by that name.
        data["assignee"] = {"id": None, "name": name, "slack_id": None}
        return _event(ticket, Kind.ASSIGNED, step.at, source, source, data)
    ticket.status, ticket.status_since = step.status, step.at
    ticket.closed_at = step.at if step.status is Status.CLOSED else None
    return _event(ticket, Kind.MOVED, step.at, source, step.status, data)


def _event(
    ticket: Ticket, kind: Kind, at: datetime, source: Status | None, target: Status, data: dict[str, Any]
) -> Event:
    return Event(
        kind=kind,
        at=at,
        account_id=ticket.account_id,
        source=source.value if source else None,
        target=target.value,
        data=data,
    )


def _said(facts: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value is not None}


def instant(zone: ZoneInfo, written: str, year: int, month: int, day: int, *clock: int) -> datetime:
    """A wall-clock time of that zone, in UTC. In the hour that comes twice, the first one is meant."""
    try:
        return datetime(year, month, day, *clock, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"“{written}” is not a date") from error


def title(text: str) -> str:
    """One line, as long as a title may be."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
