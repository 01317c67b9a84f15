"""`/steward rota`: who has what, handed over by those who have it, changed by those who lead."""

import json

import pytest

from tests.house import House
from tests.slack.desk import does, posted


def said_in_triage(house: House) -> list[str]:
    return [message.text for message in posted(house, "C0TRIAGE")]


@pytest.fixture
def kept(house: House) -> House:
    """Maya sets it: Bo and Eve at triage, herself on call."""
    house.maya.opens("/steward rota").clicks("Change the rota")
    house.maya.fills({"Triage": ["Bo", "Eve"], "On call": ["Maya"]}).submits()
    return house


def test_before_anybody_takes_turns_it_says_how_to_begin(house: House):
    house.bo.opens("/steward rota").sees("Nobody takes turns at this yet. A lead presses *Change the rota*")
    assert "[Change the rota]" not in house.bo.modal_text()
    assert "[Hand over]" not in house.bo.modal_text()


def test_a_lead_sets_the_turns_in_order_and_sees_them_at_once(kept: House):
    kept.maya.sees("*Triage today: Bo*").sees("This week: Bo").sees("From Mon 30 Nov: Eve").sees("From Mon 7 Dec: Bo")
    kept.maya.sees("From Mon 21 Dec: Bo").sees("*On call today: Maya*").does_not_see("From Mon 28 Dec")
    assert [row["duty"] for row in kept.rows("select duty from rotation order by id")] == ["triage", "on_call"]
    kept.maya.clicks("Change the rota").fills({"Triage": ["Eve", "Bo"]}).submits()
    kept.maya.sees("*Triage today: Eve*").sees("From Mon 30 Nov: Bo")
    assert len(kept.rows("select id from rotation")) == 3


def test_emptied_it_is_nobodys(kept: House):
    kept.maya.clicks("Change the rota").fills({"Triage": [], "On call": []}).submits()
    kept.maya.sees("*Triage today: nobody; a lead decides*").sees("This week: *nobody*; a lead decides")


def test_saving_it_as_it_was_changes_nothing(kept: House):
    before = kept.rows("select * from rotation"), kept.rows("select id from event")
    kept.maya.clicks("Change the rota").submits()
    assert (kept.rows("select * from rotation"), kept.rows("select id from event")) == before


def test_who_changed_it_meanwhile_is_not_overwritten(kept: House):
    kept.maya.clicks("Change the rota")
    does(kept, "insert into rotation (duty, since, person_ids) values ('triage', '2026-11-23', '{}')")
    before = kept.state_of_the_world()
    kept.maya.fills({"Triage": ["Eve"]}).submits(refused="The rota was changed while you looked.")
    assert kept.state_of_the_world() == before


def test_a_forged_change_by_who_does_not_lead_is_refused(kept: House):
    kept.maya.clicks("Change the rota").fills({"Triage": ["Eve"]}).submits()
    forged = kept.last_sent("view_submission")
    does(kept, "insert into rotation (duty, since, person_ids) values ('triage', '2026-11-23', '{}')")
    newest = kept.one("select max(id) as id from rotation")["id"]
    forged["view"] |= {"id": "V0FORGED1", "private_metadata": json.dumps({"seen": f"{newest}:0"})}
    before = kept.state_of_the_world()
    for other in ("U0BO", "U0SAM", "U0ANA", "U0REX", "U0ZED"):
        forged["user"] = {**forged["user"], "id": other}
        assert kept.sends_payload(forged)[0] == 200
    assert kept.state_of_the_world() == before
    forged["user"]["id"] = "U0MAYA"  # it was only the person that was wrong
    assert kept.sends_payload(forged)[0] == 200
    assert kept.state_of_the_world()["rotation"] != before["rotation"]


def test_whoever_is_away_is_skipped_and_shown_so(kept: House):
    kept.bo.opens("/steward away 2026-11-25 2026-11-26")
    kept.eve.opens("/steward rota")
    kept.eve.sees("This week: Bo, from Wed 25 Nov Eve (Bo is away), from Fri 27 Nov Bo")
    does(kept, "update person set active = false where name = 'Bo'")
    kept.eve.closes().opens("/steward rota").sees("*Triage today: Eve*").sees("This week: Eve (Bo has left)")
    does(kept, "update person set active = false where name = 'Eve'")
    kept.maya.closes().opens("/steward rota").sees("*Triage today: nobody; a lead decides*")


def test_whoever_has_it_hands_it_over_and_triage_reads_the_note(kept: House):
    kept.bo.opens("/steward rota").clicks("Hand over")
    kept.bo.fills({"Who takes over": "Eve", "From": "2026-11-24", "What they should know": "Acme waits <!channel>"})
    kept.bo.submits().sees("This week: Bo, from Tue 24 Nov Eve (for Bo)")
    kept.delivers()
    (told,) = said_in_triage(kept)
    assert told.startswith(":arrows_counterclockwise: <@U0EVE> takes over *triage* from Bo, Tue 24 Nov to Sun 29 Nov.")
    assert told.endswith("“Acme waits &lt;!channel&gt;”")
    for client in (kept.ana, kept.rex, kept.zed):
        client.does_not_see("takes over")


def test_the_same_form_twice_hands_over_once(kept: House):
    kept.bo.opens("/steward rota").clicks("Hand over").fills({"Who takes over": "Eve"}).submits()
    sent = kept.last_sent("view_submission")
    before = kept.state_of_the_world()
    assert kept.sends_payload(sent)[0] == 200
    assert kept.state_of_the_world() == before


def test_more_than_ones_own_turn_is_refused_beside_the_day(kept: House):
    kept.bo.opens("/steward rota").clicks("Hand over")
    before = kept.state_of_the_world()
    kept.bo.fills({"Who takes over": "Eve", "Until and including": "2026-12-02"})
    kept.bo.submits(refused="You have it until Sun 29 Nov. Hand over your own days, or ask a lead.")
    assert kept.state_of_the_world() == before


def test_only_those_who_have_it_or_lead_are_offered_the_button_and_may(kept: House):
    kept.bo.opens("/steward rota").clicks("Hand over").fills({"Who takes over": "Eve"})
    kept.sam.opens("/steward rota")
    assert "[Hand over]" not in kept.sam.modal_text()
    kept.bo.submits()
    forged = kept.last_sent("view_submission")
    forged["view"]["id"] = "V0FORGED2"
    before = kept.state_of_the_world()
    for other in ("U0BO", "U0SAM", "U0ANA", "U0REX", "U0ZED"):
        forged["user"] = {**forged["user"], "id": other}
        assert kept.sends_payload(forged)[0] == 200
    assert kept.state_of_the_world() == before


def test_a_lead_hands_over_for_others(kept: House):
    kept.maya.clicks("Hand over").fills({"What": "Triage", "Who takes over": "Eve"}).submits()
    kept.maya.sees("This week: Eve (for Bo)")


def test_the_digest_says_who_has_what_and_who_is_away(kept: House):
    kept.eve.opens("/steward away today - 2 Jan")
    kept.ticks()
    kept.bo.sees("*On triage:* Bo · *On call:* Maya · *Away:* Eve until Sat 2 Jan")
    kept.passes(days=7)
    does(kept, "update person set active = false where name in ('Maya', 'Bo')")
    kept.ticks()
    kept.eve.sees("*On triage:* *nobody*; a lead decides · *On call:* *nobody*; a lead decides")


# --- business hours


def test_staff_read_everybodys_hours_and_a_client_its_own(house: House):
    does(house, "update account set opens = '08:30', closes = '18:00', working_days = '{Sun,Mon,Tue,Wed,Thu}',"
                " closed = '{2026-12-24}' where name = 'Acme'")  # fmt: skip
    house.bo.opens("/steward hours")
    text = house.bo.modal_text()
    assert "*Our own hours*\nMon to Fri, 09:00 to 17:00, Europe/London (now Mon 10:00)" in text
    assert "*Acme*\nSun to Thu, 08:30 to 18:00, Europe/Berlin (now Mon 11:00)\nClosed next: Thu 24 Dec, " in text
    assert "*Umbrella*\nMon to Fri, 09:00 to 17:00, Asia/Tokyo (now Mon 19:00)\nNo holidays or closed days" in text
    house.ana.opens("/steward hours")
    assert "*Acme*" in house.ana.modal_text()
    assert "Umbrella" not in house.ana.modal_text()
    assert "Our own" not in house.ana.modal_text()
    house.rex.opens("/steward hours")
    assert "*Umbrella*" in house.rex.modal_text()
    assert "Acme" not in house.rex.modal_text()


def test_one_account_is_named_and_an_unknown_one_refused(house: House):
    house.bo.opens("/steward hours acm")
    assert "*Acme*" in house.bo.modal_text()
    assert "Umbrella" not in house.bo.modal_text()
    house.bo.closes().opens("/steward hours Globex").sees("I know no account called “Globex”.")
    house.rex.opens("/steward hours Acme").sees("I know no account called “Acme”.")
    house.zed.opens("/steward hours").sees("I don't know you yet")


def test_many_accounts_fit_a_window(house: House):
    does(house, "insert into account (name, timezone) select 'Account ' || n, 'UTC' from generate_series(1, 60) n")
    house.bo.opens("/steward hours")
    assert "And 42 more accounts. `/steward hours Acme` shows one of them." in house.bo.modal_text()


def test_a_year_without_working_days_leaves_cards_and_digest_standing(house: House):
    for table in ("provider", "account"):
        does(house, f"update {table} set working_days = '{{}}'")
    house.files_a_request()
    house.bo.sees("Triage due").clicks("Take it", on="Help centre search")
    house.delivers()
    house.ticks()
    house.bo.sees("Queue review").opens("/steward hours").sees("Europe/London").closes()
    house.bo.opens("/queue stalled").opens("/time today")
