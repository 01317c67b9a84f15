"""What is asked about an entry, once and when it is made: nothing of it holds the entry up."""

from datetime import date
from enum import StrEnum

from bot.domain.business_time import Calendar
from bot.domain.time.entry import TimeEntry
from bot.domain.timeliness import is_late
from bot.domain.vagueness import says_too_little

LONG_ENTRY, LONG_DAY = 8 * 60, 12 * 60  # minutes: more is odd


class Doubt(StrEnum):
    """Why somebody may want to look again."""

    VAGUE = "vague"
    LATE = "late"
    LONG_ENTRY = "long_entry"
    LONG_DAY = "long_day"
    DAY_OFF = "day_off"


def doubts(entry: TimeEntry, calendar: Calendar, today: date, day_total: int) -> list[Doubt]:
    """What is odd about a new entry."""
    has_title = bool(entry.ticket_id or entry.project_id)
    held = {
        Doubt.VAGUE: says_too_little(entry.note, has_title=has_title),
        Doubt.LATE: entry.is_first and is_late(calendar, entry.work_date, today),
        Doubt.LONG_ENTRY: entry.minutes > LONG_ENTRY,
        Doubt.LONG_DAY: day_total > LONG_DAY,
        Doubt.DAY_OFF: not calendar.is_working_day(entry.work_date),
    }
    return [doubt for doubt, holds in held.items() if holds]
