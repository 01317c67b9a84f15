"""Putting a ticket right and merging what is the same: both threads told, everything undone by a click."""

import pytest

from tests.house import House

SEARCH, AGAIN = "Help centre search", "The help centre finds nothing"


@pytest.fixture
def taken(house: House) -> House:
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    return house


def edits(house: House, **fields: object) -> None:
    house.bo.opens("/ticket T-101").clicks("Edit").fills(fields)


def test_a_wrong_title_and_system_are_put_right_on_both_cards(taken: House):
    edits(
        taken,
        **{
            "Short description": "Search in the help centre is empty",
            "Related system (report, file or process)": "Help centre",
        },
    )
    taken.bo.submits().sees("title Help centre search is empty → Search in the help centre is empty")
    taken.delivers()
    for person in (taken.ana, taken.eve):
        person.sees("Search in the help centre is empty").does_not_see("Help centre search is empty")


def test_the_priority_moves_one_step_with_a_reason_that_everybody_reads(taken: House):
    edits(taken, Priority="P2")
    before = taken.state_of_the_world()
    taken.bo.submits(refused="Say why")
    assert taken.state_of_the_world() == before
    taken.bo.fills({"Why the priority moves": "A launch depends on it"}).submits()
    taken.delivers()
    taken.ana.sees("P2: A launch depends on it (was P3)")
    assert (taken.ticket()["priority"], taken.ticket()["computed_priority"]) == ("P2", "P3")


def test_two_steps_are_not_offered(taken: House):
    with pytest.raises(AssertionError, match="'P1' is not offered"):
        edits(taken, Priority="P1")


def test_whoever_edits_second_reads_who_was_first_and_changes_nothing(taken: House):
    edits(taken, **{"Short description": "Search in the help centre"})
    taken.maya.opens("/ticket T-101").clicks("Ask client")
    taken.maya.fills({"What do you need?": "The words you searched for"}).submits()
    before = taken.state_of_the_world()
    taken.bo.submits(refused="Maya was first: “Ask client”")
    assert taken.state_of_the_world() == before


def test_neither_a_client_nor_a_colleague_without_the_ticket_edits_it(taken: House):
    for person in (taken.ana, taken.eve):
        person.opens("/ticket T-101")
        with pytest.raises(AssertionError, match="sees no button 'Edit'"):
            person.clicks("Edit")


def merged(house: House) -> None:
    """T-102 by Cleo is merged into T-101 of Ana."""
    house.files_a_request(house.cleo, **{"Short description": AGAIN})
    house.maya.opens("/ticket T-102").clicks("Merge").fills({"Is the same as": "T-101"}).submits()
    house.delivers()


def test_a_merged_duplicate_closes_and_both_threads_are_told(taken: House):
    merged(taken)
    assert (taken.ticket(102)["status"], taken.ticket(102)["close_reason"]) == ("Closed", "duplicate")
    taken.cleo.sees("This is the same as T-101, so it goes on there")
    taken.ana.sees("@cleo asked for the same in T-102; both go on here.")
    taken.eve.sees("@maya merged T-102 The help centre finds nothing into this.")
    cleo = taken.one("select id from person where name = 'Cleo'")["id"]
    assert taken.ticket(101)["follower_ids"] == [cleo]
    taken.rex.does_not_see("T-10")


def test_what_is_written_in_the_merged_tickets_thread_reaches_the_other_one(taken: House):
    merged(taken)
    [card] = [m for m in taken.cleo.messages("C0ACME") if AGAIN in str(m["blocks"])]
    taken.cleo.types("C0ACME", "It is also slow", thread=card["ts"])
    taken.slack.settle()
    taken.delivers()
    assert taken.one("select ticket_id from message")["ticket_id"] == 101


def test_a_merge_is_undone_by_a_click_and_both_threads_are_told(taken: House):
    merged(taken)
    taken.eve.clicks("Undo", on="merged")
    taken.delivers()
    assert (taken.ticket(102)["status"], taken.ticket(102)["close_reason"]) == ("Triage", None)
    assert taken.rows("select 1 from ticket_link where ended_at is null") == []
    taken.ana.sees("T-102 is a matter of its own after all")
    before = taken.state_of_the_world()
    taken.eve.clicks("Undo", on="merged")
    taken.eve.sees("T-102 goes on by itself already")
    assert taken.state_of_the_world() == before


def test_reopening_a_duplicate_takes_it_out_as_well(taken: House):
    merged(taken)
    taken.cleo.clicks("Reopen", on=AGAIN).fills({"What is still missing?": "It is another search"}).submits()
    taken.delivers()
    assert taken.rows("select 1 from ticket_link where ended_at is null") == []


@pytest.mark.parametrize(
    ("prepare", "says"), [("close", "is closed"), ("other", "is not offered"), ("self", "is not offered")]
)
def test_what_can_not_be_merged_is_refused(taken: House, prepare: str, says: str):
    taken.files_a_request(taken.cleo, **{"Short description": AGAIN})
    if prepare == "close":
        taken.maya.opens("/ticket T-101").clicks("Close")
        taken.maya.fills({"Why it closes without work": "Withdrawn"}).submits().closes()
    if prepare == "other":
        taken.files_a_request(taken.rex, **{"Short description": "Umbrella's own matter", "Approval": "Not needed"})
    taken.maya.opens("/ticket T-102").clicks("Merge")
    before = taken.state_of_the_world()
    key = {"close": "T-101", "other": "T-103", "self": "T-102"}[prepare]
    if prepare == "close":
        taken.maya.fills({"Is the same as": key}).submits(refused=says)
    else:
        with pytest.raises(AssertionError, match=says):
            taken.maya.fills({"Is the same as": key})
    assert taken.state_of_the_world() == before


def test_a_merge_into_what_was_merged_goes_to_the_one_that_goes_on(taken: House):
    merged(taken)
    taken.files_a_request(taken.cleo, **{"Short description": "Third of the kind"})
    taken.maya.closes()
    taken.maya.opens("/ticket T-103").clicks("Merge").fills({"Is the same as": "T-102"}).submits()
    assert taken.one("select to_id from ticket_link where from_id = 103")["to_id"] == 101
