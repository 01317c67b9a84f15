"""How often something comes round, to the day."""

from datetime import date
from itertools import islice

import pytest

from bot.domain.business_time import Calendar
from bot.domain.cadence import Cadence, days_of, due_on, spoken

GERMANY = Calendar(zone="Europe/Berlin", country="DE")


def coming(cadence: Cadence, first: str, count: int) -> list[str]:
    return [str(day) for day in islice(days_of(cadence, date.fromisoformat(first), GERMANY), count)]


@pytest.mark.parametrize(
    ("cadence", "first", "days", "said"),
    [
        (Cadence.WEEKLY, "2026-11-30", ["2026-11-30", "2026-12-07", "2026-12-14"], "every Monday"),
        (Cadence.TWO_WEEKS, "2026-12-25", ["2026-12-25", "2027-01-08"], "every other Friday"),
        (Cadence.MONTHLY, "2026-12-05", ["2026-12-05", "2027-01-05", "2027-02-05"], "every month on day 5"),
        (Cadence.MONTHLY, "2026-12-31", ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
         "every month on its last day"),
        (Cadence.MONTHLY, "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"], "every month on day 30"),
        (Cadence.QUARTERLY, "2026-11-30", ["2026-11-30", "2027-02-28", "2027-05-30"], "every quarter on day 30"),
        (Cadence.WORKING_DAY, "2026-12-24", ["2026-12-24", "2026-12-28", "2026-12-29"], "every working day"),
    ],
)  # fmt: skip
def test_days_follow_from_the_first(cadence, first, days, said):
    assert coming(cadence, first, len(days)) == days
    assert spoken(cadence, date.fromisoformat(first)) == said


@pytest.mark.parametrize(
    ("day", "due"),
    [("2026-11-30", "2026-11-30"), ("2026-11-28", "2026-11-30"), ("2026-12-25", "2026-12-28")],
)
def test_a_day_off_moves_to_the_next_working_day(day, due):
    assert due_on(GERMANY, date.fromisoformat(day)) == date.fromisoformat(due)
