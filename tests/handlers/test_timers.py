"""A timer, for who would rather not count: started, stopped, forgotten overnight, and surviving everything else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.domain.codes import Code
from bot.domain.workflow import Action
from tests.house import House
from tests.slack.desk import does, files, moves


def entries(house: House) -> list[tuple[int, int, str]]:
    rows = house.rows("select ticket_id, minutes, note from time_entry order by id")
    return [(row["ticket_id"], row["minutes"], row["note"]) for row in rows]


@pytest.fixture
def timed(house: House) -> House:
    """Bo's timer runs on T-101."""
    house.files_a_request()
    house.bo.opens("/time start T-101").sees("Your timer runs on *T-101*")
    return house


def test_what_it_ran_is_logged_with_what_was_done(timed: House):
    timed.passes(minutes=44, seconds=1)
    timed.bo.opens("/time stop rebuilt the search index").sees("45m").sees("45m logged for that day")
    assert entries(timed) == [(101, 45, "rebuilt the search index")]
    assert timed.one("select entry_id from timer")["entry_id"] == timed.one("select id from time_entry")["id"]


def test_the_button_stops_it_once(timed: House):
    timed.passes(minutes=10)
    timed.bo.clicks("Stop").sees("10m logged for that day")
    timed.bo.clicks("Stop", on="Your timer runs").sees("No timer of yours runs")
    assert entries(timed) == [(101, 10, "")]


def test_a_button_of_an_earlier_timer_does_not_end_the_one_that_runs(timed: House):
    timed.bo.opens("/time discard").sees("Discarded: nothing is logged on T-101")
    timed.bo.opens("/time start T-101")
    first, second = (row["id"] for row in timed.rows("select id from timer order by id"))
    timed.bo.opens("/time today").clicks("Discard", on="Nothing yet")
    forged = timed.last_sent("block_actions")
    timed.bo.opens("/time start T-101")
    before = timed.state_of_the_world()
    for value in (str(first), str(second), "", "x"):
        forged["actions"][0]["value"] = value
        assert timed.sends_payload(forged)[0] == 200
    assert timed.state_of_the_world() == before


def test_without_a_ticket_it_runs_on_the_last_one(house: House):
    house.files_a_request()
    house.bo.opens("/time start").sees("On which ticket?")
    house.bo.opens("/time T-101 45m rebuilt the search index").opens("/time start").sees("Your timer runs on *T-101*")


def test_only_one_runs_at_a_time(timed: House):
    timed.files_a_request()
    before = timed.state_of_the_world()
    timed.bo.opens("/time start T-102").sees("Your timer runs on T-101 already").sees("One runs at a time")
    assert timed.state_of_the_world() == before


def test_two_starts_at_once_are_one_timer(house: House):
    house.files_a_request()
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: house.bo.opens("/time start T-101"), range(2)))
    assert len(house.rows("select 1 from timer where ended_at is null")) == 1


def test_one_that_ran_overnight_asks_how_long_it_was(timed: House):
    timed.passes(hours=20)
    timed.bo.opens("/time stop rebuilt it").sees("nobody but you knows how long you worked")
    assert entries(timed) == []
    assert "2026-11-23" in timed.bo.modal_text()
    timed.bo.fills({"Time spent": "2h"}).submits().sees("2h logged for that day")
    assert entries(timed) == [(101, 120, "rebuilt it")]
    assert timed.rows("select 1 from timer where ended_at is null") == []
    assert str(timed.one("select work_date from time_entry")["work_date"]) == "2026-11-23"


def test_the_window_of_a_forgotten_one_ends_no_other(timed: House):
    timed.passes(hours=20)
    timed.bo.opens("/time stop rebuilt it").fills({"Time spent": "2h"})
    timed.bo.opens("/time discard").opens("/time start T-101")
    before = timed.rows("select * from timer")
    timed.bo.submits(refused="That timer is over already")
    assert (entries(timed), timed.rows("select * from timer")) == ([], before)


def test_one_that_ran_too_long_on_one_day_asks_too(house: House):
    house.now = house.now.replace(hour=0, minute=5)
    house.files_a_request()
    house.bo.opens("/time start T-101")
    house.passes(hours=13)
    house.bo.opens("/time stop").sees("nobody but you knows how long you worked")
    house.bo.closes().opens("/time discard").sees("Discarded")
    assert entries(house) == []


def test_the_day_shows_the_one_that_runs(timed: House):
    timed.bo.opens("/time today")
    assert timed.bo.text().count("Your timer runs on *T-101*") == 2


def test_what_is_not_theirs_is_not_found_and_nobody_elses_timer_ends(timed: House):
    before = timed.state_of_the_world()
    timed.eve.opens("/time stop").sees("No timer of yours runs")
    timed.eve.opens("/time discard").sees("No timer of yours runs")
    timed.eve.opens("/time start T-999").sees("I can't find T-999")
    timed.ana.opens("/time start T-101").sees("Only")
    assert timed.state_of_the_world() == before


def test_the_same_stop_twice_is_one_entry(timed: House):
    timed.passes(minutes=5)
    timed.bo.opens("/time stop rebuilt the search index")
    status, answer = timed.sends_form(timed.last_sent("command"))
    assert status == 200
    assert "5m" in answer
    assert len(entries(timed)) == 1


def test_it_runs_through_the_night_in_which_the_clocks_change(house: House):
    """Two in the morning comes twice in London on 25 October 2026: minutes are of time that passed."""
    house.files_a_request()
    house.now = house.now.replace(month=10, day=25, hour=0, minute=30)
    house.bo.opens("/time start T-101")
    house.passes(hours=1)
    house.bo.opens("/time stop rebuilt the search index")
    assert entries(house) == [(101, 60, "rebuilt the search index")]


def running(house: House) -> list[int]:
    return [row["ticket_id"] for row in house.rows("select ticket_id from timer where ended_at is null")]


@pytest.fixture
def two(timed: House) -> House:
    """Bo's timer runs on T-101, and there is T-102."""
    timed.files_a_request(**{"Short description": "Exports are slow"})
    timed.passes(minutes=20)
    return timed


def test_it_starts_on_a_card(house: House):
    house.files_a_request()
    house.bo.chooses("More", "Start timer", on="Help centre search").sees("Your timer runs on *T-101*")
    assert running(house) == [101]
    house.bo.chooses("More", "Start timer", on="Help centre search").does_not_see("One runs at a time")
    assert running(house) == [101]


def test_it_starts_on_the_card_of_what_is_worked_on(house: House):
    number = files(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.START, estimate_minutes=120, code=Code.INCLUDED)
    house.delivers()
    house.bo.chooses("More", "Start timer", on="Help centre search").sees("Your timer runs on *T-101*")


def test_it_starts_in_a_tickets_window(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Start timer").sees("Your timer runs on *T-101*").clicks("Stop")
    house.bo.sees("1m logged for that day")
    assert entries(house) == [(101, 1, "")]


def test_it_starts_in_the_form_instead_on_what_is_chosen_there(house: House):
    house.files_a_request()
    house.bo.opens("/time").clicks("Start a timer instead").sees("On which ticket?").closes()
    house.bo.opens("/time").fills({"Ticket": "T-101"}).clicks("Start a timer instead")
    house.bo.sees("Your timer runs on *T-101*")
    assert running(house) == [101]


def test_one_press_logs_the_one_that_runs_and_starts_another(two: House):
    two.bo.chooses("More", "Start timer", on="Exports are slow").sees("Your timer runs on T-101 already")
    two.bo.clicks("Stop it and start T-102").sees("20m logged for that day").sees("Your timer runs on *T-102*")
    assert (entries(two), running(two)) == ([(101, 20, "")], [102])
    two.bo.clicks("Stop it and start T-102").sees("That timer is over already")
    assert (entries(two), running(two)) == ([(101, 20, "")], [102])


def test_changing_over_from_one_that_ran_overnight_asks_how_long_it_was(two: House):
    two.passes(hours=20)
    two.bo.opens("/time start T-102").clicks("Stop it and start T-102").sees("nobody but you knows how long")
    assert (entries(two), running(two)) == ([], [101])


def test_a_bent_press_changes_over_nothing(two: House):
    two.bo.opens("/time start T-102").clicks("Stop it and start T-102")
    forged, timer = two.last_sent("block_actions"), two.one("select id from timer where ended_at is null")["id"]
    before = two.state_of_the_world()
    for value in ("", "x", f"{timer}", f"{timer}:", f"{timer}:T-999", f"{timer}:\x00", f"{timer - 1}:T-101", "9" * 30):
        for action in ("time.switch", "time.start"):
            forged["actions"][0] |= {"action_id": action, "value": value}
            assert two.sends_payload(forged)[0] == 200
    forged["actions"][0] |= {"action_id": "time.switch", "value": f"{timer}:T-101"}
    for somebody in ("U0EVE", "U0ANA", "U0REX"):
        forged["user"]["id"] = somebody
        assert two.sends_payload(forged)[0] == 200
    assert two.state_of_the_world() == before


def test_without_a_ticket_or_a_project_there_is_no_timer(house: House):
    before = house.state_of_the_world()
    house.bo.opens("/time start Acme").sees("A timer runs on a ticket or a project").sees("/time Acme 45m")
    assert house.state_of_the_world() == before


def lets_it_run(house: House) -> None:
    """Bo's timer runs on T-101, and nothing on the screen says so but the Home."""
    begun = (
        "insert into timer (person_id, account_id, started_at, ticket_id) select person.id, ticket.account_id, :now,"
        " ticket.id from person, ticket where person.name = 'Bo' and ticket.id = 101"
    )
    does(house, begun, now=house.now)


def test_the_home_shows_the_one_that_runs_and_stops_or_discards_it(house: House):
    files(house)
    lets_it_run(house)
    house.passes(minutes=10)
    house.bo.opens_home()
    assert "Your timer runs on *T-101*" in house.bo.home_text()
    house.eve.opens_home()
    assert "Your timer" not in house.eve.home_text()
    house.bo.clicks("Stop", on="Your timer runs")
    assert "Your timer" not in house.bo.home_text()
    assert "10m T-101" in house.bo.home_text()
    lets_it_run(house)
    house.bo.opens_home()
    house.bo.clicks("Discard", on="Your timer runs")
    assert "Your timer" not in house.bo.home_text()
    assert entries(house) == [(101, 10, "")]


def test_a_timer_that_ran_while_they_were_closed_knows_it(timed: House):
    timed.bo.opens("/time discard")
    timed.passes(hours=9)  # from ten to seven in the evening
    timed.bo.opens("/time start T-101")
    timed.passes(minutes=30)
    timed.bo.opens("/time stop restarted the mailer").sees("after hours")
    assert timed.one("select minutes, after_hours from time_entry") == {"minutes": 30, "after_hours": True}


def test_one_that_ran_in_working_hours_too_is_not_after_hours(timed: House):
    timed.passes(minutes=0)
    timed.bo.opens("/time stop at once").does_not_see("after hours")
    timed.bo.opens("/time start T-101")
    timed.passes(hours=9)
    timed.bo.opens("/time stop a long day")
    assert [row["after_hours"] for row in timed.rows("select after_hours from time_entry")] == [False, False]


def test_one_that_ran_past_midnight_offers_what_it_ran_and_that_it_was_after_hours(house: House):
    house.files_a_request()
    house.now = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    house.bo.opens("/time start T-101")
    house.passes(hours=2, minutes=20)
    house.bo.opens("/time stop").sees("past midnight: is 2h 20m right? Change it below if it is not")
    house.bo.submits().sees("Ticket resolution, Included, after hours, Mon 23 Nov.")
    assert [entry[1] for entry in entries(house)] == [140]


def test_the_ticket_after_stop_is_no_note_and_another_one_is_refused(timed: House):
    timed.passes(minutes=10)
    before = timed.state_of_the_world()
    timed.bo.opens("/time stop T-102").sees("Your timer runs on T-101, not on T-102. /time stop alone logs it there.")
    assert timed.state_of_the_world() == before
    timed.bo.opens("/time stop t101 rebuilt it")
    assert entries(timed) == [(101, 10, "rebuilt it")]
