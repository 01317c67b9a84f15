"""How the setup file says when a side works: `hours: 08:30-18:00`, `working_days: [Sun, Mon]`, `closed: [dates]`."""

import re
from datetime import date, time
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from bot.domain.business_time import DAY_NAMES, Calendar, knows_holidays_of
from bot.domain.hours import CLOSES, OPENS, WORKING_DAYS, calendar_of

MOST_CLOSED = 366


class Opening(NamedTuple):
    """From when to when, on every working day."""

    opens: time
    closes: time


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name} is not a time zone; write one like Europe/Berlin") from error
    return name


def _country(code: str) -> str:
    if not knows_holidays_of(code):
        raise ValueError(f"no holidays are known for {code}; write a country like DE, or DE-BY")
    return code


def _opening(text: Any) -> Any:
    match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*", str(text))
    try:
        opens, closes = (time.fromisoformat(part.zfill(5)) for part in match.groups()) if match else (None, None)
    except ValueError:
        opens = closes = None
    if opens is None or closes is None:
        raise ValueError("write when the day begins and ends, as in 08:30-18:00; midnight at its end is 23:59")
    if closes <= opens:
        raise ValueError(f"{text} closes before it opens; write the earlier time first")
    return Opening(opens, closes)


def _day_name(text: str) -> str:
    name = text.strip()[:3].title()
    if name not in DAY_NAMES or not re.fullmatch(rf"{name}([a-z]*day)?", text.strip().title()):
        raise ValueError(f"{text} is not a day of the week; write {', '.join(DAY_NAMES)}")
    return name


def _in_order(days: list[str]) -> list[str]:
    if not days:
        raise ValueError("needs at least one day, or nothing would ever fall due")
    return [name for name in DAY_NAMES if name in days]


Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Weekday = Annotated[str, AfterValidator(_day_name)]


class HoursPart(BaseModel):
    """When a side works."""

    timezone: Zone = "UTC"
    holidays: Country | None = None
    hours: Annotated[Opening, BeforeValidator(_opening)] = Opening(OPENS, CLOSES)
    working_days: Annotated[list[Weekday], AfterValidator(_in_order)] = list(WORKING_DAYS)
    closed: Annotated[list[date], AfterValidator(lambda days: sorted(set(days)))] = Field([], max_length=MOST_CLOSED)

    @property
    def calendar(self) -> Calendar:
        """What the file says, as a calendar."""
        return calendar_of(self.timezone, self.holidays, *self.hours, self.working_days, self.closed)

    @property
    def columns(self) -> dict[str, Any]:
        """What the file says, as the columns that keep it."""
        return {
            "timezone": self.timezone,
            "holidays": self.holidays,
            "opens": self.hours.opens,
            "closes": self.hours.closes,
            "working_days": self.working_days,
            "closed": self.closed,
        }
