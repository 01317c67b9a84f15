"""A change from its form to what became of it, in Slack."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.driver import Person
from tests.house import House

TITLE = "Route <billing> tickets & refunds to the new team"
WHY = "Billing answers refunds itself from Monday, so that customers wait less."
ROLLBACK = {
    "When it is rolled back": "Tickets land in the wrong group",
    "How, step by step": "Switch the new trigger off",
    "In how many minutes at most": "15",
    "Who says so": "Bo",
    "What becomes of data made meanwhile": "None is lost",
    "How one sees that it worked": "A test ticket lands in the old group",
}
ROUTING = {
    "It touches": ["Routing"],
    "Whom it hurts if it goes wrong": "All agents",
    "How it is undone": "By a tested plan",
    "Tested": "Fully tested",
}


def does(house: House, sql: str, **values: Any) -> None:
    """The database's owner changes something behind everybody's back."""
    with house.owner.begin() as connection:
        connection.execute(text(sql), values)


def begins(house: House, by: Person | None = None, **fields: Any) -> None:
    """A change for Acme, with everything in its form."""
    person = by or house.bo
    filled = {"Account": "Acme", "Title": TITLE, "What changes, and why": WHY, "Who does it": "Bo",
              "Plan": "Make the trigger, then switch it on."}  # fmt: skip
    person.opens("/change new").fills({**filled, **fields}).submits()


def is_made_ready(person: Person) -> None:
    """In its open window: the rollback plan, and every check passed."""
    person.clicks("Rollback plan").fills(ROLLBACK).submits()
    passes_the_checks(person)


def passes_the_checks(person: Person) -> None:
    person.clicks("Checks")
    window = person.modal() or {}
    labels = [b["label"]["text"] for b in window["blocks"] if b["block_id"].startswith("check_")]
    person.fills(dict.fromkeys(labels, "Pass")).submits()


def is_asked(house: House, by: Person | None = None, **fields: Any) -> None:
    """All the way to those who decide."""
    person = by or house.bo
    begins(house, person, **fields)
    is_made_ready(person)
    person.clicks("Ask for approval").closes()
    house.delivers()


def change(house: House, number: int = 1) -> dict[str, Any]:
    return house.one("select * from change where id = :id", id=number)


def card(house: House, person: Person, channel: str = "C0RELEASES") -> dict[str, Any]:
    (found,) = [
        one for one in person.messages(channel) if "CH-1" in str(one["blocks"]) and "*R-1*" not in str(one["blocks"])
    ]
    return found


def thread(house: House, channel: str = "C0RELEASES") -> list[str]:
    return [one["text"] for one in house.bo.thread(channel, card(house, house.bo, channel)["ts"])[1:]]


def test_the_score_grows_as_the_form_is_filled_in_and_says_who_decides(house: House):
    house.bo.opens("/change new Route refunds")
    assert "Risk 3, low: not tested 3." in house.bo.modal_text()
    assert "A colleague who works on tickets decides." in house.bo.modal_text()
    house.bo.fills({"Title": TITLE, **ROUTING})
    assert "Risk 6, medium: touches routing 3, hits all agents 2, undo by a tested plan 1." in house.bo.modal_text()
    assert "A lead decides, then the client’s approver." in house.bo.modal_text()
    house.bo.fills({"Time": True, "It touches": ["Routing", "Permissions"], "Tested": "Not tested"})
    assert "Risk 13, high" in house.bo.modal_text()
    assert "A lead and a service owner decide, then the client’s approver." in house.bo.modal_text()
    house.bo.fills({"Emergency": True}).fills({"Why it can’t wait": "Nobody is answered"})
    assert "The lead on call decides. Two colleagues review it afterwards." in house.bo.modal_text()
    house.bo.fills({"Emergency": False, "Time": False})
    assert TITLE in str(house.bo.modal()["state"])


def test_a_routine_change_is_approved_by_a_colleague(house: House):
    begins(house)
    shown = house.bo.modal_text()
    assert "Before anybody is asked, it needs the rollback plan and 5 of 5 checks." in shown
    assert "[Ask for approval]" not in shown
    is_made_ready(house.bo)
    house.bo.clicks("Ask for approval")
    assert "waiting for approval" in house.bo.modal_text()
    assert "[Approve]" not in house.bo.modal_text()
    house.bo.closes()
    house.delivers()
    house.eve.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    assert change(house)["state"] == "approved"
    buttons = str(card(house, house.eve)["blocks"])
    assert "approval.approve" not in buttons
    assert "Eve approved as a colleague" in buttons
    assert thread(house)[1:] == [
        "<@U0EVE> approved this as a colleague who works on tickets.",
        "<@U0BO>, this is approved. It goes out with a release.",
    ]
    house.maya.opens("/change CH-1")
    for words in ("Eve approved as a colleague", "Switch the new trigger off", "15 minutes", "approved", WHY):
        assert words in house.maya.modal_text()
    house.rex.does_not_see("CH-1").opens("/change CH-1").sees("I can’t find “CH-1”")


def test_an_edit_says_that_what_was_approved_counts_no_more(house: House):
    is_asked(house)
    house.eve.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "Another plan"}).submits()
    assert "draft" in house.bo.modal_text()
    assert "counts no more: it was edited" in house.bo.modal_text()
    house.delivers()
    assert thread(house)[-1] == (
        "<@U0BO> edited this, so what was approved counts no more. It is a draft again, and everybody is asked anew "
        "once it is ready."
    )


def test_a_second_edit_of_what_changed_meanwhile_is_refused(house: House):
    begins(house)
    house.bo.closes()
    house.maya.opens("/change CH-1").clicks("Edit").fills({"Plan": "Maya’s plan"})
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "Bo’s plan"}).submits()
    before = house.state_of_the_world()
    house.maya.submits(refused="CH-1 changed meanwhile. Open it again with /change CH-1.")
    assert house.state_of_the_world() == before


def test_whoever_is_not_concerned_edits_nothing(house: House):
    begins(house)
    house.bo.closes()
    house.eve.opens("/change CH-1")
    assert "[Edit]" not in house.eve.modal_text()
    assert "[Checks]" in house.eve.modal_text()
    house.eve.closes()
    house.bo.opens("/change CH-1").clicks("Edit")
    pressed = house.last_sent("block_actions")
    house.bo.fills({"Plan": "Another"}).submits()
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    for slack_id in ("U0EVE", "U0ANA", "U0CLEO", "U0REX", "U0ZED"):
        pressed["user"]["id"] = sent["user"]["id"] = slack_id
        sent["view"]["id"] = f"V0BENT{slack_id}"
        assert house.sends_payload(sent)[0] == 200
        for value in ("1:1", "999:1", "x", ""):
            for name in ("edit", "rollback", "ask", "withdraw", "release_now", "template", "link", "unlink", "new"):
                pressed["actions"][0] |= {"value": value, "action_id": f"change.{name}"}
                assert house.sends_payload(pressed)[0] == 200
    assert house.state_of_the_world() == before


def test_a_change_of_a_ticket_is_prefilled_and_both_show_each_other(house: House):
    number = house.files_a_request()
    house.bo.chooses("More", "Plan a change", on="Help centre search")
    assert "Help centre search is empty" in str(house.bo.modal())
    house.bo.fills({"What changes, and why": WHY}).submits()
    assert f"carried by *T-{number}*" in house.bo.modal_text()
    house.bo.closes()
    house.delivers()
    house.eve.sees("carries *CH-1*, draft")
    house.eve.opens(f"/ticket T-{number}").sees("carries *CH-1* Help centre search is empty · draft").clicks("Open")
    assert house.eve.modal()["title"]["text"] == "CH-1"
    house.ana.opens(f"/ticket T-{number}")
    assert "CH-1" not in house.ana.modal_text()


def test_nothing_of_a_private_ticket_goes_into_a_change_by_itself(house: House):
    house.files_a_request(**{"Request type": "Access", "Short description": "Access for <Kim> ends", "Private": True})
    house.maya.opens("/ticket T-101").clicks("Plan a change")
    assert "the whole team reads a change" in house.maya.modal_text()
    assert "Kim" not in str(house.maya.modal()["blocks"])


def a_request_for_a_change(house: House) -> None:
    house.ana.opens("/request").fills(
        {"Request type": "Change", "Short description": "Send refunds to billing", "Details": WHY,
         "What does it touch?": ["Routing"], "Business impact": "Degraded", "Who is affected": "Many or a team",
         "Desired timing": "This week"}
    ).submits().closes()  # fmt: skip
    house.delivers()


def test_a_request_for_a_change_becomes_one_once(house: House):
    a_request_for_a_change(house)
    house.bo.clicks("Plan the change", on="Send refunds to billing")
    assert "A lead decides" in house.bo.modal_text()
    house.eve.clicks("Plan the change", on="Send refunds to billing")
    house.bo.submits()
    assert house.bo.modal()["title"]["text"] == "CH-1"
    house.bo.closes()
    before = house.state_of_the_world()
    house.eve.submits(refused="It became CH-1 already. Open that one with /change CH-1.")
    house.maya.clicks("File as ticket anyway", on="Send refunds to billing").sees("It became CH-1 already.")
    assert house.state_of_the_world() == before
    house.delivers()
    house.bo.sees("Became CH-1.").does_not_see("[Plan the change]").does_not_see("[File as ticket anyway]")


def test_an_emergency_goes_out_at_once_and_two_review_it(house: House):
    begins(house, **{"Emergency": True, "Why it can’t wait": "Webhooks are down for every customer"})
    house.bo.clicks("Rollback plan").fills(ROLLBACK).submits()
    house.bo.clicks("Ask for approval").closes()
    house.delivers()
    before = house.state_of_the_world()
    house.eve.clicks("Approve", channel="C0RELEASES").sees("This waits for the lead on call (Maya).")
    assert house.state_of_the_world() == before
    house.maya.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    house.bo.clicks("Release now", channel="C0RELEASES")
    house.delivers()
    assert change(house)["state"] == "released"
    assert any("went out as an emergency. Two of you look at it" in said for said in thread(house))
    for reviewer in (house.eve, house.maya):
        reviewer.clicks("Approve", channel="C0RELEASES")
        house.delivers()
    assert "approval.approve" not in str(card(house, house.eve)["blocks"])


def test_a_change_is_withdrawn_with_its_reason(house: House):
    is_asked(house)
    house.bo.opens("/change CH-1").clicks("Withdraw").fills({"Why it is not done": "The vendor fixed it"}).submits()
    house.delivers()
    assert thread(house)[-1] == "<@U0BO> withdrew this: The vendor fixed it"
    assert "approval.approve" not in str(card(house, house.eve)["blocks"])
    house.bo.closes().opens("/change")
    assert "Settled" in house.bo.modal_text()


def test_a_failed_check_stands_in_the_way_and_is_read_with_its_evidence(house: House):
    begins(house)
    is_made_ready(house.bo)
    house.bo.clicks("Ask for approval")
    pressed = house.last_sent("block_actions")
    house.bo.clicks("Checks").fills({"It is known where it was tested": "Fail"}).submits()
    assert "it needs a way past 1 failed check." in house.bo.modal_text()
    assert ":x: It is known where it was tested" in house.bo.modal_text()
    assert "[Ask for approval]" not in house.bo.modal_text()
    before = house.state_of_the_world()
    pressed["actions"][0]["value"] = f"1:{change(house)['version']}"
    assert house.sends_payload(pressed)[0] == 200
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("typed", ["soon", "-5", "0", "99999999"])
def test_minutes_that_are_none_stand_beside_their_field(house: House, typed: str):
    begins(house)
    house.bo.clicks("Rollback plan").fills({"In how many minutes at most": typed})
    before = house.state_of_the_world()
    house.bo.submits(refused="Write minutes as a number, such as 15.")
    assert house.state_of_the_world() == before


def verified(house: House) -> None:
    """What a release does to it, in short: it is out, and it works."""
    does(house, "update change set state = 'verified', released_at = :at", at=house.now)


def test_proven_steps_become_a_template_and_the_next_needs_nobody(house: House):
    is_asked(house)
    house.eve.clicks("Approve", channel="C0RELEASES")
    verified(house)
    house.bo.opens("/change CH-1")
    assert "[Make it a template]" not in house.bo.modal_text()
    house.bo.closes()
    house.maya.opens("/change CH-1").clicks("Make it a template").fills({"Name": "New <view>"}).submits().closes()
    house.bo.opens("/change new Another view").fills({"Account": "Acme", "Standard template": "New <view>"})
    assert "Nobody has to approve it: it keeps to its template." in house.bo.modal_text()
    house.bo.fills({"What changes, and why": WHY, "Who does it": "Bo"}).submits()
    passes_the_checks(house.bo)
    house.bo.clicks("Clear for release")
    assert change(house, 2)["state"] == "approved"
    does(house, "update change_template set suspended_at = now(), suspended_by_id = 2")
    house.bo.closes().opens("/change templates")
    assert "suspended since CH-2 failed" in house.bo.modal_text()
    assert "[Bring back]" not in house.bo.modal_text()
    house.maya.opens("/change templates").clicks("Bring back").fills(
        {"What was put right": "The plan has the step now"}
    )
    house.maya.submits()
    assert "in good standing" in house.maya.modal_text()
    house.rex.opens("/change templates").sees("Standard templates are our team’s.")


def test_an_incident_is_held_against_a_change_and_cleared(house: House):
    begins(house)
    house.bo.closes()
    verified(house)
    house.passes(hours=1)
    house.files_a_request()
    house.eve.opens("/change CH-1").clicks("Link an incident").fills({"Incident": "Help centre"}).submits()
    assert "caused *T-101*" in house.eve.modal_text()
    house.eve.clicks("Unlink")
    assert "caused *T-101*" not in house.eve.modal_text()
    assert "unlinked T-101" in house.eve.modal_text()


def test_an_empty_list_says_how_it_fills(house: House):
    house.bo.opens("/change").sees("There are no changes yet.").clicks("New change").closes().closes()
    house.cleo.opens("/change").sees("There are no changes yet.").does_not_see("[New change]")
    house.bo.opens("/change CH-9").sees("I can’t find “CH-9”")
    house.bo.opens("/change templats").sees("Did you mean “templates”?")
