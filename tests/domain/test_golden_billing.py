"""The worked examples of billing, each by its id. The figures stand here, read from nowhere else."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import allowance
from bot.domain.allowance import Burn, Period, forecast, periods
from bot.domain.business_time import Calendar
from bot.domain.money import Money, for_minutes, rounded
from bot.domain.quoting import is_nearly_used, is_used_up, may_start, quote

HOUR = 60
# fmt: off
CARRIED = {  # allowance in hours, cap, used -> by month: available, from carry, overage, expired, carried, forfeited
    "BIL-02": (20, "0.5", [5, 8, 20], [(20, 0, 0, 0, 10, 5), (30, 8, 0, 2, 10, 10), (30, 10, 0, 0, 10, 0)]),
    "BIL-03": (10, "0",   [4, 12],    [(10, 0, 0, 0, 0, 6), (10, 0, 2, 0, 0, 0)]),
}
BURNS = {  # used, available, forecast, in hours -> what is said
    "BIL-06": (16, 20, 18,   "used_80"),
    "BIL-07": (19, 20, 19.5, "used_95"),
    "BIL-08": (20, 20, 20,   "exhausted"),
    "BIL-09": (10, 20, 21,   "forecast_over"),
    "BIL-10": (10, 20, 20,   "ok"),
}
GATES = {  # estimate, left of the allowance, approved, in hours -> beyond, price, may start
    "BIL-19": (6, 4, None, 2, "350.00", False),
    "BIL-20": (6, 4, 2,    2, "350.00", True),
    "BIL-21": (6, 4, 1.5,  2, "350.00", False),
}
# fmt: on
MONTH = date(2026, 11, 2), date(2026, 11, 27)  # twenty working days
PLAIN = Calendar()


@pytest.mark.parametrize("row", CARRIED.values(), ids=CARRIED)
def test_what_is_left_is_carried_once_and_capped(row):
    hours, cap, used, expected = row
    found = list(periods(hours * HOUR, Decimal(cap), [spent * HOUR for spent in used]))
    names = ("available", "from_carry", "overage", "expired_carry", "carry_out", "forfeited")
    assert [tuple(getattr(period, name) / HOUR for name in names) for period in found] == expected


@given(st.integers(0, 6000), st.decimals(0, 1, places=4), st.lists(st.integers(0, 9000), max_size=24))
def test_every_minute_of_an_allowance_is_used_carried_or_forfeited_once(minutes: int, cap: Decimal, used: list[int]):
    carried = 0
    for period in periods(minutes, cap, used):
        own = period.used - period.from_carry - period.overage
        assert own + period.carry_out + period.forfeited == minutes
        assert period.from_carry + period.expired_carry == carried
        assert period.available == minutes + carried
        assert period.overage == max(period.used - period.available, 0)
        assert min(vars(period).values()) >= 0
        carried = period.carry_out


def test_without_an_allowance_all_is_overage():
    assert list(periods(0, Decimal("0.5"), [90])) == [Period(0, 90, 0, 90, 0, 0, 0)]


@pytest.mark.parametrize("row", BURNS.values(), ids=BURNS)
def test_what_is_worth_saying_of_it(row):
    used, available, at_end, state = row
    assert allowance.burn(used * HOUR, available * HOUR, int(at_end * HOUR)) == state


def test_an_untouched_allowance_of_nothing_is_not_exhausted():
    assert allowance.burn(0, 0, 0) is Burn.OK
    assert allowance.burn(15, 0, 15) is Burn.EXHAUSTED


def test_a_forecast_goes_on_at_the_same_pace():
    found = forecast(PLAIN, *MONTH, date(2026, 11, 6), used=6 * HOUR, available=20 * HOUR)
    assert found.minutes == 24 * HOUR
    assert found.runs_out == date(2026, 11, 24)  # 72 minutes a day: the 17th working day


def test_what_is_promised_counts_where_it_is_more():
    found = forecast(PLAIN, *MONTH, date(2026, 11, 6), used=HOUR, available=20 * HOUR, committed=10 * HOUR)
    assert found.minutes == 11 * HOUR
    assert found.runs_out is None


def test_before_the_first_working_day_nothing_is_foretold():
    found = forecast(PLAIN, date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 1), used=0, available=HOUR)
    assert (found.minutes, found.runs_out) == (0, None)


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 27))
def test_a_forecast_never_takes_back_what_was_used(used: int, available: int, committed: int, passed: int):
    today = date.fromordinal(MONTH[0].toordinal() + passed)
    found = forecast(PLAIN, *MONTH, today, used=used, available=available, committed=committed)
    assert found.minutes >= used + committed or found.minutes >= used > 0
    if found.runs_out:
        assert MONTH[0] <= found.runs_out <= MONTH[1]
        assert PLAIN.is_working_day(found.runs_out)


@pytest.mark.parametrize("row", GATES.values(), ids=GATES)
def test_what_goes_beyond_is_quoted_before_it_starts(row):
    estimate, left, approved, beyond, price, starts = row
    found = quote(estimate * HOUR, left * HOUR, Decimal("175.00"), "EUR")
    assert found.minutes == beyond * HOUR
    assert found.price == Money(Decimal(price), "EUR")
    assert may_start(found.minutes, None if approved is None else int(approved * HOUR)) is starts


def test_an_allowance_that_is_overdrawn_is_not_charged_twice():
    assert quote(60, -600, Decimal(100), "EUR").minutes == 60


def test_a_cap_is_warned_of_at_80_and_closed_at_100():
    assert [is_nearly_used(spent, 100) for spent in (79, 80)] == [False, True]
    assert [is_used_up(spent, 100) for spent in (99, 100)] == [False, True]


def test_money_is_decimal_and_of_one_currency():
    assert rounded(Decimal("0.005"), "EUR") == Decimal("0.01")
    assert rounded(Decimal("-0.005"), "EUR") == Decimal("-0.01")
    assert Money(Decimal("12.345"), "KWD").amount == Decimal("12.345")
    assert str(Money(Decimal("1234.5"), "JPY")) == "1,235 JPY"
    with pytest.raises(TypeError):
        Money(0.1, "EUR")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="do not add up"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "GBP")


def test_minutes_cost_what_their_hours_do():
    assert for_minutes(195, Decimal("175.00"), "GBP") == Money(Decimal("568.75"), "GBP")
    assert for_minutes(20, Decimal(100), "EUR") == Money(Decimal("33.33"), "EUR")
    assert for_minutes(-20, Decimal(100), "EUR") == -for_minutes(20, Decimal(100), "EUR")
