"""Response targets: by when a request is triaged. Times are business time of the account's calendar."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from bot.domain.business_time import Calendar, add_minutes
from bot.domain.priority import Priority


def triage_due(calendar: Calendar, created_at: datetime, priority: Priority, hours: Mapping[Any, float]) -> datetime:
    """When triage is due, in UTC. P1 that arrives in business hours is triaged the same day, whatever is left of it."""
    due = add_minutes(calendar, created_at, hours[priority.value] * 60)
    if priority is not Priority.P1 or not _arrived_in_hours(calendar, created_at):
        return due
    end_of_day = datetime.combine(calendar.local_date(created_at), time(23, 59, 59), calendar.tz)
    return min(due, end_of_day.astimezone(UTC))


def _arrived_in_hours(calendar: Calendar, instant: datetime) -> bool:
    day = calendar.local_date(instant)
    opens, closes = calendar.window(day)
    return calendar.is_working_day(day) and opens <= instant < closes
