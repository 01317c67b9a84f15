"""An agreement's allowance: what is carried over, how fast it is used, and when to say so. Minutes, whole ones.

What is left of a period's own allowance is carried into the next one, up to a share of the allowance; it is used
first and then expires. The rest is forfeited (as Atera and Kaseya BMS have it; the cap is ours).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import islice

from bot.domain.business_time import Calendar


@dataclass(frozen=True)
class Period:
    """What came of one period's allowance, in minutes."""

    available: int  # its own and what was carried in
    used: int
    from_carry: int  # the oldest is used first
    overage: int  # used beyond what was available
    expired_carry: int
    carry_out: int
    forfeited: int


def periods(allowance: int, cap: Decimal, used: Iterable[int]) -> Iterator[Period]:
    """One after the other, each with what the one before left; `cap` is a share of the allowance."""
    carry = 0
    for spent in used:
        yield (one := period(allowance, cap, spent, carry))
        carry = one.carry_out


def period(allowance: int, cap: Decimal, used: int, carry: int) -> Period:
    """One with what the one before left. Less than nothing used, by what was put right later, uses nothing."""
    most, spent = int((allowance * cap).to_integral_value(ROUND_HALF_UP)), max(used, 0)
    from_carry = min(spent, carry)
    own = min(spent - from_carry, allowance)
    carried_out = min(allowance - own, most)
    return Period(
        available=allowance + carry, used=used, from_carry=from_carry, overage=spent - from_carry - own,
        expired_carry=carry - from_carry, carry_out=carried_out, forfeited=allowance - own - carried_out,
    )  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """Where a period ends if it goes on like this."""

    minutes: int  # used by its end
    runs_out: date | None  # the first working day on which all is used; None if that is not in this period


def forecast(
    calendar: Calendar, first: date, last: date, today: date, *, used: int, available: int, committed: int = 0
) -> Forecast:
    """At the end of `today`: used so far, and by its end at the same pace or by what is promised, whichever is more."""
    elapsed = _working_days(calendar, first, today)
    remaining = _working_days(calendar, today, last) - _working_days(calendar, today, today)
    pace = Decimal(used) / elapsed if elapsed else Decimal(0)
    at_end = used + max((pace * remaining).to_integral_value(ROUND_HALF_UP), Decimal(committed))
    return Forecast(int(at_end), _runs_out(calendar, first, last, pace, available) if pace else None)


def _working_days(calendar: Calendar, first: date, last: date) -> int:
    count = 0
    for day in calendar.working_days(first):
        if day > last:
            return count
        count += 1
    return count


def _runs_out(calendar: Calendar, first: date, last: date, pace: Decimal, available: int) -> date | None:
    needed = max(1, int((available / pace).to_integral_value(ROUND_CEILING)))
    day = next(islice(calendar.working_days(first), needed - 1, None))
    return day if day <= last else None


class Burn(StrEnum):
    """What is worth saying about it, the worst first; each is said once a period."""

    EXHAUSTED = "exhausted"
    USED_95 = "used_95"
    USED_80 = "used_80"
    FORECAST_OVER = "forecast_over"
    OK = "ok"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Burn).index(self)


def burn(used: int, available: int, at_end: int) -> Burn:
    """Used by hundredths of what is available; and whether the forecast goes beyond it."""
    for share, state in ((100, Burn.EXHAUSTED), (95, Burn.USED_95), (80, Burn.USED_80)):
        if used * 100 >= available * share and used:
            return state
    return Burn.FORECAST_OVER if at_end > available else Burn.OK
