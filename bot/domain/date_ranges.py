"""Ranges of days as people write them: `24 Dec - 2 Jan`, `24-28 Dec`, `2026-12-24 2027-01-02`, `until Friday`."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain.errors import Refused

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?\.?"
_YEAR = r"(?:,? \d{4})?"
_DAY_MONTH = rf"(?:{_WEEKDAY},? )?{_NUMBER} (?:of )?{_MONTH}\.?{_YEAR}"
_MONTH_DAY = rf"(?:{_WEEKDAY},? )?{_MONTH}\.? {_NUMBER}{_YEAR}"
_DATE = rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|{_DAY_MONTH}|{_MONTH_DAY}|today|tomorrow|{_WEEKDAY})"
_TO = r"(?: ?(?:-|to|until|till|through) ?| )"
_RANGE = re.compile(rf"(?:from )?(?P<first>{_DATE})(?:{_TO}(?P<last>{_DATE}))?")
_UNTIL = re.compile(rf"(?:until|till|to|through) (?P<last>{_DATE})")
_WITHIN_A_MONTH = re.compile(rf"(?:from )?(?P<first>{_NUMBER}){_TO}(?P<last>{_DAY_MONTH})")
HOW = "Write it as 24 Dec - 2 Jan, 2026-12-24 2027-01-02, tomorrow, or until Friday."
FAR = 180  # days from which on a date is said with its year


class Days(NamedTuple):
    """Days in a row, both included."""

    first: date
    last: date

    def each(self) -> Iterator[date]:
        """Every one of them."""
        return (self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1))


class _Written(NamedTuple):
    """A day and a month as written; the year may have to be found."""

    day: int
    month: int
    year: int | None

    def in_year(self, year: int) -> date | None:
        """That day, where the year has it: not every one has the 29th of February."""
        try:
            return date(self.year or year, self.month, self.day)
        except ValueError:
            return None

    def since(self, earliest: date) -> date | None:
        """The first such day from a date on."""
        found = (self.in_year(earliest.year + offset) for offset in range(9))
        return next((day for day in found if day and (self.year or day >= earliest)), None)

    def until(self, latest: date) -> date | None:
        """The last such day up to a date."""
        found = (self.in_year(latest.year - offset) for offset in range(9))
        return next((day for day in found if day and day <= latest), None)


def read_days(text: str, today: date) -> Days:
    """What was written, as days; without a year it is the first such range that is not over."""
    words = " ".join(text[:100].lower().replace("–", "-").replace("—", "-").split())
    found = _read(words, today)
    if found is None:
        raise Refused(f"I can't read “{text.strip()[:40]}” as days. {HOW}")
    return found


def read_past_day(text: str, today: date) -> date | None:
    """One day that is not to come, `12 Oct` being the latest such day; None where something else is written."""
    words = " ".join(text[:100].lower().split())
    if words == "yesterday":
        return today - timedelta(days=1)
    if not re.fullmatch(_DATE, words) or words == "tomorrow":
        return None
    found = _date(words, today, today - timedelta(days=6))  # a weekday is the latest one, today too
    return found if isinstance(found, date) else found.until(today) if found else None


def _read(words: str, today: date) -> Days | None:
    if match := _UNTIL.fullmatch(words):
        return _range(today, _date(match["last"], today, today), today)
    if match := _WITHIN_A_MONTH.fullmatch(words):
        last = _date(match["last"], today, today)
        number = int(re.sub(r"\D", "", match["first"]))
        if not isinstance(last, _Written) or number > last.day:
            return None
        return _range(last._replace(day=number), last, today)
    if match := _RANGE.fullmatch(words):
        first = _date(match["first"], today, today)
        after = first if isinstance(first, date) else today
        last = _date(match["last"], today, after) if match["last"] else first
        return _range(first, last, today)
    return None


def _date(words: str, today: date, after: date) -> date | _Written | None:
    """One date: relative to today, or with its month and perhaps its year; a weekday is the next such day."""
    if words in {"today", "tomorrow"}:
        return today + timedelta(days=words == "tomorrow")
    if re.fullmatch(_WEEKDAY, words):
        return after + timedelta(days=(_WEEKDAYS.index(words[:3]) - after.weekday()) % 7)
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    if re.match(r"\d{4}-", words):
        return _Written(numbers[2], numbers[1], numbers[0])
    month = re.search(rf"\b{_MONTH}\b", words)
    if month is None:
        return None
    return _Written(numbers[0], _MONTHS.index(month[0][:3]) + 1, numbers[1] if len(numbers) > 1 else None)


def _range(first: date | _Written | None, last: date | _Written | None, today: date) -> Days | None:
    """Both ends with their years: the first such range that is not over, or the one that a written year says."""
    if isinstance(first, date):
        until = last.since(first) if isinstance(last, _Written) else last
        return Days(first, until) if until else None
    if first is None or not isinstance(last, _Written):
        return None
    if last.year and not first.year:
        first = _before(first, last)
    for year in range(today.year - 1, today.year + 9):
        begins = first.in_year(year)
        ends = last.since(begins) if begins else None
        if begins and ends and (first.year or ends >= today):
            return _plausible(Days(begins, ends), said_with_year=bool(first.year or last.year))
    return None


def _plausible(days: Days, *, said_with_year: bool) -> Days:
    """Turned round, a range would be nearly a year long: that long has to be said with its years."""
    length = (days.last - days.first).days
    if length > FAR and not said_with_year:
        raise Refused(f"That would be {length + 1} days. If it is meant, write the years: {days.first} {days.last}.")
    return days


def _before(first: _Written, last: _Written) -> _Written:
    """Where only the end has a year, the beginning is the last such day before it."""
    same_year = (first.month, first.day) <= (last.month, last.day)
    return first._replace(year=(last.year or 0) - (not same_year))


def show(days: Days, today: date | None = None) -> str:
    """`Thu 24 Dec to Sat 2 Jan`, or one day; what is far off has its year."""
    if days.first == days.last:
        return f"on {show_day(days.first, today)}"
    return f"{show_day(days.first, today)} to {show_day(days.last, today)}"


def show_day(day: date, today: date | None = None) -> str:
    """`Thu 24 Dec`; with `today` given, what is far off has its year."""
    far = today is not None and abs((day - today).days) > FAR
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if far else "")
