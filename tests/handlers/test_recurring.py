"""Recurring work: made from a ticket or anew, and its tickets open before the morning."""

from datetime import timedelta

from tests.house import House


def repeats(house: House, **fields: str) -> None:
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Repeat")
    house.bo.fills({"How often": "Every week", "First on": "2026-11-30", "Owner": "Eve", "Estimate": "30m"} | fields)
    house.bo.submits()


def test_a_ticket_repeats_and_the_next_one_opens_by_itself(house: House):
    repeats(house)
    house.bo.sees("From Mon 30 Nov on, every Monday: “Help centre search is empty” opens by itself.")
    house.now = house.now.replace(day=30, hour=5)
    assert "recurring-tickets 2026-11-30" in house.ticks()
    house.eve.sees("T-102").sees("Opened by schedule").sees("every Monday")
    house.ana.sees("T-102")
    house.rex.does_not_see("T-102")
    house.passes(hours=2)
    house.ticks()
    assert house.rows("select max(id) as id from ticket")[0]["id"] == 102
    house.eve.opens("/ticket T-102")
    assert "by schedule: every Monday" in house.eve.modal_text()
    house.eve.closes()
    house.eve.opens("/time").fills({"Ticket": "T-102", "Time spent": "30m"}).submits()
    house.eve.opens("/time T-102 15m looked at the log").sees("Monitoring and maintenance")


def test_the_list_is_empty_with_what_to_do_and_new_adds_to_it(house: House):
    house.bo.opens("/ticket recurring")
    assert "Nothing recurs yet" in house.bo.modal_text()
    house.bo.clicks("New").fills({
        "Account": "Umbrella", "Short description": "Check the certificates", "How often": "Every month",
        "First on": "2026-12-31", "Owner": "Bo",
    }).submits().closes()  # fmt: skip
    text = house.bo.modal_text()
    assert "Umbrella* · Check the certificates" in text
    assert "every month on its last day · next Thu 31 Dec · Bo" in text
    house.rex.opens("/ticket recurring").sees("Only")
    assert house.rex.modal() is None


def test_pause_resume_change_and_end_from_the_list(house: House):
    repeats(house)
    house.maya.opens("/queue").clicks("Recurring work")
    house.maya.clicks("Pause")
    assert "every Monday · paused · Eve · 30m" in house.maya.modal_text()
    house.now += timedelta(weeks=2)
    house.ticks()
    assert house.rows("select max(id) as id from ticket")[0]["id"] == 101
    house.maya.clicks("Resume")
    assert "next Mon 14 Dec" in house.maya.modal_text()
    house.maya.clicks("Change").fills({"How often": "Every quarter", "Next on": "2027-01-04"}).submits().closes()
    assert "every quarter on day 4 · next Mon 4 Jan" in house.maya.modal_text()
    house.maya.clicks("End")
    assert "Nothing recurs yet" in house.maya.modal_text()


def test_a_list_that_lay_open_changes_nothing(house: House):
    repeats(house)
    house.eve.opens("/ticket recurring acme")
    house.maya.opens("/ticket recurring").clicks("Pause")
    before = house.state_of_the_world()
    house.eve.clicks("End").sees("That rule changed meanwhile. Open the list again with /ticket recurring.")
    assert house.state_of_the_world() == before


def test_today_is_too_early_and_stands_beside_its_field(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101").clicks("Repeat").fills({"First on": "2026-11-23"})
    before = house.state_of_the_world()
    house.bo.submits(refused="Pick tomorrow or a later day")
    assert set(house.bo.modal()["errors"]) == {"first_on"}
    assert house.state_of_the_world() == before


def test_nobody_else_repeats_anything(house: House):
    repeats(house)
    for person in (house.ana, house.sam):
        person.opens("/ticket T-101")
        assert "[Repeat]" not in person.modal_text()
    house.maya.opens("/ticket recurring").clicks("Pause")
    forged = house.last_sent("block_actions")
    before = house.state_of_the_world()
    for person in (house.ana, house.rex, house.sam):
        for name in ("recurring.end", "recurring.resume", "recurring.change", "recurring.new", "ticket.repeat"):
            forged["user"]["id"] = person.id
            forged["actions"][0] |= {"action_id": name, "value": "1:3" if name != "ticket.repeat" else "101:1"}
            assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before


def test_the_same_form_delivered_twice_is_one_rule(house: House):
    repeats(house)
    status, answer = house.sends_payload(house.last_sent("view_submission"))
    assert status == 200
    assert "opens by itself" in answer
    assert len(house.rows("select 1 from recurring")) == 1
