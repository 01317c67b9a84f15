"""Quote: what costs extra is priced in a form, approved in the client's thread, and only then started."""

import pytest
from sqlalchemy import text

from bot.messages import quotes as messages
from tests.house import House
from tests.slack.desk import posted

SEARCH = "Help centre search"
CARD = "T-101 costs extra"
ASKED = {"Extra time": "2h", "At most": "3h", "What they get for it": "The export in their own format"}


@pytest.fixture
def outside(house: House) -> House:
    """T-101 is about Salesforce, which Acme's agreement excludes; Bo has it."""
    house.files_a_request()
    with house.owner.begin() as connection:
        connection.execute(text("update ticket set related_system = 'Salesforce'"))
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    return house


def quotes(house: House, **more: str) -> None:
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Quote").fills({**ASKED, **more}).submits()
    house.bo.closes()
    house.delivers()


def test_what_costs_extra_is_told_on_the_card_and_starts_only_once_it_is_approved(outside: House):
    house = outside
    house.bo.sees("This costs extra: Salesforce is outside the agreement.")
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "2h", "Billing code": "Out of scope"})
    house.bo.submits(refused="they approve the cost before it starts").closes()
    quotes(house)
    house.bo.sees("quoted 2h, at most 3h. It waits for the client’s approval.")
    house.cleo.sees("T-101 costs extra: 300.00 EUR")
    house.cleo.sees("2h at 150.00 EUR an hour")
    house.cleo.sees("3h, 450.00 EUR")
    house.cleo.clicks("Approve", on=CARD)
    house.delivers()
    house.cleo.sees("Approved. We go ahead, and ask you again before it takes more than 3h.")
    house.bo.sees("approved 2h, at most 3h. You can start.")
    house.bo.clicks("Start", on=SEARCH)
    house.delivers()
    assert house.ticket()["status"] == "In progress"
    house.bo.opens("/time T-101 1h built the export")
    assert house.one("select code from time_entry")["code"] == "out_of_scope"


def test_what_was_declined_does_not_start_and_is_asked_anew_from_the_card(outside: House):
    house = outside
    house.bo.clicks("Quote", on=SEARCH).fills(ASKED).submits()
    house.delivers()
    assert not {"Quote", "Start"} & house.bo.buttons(on=SEARCH)
    house.cleo.clicks("Reject", on=CARD).fills({"Why not": "Too dear this year"}).submits()
    house.delivers()
    assert house.bo.buttons(on=SEARCH) >= {"Quote"}
    assert "Start" not in house.bo.buttons(on=SEARCH)
    house.bo.clicks("Quote", on=SEARCH).fills({**ASKED, "Extra time": "1h"}).submits()
    house.delivers()
    house.bo.sees("Quoted 1h, waits for the client’s approval")


def test_a_rejection_has_a_reason_and_the_card_says_how_it_stands(outside: House):
    house = outside
    quotes(house)
    house.cleo.clicks("Reject", on=CARD).fills({"Why not": "Too dear this year"}).submits()
    house.delivers()
    house.cleo.sees("Declined: we do not go ahead with it, and nothing of it is charged.")
    house.bo.sees("declined the 2h: Too dear this year")
    house.bo.sees("The client declined the 2h")
    assert (house.ticket()["status"], house.ticket()["clearance"]) == ("Triage", "declined")


def test_who_may_not_decide_is_told_who_does_and_nothing_changes(outside: House):
    house = outside
    quotes(house)
    before = house.state_of_the_world()
    house.ana.clicks("Approve", on=CARD)
    house.ana.sees("the client’s approver (Cleo)")
    assert house.ana.ephemerals("C0ACME")[-1]["thread_ts"] == house.ana.messages("C0ACME")[0]["ts"]  # where she pressed
    assert house.state_of_the_world() == before
    sent = house.last_sent("block_actions")
    sent["user"]["id"] = "U0REX"
    house.sends_payload(sent)
    assert house.state_of_the_world() == before


def test_a_quote_is_taken_back(outside: House):
    house = outside
    quotes(house)
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Withdraw the quote")
    house.bo.closes()
    house.delivers()
    house.cleo.sees("We took this back, and nothing of it is charged.")
    assert house.ticket()["clearance"] is None


@pytest.mark.parametrize(("filled", "refusal"), [
    ({"Extra time": "soon"}, "I can't read “soon” as a time"),
    ({"Extra time": "-2h"}, "I can't read “-2h” as a time"),
    ({"At most": "1h"}, "at least the estimate"),
    ({"Valid until": "2026-11-01"}, "from today on"),
])  # fmt: skip
def test_what_can_not_be_stands_beside_its_field(outside: House, filled, refusal):
    house = outside
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Quote").fills({**ASKED, **filled})
    before = house.state_of_the_world()
    house.bo.submits(refused=refusal)
    assert house.state_of_the_world() == before


def test_it_waits_on_the_approvers_home(outside: House):
    house = outside
    quotes(house)
    home = house.cleo.opens_home().home_text()
    assert "2h: 300.00 EUR, at most 3h (450.00 EUR)" in home
    until = house.one("select valid_until from quote")["valid_until"]
    assert f"Extra cost, without tax · until {until:%a} {until.day} {until:%b}" in home


def test_at_80_percent_and_at_the_end_whoever_works_on_it_is_told_once(outside: House):
    house = outside
    quotes(house)
    house.cleo.clicks("Approve", on=CARD)
    house.bo.opens("/time T-101 2h30 built the export")
    house.ticks()
    house.bo.sees("2h 30m of the 3h that were approved are used")
    house.bo.opens("/time T-101 45m tried it with their file")
    house.ticks()
    house.ticks()
    house.bo.sees("all 3h that were approved are used (3h 15m)")
    assert house.ticket()["clearance"] == "used_up"
    kinds = [row["kind"] for row in house.rows("select kind from event where kind like 'quote_%' order by id")]
    assert kinds == ["quoted", "quote_settled", "quote_nearly_used", "quote_used_up"]


def test_the_team_reads_hours_and_the_client_prices():
    told = [*messages.TRIAGE.values(), *messages.SETTLED.values(), *messages.CLEARED.values()]
    assert told
    assert not [text for text in told if "price" in text or "most }}" in text]


def test_who_does_not_answer_is_reminded_and_the_second_time_triage_reads_it_too(outside: House):
    house = outside
    quotes(house)
    house.passes(hours=24 * 4)
    house.ticks()
    house.delivers()
    house.cleo.sees("a reminder: we need your answer to the quote above by")
    house.passes(hours=24 * 3)
    house.ticks()
    house.delivers()
    house.bo.sees("Nobody on the client’s side has answered the quote of 2h yet. It is valid until")
    assert house.one("select count(*) as n from outbox where done_at is null")["n"] == 0


def test_a_tickets_window_tells_what_was_asked_and_what_came_of_it(outside: House):
    house = outside
    house.bo.opens("/ticket T-101").sees("This costs extra: Salesforce is outside the agreement.").closes()
    quotes(house)
    house.cleo.opens("/ticket T-101").sees("Bo quoted 2h, at most 3h").does_not_see("This costs extra").closes()
    house.cleo.clicks("Reject", on=CARD).fills({"Why not": "Too dear this year"}).submits()
    house.bo.opens("/ticket T-101").sees("Cleo declined the 2h").sees("The client declined the 2h").closes()
    quotes(house)
    house.passes(days=15)
    house.ticks()
    house.bo.opens("/ticket T-101").sees("nobody answered the quote of 2h in time").sees("expired unanswered")


def test_a_quote_for_more_says_what_was_approved_and_what_is_done(outside: House):
    house = outside
    quotes(house)
    house.cleo.clicks("Approve", on=CARD)
    house.delivers()
    house.bo.clicks("Start", on=SEARCH)
    house.delivers()
    house.bo.opens("/time T-101 3h30 built the export").opens("/time T-101 5m tried it out")
    house.bo.chooses("More", "Open", on=SEARCH).clicks("Quote")
    house.bo.sees("out of scope. They approved 3h before, of which 3h 35m are used; this comes on top.")
    house.bo.fills({**ASKED, "Extra time": "1h", "At most": ""}).submits().closes()
    house.delivers()
    house.cleo.sees("1h; we ask before it takes more")
    house.cleo.sees("This is on top of the 3h that you approved before. 35m of it is done already, and is charged only")
    house.bo.sees("Quoted 1h, waits for the client’s approval until Mon 7 Dec. Of the 3h approved before, 3h 35m used")
    house.cleo.opens_home().sees("1h: 150.00 EUR, on top of the 3h approved before").looks_at("C0ACME")
    house.cleo.clicks("Reject", on="T-101 costs extra: 150.00 EUR").fills({"Why not": "Not this year"}).submits()
    house.delivers()
    house.cleo.sees("nothing of it is charged. The 3h that you approved before stand.")


def test_who_approves_a_cost_is_asked_whether_they_mean_it(outside: House):
    quotes(outside)
    (asked,) = [block for card in posted(outside, "C0ACME") for block in card.blocks if block["type"] == "actions"
                and block["elements"][0]["text"]["text"] == "Approve"]  # fmt: skip
    question = asked["elements"][0]["confirm"]
    assert question["text"]["text"] == "2h: 300.00 EUR, at most 3h (450.00 EUR), without tax."
