"""Durations as people write them; what can't be read is refused in a sentence, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.durations import LONGEST, parse_minutes, show
from bot.domain.errors import Refused


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("90", 90),
        ("1", 1),
        ("720", 720),
        ("45m", 45),
        ("45 min", 45),
        ("45 minutes", 45),
        ("1h", 60),
        ("2 hours", 120),
        ("2 std", 120),
        ("1h30", 90),
        ("1h30m", 90),
        ("1h 30m", 90),
        ("2 h 15 min", 135),
        ("1,5h", 90),
        ("1.5h", 90),
        ("0,25 h", 15),
        ("1:30", 90),
        ("0:05", 5),
        ("12:00", 720),
        ("  90  ", 90),
        ("1H30", 90),
        ("45 MIN", 45),
    ],
)
def test_what_people_write_is_read(written, minutes):
    assert parse_minutes(written) == minutes


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        pytest.param("٩٠", 90, id="Arabic-Indic minutes"),
        pytest.param("١h٣٠", 90, id="Arabic-Indic hours and minutes"),
        pytest.param("۴۵m", 45, id="Persian"),
        pytest.param("९०", 90, id="Devanagari"),
        pytest.param("١:٣٠", 90, id="Arabic-Indic clock"),
    ],
)
def test_digits_of_any_script_mean_the_same_number(written, minutes):
    """Phones type them; the answer shows the reading in 1h 30m, so nothing is guessed."""
    assert parse_minutes(written) == minutes


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "abc", "-5", "−5", "+5", "1:75", "1:5", "1h75", "99999999999", "1.5", "1,5", "1e2", "h", "m", ":30",
        "1:30:00", "⏱️", "45 🙂", "²", "½h", "①", "1h30m15s", "2026-11-23", "45m; drop table time_entry", "1\x00",
        "1h\n30", "1h 30m note", "NaN", "inf", "0x10", "1 0",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_ways_to_write_it(written):
    with pytest.raises(Refused, match=r"Write 45m, 1h30, 1:30 or 1\.5h"):
        parse_minutes(written)


@pytest.mark.parametrize(
    ("written", "named"),
    [("0", "0m"), ("0h", "0m"), ("0:00", "0m"), ("721", "12h 1m"), ("13h", "13h"), ("24:00", "24h")],
)
def test_what_no_entry_can_hold_is_refused_with_its_bounds(written, named):
    with pytest.raises(Refused, match=f"^{named} is outside what one entry can hold \\(1 minute to 12h\\)"):
        parse_minutes(written)


def test_an_estimate_may_be_longer_than_an_entry():
    assert parse_minutes("24h", longest=24 * 60) == 1440
    with pytest.raises(Refused, match="1 minute to 24h"):
        parse_minutes("24h1", longest=24 * 60)


@pytest.mark.parametrize("written", ["abc", "0"])
def test_a_refusal_stands_beside_its_field(written):
    with pytest.raises(Refused) as refused:
        parse_minutes(written, field="minutes")
    assert refused.value.field == "minutes"


def test_a_refusal_repeats_no_more_than_a_line_of_what_was_typed():
    with pytest.raises(Refused) as refused:
        parse_minutes("x" * 3000)
    assert len(str(refused.value)) < 150


@given(st.text(max_size=20))
def test_anything_typed_is_minutes_within_bounds_or_a_sentence(typed):
    try:
        minutes = parse_minutes(typed)
    except Refused:
        return
    assert 1 <= minutes <= LONGEST


@given(st.integers(1, LONGEST))
def test_what_is_shown_reads_back_as_the_same(minutes):
    assert parse_minutes(show(minutes)) == minutes


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0m"), (1, "1m"), (59, "59m"), (60, "1h"), (90, "1h 30m"), (720, "12h"), (-45, "-45m"), (-90, "-1h 30m")],
)
def test_minutes_are_shown_as_hours_and_minutes(minutes, shown):
    assert show(minutes) == shown
