"""A ticket's day, as its people live it: from the card, by those who may, once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.house import House

SEARCH = "Help centre search"
NOTE = {
    "Summary": "Search finds articles again",
    "Actions taken": "Rebuilt the index",
    "Systems or files affected": "Help centre",
    "Decisions made": "none",
    "Follow-up items": "none",
}


def in_progress(house: House) -> None:
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()


def in_client_review(house: House) -> None:
    in_progress(house)
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.clicks("Approve", on=SEARCH).fills(NOTE).submits()
    house.delivers()


def test_from_request_to_a_note_worth_keeping(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.ana.sees("Checking scope, priority, completeness")
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "The words you searched for."}).submits()
    house.delivers()
    house.ana.sees("We need the words you searched for from Ana").sees("@ana, @bo asks: The words you searched for.")
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    house.ana.sees("Bo is working on it")
    house.bo.opens("/time T-101 1h30 Rebuilt the index").sees("1h 30m")
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.sees("please check this before the client sees it")
    house.eve.clicks("Approve", on=SEARCH)
    assert "Rebuilt the index" in house.eve.modal_text()  # drafted from the history
    assert "1h 30m included" in house.eve.modal_text()  # time and code are filled in
    house.eve.fills(NOTE).submits()
    house.delivers()
    house.ana.sees("Please confirm by").clicks("Close", on=SEARCH)
    house.delivers()
    house.ana.sees("Done: Search finds articles again")
    closure = house.one("select summary, time_spent from closure")
    assert closure == {"summary": "Search finds articles again", "time_spent": {"included": 90}}
    statuses = [row["target"] for row in house.rows("select target from event where kind = 'moved' order by id")]
    assert statuses == [
        "Triage", "Waiting on client", "In progress", "Internal review", "Client review", "Closed",
    ]  # fmt: skip


def test_a_card_is_one_post_however_often_it_changes(house: House):
    in_client_review(house)
    assert len(house.bo.messages("C0TRIAGE")) == 1
    assert len(house.ana.messages("C0ACME")) == 1


def test_two_clicks_make_one_move_and_the_second_person_reads_who_was_first(house: House):
    house.files_a_request()
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda person: person.clicks("Take it", on=SEARCH), [house.bo, house.eve]))
    moved = house.one("select actor_id from event where kind = 'moved'")
    first = house.one("select name from person where id = :id", id=moved["actor_id"])["name"]
    second = house.eve if first == "Bo" else house.bo
    second.sees(f"{first} was first: “Take it”. T-101 is now Triage.")
    assert house.ticket()["version"] == 2


def test_an_old_card_moves_nothing(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)  # the card is not brought up to date yet
    before = house.state_of_the_world()
    house.maya.clicks("Take it", on=SEARCH).sees("Bo was first")
    assert house.state_of_the_world() == before


def waiting_for_the_client(house: House) -> None:
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "The words you searched for."}).submits()
    house.delivers()


def pressed_back_to_triage(house: House) -> dict[str, Any]:
    """A click as it went over the wire, on a card that waits for the client; it moved the ticket."""
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    waiting_for_the_client(house)
    house.bo.chooses("More", "Back to triage", on=SEARCH)
    assert house.ticket()["status"] == "Triage"
    house.delivers()
    return house.last_sent("block_actions")


def test_an_old_click_moves_nothing_even_where_its_move_could_be_made_again(house: House):
    old = pressed_back_to_triage(house)
    waiting_for_the_client(house)  # where “Back to triage” is a move again, on a newer card
    before = house.state_of_the_world()
    house.sends_payload({**old, "trigger_id": "1.2.3"})
    assert house.state_of_the_world() == before
    house.bo.sees("You did “Ask client” already.")


def test_two_clicks_of_one_person_at_the_same_moment_make_one_move(house: House):
    old = pressed_back_to_triage(house)
    waiting_for_the_client(house)
    number, version = house.ticket()["id"], house.ticket()["version"]
    entry = {**old["actions"][0], "selected_option": {"value": f"ticket.back_to_triage:{number}:{version}"}}
    click = {**old, "actions": [entry]}
    with ThreadPoolExecutor(2) as both:
        list(both.map(house.sends_payload, [{**click, "trigger_id": f"1.2.{one}"} for one in (1, 2)]))
    assert house.ticket()["version"] == version + 1
    moved = house.rows("select source, target from event where kind = 'moved' order by id")
    assert moved[-2:] == [
        {"source": "Triage", "target": "Waiting on client"}, {"source": "Waiting on client", "target": "Triage"},
    ]  # fmt: skip


def test_a_form_that_lay_open_moves_nothing_even_where_its_move_could_be_made_again(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.maya.chooses("More", "Assign", on=SEARCH).fills({"Who takes it": "Maya"})
    house.bo.chooses("More", "Assign", on=SEARCH).fills({"Who takes it": "Eve"}).submits()
    before = house.state_of_the_world()
    house.maya.submits(refused="Bo was first: “Assign”")
    assert house.state_of_the_world() == before


def test_a_form_that_lay_open_while_the_ticket_moved_changes_nothing(house: House):
    house.files_a_request()
    house.maya.clicks("Assign", on=SEARCH).fills({"Who takes it": "Eve"})
    house.bo.clicks("Take it", on=SEARCH)
    before = house.state_of_the_world()
    house.maya.submits(refused="Bo was first: “Take it”")
    assert house.state_of_the_world() == before


def test_whoever_may_not_reads_who_may_and_nothing_changes(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    house.sam.clicks("Take it", on=SEARCH).sees("“Take it” is for an engineer or a lead")
    assert house.state_of_the_world() == before


def test_the_assignee_does_not_check_their_own_work(house: House):
    in_progress(house)
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    before = house.state_of_the_world()
    house.bo.clicks("Approve", on=SEARCH).sees("a reviewer who is not the assignee")
    assert house.bo.modal() is None
    assert house.state_of_the_world() == before


def test_a_lead_assigns_and_the_colleague_is_told(house: House):
    house.files_a_request()
    house.maya.clicks("Assign", on=SEARCH).fills({"Who takes it": "Eve", "Hand-over note": "You know search"}).submits()
    house.delivers()
    house.eve.sees("this one is yours").sees("You know search")
    assert house.ticket()["status"] == "Triage"


def test_asking_the_client_needs_words_the_client_can_read(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "?"})
    before = house.state_of_the_world()
    house.bo.submits(refused="Write it so that the other side knows what to do")
    assert house.state_of_the_world() == before


def test_scheduled_work_says_when_and_starts_from_there(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Schedule", on=SEARCH)
    house.bo.fills({"Estimate": "3h", "Billing code": "Included", "Planned start": "2026-11-26"}).submits()
    house.delivers()
    house.ana.sees("Planned for Thu 26 Nov")
    house.bo.clicks("Start", on=SEARCH)  # estimate and code are known: no form
    house.delivers()
    assert house.ticket()["status"] == "In progress"


def test_urgent_work_is_not_scheduled(house: House):
    house.files_a_request(
        **{"Business impact": "Stopped", "Desired timing": "Now", "What happens if it waits": "Nobody finds anything"}
    )
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    assert house.ticket()["priority"] == "P1"
    with pytest.raises(AssertionError, match="sees no button 'Schedule'"):
        house.bo.clicks("Schedule", on=SEARCH)


def test_an_estimate_over_a_day_is_a_project(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "25h", "Billing code": "Included"})
    house.bo.submits(refused="that is a project")
    assert house.ticket()["status"] == "Triage"


def test_light_work_closes_without_a_review_and_other_work_does_not(house: House):
    house.files_a_request(**{"Request type": "Question"})
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "15m"}).submits()
    house.delivers()
    house.bo.clicks("Close", on=SEARCH).fills(NOTE).submits()
    house.delivers()
    assert house.ticket()["status"] == "Closed"
    house.ana.sees("Done: Search finds articles again")


def test_a_note_with_an_empty_part_is_refused_beside_it(house: House):
    in_progress(house)
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.clicks("Approve", on=SEARCH).fills({**NOTE, "Decisions made": "   "})
    house.eve.submits(refused="Write a sentence, or “none”")
    assert set(house.eve.modal()["errors"]) == {"decisions"}
    assert "Search finds articles again" in house.eve.modal_text()
    assert house.ticket()["status"] == "Internal review"


def test_the_client_reopens_what_is_not_right(house: House):
    in_client_review(house)
    house.ana.clicks("Reopen", on=SEARCH).fills({"What is still missing?": "Umlauts are not found"}).submits()
    house.delivers()
    house.bo.sees("reopened this: Umlauts are not found")
    assert house.ticket()["status"] == "In progress"


def test_closed_work_reopens_within_seven_days_and_not_later(house: House):
    in_client_review(house)
    house.ana.clicks("Close", on=SEARCH)
    house.delivers()
    house.passes(days=7, minutes=1)
    before = house.state_of_the_world()
    house.ana.clicks("Reopen", on=SEARCH).sees("closed more than 7 days ago")
    assert house.state_of_the_world() == before
    house.passes(minutes=-2)
    house.ana.clicks("Reopen", on=SEARCH).fills({"What is still missing?": "It is back again"}).submits()
    assert house.ticket()["status"] == "Triage"


def test_closing_without_work_says_why(house: House):
    house.files_a_request()
    house.bo.chooses("More", "Close", on=SEARCH)
    house.bo.fills({"Why it closes without work": "Withdrawn", "A sentence for the client": "You asked us to."})
    house.bo.submits()
    house.delivers()
    house.ana.sees("withdrawn").sees("You asked us to.")


def test_a_ticket_opens_in_a_window_with_its_history_and_only_ones_own_moves(house: House):
    in_progress(house)
    house.bo.opens("/ticket t101")
    assert "Bo: New → Triage" in house.bo.modal_text()
    assert "[Send to review]" in house.bo.modal_text()
    house.sam.opens("/ticket 101")
    assert "[Send to review]" not in house.sam.modal_text()


def test_a_move_from_the_window_shows_the_ticket_as_it_now_stands(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Take it")
    assert "Triage, since" in house.bo.modal_text()


def test_a_move_with_a_form_from_the_window_leaves_the_window_up_to_date(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Take it")
    house.bo.clicks("Ask client").fills({"What do you need?": "The words you searched for."}).submits()
    assert "Waiting on client, since" in house.bo.modal_text()


@pytest.mark.parametrize("typed", ["/ticket T-101", "/ticket T-999", "/ticket 99999999999"])
def test_someone_elses_ticket_is_not_found_just_as_an_absent_one(house: House, typed):
    house.files_a_request()
    house.rex.opens(typed).sees("I can't find T-")
    assert house.rex.modal() is None
    house.rex.does_not_see(SEARCH)


@pytest.mark.parametrize("value", ["101:1", "101:999", "7:1", "x", "", "101", "101:1:1", "٣:١", "101:-1"])
def test_a_forged_button_of_another_account_changes_nothing(house: House, value):
    house.files_a_request()
    house.files_a_request(house.rex, **{"Short description": "Umbrella's own matter", "Approval": "Not needed"})
    house.rex.opens("/queue")  # any click of Rex, to be bent
    house.rex.clicks("Open", on="Umbrella's own matter")
    before = house.state_of_the_world()
    forged = house.last_sent("block_actions")
    forged["actions"][0] |= {"action_id": "ticket.take", "value": value}
    status, _ = house.sends_payload(forged)
    assert status == 200
    assert house.state_of_the_world()["ticket"] == before["ticket"]
    assert house.state_of_the_world()["event"] == before["event"]


def test_a_button_from_an_older_version_says_so(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Take it")
    forged = house.last_sent("block_actions")
    forged["actions"][0]["action_id"] = "ticket.explode"
    assert house.sends_payload(forged)[0] == 200
