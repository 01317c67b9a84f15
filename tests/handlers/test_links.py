"""Linking tickets in their window: both cards tell, and only of what their readers may know."""

import pytest

from tests.house import House

SEARCH, LOGIN = "Help centre search", "Nobody can log in"


def two(house: House) -> None:
    house.files_a_request()
    house.files_a_request(**{"Short description": LOGIN})


def links(house: House, other: str = "T-101", kind: str = "Follows up", **more: str) -> None:
    house.bo.opens("/ticket T-102").clicks("Link")
    house.bo.fills({"T-102 …": kind, "Ticket": other, **more}).submits()
    house.delivers()


def test_a_link_stands_on_both_cards_and_in_the_window_and_goes_with_a_press(house: House):
    two(house)
    links(house, Note="Cleo says it came with the search")
    assert "follows up T-101" in house.bo.modal_text()
    assert "Cleo says it came with the search" in house.bo.modal_text()
    house.bo.closes()
    house.eve.sees("follows up T-101").sees("followed up by T-102")
    house.ana.sees("follows up T-101").sees("followed up by T-102").does_not_see("Cleo says it")
    house.rex.does_not_see("T-101")
    house.eve.opens("/ticket T-101").clicks("Unlink")
    assert "[Unlink]" not in house.eve.modal_text()
    assert "Eve removed a link: followed up by T-102" in house.eve.modal_text()
    house.delivers()
    house.ana.does_not_see("follows up T-101")


def test_a_client_reads_links_and_has_no_buttons_for_them(house: House):
    two(house)
    links(house, Note="internal words")
    house.ana.opens("/ticket T-102")
    text = house.ana.modal_text()
    assert "follows up" in text
    assert SEARCH in text
    assert not {"[Link]", "[Unlink]"} & set(text.split("\n"))
    assert "internal words" not in text
    assert "linked it" not in text


def test_a_link_to_a_ticket_that_never_reached_the_clients_channel_is_not_on_the_clients_card(house: House):
    two(house)
    links(house)
    with house.owner.begin() as connection:
        connection.exec_driver_sql("update post set place = 'triage', subject = 'job_run' "
                                   "where subject = 'ticket' and subject_id = 101 and place = 'client'")  # fmt: skip
    links(house, kind="Relates to")
    house.ana.does_not_see("T-101 ·").does_not_see("follows up T-101")


def test_what_stands_already_is_said_beside_its_field(house: House):
    two(house)
    links(house)
    house.bo.clicks("Link").fills({"Ticket": "T-101", "T-102 …": "Follows up"})
    before = house.state_of_the_world()
    house.bo.submits(refused="That link stands already: T-102 follows up T-101.")
    assert house.state_of_the_world() == before


def test_another_clients_ticket_is_neither_offered_nor_linked(house: House):
    two(house)
    house.files_a_request(house.rex, **{"Short description": "Umbrella's own matter", "Approval": "Not needed"})
    links(house)
    sent = house.last_sent("view_submission")
    sent["view"]["id"] = "V0FORGED"
    sent["view"]["state"]["values"]["ticket"]["ticket.find"]["selected_option"]["value"] = "103"
    before = house.state_of_the_world()
    _, answer = house.sends_payload(sent)
    assert "belongs to another client" in answer
    assert house.state_of_the_world() == before


def test_the_same_form_delivered_twice_is_one_link(house: House):
    two(house)
    links(house)
    status, answer = house.sends_payload(house.last_sent("view_submission"))
    assert (status, answer) == (200, "")
    assert len(house.rows("select 1 from ticket_link")) == 1


def test_a_link_to_what_was_merged_goes_where_it_was_merged_and_says_so(house: House):
    two(house)
    house.files_a_request(**{"Short description": "Login broken, it seems"})
    with house.owner.begin() as connection:
        connection.exec_driver_sql(
            "insert into ticket_link (account_id, from_id, to_id, kind, at)"
            " select account_id, 103, 101, 'duplicate of', now() from ticket where id = 101"
        )
    links(house, "T-103")
    house.bo.sees("T-103 was merged into T-101, so the link goes there: T-102 follows up T-101.")
    assert house.one("select to_id from ticket_link where from_id = 102")["to_id"] == 101


@pytest.mark.parametrize("value", ["101:1", "x", "", "101", "101:x"])
def test_a_forged_press_of_an_outsider_removes_nothing(house: House, value):
    two(house)
    links(house)
    house.files_a_request(house.rex, **{"Short description": "Umbrella's own matter", "Approval": "Not needed"})
    house.rex.opens("/queue")
    house.rex.clicks("Open", on="Umbrella's own matter")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for name in ("ticket.unlink", "ticket.link"):
        forged["actions"][0] |= {"action_id": name, "value": value}
        assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before
