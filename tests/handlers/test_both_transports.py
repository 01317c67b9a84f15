"""One app, two ways in: whatever a person does comes to the same over HTTP and over Socket Mode."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from tests.driver import Json, Person
from tests.house import House, running
from tests.slack.desk import does, posted

TITLE = "Help centre search is empty"
FORM = {
    "Request type": "Incident", "Short description": TITLE, "Business impact": "Degraded",
    "Who is affected": "Everyone", "Desired timing": "This week",
}  # fmt: skip
pytestmark = pytest.mark.parametrize("transport", ["http", "socket"])


@pytest.fixture
def house(house_url: str, transport: str) -> Iterator[House]:
    """Everything, running; at the end, every payload took the transport that was asked for."""
    with running(house_url, socket_mode=transport == "socket") as house:
        yield house
    assert {delivery.transport for delivery in house.slack.deliveries.kept} == {transport}


def said(person: Person, ts: str) -> Json:
    return next(m for c in person.screen()["channels"] for m in c["messages"] if m["ts"] == ts)


def last_event(house: House, summary: str) -> Any:
    return next(d for d in reversed(house.slack.deliveries.kept) if d.kind == "event" and d.summary.startswith(summary))


@contextmanager
def held(house: House, sql: str) -> Iterator[None]:
    """Somebody else has a row, for as long as this lasts."""
    with house.owner.begin() as connection:
        connection.execute(text(sql))
        yield
        connection.rollback()


def test_a_command_is_answered_in_place(house: House):
    house.files_a_request()
    house.bo.opens("/queue").sees(TITLE)


def test_a_command_that_is_not_understood_says_so_and_changes_nothing(house: House):
    before = house.state_of_the_world()
    house.bo.opens("/time T-999 45m").sees("T-999")
    assert house.state_of_the_world() == before


def test_a_form_opens_is_put_right_and_is_filed(house: House):
    house.ana.opens("/request").fills(FORM | {"Desired timing": "By a date", "Date": "2026-11-20"})
    house.ana.submits(refused="That date has passed")
    assert house.rows("select 1 from ticket") == []
    house.ana.fills({"Desired timing": "This week"}).submits().sees("T-101").closes()
    assert house.ticket()["title"] == TITLE
    house.rex.does_not_see(TITLE)


def test_a_form_sent_twice_makes_one_ticket(house: House):
    house.ana.opens("/request").fills(FORM).submits()
    again = house.slack.deliveries.send_interaction(
        "view_submission", "again", "U0ANA", house.last_sent("view_submission")
    )
    assert again.ok
    assert len(house.rows("select 1 from ticket")) == 1


def test_a_form_that_is_closed_is_counted(house: House):
    house.ana.opens("/request").closes()
    assert house.one("select disposition from intake")["disposition"] == "withdrawn"


def test_a_click_moves_the_ticket_and_the_card_with_it(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=TITLE)
    house.delivers()
    house.bo.sees("Ask client")
    assert house.ticket()["status"] == "Triage"


def test_a_window_that_closes_with_its_answer(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=TITLE)
    house.delivers()
    house.bo.clicks("Ask client", on=TITLE).fills({"What do you need?": "The words you searched for"}).submits()
    assert house.bo.modal() is None
    assert house.ticket()["status"] == "Waiting on client"


def test_a_refusal_reaches_the_person_and_nothing_changes(house: House):
    house.files_a_request()
    before = house.state_of_the_world()
    house.sam.clicks("Take it", on=TITLE).sees("“Take it” is for an engineer or a lead")
    assert house.state_of_the_world() == before


def test_a_long_menu_is_searched_while_typing(house: House):
    with house.owner.begin() as connection:
        connection.execute(
            text("insert into account (name, timezone) select 'Account ' || n, 'UTC' from generate_series(1, 120) n")
        )
    house.sam.opens("/request", channel="C0TRIAGE").fills({"Account": "Account 117"})


def test_a_message_is_turned_into_a_request(house: House):
    ts = house.cleo.types("C0ACME", f"{TITLE}. It began this morning.")
    house.ana.uses_shortcut("Turn into request", on=said(house.ana, ts))
    house.ana.fills({name: FORM[name] for name in FORM if name != "Short description"}).submits().sees("T-101")
    assert house.one("select door from intake")["door"] == "shortcut"


def test_words_to_steward_are_answered_wherever_they_were_said(house: House):
    house.ana.types("D0ANA", f"{TITLE}. It began this morning.")
    house.slack.settle()
    house.ana.sees("Shall I make this a request?")
    house.cleo.types("C0ACME", "@Steward thanks a lot")
    house.slack.settle()
    assert "Ask for something" in house.cleo.ephemerals("C0ACME")[-1]["text"]


def test_the_home_is_there_when_it_is_opened(house: House):
    house.files_a_request()
    house.ana.opens_home()
    assert TITLE in house.ana.home_text()
    house.rex.opens_home()
    assert TITLE not in house.rex.home_text()


def test_an_invitation_is_welcomed_once_however_often_it_is_told(house: House):
    house.slack.workspace.channels["C0ACME"].bot_member = False
    house.maya.opens("/invite @Steward", channel="C0ACME")
    for _ in range(2):
        assert house.slack.repeat(last_event(house, "member_joined_channel")).ok
        house.delivers()
    assert len(posted(house, "C0ACME")) == 1


def test_an_event_that_comes_again_has_one_effect(house: House):
    house.ana.types("D0ANA", f"{TITLE}. It began this morning.")
    house.slack.settle()
    event = next(d for d in house.slack.deliveries.kept if d.kind == "event" and d.person == "U0ANA")
    before = house.state_of_the_world()
    assert house.slack.repeat(event).ok
    assert house.state_of_the_world() == before


def test_an_outsider_who_clicks_what_was_not_shown_to_them_changes_nothing(house: House):
    house.files_a_request()
    house.rex.does_not_see(TITLE)
    house.bo.clicks("Take it", on=TITLE)
    pressed = house.last_sent("block_actions")
    does(house, "update ticket set status = 'New', assignee_id = null, version = 1")
    before = house.state_of_the_world()
    forged = {**pressed, "user": {**pressed["user"], "id": "U0REX", "team_id": "T0OTHER"}}
    house.slack.deliveries.send_interaction("block_actions", "forged", "U0REX", forged)
    assert house.state_of_the_world() == before


def test_an_event_that_could_not_be_stored_comes_again_and_is_stored_once(house: House):
    house.slack.fail_next("chat.postMessage", 500)
    house.ana.types("D0ANA", f"{TITLE}. It began this morning.")  # no answer, or none that counts: at once again
    house.slack.settle()
    house.ana.sees("Shall I make this a request?")
    tries = [d.retry_num for d in house.slack.deliveries.kept if d.kind == "event" and d.person == "U0ANA"]
    assert tries[:2] == [0, 1]


def test_what_waits_for_somebody_else_is_answered_in_time_with_a_sentence(house: House):
    house.files_a_request()
    before = house.ticket()
    with held(house, "select 1 from ticket for update"):
        house.bo.clicks("Take it", on=TITLE).sees("so nothing was stored")
    assert house.ticket() == before


def test_rubbish_is_not_acknowledged_and_changes_nothing(house: House):
    house.slack.deliveries.deadline = 0.5
    before = house.state_of_the_world()
    for payload in ({}, {"type": "block_actions", "actions": []}, {"type": "view_submission", "view": 7}):
        sent = house.slack.deliveries.send_interaction("rubbish", "rubbish", "U0REX", payload)
        assert sent.error in {"http_400", "operation_timeout"}
    assert house.state_of_the_world() == before


def test_health_is_told_over_http_either_way(house: House, transport: str):
    house.bo.opens("/steward")
    address = house.events_url.removesuffix("/slack/events")
    with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
        report = json.load(answer)
    assert report["ready"]
    assert report.get("slack") == {"http": None, "socket": "connected"}[transport]
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
        assert b'steward_arrival_seconds_count{kind="command",status="200"}' in answer.read()
    assert house.sends("{}")[0] == {"http": 400, "socket": 404}[transport]
