"""ServiceNow's audit log of incidents: one row for every update, with the whole incident as it then was.

Two of its columns know the future: `closed_at` and `resolved_at` stand on every row, also on those
written long before. States and times are therefore taken from the updates alone.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.imports.foreign import Into, Log, Reading, Row, Step, Unreadable, history, instant, title
from bot.domain.priority import MATRIX, Level, Priority
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.workflow import Status

NULL = "?"

STATES = {
    "New": Status.NEW,
    "Active": Status.IN_PROGRESS,
    "Awaiting User Info": Status.WAITING,
    "Awaiting Vendor": Status.SCHEDULED,
    "Awaiting Problem": Status.SCHEDULED,
    "Awaiting Evidence": Status.SCHEDULED,
    "Resolved": Status.CLIENT_REVIEW,
    "Closed": Status.CLOSED,
}
# What the number in front stands for: “3 - Moderate”, “2 - Medium”.
PRIORITIES = {"1": Priority.P1, "2": Priority.P2, "3": Priority.P3, "4": Priority.P4, "5": Priority.P4}
LEVELS = {"1": Level.HIGH, "2": Level.MEDIUM, "3": Level.LOW}

# Facts whose changes the history tells.
FACTS = ("assignment_group", "assigned_to", "priority", "rfc", "problem_id", "vendor", "caused_by")
# What the ticket keeps beside our own fields: our name, theirs.
KEPT = {
    "caller": "caller_id", "opened_by": "opened_by", "contact_type": "contact_type", "location": "location",
    "assignment_group": "assignment_group", "assigned_to": "assigned_to", "impact": "impact", "urgency": "urgency",
    "rfc": "rfc", "problem_id": "problem_id", "vendor": "vendor", "caused_by": "caused_by",
    "reassignments": "reassignment_count", "reopened": "reopen_count",
}  # fmt: skip
KEPT_WHEN_CLOSED = {"closed_code": "closed_code", "resolved_by": "resolved_by"}  # before, they are the future

_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?")


def read(key: str, rows: Sequence[Row], into: Into) -> Reading:
    """One incident from all its updates, in whatever order they came."""
    reading, read_rows = Reading(key), []
    for row in rows:
        try:
            read_rows.append((_step(row, into.zone), row))
        except Unreadable as reason:
            reading.reject(row, reason)
    if not read_rows:
        return reading
    read_rows.sort(key=lambda pair: (pair[0].at, _number(pair[1]), pair[1].line))
    reading.raw = [row.raw for _, row in read_rows]
    last = read_rows[-1][1]
    reading.ticket = _ticket(key, last, into, read_rows[0][0].at)
    steps = [step for step, _ in read_rows]
    reading.events = history(reading.ticket, _opened(last, into.zone) or steps[0].at, steps)
    _finish(reading.ticket, last)
    return reading


def _step(row: Row, zone: ZoneInfo) -> Step:
    state = _value(row, "incident_state")
    if state not in STATES:
        raise Unreadable(f"the state “{state or NULL}” is not known")
    facts = {name: _value(row, name) for name in FACTS}
    return Step(_date(row.values["sys_updated_at"], zone), STATES[state], facts, _value(row, "sys_updated_by"))


def _opened(row: Row, zone: ZoneInfo) -> datetime | None:
    written = _value(row, "opened_at")
    try:
        return _date(written, zone) if written else None
    except Unreadable:  # the updates' own times are enough
        return None


def _date(written: str, zone: ZoneInfo) -> datetime:
    match = _DATE.fullmatch(written.strip())
    if not match:
        raise Unreadable(f"“{written}” is not a date as this log writes them: day/month/year hour:minute")
    day, month, year, *clock = (int(part or 0) for part in match.groups())
    return instant(zone, written, year, month, day, *clock)


def _number(row: Row) -> int:
    """The incident's own count of its updates, which orders those of one minute."""
    count = row.values["sys_mod_count"].strip()
    return int(count) if count.isdecimal() and len(count) < 10 else 0


def _value(row: Row, column: str) -> str | None:
    value = row.values.get(column, "").strip()
    return None if value in {"", NULL} else value


def _ticket(key: str, last: Row, into: Into, at: datetime) -> Ticket:
    priority, computed, why = _priority(last)
    return Ticket(
        account_id=into.account_id,
        title=title(_title(key, last)),
        request_type=RequestType.INCIDENT,
        priority=priority,
        computed_priority=computed,
        priority_why=why,
        created_at=at,
        status_since=at,
        related_system=_value(last, "cmdb_ci"),
        source=into.source,
        source_key=key,
    )


def _title(key: str, row: Row) -> str:
    """The log has no text, so its classification speaks."""
    category, subcategory, symptom = (_value(row, name) for name in ("category", "subcategory", "u_symptom"))
    about = " / ".join(filter(None, (category, subcategory)))
    return ": ".join(filter(None, (about, symptom))) or f"Incident {key}"


def _priority(row: Row) -> tuple[Priority, Priority, str]:
    """The priority it had, the one our matrix gives its impact and urgency, and why."""
    written = _value(row, "priority")
    impact, urgency = (LEVELS.get((_value(row, name) or "")[:1], Level.LOW) for name in ("impact", "urgency"))
    computed = MATRIX[impact, urgency]
    given = PRIORITIES.get((written or "")[:1])
    why = f"{impact.value} impact, {urgency.value} urgency; "
    return given or computed, computed, why + (f"imported as “{written}”" if given else "imported without a priority")


def _finish(ticket: Ticket, last: Row) -> None:
    kept = KEPT | (KEPT_WHEN_CLOSED if ticket.status is Status.CLOSED else {})
    facts = {name: _value(last, column) for name, column in kept.items()}
    extra: dict[str, Any] = {name: value for name, value in facts.items() if value is not None}
    ticket.extra = extra
    if ticket.status is Status.WAITING:  # the log does not say what was asked
        ticket.waiting_for = "an answer to an earlier question"


LOG = Log(
    name="ServiceNow event log",
    source="servicenow",
    key="number",
    columns=(
        "number", "incident_state", "sys_mod_count", "opened_at", "sys_updated_by", "sys_updated_at", "category",
        "subcategory", "u_symptom", "impact", "urgency", "priority", "assignment_group", "assigned_to",
    ),
    dates="day/month/year",
    read=read,
)  # fmt: skip
