"""Ranges of days, read as people write them; whatever can't be read is said to be so."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.date_ranges import Days, read_days, read_past_day, show
from bot.domain.errors import Refused

MONDAY = date(2026, 11, 23)
XMAS = ("2026-12-24", "2027-01-02")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("24 Dec - 2 Jan", *XMAS),
        ("24 Dec – 2 Jan", *XMAS),
        ("24 dec to 2 january", *XMAS),
        ("from 24. December until 2. January", *XMAS),
        ("24th Dec-2nd Jan", *XMAS),
        ("Dec 24 - Jan 2", *XMAS),
        ("December 24th, 2026 – January 2nd, 2027", *XMAS),
        ("Thu 24 Dec - Sat 2 Jan", *XMAS),
        ("24 Dec 2 Jan", *XMAS),
        ("24 Dec 2026 2 Jan", *XMAS),
        ("24 Dec - 2 Jan 2027", *XMAS),
        ("2026-12-24 2027-01-02", *XMAS),
        ("2026-12-24 - 2027-01-02", *XMAS),
        ("2026-12-24 to 2 Jan", *XMAS),
        ("24-28 Dec", "2026-12-24", "2026-12-28"),
        ("24 - 28 Dec 2027", "2027-12-24", "2027-12-28"),
        ("24 Dec", "2026-12-24", "2026-12-24"),
        ("today", "2026-11-23", "2026-11-23"),
        ("Tomorrow", "2026-11-24", "2026-11-24"),
        ("today to tomorrow", "2026-11-23", "2026-11-24"),
        ("until Friday", "2026-11-23", "2026-11-27"),
        ("till fri", "2026-11-23", "2026-11-27"),
        ("until Monday", "2026-11-23", "2026-11-23"),
        ("until 2 Jan", "2026-11-23", "2027-01-02"),
        ("Wednesday", "2026-11-25", "2026-11-25"),
        ("wed - tue", "2026-11-25", "2026-12-01"),
        ("tomorrow until friday", "2026-11-24", "2026-11-27"),
        ("20 - 25 Nov", "2026-11-20", "2026-11-25"),  # it runs already
        ("20 - 22 Nov", "2027-11-20", "2027-11-22"),  # over, so next year's
        ("29 Feb", "2028-02-29", "2028-02-29"),
        ("28 Feb - 1 Mar", "2027-02-28", "2027-03-01"),
    ],
)
def test_what_people_write_is_read(text, first, last):
    assert read_days(text, MONDAY) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    ["", "soon", "next week maybe", "24/12 - 2/1", "24", "Dec", "32 Dec", "30 Feb", "2026-13-01", "2027-02-29", "0 Dec",
     "28-24 Dec", "24 Dec - 2 Jan skiing", "until", "- 2 Jan", "24 Dec -", "24 Dec - Friday", "24 Foo", "٣ Dec -",
     "today today today", "<!channel>"],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_with_how_to_write_it(text):
    with pytest.raises(Refused, match="Write it as 24 Dec - 2 Jan"):
        read_days(text, MONDAY)


@pytest.mark.parametrize(("text", "day"), [
    ("12 Oct", "2026-10-12"), ("12th of October", "2026-10-12"), ("2026-10-12", "2026-10-12"), ("24 Dec", "2025-12-24"),
    ("29 Feb", "2024-02-29"), ("Monday", "2026-11-23"), ("tuesday", "2026-11-17"), ("today", "2026-11-23"),
    ("yesterday", "2026-11-22"), ("tomorrow", None), ("2027-01-04", None), ("12 Oct call", None), ("45m", None),
    ("12", None), ("31 Feb", None), ("", None),
])  # fmt: skip
def test_a_day_that_was_is_the_latest_such_day(text, day):
    assert read_past_day(text, MONDAY) == (date.fromisoformat(day) if day else None)


def test_a_range_turned_round_is_asked_about():
    with pytest.raises(Refused, match="That would be 362 days"):
        read_days("28 Dec - 24 Dec", MONDAY)


def test_a_range_with_its_years_may_be_turned_round_and_is_refused_later():
    assert read_days("2027-01-02 2026-12-24", MONDAY) == Days(date(2027, 1, 2), date(2026, 12, 24))


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(text):
    try:
        found = read_days(text, MONDAY)
    except Refused:
        return
    assert found.last >= MONDAY


@given(st.dates(date(2026, 1, 1), date(2029, 1, 1)), st.integers(-20, 300), st.integers(0, 60))
def test_what_is_shown_can_be_read_back(today, begins, length):
    first = today + timedelta(days=begins)
    days = Days(first, first + timedelta(days=length))
    if days.last >= today and "29 Feb" not in show(days):
        assert read_days(show(days).removeprefix("on "), today) == days


def test_far_off_days_are_shown_with_their_year():
    assert show(Days(date(2026, 12, 24), date(2027, 1, 2)), MONDAY) == "Thu 24 Dec to Sat 2 Jan"
    assert show(Days(date(2027, 11, 20), date(2027, 11, 20)), MONDAY) == "on Sat 20 Nov 2027"
