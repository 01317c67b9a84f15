"""Business time: what passes only while the office is open, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_time import (
    Calendar,
    add_days,
    add_minutes,
    days_between,
    knows_holidays_of,
    minutes_between,
    subtract_minutes,
    working_days_until,
)

UK_2026 = "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28"
LONDON = Calendar(zone="Europe/London", days_off=frozenset(map(date.fromisoformat, UK_2026.split())))
BERLIN = Calendar(zone="Europe/Berlin")
ZONES = ["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Tokyo",
         "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]  # fmt: skip
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    opens=st.sampled_from([time(0), time(7, 30), time(9)]),
    closes=st.sampled_from([time(12), time(17), time(23, 30)]),
    weekdays=st.sampled_from([frozenset(range(5)), frozenset(range(7)), frozenset({6, 0, 1, 2, 3})]),
    country=st.sampled_from([None, "GB", "DE-BE", "US"]),
)
# A year with both changes of the clocks in either hemisphere.
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"),
    [
        pytest.param(LONDON, "2026-11-20T16:00:00+00:00", 960, "2026-11-24T16:00:00+00:00", id="SLA-02"),
        pytest.param(BERLIN, "2026-03-27T16:00:00+01:00", 240, "2026-03-30T12:00:00+02:00", id="SLA-04 clocks change"),
        pytest.param(LONDON, "2026-11-21T10:00:00+00:00", 60, "2026-11-23T10:00:00+00:00", id="SLA-06 Saturday"),
        pytest.param(LONDON, "2026-12-24T16:00:00+00:00", 120, "2026-12-29T10:00:00+00:00", id="over Christmas"),
        pytest.param(LONDON, "2026-11-23T09:00:00+00:00", 480, "2026-11-23T17:00:00+00:00", id="exactly a day"),
        pytest.param(LONDON, "2026-11-23T09:00:00+00:00", 481, "2026-11-24T09:01:00+00:00", id="a minute more"),
        pytest.param(LONDON, "2026-11-23T17:00:00+00:00", 0, "2026-11-24T09:00:00+00:00", id="nothing, at closing"),
    ],
)
def test_a_target_falls_due_in_business_hours(calendar, start, minutes, due):
    assert add_minutes(calendar, instant(start), minutes) == instant(due)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        pytest.param("2026-11-20T15:30:00+00:00", "2026-11-23T10:15:00+00:00", 165, id="SLA-08 over a weekend"),
        pytest.param("2026-11-23T10:00:00+00:00", "2026-11-23T10:00:00+00:00", 0, id="no time"),
        pytest.param("2026-11-23T11:00:00+00:00", "2026-11-23T10:00:00+00:00", 0, id="backwards"),
        pytest.param("2026-11-21T10:00:00+00:00", "2026-11-22T10:00:00+00:00", 0, id="a weekend"),
        pytest.param("2026-12-25T00:00:00+00:00", "2026-12-29T00:00:00+00:00", 0, id="Christmas"),
        pytest.param("2026-11-23T00:00:00+00:00", "2026-11-24T00:00:00+00:00", 480, id="a day"),
    ],
)
def test_only_business_minutes_pass(start, end, minutes):
    assert minutes_between(LONDON, instant(start), instant(end)) == minutes


def test_a_business_day_has_eight_hours():
    assert days_between(LONDON, instant("2026-11-20T15:00:00+00:00"), instant("2026-11-23T11:00:00+00:00")) == 0.5


@given(calendars, instants, st.integers(0, 6000))
def test_adding_minutes_and_counting_them_are_inverse(calendar, start, minutes):
    due = add_minutes(calendar, start, minutes)
    assert due >= start
    assert minutes_between(calendar, start, due) == minutes


@given(calendars, instants, st.integers(0, 3000), st.integers(0, 3000))
def test_time_adds_up_whichever_way_it_is_cut(calendar, start, first, second):
    halfway = add_minutes(calendar, start, first)
    assert add_minutes(calendar, halfway, second) == add_minutes(calendar, start, first + second)


@given(calendars, instants, instants)
def test_a_target_is_met_exactly_until_it_is_due(calendar, start, end):
    """The two directions agree on the very instant, on both nights when the clocks change."""
    passed = minutes_between(calendar, start, end)
    if passed > 0:
        assert add_minutes(calendar, start, passed) <= end
        assert add_minutes(calendar, start, passed + 1) > end


def test_what_took_a_dozen_years_is_counted_to_its_end():
    weekdays = sum((date(2014, 1, 1) + timedelta(days=day)).weekday() < 5 for day in range(365 * 12 + 3))
    spanned = minutes_between(Calendar(), instant("2014-01-01T00:00:00+00:00"), instant("2026-01-01T00:00:00+00:00"))
    assert spanned == weekdays * 480


@given(calendars, instants, st.integers(1, 3000))
def test_what_falls_due_falls_due_while_the_office_is_open(calendar, start, minutes):
    local = add_minutes(calendar, start, minutes).astimezone(calendar.tz)
    assert calendar.is_working_day(local.date())
    assert calendar.opens < local.time() <= calendar.closes


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_opening_hours_follow_the_wall_clock(zone, day):
    opens, closes = (at.astimezone(ZoneInfo(zone)) for at in Calendar(zone=zone).window(day))
    assert (opens.date(), opens.time(), closes.date(), closes.time()) == (day, time(9), day, time(17))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/London", "America/New_York"])
def test_a_window_over_the_night_of_the_change_has_its_real_length(zone):
    whole_day = Calendar(zone=zone, opens=time(0), closes=time(12), weekdays=frozenset(range(7)))
    lengths = {
        (closes - opens)
        for offset in range(365)
        for opens, closes in [whole_day.window(date(2026, 1, 1) + timedelta(days=offset))]
    }
    assert lengths == {timedelta(hours=11), timedelta(hours=12), timedelta(hours=13)}


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("DE", "2026-10-03", False),
        ("DE", "2026-10-05", True),
        ("DE", "2026-03-08", False),  # a Sunday
        ("DE-BE", "2027-03-08", False),  # Women's Day, in Berlin only
        ("DE", "2027-03-08", True),
        ("GB", "2026-12-28", False),
        (None, "2026-12-25", True),
    ],
)
def test_holidays_are_the_countrys_and_the_regions(country, day, works):
    assert Calendar(country=country).is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("country", "known"), [("DE", True), ("DE-BY", True), ("XX", False), ("DE-XX", False)])
def test_it_knows_which_holidays_it_knows(country, known):
    assert knows_holidays_of(country) is known


def test_a_calendars_day_is_its_own():
    assert Calendar(zone="Asia/Tokyo").local_date(instant("2026-11-23T16:00:00+00:00")) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("start", "count", "day"),
    [
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-21", 0, "2026-11-23"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-12-24", 1, "2026-12-29"),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(start, count, day):
    assert add_days(LONDON, date.fromisoformat(start), count) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-23", "2026-11-23", 0),
        ("2026-11-23", "2026-11-20", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-23", "2026-11-30", 5),
        ("2026-12-24", "2026-12-29", 1),
    ],
)
def test_working_days_until_a_date(start, end, days):
    assert working_days_until(LONDON, date.fromisoformat(start), date.fromisoformat(end)) == days


NEVER = [
    pytest.param(Calendar(weekdays=frozenset()), id="no weekday"),
    pytest.param(Calendar(days_off=frozenset(date(2020, 1, 1) + timedelta(days=n) for n in range(5000))), id="closed"),
]


@pytest.mark.parametrize("calendar", NEVER)
def test_a_calendar_without_working_days_is_known_for_it_and_holds_nothing_up(calendar):
    """`apply` refuses it; should it stand all the same, every day counts."""
    monday, start = date(2026, 11, 23), instant("2026-11-23T10:00:00+00:00")
    assert not calendar.has_working_days(monday)
    assert calendar.counts_as_working(monday)
    assert add_minutes(calendar, start, 8 * 60) == instant("2026-11-24T10:00:00+00:00")
    assert subtract_minutes(calendar, start, 8 * 60) == instant("2026-11-22T10:00:00+00:00")
    assert minutes_between(calendar, start, instant("2026-11-24T10:00:00+00:00")) == 480
    assert add_days(calendar, monday, 5) == date(2026, 11, 28)


def test_a_long_closure_is_waited_for_and_no_mistake():
    closed = frozenset(date(2026, 11, 23) + timedelta(days=n) for n in range(200))
    calendar = Calendar(days_off=closed)
    assert calendar.has_working_days(date(2026, 11, 23))
    assert add_days(calendar, date(2026, 11, 23), 0) == date(2027, 6, 11)
    assert not calendar.counts_as_working(date(2026, 11, 23))


SUNDAY_TO_THURSDAY = Calendar(zone="Asia/Riyadh", weekdays=frozenset({6, 0, 1, 2, 3}), opens=time(8), closes=time(16))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param("2026-11-26T15:00:00+03:00", 120, "2026-11-29T09:00:00+03:00", id="over Friday and Saturday"),
        pytest.param("2026-11-27T12:00:00+03:00", 60, "2026-11-29T09:00:00+03:00", id="from a Friday"),
        pytest.param("2026-11-29T08:00:00+03:00", 480, "2026-11-29T16:00:00+03:00", id="a Sunday is a day"),
    ],
)
def test_a_week_may_run_from_sunday_to_thursday(start, minutes, due):
    assert add_minutes(SUNDAY_TO_THURSDAY, instant(start), minutes) == instant(due)


def test_half_past_eight_to_six_follows_the_clocks_in_both_directions():
    berlin = Calendar(zone="Europe/Berlin", opens=time(8, 30), closes=time(18))
    spring, autumn = instant("2026-03-27T17:00:00+01:00"), instant("2026-10-23T17:00:00+02:00")
    assert add_minutes(berlin, spring, 120) == instant("2026-03-30T09:30:00+02:00")
    assert add_minutes(berlin, autumn, 120) == instant("2026-10-26T09:30:00+01:00")


def test_a_business_day_is_as_long_as_the_calendars():
    half = Calendar(opens=time(9), closes=time(13))
    assert days_between(half, instant("2026-11-23T09:00:00+00:00"), instant("2026-11-24T11:00:00+00:00")) == 1.5


def test_the_next_closed_days_have_their_names():
    calendar = Calendar(country="GB-ENG", days_off=frozenset({date(2026, 12, 24), date(2026, 12, 26)}))
    found = list(islice(calendar.closures(date(2026, 11, 23)), 3))
    assert found == [(date(2026, 12, 24), ""), (date(2026, 12, 25), "Christmas Day"),
                     (date(2026, 12, 28), "Boxing Day (observed)")]  # fmt: skip


@pytest.mark.parametrize(("country", "works"), [("GB", True), ("GB-ENG", False), ("GB-SCT", True)])
def test_easter_monday_is_englands_own(country, works):
    assert Calendar(country=country).is_working_day(date(2026, 4, 6)) is works
