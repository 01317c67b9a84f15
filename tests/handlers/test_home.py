"""The Home: each person what is theirs, and the doors in."""

import json
import re

from bot.domain.workflow import Action
from tests.house import House
from tests.slack.desk import does, files, moves


def test_an_engineer_sees_their_own_work_and_what_nobody_has(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    moves(house, files(house, "Eve works on this one"), Action.TAKE, by="Eve")
    files(house, "Nobody has this one")
    house.bo.opens_home()
    text = house.bo.home_text()
    assert "Hello Bo" in text
    mine, unowned = text.split("Nobody has these yet: 1")
    assert re.search(r"Yours.*: 1", mine)
    assert "Bo works on this one" in mine
    assert "Nobody has this one" in unowned
    assert "Eve works on this one" not in text


def test_a_client_sees_their_own_requests_and_nothing_of_others(house: House):
    files(house, "Ana asked for this")
    files(house, "Cleo asked for this", by="Cleo")
    files(house, "Umbrella's own matter", account="Umbrella", by="Rex")
    house.ana.opens_home()
    text = house.ana.home_text()
    assert "Your requests: 1" in text
    assert "Ana asked for this" in text
    assert "Cleo asked for this" not in text
    assert "Umbrella" not in text
    assert "Log time" not in text
    house.rex.opens_home()
    assert "Umbrella's own matter" in house.rex.home_text()
    assert "asked for this" not in house.rex.home_text()


def test_an_empty_home_says_what_to_do(house: House):
    house.bo.opens_home()
    assert "Nothing is yours right now." in house.bo.home_text()
    assert "Every open ticket has an owner." in house.bo.home_text()
    house.ana.opens_home()
    assert "Nothing is open. Press *New request*" in house.ana.home_text()


def test_somebody_unknown_reads_how_to_become_known_and_nothing_changes(house: House):
    files(house, "Ana asked for this")
    before = house.state_of_the_world()
    house.zed.opens_home()
    assert "I don't know you yet" in house.zed.home_text()
    assert "New request" not in house.zed.home_text()
    assert "Ana asked" not in house.zed.home_text()
    assert house.state_of_the_world() == before


def test_a_request_begins_on_the_home_and_remembers_its_door(house: House):
    house.ana.opens_home()
    house.ana.clicks("New request").fills({
        "Request type": "Question", "Short description": "How do I add a macro?", "Business impact": "None",
        "Who is affected": "One person", "Desired timing": "Whenever",
    }).submits()  # fmt: skip
    house.ana.sees("T-101")
    assert house.one("select door from intake")["door"] == "home"


def test_time_is_logged_from_the_home(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    house.bo.clicks("Log time")
    assert "Time spent" in house.bo.modal_text()
    assert "T-101 Bo works on this one" in house.bo.modal_text()


def test_a_ticket_opens_from_the_home(house: House):
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    house.bo.clicks("Open")
    assert "Bo: New → Triage" in house.bo.modal_text()


def test_what_does_not_fit_is_counted(house: House):
    for number in range(13):
        files(house, f"Ticket number {number:02} of many")
    house.bo.opens_home()
    assert house.bo.home_text().count("of many") == 10
    assert "And 3 more" in house.bo.home_text()
    assert "Nobody has these yet: 13" in house.bo.home_text()


def test_the_home_is_drawn_anew_each_time_it_is_opened(house: House):
    house.bo.opens_home()
    moves(house, files(house, "Bo works on this one"), Action.TAKE)
    house.bo.opens_home()
    assert "Bo works on this one" in house.bo.home_text()


def test_opening_the_messages_tab_draws_nothing(house: House):
    event = {"type": "app_home_opened", "user": "U0BO", "channel": "D0BO", "tab": "messages"}
    body = {"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "E1", "event": event}
    before = house.state_of_the_world()
    assert house.sends(json.dumps(body))[0] == 200
    assert house.slack.calls_to("views.publish") == []
    assert house.state_of_the_world() == before


def test_a_home_that_could_not_be_drawn_is_asked_for_again(house: House):
    house.slack.fail_next("views.publish", 500)
    house.bo.opens_home()
    assert house.bo.home() is None or "Hello Bo" in house.bo.home_text()
    house.bo.opens_home()
    assert "Hello Bo" in house.bo.home_text()


def test_a_title_on_the_home_pings_nobody(house: House):
    moves(house, files(house, "<!channel> <@U0EVE> wake up"), Action.TAKE)
    does(house, "update person set name = '<!here> Bo' where slack_id = 'U0BO'")
    house.bo.opens_home()
    blocks = str(house.bo.home()["blocks"])
    assert "<!channel>" not in blocks
    assert "<@U0EVE>" not in blocks
    assert "&lt;!channel&gt;" in blocks
