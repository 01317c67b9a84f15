"""What a row of a timesheet says, before anybody looks whom it means."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cells import guarded, unguarded
from bot.domain.codes import Category, Code
from bot.domain.imports import BadImport
from bot.domain.imports.foreign import Unreadable
from bot.domain.imports.timesheets import CRM, OURS, TOGGL, minutes_of, recognise
from bot.domain.vagueness import is_vague

SAMPLE = Path(__file__).with_name("crm_timesheet.csv")


def sample() -> list[dict[str, str]]:
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def crm(**facts: str) -> dict[str, str]:
    usual = {
        "Name": "Rebuilt the search index", "Start Time": "2026-11-20T09:00:00+00:00", "Hours": "0.75",
        "Time Spent": "45", "Category": "Support", "Owner": "Bo", "Case": "",
    }  # fmt: skip
    return usual | facts


def ours(**facts: str) -> dict[str, str]:
    usual = dict.fromkeys(OURS.columns, "") | {
        "work_date": "2026-11-20", "person": "Bo", "person_id": "U0BO", "account": "Acme", "minutes": "45",
        "category": "ticket_resolution", "code": "included", "logged_at": "2026-11-20T10:00:00+00:00", "stands": "yes",
        "entry": "7", "steward": "T0PROVIDER",
    }  # fmt: skip
    return usual | facts


def test_a_real_export_adds_up_and_its_undescribed_notes_stay_as_they_are():
    rows = [CRM.read(row) for row in sample()]
    assert len(rows) == 45
    assert sum(row.minutes for row in rows) == 4691
    assert sum(row.note.startswith("(Undescribed") for row in rows) == 30
    assert sum(is_vague(row.note) for row in rows) == 41
    assert len({row.key for row in rows}) == 45


def test_a_row_of_a_crm_says_who_when_how_long_and_what():
    row = CRM.read(crm(Case="CAS-01234"))
    assert (row.person, row.minutes, row.note, row.ticket) == (["Bo"], 45, "Rebuilt the search index", "CAS-01234")
    assert (row.when, row.category) == (datetime.fromisoformat("2026-11-20T09:00:00+00:00"), Category.TICKET_RESOLUTION)


def toggl(**facts: str) -> dict[str, str]:
    usual = {
        "User": "Bo Berg", "Email": "bo@example.com", "Client": "Acme", "Task": "", "Description": "Rebuilt the index",
        "Start date": "2026-11-20", "Start time": "09:00:00", "Duration": "00:45:00",
    }  # fmt: skip
    return usual | facts


@pytest.mark.parametrize(
    ("facts", "ticket", "minutes"),
    [
        ({}, "", 45),
        ({"Description": "t-102 rebuilt the index"}, "T-102", 45),
        ({"Task": "T-102", "Description": "T-102 and more"}, "T-102", 45),
        ({"Description": "T-102 and T-103"}, "", 45),  # which of them it was nobody knows
        ({"Description": "the T-1000X printer"}, "", 45),
        ({"Duration": "01:30:29"}, "", 90),
        ({"Duration": "01:30:30"}, "", 91),
        ({"Duration": "12:00:00"}, "", 720),
    ],
)
def test_a_row_of_toggl_says_when_where_its_owner_is_and_for_whom(facts, ticket, minutes):
    row = TOGGL.read(toggl(**facts))
    assert (row.person, row.account) == (["bo@example.com", "Bo Berg"], "Acme")
    assert (row.when, row.ticket, row.minutes) == (datetime.fromisoformat("2026-11-20T09:00:00"), ticket, minutes)


def test_the_same_moment_written_in_another_zone_is_the_same_row():
    there, here = crm(**{"Start Time": "2026-11-20T10:00:00+01:00"}), crm()
    assert CRM.read(there).key == CRM.read(here).key


def test_our_own_rows_say_their_own_source_and_history_says_nothing():
    row = OURS.read(ours(note="'=1+1 in the sheet", replaces="5"))
    assert (row.source, row.key, row.replaces) == ("steward T0PROVIDER", "7", "5")
    assert (row.person, row.when, row.code) == (["U0BO", "Bo"], date(2026, 11, 20), Code.INCLUDED)
    assert row.note == "=1+1 in the sheet"
    assert OURS.read(ours(stands="no", minutes="-45")) is None


@pytest.mark.parametrize(
    ("minutes", "hours", "expected"),
    [("45", "", 45), ("45", "0.75", 45), ("5", "0.08", 5), ("", "0.08", 5), ("", "1,5", 90), ("", "0.025", 2),
     ("720", "12", 720), ("1", "0.02", 1)],
)  # fmt: skip
def test_minutes_are_whole_and_hours_may_have_decimals(minutes, hours, expected):
    assert minutes_of(minutes, hours) == expected


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [("", ""), ("0", ""), ("-45", ""), ("721", ""), ("1500", "25"), ("", "0.004"), ("45", "4.5"), ("forty", ""),
     ("nan", ""), ("1e99", ""), ("inf", "")],
)  # fmt: skip
def test_a_duration_that_cannot_be_is_told_with_what_to_do(minutes, hours):
    with pytest.raises(Unreadable, match=r"give it|correct|write"):
        minutes_of(minutes, hours)


@pytest.mark.parametrize(
    ("row", "read", "says"),
    [
        (crm(Category="Lunch"), CRM.read, "“Lunch” is not known; write one of: Ticket resolution"),
        (crm(**{"Start Time": "20/11/2026 09:00"}), CRM.read, "is not a time; write"),
        (ours(code="gratis"), OURS.read, "“gratis” is not known; write one of: included"),
        (ours(work_date="20.11.2026"), OURS.read, "is not a day; write"),
        (ours(entry=""), OURS.read, "print it again"),
        (toggl(Duration="45 min"), TOGGL.read, "is not a duration; write"),
        (toggl(Duration="00:00:10"), TOGGL.read, "0 minutes are not between"),
        (toggl(**{"Start date": ""}), TOGGL.read, "is not a time; write"),
        (ours(source="toggl"), OURS.read, "print it again"),
        (ours(work_date="0001-01-01"), OURS.read, "is not a day; write"),
        (crm(**{"Start Time": "9999-12-31T23:00:00-10:00"}), CRM.read, "is not a time; write"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(row, read, says):
    with pytest.raises(Unreadable, match=says):
        read(row)


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ＝＋－＠ab1\u00a0\ufeff"), max_size=6))
def test_what_was_kept_from_being_a_formula_reads_as_it_was(words):
    assert unguarded(guarded(words)) == words


def test_a_header_tells_which_it_is_and_an_unknown_one_is_told_those_there_are():
    assert recognise([*CRM.columns, "Owner Team"]) is CRM
    assert recognise(OURS.columns) is OURS
    assert recognise([*TOGGL.columns, "Task", "Tags"]) is TOGGL
    with pytest.raises(BadImport, match="a, b"):
        recognise(["a", "b"])
