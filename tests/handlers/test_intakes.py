"""A change to what is sensitive is no ticket: the team is told, and a lead can file it after all, once."""

from typing import Any

import pytest

from tests.house import House
from tests.slack.desk import does, posted

TITLE = "Send refunds to a new team"
TOUCHES = "What does it touch?"
CHANGE = {
    "Request type": "Change to production",
    "Short description": TITLE,
    "Details": "All refund tickets to <Team & Co>",
    TOUCHES: ["Routing", "Customer-facing content"],
    "Business impact": "Minor",
    "Who is affected": "A few",
    "Desired timing": "By a date",
    "Date": "2026-12-01",
    "Related system (report, file or process)": "Zendesk triggers",
}


@pytest.fixture
def asked(house: House) -> dict[str, Any]:
    house.ana.opens("/request").fills(CHANGE).submits()
    house.delivers()
    return house.one("select * from intake")


def test_the_form_asks_what_a_change_touches_and_only_a_change(house: House):
    house.ana.opens("/request").fills({"Request type": "Service request"})
    assert TOUCHES not in house.ana.modal_text()
    house.ana.fills({"Request type": "Change to production"})
    assert TOUCHES in house.ana.modal_text()


def test_what_was_ticked_stays_when_another_field_appears(house: House):
    house.ana.opens("/request").fills({"Request type": "Change to production", TOUCHES: ["Permissions"]})
    house.ana.fills({"Request type": "Incident"}).fills({"Request type": "Change to production"})
    house.ana.fills({"Desired timing": "Whenever"})
    assert "What does it touch? (optional): <Permissions of" in house.ana.modal_text()


def test_a_change_to_what_is_sensitive_is_no_ticket_and_the_client_reads_why(house: House, asked: dict[str, Any]):
    assert (asked["disposition"], asked["ticket_id"], asked["request_type"]) == ("change", None, "change")
    assert house.rows("select 1 from ticket") == []
    house.ana.sees("Our leads have it.").sees("A lead comes back to you with the plan").sees("No ticket was opened")
    assert posted(house, "C0ACME") == []


def test_triage_reads_everything_that_was_asked(house: House, asked: dict[str, Any]):
    house.bo.sees("@ana of Acme asks for a change to production").sees(TITLE).sees("All refund tickets to <Team & Co>")
    house.bo.sees("Routing, Customer-facing content").sees("Minor, a few").sees("2026-12-01").sees("Zendesk triggers")
    house.rex.does_not_see(TITLE)


def test_a_change_that_touches_nothing_sensitive_stays_a_ticket(house: House):
    filled = {name: value for name, value in CHANGE.items() if name != TOUCHES}
    house.ana.opens("/request").fills(filled).submits().closes()
    assert house.one("select disposition from intake")["disposition"] == "ticket"
    assert house.ticket()["request_type"] == "change"


def test_an_area_ticked_for_another_type_does_not_count(house: House):
    house.ana.opens("/request").fills({**CHANGE, "Request type": "Change to production"})
    house.ana.fills({"Request type": "Service request"}).submits().closes()
    assert house.one("select disposition from intake")["disposition"] == "ticket"


def test_a_lead_files_it_after_all_as_the_client_asked_it(house: House, asked: dict[str, Any]):
    house.passes(hours=3)
    house.maya.clicks("File as ticket anyway", on=TITLE)
    house.delivers()
    ticket = house.ticket()
    ana = house.one("select id from person where name = 'Ana'")["id"]
    assert (ticket["title"], ticket["details"], ticket["requester_id"]) == (TITLE, CHANGE["Details"], ana)
    assert (ticket["request_type"], ticket["effect"], ticket["users"]) == ("change", "Minor", "A few")
    assert (str(ticket["wanted_by"]), ticket["related_system"]) == ("2026-12-01", "Zendesk triggers")
    assert ticket["primary_contact_id"] == ana
    intake = house.one("select * from intake")
    assert (intake["disposition"], intake["ticket_id"]) == ("ticket", 101)
    event = house.one("select * from event where kind = 'redirect_filed'")
    assert event["actor_id"] == house.one("select id from person where name = 'Maya'")["id"]
    assert event["data"] == {"intake": intake["id"], "was": "change", "ticket": 101}
    house.maya.sees("Filed as T-101. Its card is in this channel").does_not_see("File as ticket anyway")
    house.ana.sees("T-101")
    house.rex.does_not_see(TITLE)


def test_it_is_filed_once_however_often_it_is_pressed(house: House, asked: dict[str, Any]):
    house.maya.clicks("File as ticket anyway", on=TITLE)
    pressed = house.last_sent("block_actions")
    before = house.state_of_the_world()
    house.sends_payload(pressed)
    assert house.state_of_the_world() == before
    house.maya.sees("It is filed already, as T-101.")


@pytest.mark.parametrize("who", ["bo", "sam"])
def test_only_a_lead_files_it(house: House, asked: dict[str, Any], who: str):
    before = house.state_of_the_world()
    getattr(house, who).clicks("File as ticket anyway", on=TITLE).sees("Only a lead or a service owner")
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(("value", "by"), [("1", "U0ANA"), ("1", "U0REX"), ("999", "U0MAYA"), ("x", "U0MAYA")])
def test_a_bent_button_files_nothing(house: House, asked: dict[str, Any], value: str, by: str):
    house.bo.clicks("File as ticket anyway", on=TITLE)
    pressed = house.last_sent("block_actions")
    before = house.state_of_the_world()
    bent = {**pressed["actions"][0], "value": value}
    house.sends_payload({**pressed, "user": {**pressed["user"], "id": by}, "actions": [bent]})
    assert house.state_of_the_world() == before


def test_files_and_the_wish_to_bypass_come_along(house: House):
    urgent = {
        **CHANGE,
        "Desired timing": "Now",
        "What happens if it waits": "Every refund goes to the wrong people",
        "This cannot wait for the queue": "A release has failed",
        "Screenshots or attachments": [("plan.txt", b"one")],
    }
    del urgent["Date"]
    house.ana.opens("/request").fills(urgent).submits().closes()
    house.delivers()
    assert house.rows("select 1 from bypass") == []
    house.maya.clicks("File as ticket anyway", on=TITLE)
    house.delivers()
    assert house.one("select name from attachment")["name"] == "plan.txt"
    assert house.one("select criterion from bypass")["criterion"] == "failed_release"
    house.maya.sees("*Bypass asked:* a release has failed")


def test_a_post_of_the_release_before_still_reads(house: House, asked: dict[str, Any]):
    old = "'areas', 'effect', 'users', 'timing', 'consequence', 'system', 'files'"
    does(house, f"update post set snapshot = snapshot - array[{old}] where subject = 'intake'")
    does(house, "update outbox set done_at = null")
    house.delivers()
    house.bo.sees(TITLE)


def test_a_plan_of_the_release_before_still_reads_and_is_no_ticket(house: House, asked: dict[str, Any]):
    does(house, "update post set snapshot = snapshot || '{\"disposition\": \"meeting\"}' where subject = 'intake'")
    does(house, "update outbox set done_at = null")
    house.delivers()
    house.bo.sees("asks for a planning meeting").does_not_see("File as ticket anyway")
