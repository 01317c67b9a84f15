"""Replies and notes: which of the two it is stands there before it is sent, and no note ever reaches a client."""

import pytest
from sqlalchemy import text

from tests.house import House

SEARCH = "Help centre search"
MARKER = "zebra-7141"


@pytest.fixture
def taken(house: House) -> House:
    house.files_a_request()
    house.bo.clicks("Take it", on=SEARCH)
    house.delivers()
    return house


def client_thread(house: House) -> str:
    return house.ana.messages("C0ACME")[-1]["ts"]


def triage_thread(house: House) -> str:
    return house.bo.messages("C0TRIAGE")[-1]["ts"]


def arrives(house: House) -> None:
    house.slack.settle()
    house.delivers()


def test_a_reply_reaches_the_client_under_the_writers_name_and_the_team_sees_it_too(taken: House):
    taken.bo.clicks("Reply to client", on=SEARCH)
    taken.bo.sees("Everyone in Acme's channel reads this")
    taken.bo.fills({"Reply": "Search is <back> & fine"}).submits()
    taken.delivers()
    taken.ana.sees("*Bo:* Search is <back> & fine")
    taken.eve.sees("Bo to the client: “Search is <back> & fine”")
    taken.rex.does_not_see("Search is")


def test_a_note_stays_with_the_team_on_every_surface(taken: House):
    taken.bo.chooses("More", "Note", on=SEARCH).sees("Only the team reads this")
    taken.bo.fills({"Note": f"They are difficult, {MARKER}"}).submits()
    taken.bo.types("C0TRIAGE", f"I agree, {MARKER}", thread=triage_thread(taken))
    arrives(taken)
    taken.eve.sees(MARKER)
    taken.bo.opens("/ticket T-101").sees(MARKER).closes()
    for client in (taken.ana, taken.cleo):
        client.opens_home()
        client.opens("/queue").closes()
        client.opens("/ticket T-101").does_not_see(MARKER).closes()
        client.does_not_see(MARKER)


def test_a_message_marked_as_public_in_the_triage_thread_goes_to_the_client_and_is_marked_as_sent(taken: House):
    ts = taken.bo.types("C0TRIAGE", "Public: we found it", thread=triage_thread(taken))
    arrives(taken)
    taken.ana.sees("*Bo:* we found it")
    [message] = [m for m in taken.bo.thread("C0TRIAGE", triage_thread(taken)) if m["ts"] == ts]
    assert [reaction["name"] for reaction in message["reactions"]] == ["outbox_tray"]


def test_a_note_edited_to_be_public_is_sent_then_and_its_next_edit_changes_what_the_client_reads(taken: House):
    ts = taken.bo.types("C0TRIAGE", "we found it", thread=triage_thread(taken))
    arrives(taken)
    taken.ana.does_not_see("we found it")
    taken.bo.edits("C0TRIAGE", ts, "public: we found it")
    arrives(taken)
    taken.ana.sees("*Bo:* we found it")
    taken.bo.edits("C0TRIAGE", ts, "public: we have found it")
    arrives(taken)
    taken.ana.sees("we have found it").does_not_see("*Bo:* we found it")


def test_what_the_client_edits_or_deletes_changes_what_triage_reads(taken: House):
    ts = taken.ana.types("C0ACME", "The password is hunter2", thread=client_thread(taken))
    arrives(taken)
    taken.bo.sees("hunter2")
    taken.ana.edits("C0ACME", ts, "The password is on the note")
    arrives(taken)
    taken.bo.sees("on the note").sees("(edited)")
    assert "hunter2" not in str(taken.rows("select * from message")) + str(taken.rows("select * from event"))
    taken.ana.deletes("C0ACME", ts)
    arrives(taken)
    taken.bo.sees("Ana took back what stood here").does_not_see("on the note")
    taken.bo.opens("/ticket T-101").does_not_see("on the note")


def test_files_in_the_clients_thread_reach_triage_and_belong_to_the_ticket(taken: House):
    taken.ana.types("C0ACME", "See here", thread=client_thread(taken), files=[("screen.png", b"png")])
    arrives(taken)
    taken.bo.sees("screen.png")
    assert [row["name"] for row in taken.rows("select name from attachment")] == ["screen.png"]


def card(house: House) -> str:
    """What the team reads on the ticket's card."""
    return str(house.bo.thread("C0TRIAGE", triage_thread(house))[0]["blocks"])


def test_files_of_a_message_that_was_taken_back_leave_the_tickets_card_too(taken: House):
    taken.ana.types("C0ACME", "", thread=client_thread(taken), files=[("with-the-request.png", b"png")])
    ts = taken.ana.types("C0ACME", "See here", thread=client_thread(taken), files=[("screen.png", b"png")])
    arrives(taken)
    taken.bo.clicks("Ask client", on=SEARCH).fills({"What do you need?": "Which page is it?"}).submits()
    arrives(taken)
    assert "screen.png" in card(taken)
    taken.ana.deletes("C0ACME", ts)
    arrives(taken)
    assert "screen.png" not in card(taken)
    assert "with-the-request.png" in card(taken)
    taken.bo.does_not_see("screen.png").opens("/ticket T-101").does_not_see("screen.png").sees("with-the-request.png")
    for table in ("attachment", "message", "event"):
        assert "screen.png" not in str(taken.rows(f"select * from {table}")), table


def test_a_file_that_came_with_the_request_as_well_stays_the_tickets(taken: House):
    ts = taken.ana.types("C0ACME", "See here", thread=client_thread(taken), files=[("screen.png", b"png")])
    arrives(taken)
    with taken.owner.begin() as connection:
        connection.execute(text("insert into attachment (ticket_id, account_id, file_slack_id, name)"
                                " select ticket_id, account_id, file_slack_id, name from attachment"))  # fmt: skip
    taken.ana.deletes("C0ACME", ts)
    arrives(taken)
    assert [row["name"] for row in taken.rows("select name from attachment order by id")] == ["screen.png", ""]
    assert card(taken).count("screen.png") == 1


def test_a_colleague_who_writes_in_the_clients_thread_has_answered_and_triage_reads_it(taken: House):
    taken.eve.types("C0ACME", "I'll take over for Bo today", thread=client_thread(taken))
    arrives(taken)
    taken.bo.sees("Eve to the client: “I'll take over for Bo today”")
    assert taken.one("select visibility from message")["visibility"] == "to client"


def test_a_message_in_the_triage_thread_is_read_once_more_before_it_goes_to_the_client(taken: House):
    ts = taken.bo.types("C0TRIAGE", "It was the index", thread=triage_thread(taken))
    arrives(taken)
    [message] = [m for m in taken.bo.thread("C0TRIAGE", triage_thread(taken)) if m["ts"] == ts]
    taken.bo.uses_shortcut("Send to client", on=message, channel="C0TRIAGE")
    taken.bo.sees("It was the index").sees("reads this")
    taken.ana.does_not_see("It was the index")
    taken.bo.submits()
    taken.delivers()
    taken.ana.sees("*Bo:* It was the index")


def test_send_to_client_outside_of_a_tickets_thread_is_refused(taken: House):
    taken.bo.types("C0GENERAL", "Lunch?")
    before = taken.state_of_the_world()
    taken.bo.uses_shortcut("Send to client", on=taken.bo.messages("C0GENERAL")[-1], channel="C0GENERAL")
    taken.bo.sees("That message is in no ticket's thread here")
    assert taken.state_of_the_world() == before


def done(house: House) -> None:
    """T-101 stands in Client review."""
    house.bo.clicks("Start", on=SEARCH).fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    house.bo.clicks("Send to review", on=SEARCH).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.clicks("Approve", on=SEARCH)
    house.eve.fills({"Summary": "Works", "Actions taken": "none", "Systems or files affected": "none",
                     "Decisions made": "none", "Follow-up items": "none"}).submits()  # fmt: skip
    house.delivers()


def test_a_thank_you_reopens_nothing_and_whoever_has_it_says_so(taken: House):
    done(taken)
    taken.ana.types("C0ACME", "Thank you!", thread=client_thread(taken))
    arrives(taken)
    assert taken.ticket()["status"] == "Client review"
    taken.bo.clicks("It's fine", on="Thank you!")
    taken.delivers()
    taken.bo.sees("Bo: it's fine as it is.")
    assert taken.ticket()["status"] == "Client review"


def test_what_is_not_fine_reopens_on_a_click(taken: House):
    done(taken)
    taken.ana.types("C0ACME", "Still empty for me", thread=client_thread(taken))
    arrives(taken)
    taken.bo.clicks("Reopen", on="Still empty for me").fills({"What is still missing?": "Empty for Ana"}).submits()
    taken.delivers()
    assert taken.ticket()["status"] == "In progress"


def click(person: str, channel: str, action_id: str, value: str) -> dict[str, object]:
    """A click as Slack sends it, on a button that this person was never shown."""
    return {
        "type": "block_actions", "user": {"id": person, "team_id": "T0PROVIDER"}, "team": {"id": "T0PROVIDER"},
        "api_app_id": "A0STEWARD", "token": "x", "trigger_id": "1.2.x", "channel": {"id": channel, "name": "x"},
        "actions": [{"action_id": action_id, "value": value, "type": "button", "block_id": "b", "action_ts": "1"}],
    }  # fmt: skip


@pytest.mark.parametrize("action_id", ["ticket.reply", "ticket.note", "message.fine"])
@pytest.mark.parametrize(("person", "channel"), [("U0REX", "C0UMBRELLA"), ("U0ANA", "C0ACME")])
def test_neither_an_outsider_nor_a_client_writes_as_the_team(taken: House, person: str, channel: str, action_id: str):
    done(taken)
    taken.ana.types("C0ACME", "Thank you!", thread=client_thread(taken))
    arrives(taken)
    value = str(taken.one("select id from message")["id"]) if action_id == "message.fine" else "101:1"
    before = taken.state_of_the_world()
    taken.sends_payload(click(person, channel, action_id, value))
    assert taken.state_of_the_world() == before
    assert not [
        call for call in taken.slack.local.calls if call.args.get("view", {}).get("callback_id") == "message.write"
    ]


def test_following_mentions_the_follower_once_in_the_thread_of_their_side(taken: House):
    taken.cleo.opens("/ticket T-101").clicks("Follow").clicks("Unfollow").clicks("Follow").closes()
    taken.delivers()
    taken.ana.sees("@cleo follows this from here on.")
    assert taken.ticket()["follower_ids"] == [taken.one("select id from person where name = 'Cleo'")["id"]]
    before = taken.state_of_the_world()
    taken.rex.opens("/ticket T-101").sees("I can't find T-101")
    assert taken.state_of_the_world() == before
