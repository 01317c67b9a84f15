"""Every door leads to the same form: words to Steward, a message turned into a request, and never one message twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import cast
from tests.driver import Json, Person
from tests.house import House
from tests.slack.desk import does, posted

WORDS = "Help centre search is empty. It began this morning, after the update."
TITLE, REST = "Help centre search is empty.", "It began this morning, after the update."
TURN, OFFER = "Turn into request", "Make it a request"
THE_REST = {
    "Request type": "Incident", "Business impact": "Degraded", "Who is affected": "One person",
    "Desired timing": "This week",
}  # fmt: skip


def message(person: Person, ts: str, channel: str | None = None) -> Json:
    return next(m for c in person.screen()["channels"] if channel in (None, c["id"])
                for m in c["messages"] if m["ts"] == ts)  # fmt: skip


def mentions(person: Person, words: str, channel: str = "C0ACME", thread: str | None = None) -> str:
    return person.types(channel, f"@Steward {words}", thread=thread)


def field(person: Person, name: str) -> Any:
    """What a field of the form holds."""
    modal = person.modal()
    assert modal
    state = next(iter(modal["state"][name].values()))
    return (state.get("selected_option") or {}).get("value") if "selected_option" in state else state.get("value")


def shown(person: Person, name: str) -> str:
    """What a menu of the form shows."""
    modal = person.modal()
    assert modal
    return next(iter(modal["state"][name].values()))["selected_option"]["text"]["text"]


def files(person: Person, **more: Any) -> None:
    person.fills(THE_REST | more).submits()


def direct(person: Person) -> str:
    return "D" + person.id[1:]


# --- in plain words


def test_words_in_a_channel_are_offered_to_become_a_request_for_their_writer_alone(house: House):
    before = house.state_of_the_world()
    mentions(house.ana, WORDS)
    house.ana.sees("Shall I make this a request?").sees(TITLE)
    house.cleo.does_not_see("Shall I make this a request?")
    after = house.state_of_the_world()
    assert {name for name in before if before[name] != after[name]} == {"receipt", "posts"}


def test_the_form_is_begun_with_the_words_and_records_the_door(house: House):
    mentions(house.ana, WORDS)
    house.ana.clicks(OFFER)
    assert (field(house.ana, "title"), field(house.ana, "details")) == (TITLE, REST)
    files(house.ana)
    house.ana.sees("T-101")
    intake = house.one("select door, disposition, message_channel, details from intake")
    assert intake == {"door": "mention", "disposition": "ticket", "message_channel": "C0ACME", "details": REST}


def test_a_direct_message_is_answered_with_a_message_that_stays(house: House):
    house.ana.types(direct(house.ana), WORDS)
    answers = [m for m in house.ana.messages(direct(house.ana)) if m["bot"]]
    assert len(answers) == 1
    house.ana.clicks(OFFER)
    assert field(house.ana, "title") == TITLE
    files(house.ana)
    house.delivers()
    assert house.one("select door from intake")["door"] == "mention"
    house.ana.sees("This is now")
    house.bo.does_not_see("this message")  # nobody else could open what was said to Steward alone


@pytest.mark.parametrize("channel_type", ["im", "channel"])
def test_an_event_that_slack_sends_again_is_answered_once(house: House, channel_type: str):
    if channel_type == "im":
        house.ana.types(direct(house.ana), WORDS)
    else:
        mentions(house.ana, WORDS)
    name = "message" if channel_type == "im" else "app_mention"
    house.slack.settle()
    event = next(d for d in house.slack.deliveries.kept
                 if d.kind == "event" and d.person == "U0ANA" and d.summary.startswith(name))  # fmt: skip
    before = house.state_of_the_world()
    assert house.slack.repeat(event).status == 200
    assert house.state_of_the_world() == before


def test_an_answer_that_slack_did_not_take_is_tried_again(house: House):
    house.slack.fail_next("chat.postMessage", 500)
    house.ana.types(direct(house.ana), WORDS)  # Slack sends the event again at once
    house.slack.settle()
    house.ana.sees("Shall I make this a request?")


@pytest.mark.parametrize("words", ["Hello!", "hi there :wave:", "help", "Good morning Steward", "thanks a lot", "?"])
def test_a_greeting_gets_help_and_no_request(house: House, words: str):
    house.ana.types(direct(house.ana), words)
    house.ana.sees("Ask for something").does_not_see("Shall I make this a request?")
    mentions(house.ana, words)
    assert "Ask for something" in house.ana.ephemerals("C0ACME")[-1]["text"]


def test_the_form_holds_the_words_as_they_read_at_the_click(house: House):
    ts = mentions(house.ana, WORDS)
    house.ana.edits("C0ACME", ts, "@Steward The whole help centre is down")
    house.ana.clicks(OFFER)
    assert field(house.ana, "title") == "The whole help centre is down"


def test_a_message_deleted_meanwhile_opens_an_empty_form_that_says_so(house: House):
    ts = mentions(house.ana, WORDS)
    house.ana.deletes("C0ACME", ts)
    house.ana.clicks(OFFER)
    house.ana.sees("I can't find that message any more, so the form is empty.")
    assert field(house.ana, "title") is None
    files(house.ana, **{"Short description": "The search is empty again"})
    assert house.one("select message_ts, door from intake") == {"message_ts": None, "door": "mention"}


def test_words_in_a_thread_are_found_there(house: House):
    root = house.ana.types("C0ACME", "Good morning everybody")
    ts = mentions(house.ana, WORDS, thread=root)
    house.ana.clicks(OFFER)
    assert field(house.ana, "title") == TITLE
    files(house.ana)
    house.delivers()
    assert house.one("select message_ts from intake")["message_ts"] == ts
    assert "This is now" in house.ana.thread("C0ACME", root)[-1]["text"]


def test_staff_who_mention_it_in_a_clients_channel_have_the_account_chosen(house: House):
    mentions(house.sam, "Ana rang: the search is empty since Monday")
    house.sam.clicks(OFFER)
    assert (shown(house.sam, "account"), field(house.sam, "came_from")) == ("Acme", "Chat")
    files(house.sam)
    assert house.one("select door, came_from from intake") == {"door": "mention", "came_from": "Chat"}


def test_markup_of_slacks_does_not_leak_into_the_form(house: House):
    house.slack.workspace.channels["C0ACME"].members.append("U0ZED")
    mentions(house.ana, "*Urgent* for @Bo & @Zed: <broken> https://shop.example/a?b=1&c=2 in #acme")
    house.ana.clicks(OFFER)
    assert field(house.ana, "title") == ("Urgent for @Bo & @somebody: <broken> https://shop.example/a?b=1&c=2 in #acme")
    files(house.ana)
    house.delivers()
    assert "<@" not in house.ticket()["title"]


def test_a_mention_in_a_tickets_thread_is_passed_on_and_offers_no_second_ticket(house: House):
    house.files_a_request()
    card = house.ana.messages("C0ACME")[0]
    mentions(house.ana, "any news about the search index?", thread=card["ts"])
    house.delivers()
    house.bo.sees("wrote in the client's thread").sees("any news about the search index?")
    house.ana.sees("T-101 follows that thread already").does_not_see("Shall I make this a request?")


def test_a_client_in_a_channel_that_is_not_theirs_is_offered_nothing_of_it(house: House):
    house.slack.workspace.channels["C0ACME"].members.append("U0REX")
    mentions(house.rex, WORDS)
    house.rex.sees("not in your organisation's channel").does_not_see("Shall I make this a request?")


def test_the_offer_in_anothers_hands_opens_nothing(house: House):
    mentions(house.ana, WORDS)
    house.ana.clicks(OFFER).closes()
    pressed = house.last_sent("block_actions")
    pressed["user"]["id"] = "U0REX"
    opened = len(house.slack.calls_to("views.open"))
    assert house.sends_payload(pressed)[0] == 200
    views = house.slack.calls_to("views.open")[opened:]
    assert "Help centre" not in str([call.args for call in views])
    assert house.rex.modal() is None or TITLE not in house.rex.modal_text()


def test_somebody_unknown_who_writes_words_is_told_what_to_do(house: House):
    before = house.state_of_the_world()
    house.zed.types(direct(house.zed), WORDS)
    house.zed.sees("I don't know you yet")
    after = house.state_of_the_world()
    assert {name for name in before if before[name] != after[name]} == {"posts"}


# --- turn into request


def test_a_message_turned_into_a_request_is_linked_and_answered_in_its_thread(house: House):
    ts = house.cleo.types("C0ACME", WORDS, files=[("search.png", b"png"), ("log.txt", b"log")])
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts))
    assert (field(house.ana, "title"), field(house.ana, "details")) == (TITLE, REST)
    assert shown(house.ana, "primary_contact") == "Cleo"
    house.ana.sees("From the message, and attached with it: search.png, log.txt")
    files(house.ana)
    house.delivers()
    assert house.one("select door from intake")["door"] == "shortcut"
    kept = house.rows("select name, permalink from attachment order by id")
    assert [row["name"] for row in kept] == ["search.png", "log.txt"]
    assert all(row["permalink"] for row in kept)
    link = f"archives/C0ACME/p{ts.replace('.', '')}"
    card = house.bo.messages("C0TRIAGE")[0]
    assert "*From*" in str(card["blocks"])
    assert link in str(card["blocks"])
    said = house.cleo.thread("C0ACME", ts)[1:]
    assert [("This is now" in m["text"], "T-101" in m["text"]) for m in said] == [(True, True)]
    client_card = next(m for m in house.ana.messages("C0ACME") if m["bot"])
    assert f"archives/C0ACME/p{client_card['ts'].replace('.', '')}" in said[0]["text"]
    house.rex.does_not_see("T-101")


def test_the_tickets_window_leads_back_to_the_message(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts))
    files(house.ana)
    house.ana.closes().opens("/ticket T-101")
    assert ts.replace(".", "") in str(house.ana.modal())


def test_a_client_is_not_led_into_a_channel_of_the_teams(house: House):
    ts = house.bo.types("C0TRIAGE", "Acme rang: " + WORDS)
    house.bo.uses_shortcut(TURN, on=message(house.bo, ts))
    house.bo.fills({"Account": "Acme"})
    files(house.bo)
    house.delivers()
    assert f"p{ts.replace('.', '')}" in str(house.bo.messages("C0TRIAGE")[-1]["blocks"])
    reply = house.bo.thread("C0TRIAGE", ts)[-1]["text"]
    assert "filed by <@U0BO>" in reply
    assert "Help centre" not in reply
    house.ana.opens("/ticket T-101")
    assert "this message" not in house.ana.modal_text()


def test_staff_have_the_account_the_way_and_the_contact_filled_in(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.sam.uses_shortcut(TURN, on=message(house.sam, ts))
    assert (shown(house.sam, "account"), field(house.sam, "came_from")) == ("Acme", "Chat")
    assert shown(house.sam, "primary_contact") == "Ana"
    files(house.sam)
    house.delivers()
    assert house.one("select door, came_from from intake") == {"door": "shortcut", "came_from": "Chat"}
    assert "Its own thread follows it" in house.ana.thread("C0ACME", ts)[-1]["text"]


def test_the_message_of_one_client_never_becomes_the_request_of_another(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.sam.uses_shortcut(TURN, on=message(house.sam, ts)).fills({"Account": "Umbrella", **THE_REST})
    house.sam.fills({"Approval": "Not needed"})
    before = house.state_of_the_world()
    house.sam.submits(refused="That message is from Acme's channel, so choose Acme.")
    assert house.state_of_the_world() == before


def test_a_message_becomes_a_request_once_whatever_the_door(house: House):
    ts = mentions(house.ana, WORDS)
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts))
    files(house.ana)
    house.ana.closes().clicks(OFFER)
    house.ana.sees("T-101 came of that message already.").clicks("Open")
    assert "Help centre search is empty" in house.ana.modal_text()
    house.cleo.uses_shortcut(TURN, on=message(house.cleo, ts)).sees("T-101 came of that message already.")
    assert len(house.rows("select 1 from ticket")) == 1


def test_two_forms_of_one_message_file_one_ticket_and_the_second_is_told_which(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    for person in (house.ana, house.cleo):
        person.uses_shortcut(TURN, on=message(person, ts)).fills(THE_REST)
    house.ana.submits()
    before = house.state_of_the_world()
    house.cleo.submits(refused="T-101 came of that message already. Nothing was filed twice")
    assert house.state_of_the_world() == before


def test_two_submits_at_the_same_moment_file_one_ticket(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    for person in (house.ana, house.cleo, house.sam):
        person.uses_shortcut(TURN, on=message(person, ts)).fills(THE_REST)

    def submits(person: Person) -> str:
        try:
            return str(person.submits().modal_text())
        except AssertionError as refusal:
            return str(refusal)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(submits, (house.ana, house.cleo, house.sam)))
    filed = house.one("select id from ticket")["id"]
    assert sum(f"T-{filed} came of that message already" in answer for answer in answers) == 2, answers
    assert len(house.rows("select 1 from intake")) == 1


def test_a_plan_made_of_a_message_is_on_the_agenda_once(house: House):
    ts = house.ana.types("C0ACME", "Could we plan the move to the new help desk?")
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts)).fills({"Request type": "Planning"})
    house.ana.fills({"Desired timing": "Whenever"}).submits().sees("On the agenda").closes()
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts)).sees("on the agenda of the next planning meeting already")


def test_a_closed_form_is_counted_at_its_door_and_leaves_the_message_free(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts)).closes()
    assert house.one("select door, disposition from intake") == {"door": "shortcut", "disposition": "withdrawn"}
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts))
    files(house.ana)
    house.ana.sees("T-101")


def test_what_the_form_reveals_keeps_the_message_and_its_files(house: House):
    ts = house.ana.types("C0ACME", WORDS, files=[("search.png", b"png")])
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts)).fills({"Desired timing": "Now"})
    house.ana.sees("search.png").fills({"What happens if it waits": "Nobody finds help"})
    files(house.ana, **{"Desired timing": "Now"})
    assert house.one("select message_ts from intake")["message_ts"] == ts
    assert house.one("select name from attachment")["name"] == "search.png"


def refused(house: House, person: Person, on: Json, sentence: str) -> None:
    before = house.state_of_the_world()
    person.uses_shortcut(TURN, on=on).sees(sentence)
    assert house.state_of_the_world() == before


def test_what_a_ticket_follows_already_is_refused_with_its_key(house: House):
    house.files_a_request()
    card = house.ana.messages("C0ACME")[0]
    ts = house.ana.types("C0ACME", "It is also slow since yesterday", thread=card["ts"])
    for each in (card["ts"], ts):
        refused(house, house.ana, message(house.ana, each), "T-101 follows that thread already.")


def test_the_words_of_an_app_are_refused(house: House):
    house.ticks()
    digest = house.bo.messages("C0TRIAGE")[0]
    refused(house, house.bo, digest, "I can do that with what a person wrote")


def test_an_outsider_makes_nothing_of_another_clients_messages(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.slack.workspace.channels["C0ACME"].members.append("U0REX")
    refused(house, house.rex, message(house.rex, ts, "C0ACME"), "not in your organisation's channel")
    own = house.rex.types("C0ACME", "I am in the wrong channel, am I not?")
    refused(house, house.rex, message(house.rex, own, "C0ACME"), "not in your organisation's channel")


def test_an_outsider_can_not_submit_what_was_not_theirs_to_open(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts)).fills(THE_REST | {"Request type": "Question"})
    house.ana.submits()
    sent = house.last_sent("view_submission")
    does(house, "update intake set message_ts = null")
    sent["user"]["id"], sent["view"]["id"] = "U0REX", "V0OTHER"
    before = house.state_of_the_world()
    house.sends_payload(sent)
    assert house.state_of_the_world() == before


def test_somebody_unknown_can_turn_nothing_into_a_request(house: House):
    ts = house.zed.types("C0GENERAL", WORDS)
    refused(house, house.zed, message(house.zed, ts), "I don't know you yet")


def test_somebody_ended_can_turn_nothing_into_a_request(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    does(house, "update person set active = false where name = 'Ana'")
    refused(house, house.ana, message(house.ana, ts), "Your access to Steward has ended")


def test_the_thread_is_answered_once_however_often_the_worker_looks(house: House):
    ts = house.ana.types("C0ACME", WORDS)
    house.ana.uses_shortcut(TURN, on=message(house.ana, ts))
    files(house.ana)
    house.delivers()
    house.delivers()
    house.bo.clicks("Take it", on=TITLE)
    house.delivers()
    assert len([m for m in posted(house, "C0ACME") if m.thread_ts == ts]) == 1


def test_the_shortcut_is_offered_to_everybody_of_the_workspace():
    shortcut = json.loads(cast.MANIFEST.read_text())["features"]["shortcuts"][0]
    assert (shortcut["name"], shortcut["type"]) == (TURN, "message")
