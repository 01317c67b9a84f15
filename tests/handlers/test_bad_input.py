"""What can not be true is told in a sentence beside its field, and nothing changes: time, timers, terms and quotes."""

from datetime import datetime
from pathlib import Path

import pytest

from bot import cli
from bot.domain.workflow import Action, CloseReason
from tests.handlers.test_agreements import errors, made, opens_form, plain
from tests.handlers.test_quotes import ASKED, SEARCH, outside
from tests.house import House
from tests.slack.desk import does, files, moves

__all__ = ["outside"]
DECEMBER = datetime.fromisoformat("2026-12-02T10:00:00+00:00")


def entries(house: House) -> list[tuple[int, str, str]]:
    rows = house.rows("select minutes, work_date::text as day, period::text as period from time_entry order by id")
    return [(row["minutes"], row["day"], row["period"]) for row in rows]


# --- time


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("T-101 721 one too many", "12h 1m is outside what one entry can hold (1 minute to 12h)"),
        ("T-101 0h nothing", "0m is outside what one entry can hold"),
        ("T-101 0:00 nothing", "0m is outside what one entry can hold"),
        ("T-101 24:00 all day", "24h is outside what one entry can hold"),
        ("T-101 99999h a slip", "99999h is outside what one entry can hold"),
        ("T-101 -1 less", "I can't read “-1” as a time"),
        ("T-101 1:75 odd", "I can't read “1:75” as a time"),
        ("T-101 1e3 odd", "I can't read “1e3” as a time"),
        ("T-101 T-102 45m both", "I can't read “T-102” as a time"),
        ("T-99999999999999999999 45m which", "is not a ticket. Tickets look like T-102"),
    ],
)
def test_a_line_that_can_not_be_is_given_back(house: House, typed: str, sentence: str):
    files(house)
    before = house.state_of_the_world()
    house.bo.opens(f"/time {typed}").sees(sentence).sees(typed)
    assert house.state_of_the_world() == before


FORM = [
    ({"Time spent": "0"}, "minutes", "0m is outside what one entry can hold"),
    ({"Time spent": "-45m"}, "minutes", "I can't read “-45m” as a time"),
    ({"Time spent": "25h"}, "minutes", "25h is outside what one entry can hold"),
    ({"Time spent": "12h01"}, "minutes", "12h 1m is outside what one entry can hold"),
    ({"Work date": "2027-11-23"}, "work_date", "That day has not come yet"),
    ({"Work date": "1999-12-31"}, "work_date", "That is too long ago"),
    ({"Work date": "0001-01-01"}, "work_date", "That is too long ago"),
]


@pytest.mark.parametrize(("typed", "field", "sentence"), FORM, ids=[str(row[0]) for row in FORM])
def test_the_form_and_the_form_of_a_correction_say_it_beside_the_field(house: House, typed, field, sentence):
    files(house)
    bo = house.bo.opens("/time T-101 1h rebuilt the search index")
    for opened in (lambda: bo.clicks("Edit"), lambda: bo.closes().opens("/time")):
        opened().fills({"Ticket": "T-101", "Time spent": "45m", **typed})
        before = house.state_of_the_world()
        bo.submits(refused=sentence)
        assert list(errors(bo)) == [field]
        assert house.state_of_the_world() == before


def test_a_month_that_is_billed_takes_nothing_more_and_that_is_said(house: House):
    files(house)
    house.bo.opens("/time T-101 45m rebuilt the search index").opens("/time T-101 15m told Ana")
    does(house, "update account set billed_through = '2026-11-30' where name = 'Acme'")
    house.now, counts = DECEMBER, "November 2026 is billed already, so this counts in December 2026."
    house.bo.opens("/time").fills({"Ticket": "T-101", "Time spent": "30m", "Work date": "2026-11-24"}).submits()
    house.bo.sees(counts).closes().clicks("Edit", on="45m").fills({"Time spent": "50m"}).submits()
    house.bo.sees(counts).closes().clicks("Undo", on="15m").sees(f"Undone: 15m on T-101 taken back. {counts}")
    late = [(minutes, "2026-11-23", "2026-12-01") for minutes in (-45, 50, -15)]
    billed = [(minutes, "2026-11-23", "2026-11-01") for minutes in (45, 15)]
    assert entries(house) == [*billed, (30, "2026-11-24", "2026-12-01"), *late]
    house.bo.opens("/time T-101 20m looked again").does_not_see("20m* on *T-101* is billed")
    assert entries(house)[-1] == (20, "2026-12-02", "2026-12-01")


# --- timers


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"Time spent": "25h"}, "25h is outside what one entry can hold"),
    ({"Time spent": "0"}, "0m is outside what one entry can hold"),
    ({"Work date": "2026-11-25"}, "That day has not come yet"),
    ({"Work date": "0001-01-01"}, "That is too long ago"),
])  # fmt: skip
def test_what_a_forgotten_timer_was_is_held_to_the_same_and_it_runs_on(house: House, typed, sentence):
    files(house)
    house.bo.opens("/time start T-101")
    house.passes(hours=20)
    house.bo.opens("/time stop rebuilt it").fills({"Time spent": "2h", **typed})
    before = house.state_of_the_world()
    house.bo.submits(refused=sentence)
    assert house.state_of_the_world() == before
    assert house.rows("select 1 from timer where ended_at is null")


def test_a_timer_that_ran_into_a_month_after_its_own_was_billed_counts_in_the_open_one(house: House):
    files(house)
    house.now = datetime.fromisoformat("2026-11-30T16:00:00+00:00")
    house.bo.opens("/time start T-101")
    does(house, "update account set billed_through = '2026-11-30' where name = 'Acme'")
    house.now = DECEMBER
    house.bo.opens("/time stop rebuilt it").fills({"Time spent": "2h"}).submits()
    house.bo.sees("November 2026 is billed already, so this counts in December 2026.")
    assert entries(house) == [(120, "2026-11-30", "2026-12-01")]


def test_a_timer_ends_though_its_ticket_was_closed_meanwhile(house: House):
    number = files(house)
    house.bo.opens("/time start T-101")
    house.passes(minutes=30)
    moves(house, number, Action.CLOSE, close_reason=CloseReason.WITHDRAWN)
    house.bo.opens("/time stop told them why").sees("30m logged for that day")
    assert [row[0] for row in entries(house)] == [30]
    house.bo.opens("/time start T-101").sees("Your timer runs on *T-101*")


@pytest.mark.parametrize("began", ["2026-03-29T00:30+00:00", "2026-10-25T00:30+00:00"])
def test_over_a_change_of_the_clocks_minutes_are_those_that_passed(house: House, began: str):
    """01:00 becomes 02:00 in London in March, 02:00 becomes 01:00 in October: an hour is an hour."""
    files(house)
    house.now = datetime.fromisoformat(began)
    house.bo.opens("/time start T-101")
    house.passes(hours=1)
    house.bo.opens("/time stop rebuilt the search index")
    assert [row[:2] for row in entries(house)] == [(60, began[:10])]


# --- agreements


@pytest.mark.parametrize(("typed", "field", "sentence"), [
    ({"Starts": "0001-01-01"}, "starts", "A version starts in this century"),
    ({"Starts": "9999-01-01", "Hourly rate": "160"}, "starts", "A version starts in this century"),
    ({"Included a month": "10001"}, "included", "10001h is outside a month’s hours"),
    ({"Rollover cap, in %": "-1"}, "rollover_cap", "a percentage from 0 to 100"),
    ({"Tax, in %": "100"}, "tax", "a percentage from 0 to 99"),
    ({"Currency": "USD", "Hourly rate": "150 EUR"}, "rate", "That is in EUR, and the agreement is in USD"),
])  # fmt: skip
def test_terms_that_can_not_be_are_told_beside_their_field(house: House, typed, field, sentence):
    opens_form(house).fills(typed)
    before = house.state_of_the_world()
    house.sam.submits(refused=sentence)
    assert list(errors(house.sam)) == [field]
    assert house.state_of_the_world() == before


def test_an_agreement_may_end_within_a_month_and_its_version_says_so(house: House):
    opens_form(house).fills({"Ends": "2026-12-15", "Renewal": False}).submits()
    assert "15 Dec 2026" in plain(house.sam)
    (row,) = made(house)
    assert (str(row["ends"]), row["renews"]) == ("2026-12-15", False)
    house.sam.clicks("New version").fills({"Starts": "2026-12-16"})
    before = house.state_of_the_world()
    house.sam.submits(refused="before it starts")
    house.sam.fills({"Ends": "2027-12-31"}).submits(refused="A new version begins with a month")
    assert house.state_of_the_world() == before


# --- quotes


@pytest.mark.parametrize(("typed", "field", "sentence"), [
    ({"Extra time": "0"}, "estimate", "0m is outside a quote (1 minute to 999h)"),
    ({"Extra time": "1000h"}, "estimate", "1000h is outside a quote"),
    ({"Extra time": "25h"}, "cap", "The most it may take is at least the estimate"),
    ({"At most": "-1"}, "cap", "I can't read “-1” as a time"),
    ({"Valid until": "2026-11-22"}, "valid_until", "Choose a day from today on, at most a year away"),
    ({"Valid until": "2027-11-25"}, "valid_until", "Choose a day from today on, at most a year away"),
    ({"Valid until": "9999-12-31"}, "valid_until", "Choose a day from today on, at most a year away"),
])  # fmt: skip
def test_a_quote_that_can_not_be_is_told_beside_its_field(outside: House, typed, field, sentence):
    bo = outside.bo.chooses("More", "Open", on=SEARCH).clicks("Quote").fills({**ASKED, **typed})
    before = outside.state_of_the_world()
    bo.submits(refused=sentence)
    assert list(errors(bo)) == [field]
    assert outside.state_of_the_world() == before


def test_what_was_closed_or_has_no_agreement_is_not_quoted(outside: House):
    house = outside
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Quote").fills(ASKED)
    does(house, "insert into agreement (account_id, type, starts, ends, renews, included_minutes, rollover_cap,"
         " rounding, scope, excluded) select id, 'retainer', '2026-11-01', '2026-11-15', false, 0, 0, '{}', '[]', '[]'"
         " from account where name = 'Acme'")  # fmt: skip
    before = house.state_of_the_world()
    house.bo.submits(refused="This account has no agreement to quote from")
    assert house.state_of_the_world() == before
    moves(house, 101, Action.CLOSE, close_reason=CloseReason.WITHDRAWN)
    before = house.state_of_the_world()
    house.bo.submits(refused="T-101")
    assert house.state_of_the_world() == before


# --- the command line


@pytest.mark.parametrize(("arguments", "code", "sentence"), [
    (["export", "time", "--period", "2026-13"], 2, "2026-13"),
    (["export", "time", "--period", "soon"], 2, "soon"),
    (["export", "time", "--account", "Nobody"], 1, "There is no account “Nobody”. There are: Acme, Umbrella."),
    (["export", "invoices", "--period", "0000-01"], 2, "0000-01"),
    (["export", "invoices"], 1, "no invoice with a number yet"),
    (["import", "time", "nowhere.csv"], 1, "nowhere.csv"),
])  # fmt: skip
def test_what_the_command_line_can_not_do_is_one_sentence(
    house: House, house_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys, arguments, code, sentence
):
    monkeypatch.setenv("DATABASE_URL", house_url)
    monkeypatch.chdir(tmp_path)
    before = house.state_of_the_world()
    try:
        ended = cli.main(arguments)
    except SystemExit as stop:
        ended = stop.code
    told = capsys.readouterr()
    assert (ended, told.out) == (code, "")
    assert sentence in told.err
    assert "Traceback" not in told.err
    assert house.state_of_the_world() == before
