"""`/steward away`: said once, seen by everybody who hands work to somebody, and by no client."""

import pytest

from bot.domain.codes import Code
from bot.domain.workflow import Action
from tests.house import House
from tests.slack.desk import does, files, moves, posted

SEARCH = "Help centre search"
XMAS = "Thu 24 Dec to Sat 2 Jan"


def absence(house: House) -> dict:
    return house.one("select *, (select name from person where id = person_id) as name from absence")


def said_in_triage(house: House) -> list[str]:
    return [message.text for message in posted(house, "C0TRIAGE") if not message.thread_ts]


@pytest.fixture
def eves(house: House) -> House:
    """Eve works on one ticket, and has another that is urgent."""
    for title, priority in ((SEARCH, "P3"), ("Checkout is down", "P1")):
        number = files(house, title)
        does(house, "update ticket set priority = :priority where id = :id", priority=priority, id=number)
        moves(house, number, Action.TAKE, by="Eve")
    house.delivers()
    return house


def test_one_line_is_all_it_takes(house: House):
    house.eve.opens("/steward away 24 Dec - 2 Jan")
    house.eve.sees(f"You are away *{XMAS}*").sees("No open ticket is yours, so nothing waits meanwhile.")
    found = absence(house)
    assert (found["name"], str(found["starts"]), str(found["ends"])) == ("Eve", "2026-12-24", "2027-01-02")
    house.delivers()
    assert said_in_triage(house) == []
    house.bo.does_not_see("You are away")


def test_the_same_command_sent_again_by_slack_is_one_absence_and_the_same_answer(house: House):
    house.eve.opens("/steward away 24 Dec - 2 Jan")
    sent = house.last_sent("command")
    before = house.state_of_the_world()
    status, answer = house.sends_form(sent)
    assert (status, "You are away" in answer) == (200, True)
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("whenever", "I can't read “whenever” as days. Write it as 24 Dec - 2 Jan"),
        ("2026-11-01 2026-11-05", "Those days are over"),
        ("2026-11-24 2028-11-05", "longer than a year"),
    ],
)
def test_what_can_not_be_read_or_is_no_sense_is_refused(house: House, typed: str, said: str):
    before = house.state_of_the_world()
    house.eve.opens(f"/steward away {typed}").sees(said).sees(f"/steward away {typed}")
    assert house.state_of_the_world() == before


def test_the_form_says_what_is_left_and_triage_reads_it_once(eves: House):
    eves.eve.opens("/steward away").fills(
        {"From": "2026-12-24", "Until and including": "2027-01-02", "Stand-in": "Bo", "Note": "Skiing <!channel>"}
    ).submits()
    eves.eve.sees("You are away *Thu 24 Dec to Sat 2 Jan*. Bo stands in.")
    lines = eves.eve.modal_text().splitlines()
    first = next(number for number, text in enumerate(lines) if "2 open tickets are yours" in text)
    assert ("P1" in lines[first + 1], "P3" in lines[first + 2]) == (True, True), lines
    eves.delivers()
    told = said_in_triage(eves)[-1]
    assert told.startswith(f":palm_tree: *Eve* is away {XMAS}, and <@U0BO> stands in. 2 open tickets are theirs")
    assert "T-102> P1." in told
    assert "T-101" not in told
    eves.eve.clicks("My queue").sees("Mine")


def test_outsiders_and_clients_read_nothing_of_it(eves: House):
    eves.eve.opens("/steward away today - 2 Jan")
    eves.delivers()
    eves.bo.sees("*Eve* is away")
    for person in (eves.ana, eves.cleo, eves.rex, eves.zed):
        person.does_not_see("is away").does_not_see("away until")
    eves.ana.opens("/ticket T-101")
    assert "away" not in eves.ana.modal_text()


@pytest.mark.parametrize("who", ["ana", "rex", "zed"])
@pytest.mark.parametrize("typed", ["away", "away today", "back", "rota"])
def test_a_client_has_no_absence_and_sees_no_rota(house: House, who: str, typed: str):
    house.files_a_request()
    before = house.state_of_the_world()
    person = getattr(house, who)
    person.opens(f"/steward {typed}")
    assert person.modal() is None
    assert len(person.ephemerals()) == 1
    assert house.state_of_the_world() == before


def test_an_engineer_says_it_for_nobody_else(house: House):
    house.bo.opens("/steward away")
    assert "Who:" not in house.bo.modal_text()
    house.bo.submits()
    assert absence(house)["name"] == "Bo"


def test_a_forged_form_about_somebody_else_is_refused(house: House):
    house.maya.opens("/steward away").fills({"Who": "Eve"}).submits()
    forged = house.last_sent("view_submission")
    does(house, "update absence set ended_on = starts")
    forged["user"]["id"] = "U0BO"
    forged["view"]["id"] = "V0FORGED1"
    before = house.state_of_the_world()
    status, answer = house.sends_payload(forged)
    assert (status, "may say for others when they are away" in answer) == (200, True)
    assert house.state_of_the_world() == before


def test_a_lead_says_it_for_anybody(eves: House):
    eves.maya.opens("/steward away").fills({"Who": "Eve"}).submits()
    eves.maya.sees("Eve is away *on Mon 23 Nov*").sees("2 open tickets are theirs")
    assert absence(eves)["name"] == "Eve"
    assert "My queue" not in eves.maya.modal_text()


def test_the_same_days_twice_are_refused_beside_the_field(house: House):
    house.eve.opens("/steward away today - 2 Jan")
    before = house.state_of_the_world()
    house.eve.opens("/steward away").submits(refused="You are away Mon 23 Nov to Sat 2 Jan already. End that first")
    assert house.state_of_the_world() == before


def test_undo_takes_it_back_and_the_post_in_triage_is_edited(eves: House):
    eves.eve.opens("/steward away 24 Dec - 2 Jan")
    eves.delivers()
    eves.eve.clicks("Undo").sees("Called off: you stay. Thu 24 Dec to Sat 2 Jan no longer counts.")
    eves.delivers()
    assert said_in_triage(eves)[-1] == f"~Eve is away {XMAS}~ Called off."
    assert len([text for text in said_in_triage(eves) if "Eve is away" in text]) == 1
    before = eves.state_of_the_world()
    eves.eve.clicks("Undo").sees("That absence is over already.")
    assert eves.state_of_the_world() == before


def test_who_is_back_early_says_so_in_a_word_or_with_a_button(eves: House):
    eves.eve.opens("/steward away today - 2 Jan")
    eves.passes(days=2)
    eves.eve.opens("/steward back").sees("Welcome back. The absence was planned until Sat 2 Jan.")
    eves.eve.opens("/steward back").sees("You are not away today.")
    eves.eve.opens("/steward away tomorrow")
    eves.eve.opens("/steward away").sees("You are away on Thu 26 Nov.").clicks("Call off").sees("Called off: you stay.")
    eves.passes(days=1)
    eves.eve.closes().opens("/steward away until Friday")
    eves.eve.opens("/steward away").clicks("I'm back").sees("Welcome back.")
    eves.delivers()
    assert "~Eve is away Mon 23 Nov to Sat 2 Jan~ Back since Wed 25 Nov." in said_in_triage(eves)


def test_nobody_but_a_lead_ends_somebody_elses(house: House):
    house.eve.opens("/steward away today - 2 Jan").clicks("Undo")
    forged = house.last_sent("block_actions")
    house.eve.opens("/steward away today - 2 Jan")
    newest = house.one("select max(id) as id from absence")["id"]
    forged["actions"][0]["value"] = str(newest)
    before = house.state_of_the_world()
    for other in ("U0BO", "U0SAM", "U0ANA", "U0REX"):
        forged["user"] = {**forged["user"], "id": other}
        assert house.sends_payload(forged)[0] == 200
    assert house.state_of_the_world() == before
    house.maya.opens("/steward away").sees("Eve is away").clicks("Is back").sees("Eve stays")


# --- where work is handed to somebody


def test_who_is_away_comes_last_in_the_pickers_and_the_post_says_so(house: House):
    house.files_a_request()
    house.bo.opens("/steward away until Friday")
    house.maya.clicks("Assign", on=SEARCH)
    options = house.maya.modal()["blocks"][1]["element"]["options"]
    assert [made["text"]["text"] for made in options] == ["Eve", "Maya", "Bo (away until Fri 27 Nov)"]
    house.maya.fills({"Who takes it": "Bo (away until Fri 27 Nov)"}).submits()
    house.delivers()
    house.eve.sees("this one is yours, from").sees("Away until Fri 27 Nov.")


def test_the_card_and_the_window_say_that_the_owner_is_away(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.opens("/steward away until Friday")
    house.delivers()
    house.eve.sees("@bo, away until Fri 27 Nov").opens("/ticket T-101")
    assert "away until Fri 27 Nov" in house.eve.modal_text()
    house.eve.closes()
    house.ana.does_not_see("away until")
    house.passes(days=7)
    house.ticks()
    house.eve.does_not_see("@bo, away until")


def test_a_ticket_sent_to_review_says_that_the_reviewer_is_away(house: House):
    number = house.files_a_request()
    moves(house, number, Action.TAKE)
    moves(house, number, Action.START, estimate_minutes=60, code=Code.INCLUDED)
    house.delivers()
    house.eve.opens("/steward away until Friday")
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve (away until Fri 27 Nov)"}).submits()
    house.delivers()
    house.maya.sees("please check this before the client sees it.").sees("Away until Fri 27 Nov.")
