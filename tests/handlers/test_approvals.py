"""Approve and Reject, by whoever is asked and nobody else: on cards, in windows, on the Home, and at the same time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.driver import Person
from tests.handlers.test_changes import (
    ROUTING,
    TITLE,
    WHY,
    begins,
    card,
    change,
    does,
    is_asked,
    is_made_ready,
    thread,
)
from tests.house import House

SECTION = "Waits for your decision"
NOTHING = "Nothing waits for you."
OFFERED = ("approval.approve", "approval.reject")


def approval(house: House) -> dict[str, Any]:
    return house.rows("select * from approval order by id desc limit 1")[0]


def offered(message: dict[str, Any]) -> bool:
    return any(name in str(message["blocks"]) for name in OFFERED)


def home_of(person: Person) -> str:
    return person.opens_home().home_text()


def a_sensitive_one(house: House) -> None:
    """It is asked, a lead has approved, and now the client is asked."""
    is_asked(house, **ROUTING)
    house.maya.clicks("Approve", channel="C0RELEASES")
    house.delivers()


def forged(house: House, slack_id: str, value: str, action: str = "approval.approve") -> None:
    """A press as nobody could make it on a screen."""
    sent = house.last_sent("block_actions")
    sent["user"]["id"] = slack_id
    sent["actions"][0] |= {"action_id": action, "value": value, "type": "button"}
    assert house.sends_payload(sent)[0] == 200


def test_a_sensitive_change_is_rejected_then_approved_with_the_client(house: House):
    is_asked(house, **ROUTING)
    house.maya.clicks("Reject", channel="C0RELEASES").fills({"Why not": "The catch-all is <missing>"}).submits()
    house.delivers()
    assert change(house)["state"] == "rejected"
    assert thread(house)[-2:] == [
        "<@U0MAYA> rejected this as a lead: The catch-all is &lt;missing&gt;",
        "<@U0BO>, edit it and ask again, or withdraw it.",
    ]
    assert not offered(card(house, house.maya))
    house.cleo.does_not_see("CH-1")
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "With a catch-all group."}).submits()
    house.bo.clicks("Ask for approval").closes()
    house.delivers()
    house.cleo.does_not_see("CH-1")
    house.maya.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    assert not offered(card(house, house.maya))  # what is left is the client's
    for words in (WHY, "it touches routing, so it goes live only with your yes", "once it is approved",
                  "Switch the new trigger off, in 15 minutes at most", "@cleo, please decide by"):  # fmt: skip
        house.cleo.sees(words)
    house.ana.clicks("Approve", on="CH-1").sees("This waits for the client’s approver (Cleo).")
    house.rex.does_not_see("CH-1")
    house.cleo.clicks("Approve", on="CH-1")
    house.delivers()
    assert change(house)["state"] == "approved"
    for person, channel in ((house.cleo, "C0ACME"), (house.maya, "C0RELEASES")):
        assert not offered(card(house, person, channel))
        assert "Cleo approved as the client’s approver" in str(card(house, person, channel)["blocks"])
    house.cleo.sees("Approved. We plan the day now").does_not_see("catch-all")
    house.sam.opens("/change CH-1")
    for words in ("Maya rejected as a lead", "The catch-all is <missing>", "Maya approved as a lead", "Cleo approved"):
        assert words in house.sam.modal_text()


def test_a_client_rejects_with_a_reason_in_its_own_window(house: House):
    a_sensitive_one(house)
    house.cleo.opens("/change CH-1").clicks("Reject").fills({"Why not": "Not before Christmas"}).submits()
    house.delivers()
    assert "Not before Christmas" in house.cleo.modal_text()
    assert thread(house)[-2] == "<@U0CLEO> rejected this as the client’s approver: Not before Christmas"
    assert not offered(card(house, house.cleo, "C0ACME"))


def test_a_client_who_is_asked_again_hears_of_it(house: House):
    a_sensitive_one(house)
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "Another plan"}).submits()
    house.delivers()
    assert not offered(card(house, house.cleo, "C0ACME"))
    house.cleo.sees("This was changed since you saw it")
    house.bo.clicks("Ask for approval").closes()
    house.delivers()
    house.cleo.sees("We look at it ourselves first, and ask you then.")
    house.maya.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    assert thread(house, "C0ACME")[-1].startswith("<@U0CLEO>, this was changed since you saw it.")
    house.cleo.clicks("Approve", on="CH-1")
    house.delivers()
    assert change(house)["state"] == "approved"


def test_the_home_shows_everybody_what_is_theirs_and_nothing_else(house: House):
    for approver in (house.maya, house.cleo):
        assert NOTHING in home_of(approver)
    for person in (house.eve, house.bo, house.sam, house.ana, house.rex):
        assert SECTION not in home_of(person)
    is_asked(house, **ROUTING)
    assert f"{SECTION}: 1" in home_of(house.maya)
    for words in ("CH-1", TITLE, "Sensitive, risk 6 (medium)", "until"):
        assert words in house.maya.home_text()
    for person in (house.eve, house.bo, house.sam, house.ana, house.rex):
        assert SECTION not in home_of(person)
    assert NOTHING in home_of(house.cleo)
    house.maya.opens_home()
    _on_home(house.maya, "approval.approve")
    assert NOTHING in house.maya.home_text()
    house.delivers()
    assert f"{SECTION}: 1" in home_of(house.cleo)
    _on_home(house.cleo, "approval.reject")
    house.cleo.fills({"Why not": "Not this year"}).submits()
    assert NOTHING in house.cleo.home_text()
    assert change(house)["state"] == "rejected"


def _on_home(person: Person, action: str) -> None:
    """Presses what stands on the Home, where a card in a channel has the same words."""
    blocks = (person.home() or {})["blocks"]
    block = next(b for b in blocks if b["type"] == "actions" and any(e["action_id"] == action for e in b["elements"]))
    person._do("action", container={"type": "home"}, block_id=block["block_id"], action_id=action, payload={})


def test_who_comes_too_late_reads_who_decided(house: House):
    is_asked(house)
    number = str(approval(house)["id"])
    house.maya.opens_home()
    house.eve.clicks("Approve", channel="C0RELEASES")
    before = house.state_of_the_world()
    _on_home(house.maya, "approval.approve")
    house.maya.sees("Eve was first: it is approved already.")
    house.maya.closes()
    assert NOTHING in house.maya.home_text()
    house.maya.clicks("Reject", channel="C0RELEASES").sees("Eve was first: it is approved already.")
    forged(house, "U0EVE", number)
    house.eve.clicks("Approve", channel="C0RELEASES")  # her card was not brought up to date yet
    assert house.state_of_the_world() == before
    house.eve.sees("You were first: it is approved already.")


def test_who_comes_too_late_with_a_reason_reads_it_beside_the_field(house: House):
    is_asked(house)
    house.maya.clicks("Reject", channel="C0RELEASES").fills({"Why not": "Too risky for now"})
    house.eve.clicks("Approve", channel="C0RELEASES")
    before = house.state_of_the_world()
    house.maya.submits(refused="Eve was first: it is approved already.")
    assert house.state_of_the_world() == before


def test_an_author_and_an_implementer_decide_on_nothing_of_theirs(house: House):
    is_asked(house, **{"Who does it": "Eve"})
    before = house.state_of_the_world()
    house.bo.clicks("Approve", channel="C0RELEASES").sees("You are its author, so somebody else decides.")
    house.eve.clicks("Reject", channel="C0RELEASES").sees("You are its implementer, so somebody else decides.")
    house.eve.opens("/change CH-1")
    assert "[Approve]" not in house.eve.modal_text()
    assert house.state_of_the_world() == before


def test_forged_values_change_nothing(house: House):
    a_sensitive_one(house)
    number = str(approval(house)["id"])
    house.bo.opens("/change CH-1")  # a press to be bent
    house.bo.clicks("Checks").closes().closes()
    before = house.state_of_the_world()
    for slack_id in ("U0BO", "U0EVE", "U0MAYA", "U0SAM", "U0ANA", "U0NORA", "U0REX", "U0ZED"):
        for action in OFFERED:
            for value in (number, "999", "9" * 30, "-1", "x", "", "1:1", "CH-1"):
                forged(house, slack_id, value, action)
    for value in ("999", "9" * 30, "x", ""):
        forged(house, "U0CLEO", value)
    house.cleo.clicks("Reject", on="CH-1").fills({"Why not": "no reason at all"})
    house.cleo.submits()
    sent = house.last_sent("view_submission")
    for slack_id in ("U0REX", "U0EVE", "U0ANA"):
        sent["user"]["id"], sent["view"]["id"] = slack_id, f"V0BENT{slack_id}"
        state = house.state_of_the_world()
        assert house.sends_payload(sent)[0] == 200
        assert house.state_of_the_world() == state
    assert [row["name"] for row in house.rows(
        "select name from decision join person on person.id = person_id order by decision.id"
    )] == ["Maya", "Cleo"]  # fmt: skip
    assert before["decision"]["n"] == 1


def test_an_old_card_decides_on_nothing_that_was_edited_since(house: House):
    is_asked(house)
    old = str(approval(house)["id"])
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "Another plan"}).submits()
    before = house.state_of_the_world()
    house.eve.clicks("Approve", channel="C0RELEASES").sees("It was edited since you saw it")
    assert house.state_of_the_world() == before
    house.bo.clicks("Ask for approval")
    before = house.state_of_the_world()
    house.eve.clicks("Approve", channel="C0RELEASES")  # its card was not brought up to date yet
    assert house.state_of_the_world() == before
    forged(house, "U0EVE", old)
    assert house.state_of_the_world() == before
    house.delivers()
    house.eve.clicks("Approve", channel="C0RELEASES")
    assert change(house)["state"] == "approved"


def test_a_change_that_is_gone_is_decided_by_nobody(house: House):
    is_asked(house)
    house.bo.opens("/change CH-1").clicks("Withdraw").fills({"Why it is not done": "Not needed"}).submits().closes()
    before = house.state_of_the_world()
    house.eve.clicks("Approve", channel="C0RELEASES").sees("It was withdrawn, so there is nothing left to decide.")
    assert house.state_of_the_world() == before


def names_a_delegate(person: Person, whom: str, **fields: str) -> None:
    person.opens("/change delegate").fills({"Who decides for you": whom, **fields}).submits()


def test_a_delegate_decides_in_their_place_and_the_record_says_so(house: House):
    names_a_delegate(house.cleo, "Ana")
    assert "Ana* decides for you from Mon 23 Nov to Mon 23 Nov." in house.cleo.modal_text()
    house.cleo.closes()
    a_sensitive_one(house)
    assert f"{SECTION}: 1" in home_of(house.ana)
    house.ana.clicks("Approve", on="CH-1", channel="C0ACME")
    house.delivers()
    assert change(house)["state"] == "approved"
    house.cleo.sees("Ana approved as the client’s approver, for Cleo")


@pytest.mark.parametrize("behind", ["update person set active = false where name = 'Ana'",
                                    "update delegation set ended_at = now()"])  # fmt: skip
def test_who_is_gone_or_taken_back_decides_for_nobody(house: House, behind: str):
    names_a_delegate(house.cleo, "Ana")
    house.cleo.closes()
    a_sensitive_one(house)
    does(house, behind)
    before = house.state_of_the_world()
    house.ana.clicks("Approve", on="CH-1", channel="C0ACME")
    assert house.state_of_the_world() == before


def test_who_is_named_after_it_was_asked_is_not_asked(house: House):
    is_asked(house, **ROUTING)
    house.passes(minutes=1)
    names_a_delegate(house.maya, "Eve")
    house.maya.closes()
    before = house.state_of_the_world()
    house.eve.clicks("Approve", channel="C0RELEASES").sees("This waits for a lead (Maya).")
    assert house.state_of_the_world() == before


def test_a_delegate_is_taken_back_and_another_named(house: House):
    names_a_delegate(house.maya, "Eve")
    house.maya.clicks("Take back")
    assert "You decide for yourself: nobody is named." in house.maya.modal_text()
    house.maya.closes()
    names_a_delegate(house.maya, "Sam")
    house.maya.closes().opens("/change delegate").fills({"Who decides for you": "Eve"})
    before = house.state_of_the_world()
    house.maya.submits(refused="You have named somebody for some of these days already.")
    assert house.state_of_the_world() == before
    house.maya.closes()
    house.ana.opens("/change delegate").sees("You decide on nothing yet")
    house.rex.opens("/change delegate").sees("You decide on nothing yet")


def test_nobody_takes_back_what_others_named_nor_names_a_stranger(house: House):
    names_a_delegate(house.cleo, "Ana")
    house.cleo.clicks("Take back").closes()
    pressed = house.last_sent("block_actions")
    names_a_delegate(house.cleo, "Ana")
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    for slack_id in ("U0MAYA", "U0ANA", "U0REX"):
        pressed["user"]["id"] = slack_id
        for value in ("1", "2", "x", ""):
            pressed["actions"][0]["value"] = value
            assert house.sends_payload(pressed)[0] == 200
    rex = house.one("select id from person where name = 'Rex'")["id"]
    field = sent["view"]["state"]["values"]["delegate"]["delegate"]
    for number in (rex, 999, house.one("select id from person where name = 'Maya'")["id"]):
        field["selected_option"]["value"] = str(number)
        sent["view"]["id"] = f"V0BENT{number}"
        assert house.sends_payload(sent)[0] == 200
    assert house.state_of_the_world() == before


def at_once(*steps: Any) -> None:
    with ThreadPoolExecutor(len(steps)) as pool:
        for made in [pool.submit(step) for step in steps]:
            made.result()


def test_two_approvers_at_once_are_counted_once(house: House):
    is_asked(house)
    at_once(
        lambda: house.eve.clicks("Approve", channel="C0RELEASES"),
        lambda: house.maya.clicks("Approve", channel="C0RELEASES"),
    )
    assert len(house.rows("select 1 from decision")) == 1
    assert change(house)["state"] == "approved"
    assert "was first: it is approved already." in house.eve.text() + house.maya.text()


def test_an_approval_against_an_edit_never_approves_what_was_not_read(house: House):
    is_asked(house)
    house.bo.opens("/change CH-1").clicks("Edit").fills({"Plan": "Something else"})
    at_once(lambda: house.eve.clicks("Approve", channel="C0RELEASES"), lambda: tries_to_submit(house.bo))
    now, asked = change(house), approval(house)
    edited = now["plan"] == "Something else"
    assert (now["state"], asked["state"]) == (("draft", "void") if edited else ("approved", "approved"))
    decided = house.rows("select content_hash from decision")
    assert all(one["content_hash"] == asked["content_hash"] != now["content_hash"] for one in decided if edited)


def tries_to_submit(person: Person) -> None:
    """Whoever is second reads that somebody was faster."""
    try:
        person.submits()
    except AssertionError as refused:
        assert "changed meanwhile" in str(refused)  # noqa: PT017


def test_reminders_reach_both_sides_and_then_it_expires(house: House):
    a_sensitive_one(house)
    for days, word in ((1.2, "a reminder"), (1.1, "a last reminder")):
        house.passes(days=days)
        house.ticks()
        assert thread(house, "C0ACME")[-1].startswith(f"<@U0CLEO>, {word}: we need your decision by")
        house.ticks()
        assert word in thread(house, "C0ACME")[-1]
    assert "or whoever answers for them" in thread(house)[-1]
    house.passes(days=8)
    house.ticks()
    assert change(house)["state"] == "draft"
    assert "Nobody decided in time, so this expired." in thread(house)[-1]
    assert not offered(card(house, house.cleo, "C0ACME"))
    before = house.state_of_the_world()
    forged(house, "U0CLEO", str(approval(house)["id"]))
    assert house.state_of_the_world() == before


def test_in_the_thread_of_a_ticket_the_client_is_asked_there(house: House):
    house.files_a_request()
    house.bo.chooses("More", "Plan a change", on="Help centre search")
    house.bo.fills({"What changes, and why": WHY, "Who does it": "Bo", "Plan": "Switch it on.", **ROUTING}).submits()
    is_made_ready(house.bo)
    house.bo.clicks("Ask for approval").closes()
    house.delivers()
    house.maya.clicks("Approve", channel="C0RELEASES")
    house.delivers()
    (root,) = [one for one in house.cleo.messages("C0ACME") if "T-101" in str(one["blocks"])]
    asked = house.cleo.thread("C0ACME", root["ts"])[-1]
    assert offered(asked)
    house.cleo.clicks("Approve", on=asked)
    house.delivers()
    assert not offered(house.cleo.thread("C0ACME", root["ts"])[-1])
    (triage,) = [one for one in house.bo.messages("C0TRIAGE") if "T-101" in str(one["blocks"])]
    assert house.bo.thread("C0TRIAGE", triage["ts"])[-1]["text"] == "CH-1 is approved, and goes out with a release."
    house.rex.does_not_see("CH-1")


def test_a_form_of_somebody_else_begins_nothing(house: House):
    begins(house)
    house.bo.closes()
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    for slack_id in ("U0ANA", "U0CLEO", "U0REX", "U0ZED", "U0SAM"):
        sent["user"]["id"], sent["view"]["id"] = slack_id, f"V0BENT{slack_id}"
        assert house.sends_payload(sent)[0] == 200
    assert house.state_of_the_world() == before
