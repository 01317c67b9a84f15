"""Business hours: when they run, how many passed, and when a target falls due.

A calendar is an IANA zone, a weekly window and dated holidays. Instants are timezone-aware;
windows follow the wall clock, so a change of the clocks moves no opening time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import holidays

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HORIZON_DAYS = 15_000  # a target that needs half a century of business time is a mistake, not a due date
LONGEST_CLOSURE_DAYS = 366  # without one working day in so many, a calendar is a mistake; `apply` refuses it


@dataclass(frozen=True)
class Calendar:
    """When a client's (or the provider's) business hours run."""

    zone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))  # Monday is 0
    days_off: frozenset[date] = field(default_factory=frozenset)
    country: str | None = None  # ISO code, with an optional subdivision: DE, DE-BE

    @property
    def tz(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.zone)

    def is_working_day(self, day: date) -> bool:
        """Whether business hours run on that local date."""
        return day.weekday() in self.weekdays and day not in self.days_off and not _is_holiday(self.country, day)

    @property
    def minutes_a_day(self) -> float:
        """How long a working day is, by the wall clock."""
        opens, closes = (datetime.combine(date.min, at) for at in (self.opens, self.closes))
        return (closes - opens).total_seconds() / 60

    def working_days(self, first: date, step: int = 1) -> Iterator[date]:
        """The working days from a date on, or with `step=-1` backwards from it; it never ends.

        Where a whole year has none, every day counts: a mistake in a calendar holds up no digest and no card.
        """
        day = first
        while True:
            upcoming = (day + timedelta(days=step * offset) for offset in range(LONGEST_CLOSURE_DAYS))
            day = next((at for at in upcoming if self.is_working_day(at)), day)
            yield day
            day += timedelta(days=step)

    def counts_as_working(self, day: date) -> bool:
        """Whether work is expected on that day: as `working_days` has it."""
        return next(self.working_days(day)) == day

    def has_working_days(self, first: date) -> bool:
        """Whether the year from that date has any."""
        return self.is_working_day(next(self.working_days(first)))

    def closures(self, first: date) -> Iterator[tuple[date, str]]:
        """Days of a year on which business hours would run but for a holiday, each with the holiday's name if any."""
        for offset in range(LONGEST_CLOSURE_DAYS):
            day = first + timedelta(days=offset)
            if day.weekday() in self.weekdays and not self.is_working_day(day):
                yield day, _holidays(self.country).get(day, "") if self.country else ""

    def local_date(self, instant: datetime) -> date:
        """The calendar's own date at that instant."""
        return instant.astimezone(self.tz).date()

    def window(self, day: date) -> tuple[datetime, datetime]:
        """That day's business hours as instants in UTC."""
        opens = datetime.combine(day, self.opens, self.tz)
        closes = datetime.combine(day, self.closes, self.tz)
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def windows_from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Business hours from an instant on, the first one cut off at it."""
        for day in islice(self.working_days(self.local_date(instant)), HORIZON_DAYS):
            opens, closes = self.window(day)
            if closes > instant:
                yield max(opens, instant.astimezone(UTC)), closes


def _is_holiday(country: str | None, day: date) -> bool:
    if not country:
        return False
    return day in _holidays(country)


_CACHE: dict[str, holidays.HolidayBase] = {}


def _holidays(country: str) -> holidays.HolidayBase:
    if country not in _CACHE:
        code, _, subdivision = country.partition("-")
        # In English where the library has it, as all else that people read; otherwise in the country's own language.
        _CACHE[country] = holidays.country_holidays(code, subdiv=subdivision or None, language="en_US")
    return _CACHE[country]


def knows_holidays_of(country: str) -> bool:
    """Whether the library has that country (and subdivision)."""
    try:
        _holidays(country)
    except NotImplementedError:
        return False
    return True


def add_minutes(calendar: Calendar, start: datetime, minutes: float) -> datetime:
    """The instant at which `minutes` of business time have passed since `start`, in UTC."""
    left = timedelta(minutes=minutes)
    for opens, closes in calendar.windows_from(start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(f"{minutes} business minutes never pass on this calendar")


def subtract_minutes(calendar: Calendar, end: datetime, minutes: float) -> datetime:
    """The latest instant from which `minutes` of business time pass until `end`, in UTC."""
    left = timedelta(minutes=minutes)
    for day in islice(calendar.working_days(calendar.local_date(end), step=-1), HORIZON_DAYS):
        opens, closes = calendar.window(day)
        closes = min(closes, end.astimezone(UTC))
        if closes <= opens:
            continue
        if left <= closes - opens:
            return closes - left
        left -= closes - opens
    raise ValueError(f"{minutes} business minutes never passed on this calendar")


def minutes_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Business minutes from `start` to `end`; 0 where `end` is not later."""
    total = timedelta()
    if end <= start:
        return 0.0
    for opens, closes in calendar.windows_from(start):
        if opens >= end:
            break
        total += min(closes, end.astimezone(UTC)) - opens
    return total.total_seconds() / 60


def days_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Business days, as long as this calendar's are, from `start` to `end`."""
    return minutes_between(calendar, start, end) / calendar.minutes_a_day


def add_days(calendar: Calendar, start: date, count: int) -> date:
    """The working day `count` working days after `start` (0: the next one that is not a day off)."""
    return next(islice(calendar.working_days(start), count, None))


def working_days_until(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 where `end` is not later."""
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
