"""What a client writes in its ticket's thread reaches those who work on it, once."""

import json
from typing import Any

from tests.house import House

SEARCH = "Help centre search"


def thread_of(house: House) -> str:
    return house.ana.messages("C0ACME")[0]["ts"]


def test_a_clients_words_reach_triage_and_whoever_has_the_ticket(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.ana.types("C0ACME", "I tried <b>macro</b> & *stars*", thread=thread_of(house))
    house.slack.settle()
    house.delivers()
    house.bo.sees("Ana wrote in the client's thread: “I tried <b>macro</b> & *stars*”")
    assert house.ticket()["status"] == "Triage"


def test_the_same_message_delivered_twice_is_told_once(house: House):
    house.files_a_request()
    house.ana.types("C0ACME", "Any news?", thread=thread_of(house))
    house.slack.settle()
    sent = next(d for d in reversed(house.slack.deliveries.kept) if d.kind == "event")
    house.slack.repeat(sent)
    house.delivers()
    assert len(house.rows("select 1 from event where kind = 'client_wrote'")) == 1


def test_the_teams_own_words_and_other_threads_are_not_passed_on(house: House):
    house.files_a_request()
    house.bo.types("C0ACME", "We are looking into it", thread=thread_of(house))
    house.ana.types("C0ACME", "Good morning everybody")
    house.slack.settle()
    assert house.rows("select 1 from event where kind = 'client_wrote'") == []


def test_somebody_of_another_account_in_the_channel_is_not_passed_on(house: House):
    house.files_a_request()
    with house.slack.workspace.change() as workspace:
        workspace.channels["C0ACME"].members.append("U0REX")
    house.rex.types("C0ACME", "Rex here", thread=thread_of(house))
    house.slack.settle()
    assert house.rows("select 1 from event where kind = 'client_wrote'") == []


def test_an_answer_ends_the_waiting_and_the_ticket_is_back_where_it_was(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    house.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "The words you searched for."}).submits()
    house.delivers()
    house.ana.types("C0ACME", "“macro” and “field”", thread=thread_of(house))
    house.slack.settle()
    house.delivers()
    house.bo.sees("It is back in Triage.")
    assert (house.ticket()["status"], house.ticket()["waiting_for"]) == ("Triage", None)


# --- what Slack brings again, and late


def last_event(house: House, subtype: str | None = None) -> dict[str, Any]:
    return next(d.request for d in reversed(house.slack.deliveries.kept)
                if d.kind == "event" and d.request["event"].get("subtype") == subtype
                and d.request["event"]["type"] == "message")  # fmt: skip


def comes_late(house: House, envelope: dict[str, Any]) -> None:
    assert house.sends(json.dumps(envelope))[0] == 200
    house.delivers()


def test_what_was_deleted_before_it_arrived_is_never_passed_on(house: House):
    house.files_a_request()
    url, house.slack.app_url = house.slack.app_url, "http://127.0.0.1:9/"  # a deploy: the first try fails
    ts = house.bo.types("C0ACME", "Internally this costs 10 EUR", thread=thread_of(house))
    house.slack.app_url = url
    house.bo.deletes("C0ACME", ts)
    house.slack.advance(61)
    house.slack.settle()
    house.delivers()
    assert house.rows("select 1 from message") == []
    house.maya.does_not_see("10 EUR")


def test_the_first_words_coming_again_do_not_undo_an_edit(house: House):
    house.files_a_request()
    ts = house.ana.types("C0ACME", "The password is hunter2", thread=thread_of(house))
    first = last_event(house)
    house.ana.edits("C0ACME", ts, "Never mind")
    comes_late(house, first)
    assert house.one("select text from message") == {"text": "Never mind"}
    house.bo.does_not_see("hunter2")


def test_of_two_edits_the_later_one_stands_whatever_comes_first(house: House):
    house.files_a_request()
    ts = house.ana.types("C0ACME", "One", thread=thread_of(house))
    house.ana.edits("C0ACME", ts, "Two")
    second = last_event(house, "message_changed")
    house.ana.edits("C0ACME", ts, "Three")
    comes_late(house, second)
    assert house.one("select text from message") == {"text": "Three"}


def test_an_edit_that_comes_before_its_message_stands(house: House):
    house.files_a_request()
    url, house.slack.app_url = house.slack.app_url, "http://127.0.0.1:9/"
    ts = house.ana.types("C0ACME", "One", thread=thread_of(house))
    house.slack.app_url = url
    house.ana.edits("C0ACME", ts, "Two")
    house.slack.advance(61)
    house.slack.settle()
    assert house.one("select text from message") == {"text": "Two"}
