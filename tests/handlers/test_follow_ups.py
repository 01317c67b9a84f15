"""File follow-ups, from the closed card and from the window: once, and the thread says where they went."""

from tests.handlers.test_tickets import NOTE, SEARCH, in_progress
from tests.house import House

ITEMS = "- Rotate the API key\n- Tell the agents about the new macro"


def closed(house: House, items: str = ITEMS) -> None:
    in_progress(house)
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.clicks("Approve", on=SEARCH).fills({**NOTE, "Follow-up items": items}).submits()
    house.delivers()
    house.ana.clicks("Close", on=SEARCH)
    house.delivers()


def test_follow_ups_are_filed_from_the_card_and_then_no_longer_offered(house: House):
    closed(house)
    house.bo.clicks("File follow-ups", on=SEARCH)
    assert "Tell the agents about the new macro" in house.bo.modal_text()
    house.bo.fills({"Owner": "Eve"}).submits().sees("Filed T-102, T-103, linked to T-101.").closes()
    house.delivers()
    house.bo.sees("filed the follow-ups: T-102, T-103.").sees("followed up by T-102")
    house.bo.does_not_see("[File follow-ups]")
    house.ana.sees("Rotate the API key").does_not_see("filed the follow-ups")
    house.rex.does_not_see("Rotate the API key")
    rows = house.rows("select title, requester_id, assignee_id, status from ticket where id > 101 order by id")
    assert [row["title"] for row in rows] == ["Rotate the API key", "Tell the agents about the new macro"]
    assert {row["status"] for row in rows} == {"Triage"}


def test_some_now_and_the_rest_from_the_window_later(house: House):
    closed(house)
    house.bo.opens("/ticket T-101").clicks("File follow-ups")
    house.bo.fills({"Which become tickets": ["Rotate the API key"]}).submits().closes()
    assert "followed up by T-102" in house.bo.modal_text()
    house.bo.clicks("File follow-ups")
    assert "Rotate the API key" not in house.bo.modal_text()
    house.bo.submits().closes()
    assert "[File follow-ups]" not in house.bo.modal_text()
    assert house.rows("select max(id) as id from ticket")[0]["id"] == 103


def test_a_note_without_items_offers_nothing(house: House):
    closed(house, "none")
    house.bo.does_not_see("[File follow-ups]")


def test_a_client_files_no_follow_ups(house: House):
    closed(house)
    house.ana.opens("/ticket T-101")
    assert "[File follow-ups]" not in house.ana.modal_text()
    house.bo.clicks("File follow-ups", on=SEARCH)
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for person in (house.ana, house.rex):
        forged["user"]["id"] = person.id
        assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before


def test_the_second_of_two_forms_and_a_form_sent_twice_file_nothing_more(house: House):
    closed(house)
    house.eve.clicks("File follow-ups", on=SEARCH)
    house.bo.clicks("File follow-ups", on=SEARCH).submits()
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    _, answer = house.sends_payload(sent)
    assert "Filed T-102, T-103" in answer
    house.eve.submits(refused="Those are tickets already. T-101 lists them under its links.")
    assert house.state_of_the_world() == before
