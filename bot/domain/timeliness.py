"""How soon time is written down: the later, the more it is guessed (shared rule: daily entry is best)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from bot.domain.business_time import Calendar

LATE_AFTER = 1  # business days
SITTING = timedelta(minutes=60)  # entries with less between them were made in one
MANY_ENTRIES, MANY_DAYS = 5, 3


def lag(calendar: Calendar, work_date: date, entered: date) -> int:
    """Business days from the day of the work to the day it was entered; 0 where that was the same or earlier."""
    if entered <= work_date:
        return 0
    days = calendar.working_days(work_date + timedelta(days=1))
    return sum(1 for _ in takewhile(lambda day: day <= entered, days))


def is_late(calendar: Calendar, work_date: date, entered: date) -> bool:
    """Whether it took more than one business day."""
    return lag(calendar, work_date, entered) > LATE_AFTER


class Made(NamedTuple):
    """An entry: when it was made, and for which day."""

    at: datetime
    work_date: date


def reconstructed(entries: Sequence[Made]) -> list[list[Made]]:
    """The sittings of one person in which a week was put together from memory: five entries or more for three days."""
    sittings: list[list[Made]] = []
    for entry in sorted(entries):
        if sittings and entry.at - sittings[-1][-1].at < SITTING:
            sittings[-1].append(entry)
        else:
            sittings.append([entry])
    return [
        one for one in sittings if len(one) >= MANY_ENTRIES and len({entry.work_date for entry in one}) >= MANY_DAYS
    ]
