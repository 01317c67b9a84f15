"""Durations as people write them: `90`, `1h30`, `1,5h`, `1:30`, `45m`, `2 h 15 min`."""

import re

from bot.domain.errors import Refused

SHORTEST, LONGEST = 1, 720

_HOURS_MINUTES = re.compile(r"(\d{1,9}) ?(?:h|hrs?|hours?|std) ?(\d{1,2}) ?(?:m|mins?|minutes?)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_HOURS = re.compile(r"(\d{1,9}(?:[.,]\d{1,2})?) ?(?:h|hrs?|hours?|std)")
_MINUTES = re.compile(r"(\d{1,9}) ?(?:m|mins?|minutes?)?")


def parse_minutes(
    text: str, *, longest: int = LONGEST, field: str | None = None, what: str = "what one entry can hold"
) -> int:
    """Whole minutes between 1 and `longest`; anything else is refused in a sentence."""
    minutes = _read(text.strip().lower())
    if minutes is None:
        raise Refused(f"I can't read “{text.strip()[:40]}” as a time. Write 45m, 1h30, 1:30 or 1.5h.", field=field)
    if not SHORTEST <= minutes <= longest:
        raise Refused(
            f"{show(minutes)} is outside {what} (1 minute to {show(longest)}). Please check the figure.",
            field=field,
        )
    return minutes


def _read(text: str) -> int | None:
    if match := _CLOCK.fullmatch(text):
        return _hours_and_minutes(match)
    if match := _HOURS_MINUTES.fullmatch(text):
        return _hours_and_minutes(match)
    if match := _HOURS.fullmatch(text):
        return round(float(match[1].replace(",", ".")) * 60)
    if match := _MINUTES.fullmatch(text):
        return int(match[1])
    return None


def _hours_and_minutes(match: re.Match[str]) -> int | None:
    hours, minutes = int(match[1]), int(match[2])
    return hours * 60 + minutes if minutes < 60 else None


def show(minutes: int) -> str:
    """`45m`, `2h`, `1h 30m`; negative minutes (a reversal) keep their sign."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours}h"] * bool(hours) + [f"{rest}m"] * bool(rest or not hours)
    return ("-" if minutes < 0 else "") + " ".join(parts)
