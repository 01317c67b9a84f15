"""Business hours: when they run, how many passed, and when a target falls due.

A calendar is an IANA zone, a weekly window and dated holidays. Instants are timezone-aware;
windows follow the wall clock, so a change of the clocks moves no opening time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

HOURS_PER_DAY = 8
HORIZON_DAYS = 20_000  # a target that needs half a century of business time is a mistake, not a due date


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
        first = self.local_date(instant)
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            if not self.is_working_day(day):
                continue
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
        _CACHE[country] = holidays.country_holidays(code, subdiv=subdivision or None)
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
    left, last = timedelta(minutes=minutes), calendar.local_date(end)
    for offset in range(HORIZON_DAYS):
        day = last - timedelta(days=offset)
        opens, closes = calendar.window(day)
        closes = min(closes, end.astimezone(UTC))
        if not calendar.is_working_day(day) or closes <= opens:
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
    """Business days of eight hours from `start` to `end`."""
    return minutes_between(calendar, start, end) / (60 * HOURS_PER_DAY)


def add_days(calendar: Calendar, start: date, count: int) -> date:
    """The working day `count` working days after `start` (0: the next one that is not a day off)."""
    day = start
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not calendar.is_working_day(day):
            day += timedelta(days=1)
    return day


def working_days_until(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 where `end` is not later."""
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
