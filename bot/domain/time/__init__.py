"""Time: entries that are never changed, the days they make up, and what is asked about them."""

from bot.domain.time.days import (
    CompleteDay,
    Logged,
    call_complete,
    days_of,
    expected_minutes,
    first_days,
    long_days,
    of_day,
    week,
    who_completed,
)
from bot.domain.time.doubts import Doubt, doubts
from bot.domain.time.entry import TimeEntry, standing
from bot.domain.time.reading import (
    has_logged,
    latest_work,
    minutes_by_code,
    minutes_on_projects,
    notes_on,
    people_who_logged,
)
from bot.domain.time.timers import Timer
from bot.domain.time.work import Work, with_work
from bot.domain.time.writing import (
    Before,
    amend,
    before,
    correct,
    log,
    own,
    require_standing,
    reverse,
    usual_category,
    usual_code,
)

__all__ = [
    "Before", "CompleteDay", "Doubt", "Logged", "TimeEntry", "Timer", "Work", "amend", "before",
    "call_complete", "correct", "days_of", "doubts", "expected_minutes", "first_days", "has_logged", "latest_work",
    "log", "long_days", "minutes_by_code", "minutes_on_projects", "notes_on", "of_day", "own", "people_who_logged",
    "require_standing", "reverse", "standing", "usual_category", "usual_code", "week", "who_completed", "with_work",
]  # fmt: skip
