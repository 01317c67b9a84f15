"""Months as reviews and invoices count them: whole, by the calendar of whoever they are about."""

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.business_time import Calendar


@dataclass(frozen=True, order=True)
class Month:
    """One month of one year; written 2026-11."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day is in."""
        return cls(day.year, day.month)

    @classmethod
    def named(cls, text: str) -> "Month":
        """Read back what `str` wrote."""
        return cls.of(date.fromisoformat(f"{text}-01"))

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def name(self) -> str:
        """As people say it: November."""
        return gregorian.month_name[self.number]

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, gregorian.monthrange(self.year, self.number)[1])

    @property
    def before(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after."""
        return Month.of(self.last + timedelta(days=1))

    def until(self, end: "Month") -> Iterator["Month"]:
        """The months from this one on, without `end`."""
        month = self
        while month < end:
            yield month
            month = month.after

    def window(self, calendar: Calendar) -> tuple[datetime, datetime]:
        """From its first midnight to the one after its last day, in that zone, as instants in UTC."""
        return _midnight(self.first, calendar), _midnight(self.last + timedelta(days=1), calendar)

    def weeks(self) -> list[tuple[date, date]]:
        """Its weeks from Monday to Sunday; the first and the last may be cut short."""
        found, day = [], self.first
        while day <= self.last:
            sunday = min(day + timedelta(days=6 - day.weekday()), self.last)
            found.append((day, sunday))
            day = sunday + timedelta(days=1)
        return found


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(0), calendar.tz).astimezone(UTC)
