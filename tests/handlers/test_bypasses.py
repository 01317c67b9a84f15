"""What cannot wait: asked for in the form, confirmed by a lead in time, or worked in its normal order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import bypasses, people, tickets
from bot.domain.bypass import SHORTEST_JUSTIFICATION, Criterion, Share, check
from bot.domain.errors import Refused
from bot.jobs import ticker
from tests.house import MONDAY, House
from tests.slack.desk import does

TITLE = "Card payments fail"
WAITS = "What happens if it waits"
WHY = "This cannot wait for the queue"
SENTENCE = "Card payments fail for every order since 09:12"
URGENT = {
    "Request type": "Incident",
    "Short description": TITLE,
    "Business impact": "Degraded",
    "Who is affected": "Many or a team",
    "Desired timing": "Now",
    WAITS: SENTENCE,
}


def asks(house: House, **more: Any) -> int:
    return house.files_a_request(**URGENT, **{WHY: "Revenue has stopped", **more})


@pytest.fixture
def asked(house: House) -> int:
    """Ana says that it cannot wait; by her answers it is P2."""
    return asks(house)


def bypass(house: House) -> dict[str, Any]:
    return house.one("select * from bypass")


def decided(house: House) -> list[dict[str, Any]]:
    return house.rows("select * from event where kind = 'bypass_decided'")


def test_the_choice_appears_with_now_and_only_with_now(house: House):
    house.ana.opens("/request")
    assert WHY not in house.ana.modal_text()
    house.ana.fills({"Desired timing": "Now"})
    assert WHY in house.ana.modal_text()
    house.ana.fills({"Request type": "Planning"})
    assert WHY not in house.ana.modal_text()


def test_it_can_be_left_out(house: House):
    house.files_a_request(**URGENT)
    assert house.rows("select 1 from bypass") == []
    house.bo.does_not_see("[Confirm bypass]")


def test_an_urgent_matter_goes_before_the_queue_once_a_lead_confirms(house: House, asked: int):
    assert house.ticket(asked)["priority"] == "P2"
    house.maya.sees("*Bypass asked:* revenue has stopped. Confirm by").sees(f"“{SENTENCE}”").sees("@maya")
    house.ana.sees("You asked that this goes before the queue")
    house.passes(minutes=12)
    house.maya.clicks("Confirm bypass", on=TITLE)
    house.delivers()
    ticket = house.ticket(asked)
    assert (ticket["priority"], ticket["computed_priority"]) == ("P1", "P2")
    assert ticket["priority_why"].startswith("revenue has stopped, confirmed by Maya; by its answers P2: medium impact")
    house.ana.sees("Maya confirmed that this cannot wait (revenue has stopped): it is worked before everything else")
    house.ana.does_not_see("You asked that this goes before the queue").sees("P1: revenue has stopped")
    house.bo.sees("this is worked as P1 now").does_not_see("[Confirm bypass]")
    (event,) = decided(house)
    maya = house.one("select id from person where name = 'Maya'")["id"]
    assert (event["actor_id"], event["ticket_id"], event["rule_version"]) == (maya, asked, 1)
    assert event["data"] == {
        "outcome": "confirmed", "criterion": "revenue_stopped", "justification": SENTENCE, "minutes": 12,
        "priority_before": "P2", "priority": "P1",
    }  # fmt: skip
    found = bypass(house)
    assert (found["outcome"], found["decided_by_id"], found["decided_at"]) == ("confirmed", maya, house.now)


def test_a_lead_may_say_that_it_is_not_urgent(house: House, asked: int):
    house.maya.clicks("Not urgent", on=TITLE)
    house.delivers()
    assert house.ticket(asked)["priority"] == "P2"
    house.ana.sees("Maya looked at how urgent this is: it is worked in its normal order, P2.")
    house.bo.sees("looked at the bypass: not urgent").does_not_see("[Confirm bypass]")


def test_what_nobody_confirms_within_thirty_minutes_falls_back_and_both_sides_are_told_once(house: House, asked: int):
    house.passes(minutes=30)
    assert "bypass-lapse 1" not in house.ticks()
    house.passes(microseconds=1)
    assert "bypass-lapse 1" in house.ticks()
    assert house.ticket(asked)["priority"] == "P2"
    assert bypass(house)["outcome"] == "lapsed"
    house.ana.sees("We could not confirm in time that this goes before the queue, so it is worked in its normal order")
    house.bo.sees("nobody confirmed the bypass within 30 minutes").does_not_see("[Confirm bypass]")
    house.passes(minutes=10)
    house.ticks()  # what is due every hour is done
    before = house.state_of_the_world()
    assert not [done for done in house.ticks() if done.startswith("bypass")]
    assert house.state_of_the_world() == before
    assert decided(house)[0]["actor_id"] is None


def test_exactly_thirty_minutes_are_in_time(house: House, asked: int):
    house.passes(minutes=30)
    house.maya.clicks("Confirm bypass", on=TITLE)
    assert house.ticket(asked)["priority"] == "P1"


def test_a_lead_who_is_too_late_reads_so_before_the_sweep_came(house: House, asked: int):
    house.passes(minutes=31)
    before = house.state_of_the_world()
    house.maya.clicks("Confirm bypass", on=TITLE)
    house.maya.sees("Too late: it was not confirmed by the on-call lead within 30 minutes.").sees("normal order, P2")
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("button", ["Confirm bypass", "Not urgent"])
@pytest.mark.parametrize("who", ["bo", "sam"])
def test_only_a_lead_decides(house: House, asked: int, who: str, button: str):
    before = house.state_of_the_world()
    getattr(house, who).clicks(button, on=TITLE).sees("Only a lead or a service owner may lead the queue")
    assert house.state_of_the_world() == before


def test_neither_the_client_nor_an_outsider_decides_by_a_button_they_were_not_shown(house: House, asked: int):
    house.ana.does_not_see("[Confirm bypass]")
    house.rex.does_not_see(TITLE)
    house.maya.clicks("Confirm bypass", on=TITLE)
    pressed = house.last_sent("block_actions")
    does(house, "update bypass set outcome = null, decided_by_id = null, decided_at = null")
    before = house.state_of_the_world()
    for person in ("U0ANA", "U0REX"):
        house.sends_payload({**pressed, "user": {**pressed["user"], "id": person}})
        assert house.state_of_the_world() == before


def test_the_second_lead_is_told_who_was_first(house: House, asked: int):
    does(house, "update person set roles = '{lead}' where name = 'Eve'")
    house.maya.clicks("Confirm bypass", on=TITLE)
    before = house.state_of_the_world()
    house.eve.clicks("Not urgent", on=TITLE).sees("Maya was first: “confirmed”. T-101 is P1.")
    assert house.state_of_the_world() == before


def test_two_leads_at_once_make_one_decision(house: House, asked: int):
    def press(outcome: bypasses.Outcome) -> str:
        try:
            with house.sessions.begin() as session:
                maya = people.enter(session, "U0MAYA")
                assert maya
                ticket = tickets.visible_to(session, maya, asked, lock=True)
                bypasses.decide(session, ticket, outcome, by=maya, now=house.now)
        except Refused:
            return "refused"
        return "decided"

    with ThreadPoolExecutor(4) as leads:
        found = list(leads.map(press, [bypasses.Outcome.CONFIRMED, bypasses.Outcome.DECLINED] * 3))
    assert sorted(found) == ["decided"] + ["refused"] * 5
    assert len(decided(house)) == 1


def test_many_workers_let_it_lapse_once(house: House, asked: int):
    house.passes(hours=1)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: ticker.tick(house.sessions, house.now), range(8)))
    assert len(decided(house)) == 1


def test_the_reason_needs_a_sentence_a_lead_can_decide_by(house: House):
    house.ana.opens("/request").fills({**URGENT, WAITS: "We lose orders", WHY: "Revenue has stopped"})
    before = house.state_of_the_world()
    house.ana.submits(refused="at least 20 characters")
    assert {**house.state_of_the_world(), "posts": None} == {**before, "posts": None}
    house.ana.fills({WAITS: "x" * SHORTEST_JUSTIFICATION}).submits().closes()
    assert bypass(house)["justification"] == "x" * SHORTEST_JUSTIFICATION


def test_a_choice_that_was_hidden_again_does_not_count(house: House):
    house.ana.opens("/request").fills({**URGENT, WHY: "Revenue has stopped"}).fills({"Desired timing": "Whenever"})
    house.ana.submits().closes()
    assert house.rows("select 1 from bypass") == []


def test_staff_ask_for_a_client_too(house: House):
    house.sam.opens("/request").fills({"Account": "Acme", "Where it came from": "Call", **URGENT})
    house.sam.fills({WHY: "A release has failed"}).submits().closes()
    house.delivers()
    assert bypass(house)["criterion"] == "failed_release"
    house.ana.sees("You asked that this goes before the queue")


def test_what_is_closed_meanwhile_lapses_in_silence(house: House, asked: int):
    does(house, "update ticket set status = 'Closed', closed_at = now()")
    house.passes(hours=1)
    posts = len(house.rows("select 1 from post"))
    assert "bypass-lapse 1" in house.ticks()
    assert len(house.rows("select 1 from post where subject = 'event'")) <= posts
    assert bypass(house)["outcome"] == "lapsed"
    house.ana.does_not_see("normal order")


def test_the_list_is_the_firms_to_choose(house: House):
    does(house, "update playbook set content = jsonb_set(content, '{bypass_criteria}', '[\"failed_release\"]')")
    house.ana.opens("/request").fills({"Desired timing": "Now"})
    text = house.ana.modal_text()
    assert "A release has failed" in text
    assert "Revenue has stopped" not in text


def test_the_card_of_a_pending_bypass_has_five_buttons_and_still_opens(house: House, asked: int):
    house.bo.clicks("Take it", on=TITLE)
    house.delivers()
    (card,) = [message for message in house.bo.messages("C0TRIAGE") if TITLE in str(message["blocks"])]
    shown = [e for block in card["blocks"] if block["type"] == "actions" for e in block["elements"]]
    assert len(shown) == 5
    assert shown[-1]["options"][-1]["text"]["text"] == "Open"
    house.maya.clicks("Confirm bypass", on=TITLE)
    house.delivers()
    house.bo.clicks("Start", on=TITLE)


def test_the_history_tells_it(house: House, asked: int):
    house.maya.clicks("Confirm bypass", on=TITLE)
    house.bo.opens("/ticket T-101").sees("asked to go before the queue").sees("Maya: bypass confirmed")


def test_the_digest_counts_it(house: House, asked: int):
    house.passes(minutes=1)
    house.ticks()
    house.bo.sees("1 bypass asked for")


def share(house: House) -> Share:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        return bypasses.bypass_share(session, MONDAY - timedelta(days=7), MONDAY + timedelta(days=7))


def test_the_share_is_of_what_was_accepted_and_more_than_a_tenth_feels_urgent(house: House, asked: int):
    for _ in range(8):
        house.files_a_request()
    assert share(house) == Share(tickets=9, asked=1, confirmed=0)
    assert share(house).everything_feels_urgent
    house.files_a_request()
    assert share(house).of_tickets == 0.1
    assert not share(house).everything_feels_urgent
    does(house, "update ticket set status = 'Closed', close_reason = 'duplicate' where id = 105")
    house.maya.clicks("Confirm bypass", on=TITLE)
    assert share(house) == Share(tickets=9, asked=1, confirmed=1)
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        assert bypasses.bypass_share(session, MONDAY + timedelta(days=7), MONDAY + timedelta(days=8)).of_tickets == 0


@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize(
    ("justification", "after", "reason"),
    [
        ("x" * 20, 30, None),
        ("x" * 20, 30.01, "not confirmed by the on-call lead within 30 minutes"),
        ("x" * 20, None, "not confirmed by the on-call lead within 30 minutes"),
        (" " * 5 + "x" * 19, 1, "justification shorter than 20 characters"),
    ],
)
def test_each_criterion_of_the_list_needs_all_three(criterion, justification, after, reason):
    assert check(criterion, justification, after) == ("normal" if reason else "expedite", reason)


def test_the_criteria_read_as_sentences_that_fit_a_menu():
    assert all(criterion.label[0].isupper() and len(criterion.label) <= 75 for criterion in Criterion)
