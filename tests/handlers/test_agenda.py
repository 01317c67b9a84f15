"""A planning request becomes an item of the agenda: its two cards, a day, a decision, and the list of what is open."""

from typing import Any

import pytest

from tests.driver import Person
from tests.house import House

TITLE = "Plan the <move> to the new help desk"
PLANNING = {"Request type": "Planning", "Short description": TITLE, "Details": "In *January*?"}
DAY, DECISION = "2026-12-03", "We move in two steps & begin with <email>."


def asks(house: House, by: Person | None = None, **fields: Any) -> None:
    person = by or house.ana
    person.opens("/request").fills({**PLANNING, "Desired timing": "Whenever", **fields}).submits().closes()
    house.delivers()


def plans(house: House, by: Person, day: str = DAY, button: str = "Plan it") -> None:
    by.clicks(button, on=TITLE).fills({"Date of the meeting": day}).submits()
    house.delivers()


def decides(house: House, by: Person, decision: str = DECISION) -> None:
    by.clicks("Decided", on=TITLE).fills({"What was decided": decision}).submits()
    house.delivers()


def cards(house: House, channel: str) -> list[dict[str, Any]]:
    return [message for message in house.bo.messages(channel) if "Plan the" in str(message["blocks"])]


def in_thread(house: House) -> list[str]:
    (card,) = cards(house, "C0ACME")
    return [message["text"] for message in house.bo.thread("C0ACME", card["ts"])[1:]]


def test_the_client_reads_where_it_is_and_the_team_what_to_do(house: House):
    house.ana.opens("/request").fills({**PLANNING, "Desired timing": "By a date", "Date": "2026-12-10"})
    house.ana.fills({"Related system (report, file or process)": "Zendesk"}).submits()
    house.ana.sees("On the agenda.").sees("the day, and afterwards what was decided").closes()
    house.delivers()
    house.ana.sees(f"On the agenda of your next planning meeting: *{TITLE}*")
    house.ana.sees("Asked by @ana. Planning is talked about, not queued.").does_not_see("Plan it")
    house.bo.sees(f"@ana of Acme asks for a planning meeting: *{TITLE}*").sees("In *January*?")
    house.bo.sees("Wanted: by Thu 10 Dec · System: Zendesk").sees("No day yet. No ticket was opened")
    house.rex.does_not_see("Plan the")
    assert house.rows("select 1 from ticket") == []


def test_it_gets_a_day_and_then_another_and_who_asked_is_told(house: House):
    asks(house)
    plans(house, house.bo)
    house.ana.sees(f"On the agenda of your planning meeting on Thu 3 Dec: *{TITLE}*")
    house.eve.sees("Planned for Thu 3 Dec by @bo.")
    plans(house, house.sam, "2026-12-04", button="Change the day")
    house.ana.sees("on Fri 4 Dec")
    assert in_thread(house) == [
        "<@U0ANA>, we talk about this in your planning meeting on Thu 3 Dec.",
        "<@U0ANA>, this moved from Thu 3 Dec to Fri 4 Dec.",
    ]
    assert len(cards(house, "C0ACME")) == len(cards(house, "C0TRIAGE")) == 1
    house.rex.does_not_see("Plan the").does_not_see("planning meeting")


def test_what_was_decided_ends_it_and_is_read_on_both_sides(house: House):
    asks(house)
    decides(house, house.maya)
    house.ana.sees(f"Your planning meeting talked about *{TITLE}*").sees(f"*Decided:* {DECISION}")
    house.ana.sees("What is to be done now begins as a request of its own.")
    house.bo.sees("Decided with the client, says @maya.").does_not_see("[Plan it]").does_not_see("[Decided]")
    (reply,) = in_thread(house)
    assert reply == "<@U0ANA>, this was decided: We move in two steps &amp; begin with &lt;email&gt;."
    house.rex.does_not_see("two steps")


def test_the_list_shows_what_is_open_by_account_and_settles_it(house: House):
    asks(house)
    asks(house, house.rex, **{"Short description": "Plan the certificates of spring", "Approval": "Not needed"})
    house.sam.opens("/ticket agenda")
    text = house.sam.modal_text()
    assert text.index(f"Acme* · {TITLE}") < text.index("Umbrella* · Plan the certificates of spring")
    assert "no day yet · asked by Ana on Mon 23 Nov" in text
    house.sam.closes().opens("/ticket agenda acme")
    assert "Umbrella" not in house.sam.modal_text()
    house.sam.clicks("Plan it").fills({"Date of the meeting": DAY}).submits()
    assert "planned for Thu 3 Dec" in house.sam.modal_text()
    assert "Umbrella" not in house.sam.modal_text()
    house.sam.clicks("Decided").fills({"What was decided": DECISION}).submits()
    assert "Nothing of “acme” is on the agenda." in house.sam.modal_text()
    house.delivers()
    house.ana.sees(f"*Decided:* {DECISION}")


def test_clients_read_their_own_agenda_and_press_nothing(house: House):
    asks(house)
    house.cleo.opens("/ticket agenda")
    assert f"*{TITLE}*" in house.cleo.modal_text()
    assert "[Plan it]" not in house.cleo.modal_text()
    house.rex.opens("/queue").clicks("Agenda")
    assert "Nothing is on your agenda." in house.rex.modal_text()
    assert "Plan the <move>" not in house.rex.modal_text()


def test_an_empty_agenda_says_how_it_fills_and_stands_beside_the_queue(house: House):
    house.bo.opens("/queue").clicks("Agenda")
    assert "The agenda is empty." in house.bo.modal_text()
    assert "/request Plan the move" in house.bo.modal_text()
    house.bo.opens("/ticket agenda nobody").sees("I know no account called “nobody”. /ticket agenda shows all of them.")


@pytest.mark.parametrize(
    ("button", "field", "value", "sentence"),
    [
        ("Plan it", "Date of the meeting", "2026-11-22", "That date has passed. Pick today or a later day."),
        ("Decided", "What was decided", "   ", "in a sentence|fill this in"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(house: House, button, field, value, sentence):
    asks(house)
    house.bo.clicks(button, on=TITLE).fills({field: value})
    before = house.state_of_the_world()
    house.bo.submits(refused=sentence.split("|")[-1])
    assert list(house.bo.modal()["errors"]) == ["planned_for" if button == "Plan it" else "decision"]
    assert house.state_of_the_world() == before


def test_the_second_of_two_reads_who_was_first(house: House):
    asks(house)
    house.bo.clicks("Plan it", on=TITLE).fills({"Date of the meeting": DAY})
    house.eve.clicks("Decided", on=TITLE).fills({"What was decided": DECISION})
    house.sam.opens("/ticket agenda")
    house.maya.clicks("Plan it", on=TITLE).fills({"Date of the meeting": "2026-12-10"}).submits()
    before = house.state_of_the_world()
    for second in (house.bo, house.eve):
        second.submits(refused="Maya was first: it is planned for Thu 10 Dec.")
    house.sam.clicks("Decided").sees("Maya was first: it is planned for Thu 10 Dec.")
    house.eve.closes().clicks("Plan it", on=TITLE).sees("Maya was first")
    assert house.state_of_the_world() == before


def test_the_same_answer_delivered_twice_counts_once(house: House):
    asks(house)
    plans(house, house.bo)
    before = house.state_of_the_world()
    assert house.sends_payload(house.last_sent("view_submission"))[0] == 200
    assert house.state_of_the_world() == before


def test_a_bent_button_or_form_changes_nothing(house: House):
    asks(house)
    house.bo.clicks("Plan it", on=TITLE)
    pressed = house.last_sent("block_actions")
    house.bo.fills({"Date of the meeting": DAY}).submits()
    sent = house.last_sent("view_submission")
    before = house.state_of_the_world()
    for slack_id in ("U0ANA", "U0REX", "U0ZED"):
        sent["user"]["id"] = pressed["user"]["id"] = slack_id
        sent["view"]["id"] = f"V0BENT{slack_id}"
        sent["view"]["private_metadata"] = '{"item": 1, "seen": 2, "window": null}'
        assert house.sends_payload(sent)[0] == 200
        for value in ("1:2", "999:1", "x", ""):
            for action in ("agenda.plan", "agenda.decide"):
                pressed["actions"][0] |= {"value": value, "action_id": action}
                assert house.sends_payload(pressed)[0] == 200
    assert house.state_of_the_world() == before
