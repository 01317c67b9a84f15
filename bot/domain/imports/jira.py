"""Issues as Jira exports them: one row an issue, as it stands today, with when it came and was resolved."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.imports.foreign import Into, Log, Reading, Row, Step, Unreadable, history, instant, title
from bot.domain.priority import Priority
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.workflow import CloseReason, Status

STATES = {
    "Open": Status.NEW,
    "Reopened": Status.TRIAGE,
    "In Progress": Status.IN_PROGRESS,
    "Patch Available": Status.INTERNAL_REVIEW,
    "Resolved": Status.CLOSED,  # with a resolution and its date: nobody is going to confirm it any more
    "Closed": Status.CLOSED,
}
PRIORITIES = {
    "Blocker": Priority.P1,
    "Critical": Priority.P1,
    "Major": Priority.P2,
    "Minor": Priority.P3,
    "Trivial": Priority.P4,
}
CLOSE_REASONS = {"Duplicate": CloseReason.DUPLICATE}  # the other resolutions were work, or an answer

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{2}|\d{4}) (\d{1,2}):(\d{2})(?: ([AP]M))?")


def read(key: str, rows: Sequence[Row], into: Into) -> Reading:
    """One issue; a second row with the same number is left out."""
    reading, first = Reading(key), rows[0]
    for row in rows[1:]:
        reading.reject(row, f"the issue {key} stands on line {first.line} already")
    try:
        _become(reading, first, into)
    except Unreadable as reason:
        reading.reject(first, reason)
    return reading


def _become(reading: Reading, row: Row, into: Into) -> None:
    created = _date(row.values["Created"], into.zone)
    status = _status(row)
    ticket = _ticket(reading.key, row, into, created)
    reading.events = history(ticket, created, _steps(row, status, created, into.zone))
    reading.ticket, reading.raw = ticket, [row.raw]


def _status(row: Row) -> Status:
    state = row.values["Status"].strip()
    if state not in STATES:
        raise Unreadable(f"the status “{state}” is not known")
    return STATES[state]


def _steps(row: Row, status: Status, created: datetime, zone: ZoneInfo) -> list[Step]:
    resolved = row.values["Resolved"].strip()
    facts = {"state": row.values["Status"].strip(), "resolution": row.values["Resolution"].strip() or None}
    if status is Status.NEW:
        return []
    if status is not Status.CLOSED:
        return [Step(created, status, facts)]  # since when is not in the export
    if not resolved:
        raise Unreadable("it is resolved, but the date is missing")
    return [Step(_date(resolved, zone), status, facts)]


def _ticket(key: str, row: Row, into: Into, created: datetime) -> Ticket:
    summary, written = row.values["Summary"], row.values["Priority"].strip()
    priority = PRIORITIES.get(written, Priority.P4)
    shown = title(summary) or f"Issue {key}"
    details = row.values["Description"].strip()
    kept = {"resolution": row.values["Resolution"], "affects_versions": row.values["Affects Version/s"]}
    return Ticket(
        account_id=into.account_id,
        title=shown,
        details=f"{summary}\n\n{details}" if shown.endswith("…") else details,
        request_type=RequestType.INCIDENT,
        priority=priority,
        computed_priority=priority,
        priority_why=f"imported as “{written}”" if written in PRIORITIES else "imported without a priority",
        created_at=created,
        status_since=created,
        close_reason=CLOSE_REASONS.get(row.values["Resolution"].strip()),
        source=into.source,
        source_key=key,
        extra={name: value.strip() for name, value in kept.items() if value.strip()},
    )


def _date(written: str, zone: ZoneInfo) -> datetime:
    match = _DATE.fullmatch(written.strip())
    if not match or match[2] not in _MONTHS:
        raise Unreadable(f"“{written}” is not a date as this export writes them: 30/Sep/21 17:20")
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    hour = int(match[4]) % 12 + (12 if match[6] == "PM" else 0) if match[6] else int(match[4])
    return instant(zone, written, year, _MONTHS.index(match[2]) + 1, int(match[1]), hour, int(match[5]))


LOG = Log(
    name="Jira export",
    source="jira",
    key="Issue id",
    columns=(
        "Summary", "Issue id", "Status", "Priority", "Resolution", "Created", "Resolved", "Affects Version/s",
        "Description",
    ),
    dates="day/month/year",
    read=read,
)  # fmt: skip
