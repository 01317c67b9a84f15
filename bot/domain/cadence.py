"""How often something comes round: from a first day, which also says which weekday or day of the month."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

from bot.domain.business_time import Calendar, add_days


class Cadence(StrEnum):
    """How often; the value is what the form shows."""

    WORKING_DAY = "every working day"
    WEEKLY = "every week"
    TWO_WEEKS = "every two weeks"
    MONTHLY = "every month"
    QUARTERLY = "every quarter"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return self.value.capitalize()


_WEEKS = {Cadence.WEEKLY: 1, Cadence.TWO_WEEKS: 2}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken(cadence: Cadence, first: date) -> str:
    """As people say it: every Monday, every month on day 5."""
    if cadence in _WEEKS:
        return f"{'every' if cadence is Cadence.WEEKLY else 'every other'} {_DAYS[first.weekday()]}"
    if cadence in _MONTHS:
        return f"{cadence.value} on " + (f"day {first.day}" if first.day < 31 else "its last day")
    return cadence.value


def days_of(cadence: Cadence, first: date, calendar: Calendar) -> Iterator[date]:
    """The days it comes round on, from the first one on; a month that is too short has it on its last day."""
    if cadence in _WEEKS:
        return (first + timedelta(weeks=_WEEKS[cadence] * turn) for turn in count())
    if cadence in _MONTHS:
        return (_months_later(first, _MONTHS[cadence] * turn) for turn in count())
    return (day for turn in count() if calendar.is_working_day(day := first + timedelta(days=turn)))


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def due_on(calendar: Calendar, day: date) -> date:
    """The day itself, or the next working day after a day off."""
    return add_days(calendar, day, 0)
