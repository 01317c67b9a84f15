"""Which periods are due: from a row of the schedule, a calendar and the time alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_time import Calendar
from bot.domain.months import Month
from bot.jobs import JOBS, CatchUp, DaysOff, Job, Period, Whose, periods
from bot.jobs.periods import due, period_at

BERLIN = Calendar(zone="Europe/Berlin", country="DE")
TOKYO = Calendar(zone="Asia/Tokyo", country="JP")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
REVIEW = JOBS["monthly-client-review"]


def a_job(cron: str = "0 9 1 * *", **columns: Any) -> Job:
    """A monthly job of an account's; say only what matters."""
    usual: dict[str, Any] = {
        "whose": Whose.ACCOUNT, "period": Period.MONTH, "days_off": DaysOff.MOVE, "catch_up": CatchUp.LATEST,
        "look_back": timedelta(days=14), "run": lambda _session, _run: None, "why": "",
    }  # fmt: skip
    return Job("a-job", cron, **(usual | columns))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def names(job: Job, now: str, calendar: Calendar = BERLIN, live_since: datetime | None = LONG_AGO) -> list[str]:
    return [one.period for one in due(job, calendar, live_since, at(now))]


@pytest.mark.parametrize(
    ("period", "day", "name"),
    [
        (Period.HOUR, "2026-12-01T09:10", "2026-12-01T09"),
        (Period.DAY, "2026-12-01", "2026-12-01"),
        (Period.MONTH, "2026-12-01", "2026-11"),
        (Period.MONTH, "2026-12-31", "2026-11"),
        (Period.MONTH, "2027-01-01", "2026-12"),
        (Period.MONTH, "2028-03-01", "2028-02"),
        (Period.WEEK, "2026-11-23", "2026-W47"),
        (Period.WEEK, "2026-11-29", "2026-W47"),
        (Period.WEEK, "2027-01-04", "2026-W53"),  # a year of 53 weeks, and its last days are next year's
        (Period.WEEK, "2027-01-11", "2027-W01"),
    ],
)
def test_a_day_stands_for_itself_and_longer_ones_for_the_last_that_is_whole(period, day, name):
    assert period_at(a_job(period=period), at(day)) == name


@pytest.mark.parametrize(
    ("calendar", "moment", "period"),
    [
        pytest.param(BERLIN, "2026-12-01T09:00+01:00", "2026-11", id="a Tuesday"),
        pytest.param(BERLIN, "2026-11-02T09:00+01:00", "2026-10", id="from a Sunday to Monday"),
        pytest.param(BERLIN, "2027-01-04T09:00+01:00", "2026-12", id="from New Year over a weekend"),
        pytest.param(BERLIN, "2026-05-04T09:00+02:00", "2026-04", id="from Labour Day over a weekend"),
        pytest.param(BERLIN, "2026-06-01T09:00+02:00", "2026-05", id="in summer time"),
        pytest.param(TOKYO, "2026-12-01T09:00+09:00", "2026-11", id="nine hours sooner in Tokyo"),
        pytest.param(Calendar("America/New_York"), "2026-11-02T09:00-05:00", "2026-10", id="clocks went back"),
        pytest.param(Calendar("America/New_York"), "2026-03-02T09:00-05:00", "2026-02", id="from a Sunday"),
    ],
)  # fmt: skip
def test_the_monthly_review_comes_at_nine_of_the_clients_first_working_day(calendar, moment, period):
    now = at(moment)
    assert due(REVIEW, calendar, LONG_AGO, now)[0] == (period, now)
    before = due(REVIEW, calendar, LONG_AGO, now - timedelta(microseconds=1))
    assert [one.period for one in before] == []


def test_a_missed_month_is_caught_up_for_two_weeks():
    assert names(REVIEW, "2026-12-15T08:59+01:00") == ["2026-11"]
    assert names(REVIEW, "2026-12-15T09:01+01:00") == []
    assert names(REVIEW, "2027-01-18T08:59+01:00") == ["2026-12"]  # counted from the day it moved to


def test_no_month_is_due_that_was_over_before_the_client_went_live():
    assert names(REVIEW, "2026-12-01T10:00+01:00", live_since=at("2026-11-30T23:00+01:00")) == ["2026-11"]
    assert names(REVIEW, "2026-12-01T10:00+01:00", live_since=at("2026-12-01T00:00+01:00")) == []
    assert names(REVIEW, "2026-12-01T10:00+01:00", live_since=None) == []


def test_all_months_are_caught_up_where_the_table_says_so():
    job = a_job(catch_up=CatchUp.ALL, look_back=timedelta(days=100))
    assert names(job, "2027-01-20T10:00+01:00") == ["2026-10", "2026-11", "2026-12"]


@pytest.mark.parametrize(
    ("days_off", "expected"),
    [(DaysOff.WORK, ["2026-11-28", "2026-11-29", "2026-11-30"]), (DaysOff.SKIP, ["2026-11-30"])],
)
def test_on_days_off_a_job_runs_or_is_left_out_as_the_table_says(days_off, expected):
    job = a_job("0 9 * * *", period=Period.DAY, days_off=days_off, catch_up=CatchUp.ALL, look_back=timedelta(days=3))
    assert names(job, "2026-11-30T10:00+01:00") == expected


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Australia/Lord_Howe"]
)


@given(MOMENTS, ZONES, st.sampled_from([None, "DE", "US", "JP"]))
def test_whenever_it_is_due_it_fell_due_on_a_working_day_and_stands_for_the_month_before(now, zone, country):
    calendar = Calendar(zone=zone, country=country)
    for period, fell_due in due(REVIEW, calendar, LONG_AGO, now):
        local = fell_due.astimezone(calendar.tz)
        assert now - REVIEW.look_back < fell_due <= now
        assert calendar.is_working_day(local.date())
        assert local.hour == 9
        assert Month.of(local.date()).before == Month.named(period)


@pytest.mark.slow
@given(ZONES, st.integers(2026, 2030), st.integers(1, 12))
def test_ticking_through_a_month_makes_it_due_exactly_once(zone, year, number):
    calendar = Calendar(zone=zone)
    month = Month(year, number)
    start = datetime.combine(month.first, datetime.min.time(), calendar.tz)
    found = {
        one for hours in range(0, 24 * 28, 3) for one in due(REVIEW, calendar, LONG_AGO, start + timedelta(hours=hours))
    }
    assert {period for period, _ in found} == {str(month.before)}
    assert len({moment.astimezone(UTC) for _, moment in found}) == 1


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), ZONES)
def test_months_follow_each_other_without_a_gap(day, zone):
    month, calendar = Month.of(day), Calendar(zone=zone)
    assert month.before.window(calendar)[1] == month.window(calendar)[0]
    assert Month.named(str(month)) == month
    days = [first + timedelta(days=n) for first, last in month.weeks() for n in range((last - first).days + 1)]
    assert days == [month.first + timedelta(days=n) for n in range(len(days))]
    assert days[-1] == month.last
    assert len(month.weeks()) <= 6


def test_periods_are_named_in_the_schedule_by_what_a_run_stands_for():
    assert periods.SPANS.keys() == set(Period)
