"""A client files a request: the form, its errors, and what becomes of it."""

from datetime import timedelta

import pytest

from tests.house import House

URGENT = {
    "Request type": "Incident",
    "Short description": "Checkout shows no orders",
    "Business impact": "Stopped",
    "Who is affected": "One person",
    "Blocks revenue": True,
    "Desired timing": "Now",
    "What happens if it waits": "Every order is lost until it works",
}
ORDINARY = {
    "Request type": "Question",
    "Short description": "How do I add a macro?",
    "Business impact": "None",
    "Who is affected": "One person",
    "Desired timing": "Whenever",
}


def test_a_request_becomes_a_ticket_with_one_thread_and_one_card(house: House):
    house.ana.opens("/request").fills(URGENT).submits()
    house.ana.sees("T-101").sees("Priority P1.").sees("revenue is blocked")
    house.delivers()
    assert len(house.bo.messages("C0TRIAGE")) == len(house.ana.messages("C0ACME")) == 1
    house.bo.sees("Checkout shows no orders").sees("nobody yet")
    assert house.ticket()["priority"] == "P1"
    assert house.ticket()["requester_id"] == house.one("select id from person where name = 'Ana'")["id"]
    assert house.one("select door, disposition from intake") == {"door": "command", "disposition": "ticket"}


def test_words_after_the_command_become_the_title(house: House):
    house.ana.opens("/request The weekly report is empty")
    assert "The weekly report is empty" in house.ana.modal_text()


def test_words_too_long_for_a_title_are_kept_in_the_details(house: House):
    long = "The weekly report is empty since the night of the upgrade, " * 4
    house.ana.opens(f"/request {long}")
    assert long.strip() in house.ana.modal_text()


def test_now_asks_what_happens_if_it_waits_and_a_date_asks_which(house: House):
    house.ana.opens("/request")
    assert "What happens if it waits" not in house.ana.modal_text()
    house.ana.fills({"Desired timing": "Now"})
    assert "What happens if it waits" in house.ana.modal_text()
    house.ana.fills({"Desired timing": "By a date"})
    assert "What happens if it waits" not in house.ana.modal_text()
    house.ana.fills({"Date": "2026-11-30"})


def test_what_was_typed_stays_when_a_field_appears(house: House):
    house.ana.opens("/request").fills({"Short description": "Macro is missing", "Desired timing": "Now"})
    assert "Macro is missing" in house.ana.modal_text()


def test_answers_whose_field_was_hidden_come_back_with_it(house: House):
    house.ana.opens("/request").fills({"Business impact": "Stopped", "Desired timing": "Now"})
    house.ana.fills({"What happens if it waits": "We lose orders", "Request type": "Planning"})
    house.ana.fills({"Desired timing": "Whenever"})
    house.ana.fills({"Request type": "Incident", "Desired timing": "Now"})
    assert "We lose orders" in house.ana.modal_text()
    assert "Business impact: <Stopped" in house.ana.modal_text()


@pytest.mark.parametrize("words", ["our payload is wrong", 'a="payload" & <more> = 100%', "payload={}"])
def test_the_word_payload_breaks_no_command(house: House, words):
    house.ana.opens(f"/request {words}")
    assert words in house.ana.modal_text()


def test_planning_shows_where_it_belongs_and_makes_no_ticket(house: House):
    house.ana.opens("/request").fills({"Request type": "Planning"})
    assert "Planning belongs in a meeting" in house.ana.modal_text()
    house.ana.fills({"Short description": "Plan the spring campaign", "Desired timing": "Whenever"}).submits()
    house.ana.sees("On the agenda")
    assert house.rows("select 1 from ticket") == []
    assert house.one("select disposition from intake")["disposition"] == "meeting"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"Short description": "Too short"}, "Between 10 and 150 characters"),
        ({"Desired timing": "By a date", "Date": "2026-11-20"}, "That date has passed"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_stored(house: House, wrong, sentence):
    before = house.state_of_the_world()
    house.ana.opens("/request").fills(ORDINARY | wrong).submits(refused=sentence)
    modal = house.ana.modal()
    assert modal
    assert sentence in " ".join(modal["errors"].values())
    assert wrong.get("Short description", ORDINARY["Short description"]) in house.ana.modal_text()
    assert house.state_of_the_world()["ticket"] == before["ticket"]
    assert house.state_of_the_world()["receipt"] == before["receipt"]


@pytest.mark.parametrize("kind", ["Planning", "Question"])
def test_a_repeat_is_answered_as_then_even_where_it_would_be_refused_by_now(house: House, kind):
    asked = ORDINARY if kind == "Question" else {"Short description": "Plan the spring release"}
    dated = {"Request type": kind, **asked, "Desired timing": "By a date", "Date": "2026-11-25"}
    house.ana.opens("/request").fills(dated).submits()
    then = house.last_sent("view_submission")
    house.passes(days=7)
    before = house.state_of_the_world()
    status, answer = house.sends_payload(then)
    assert (status, '"response_action": "update"' in answer) == (200, True), answer
    assert house.state_of_the_world() == before


def test_staff_file_for_a_client_and_say_where_it_came_from(house: House):
    house.sam.opens("/request", channel="C0TRIAGE")
    house.sam.fills({"Account": "Acme", "Where it came from": "Call", **ORDINARY}).submits()
    house.sam.sees("Filed for Acme")
    house.delivers()
    house.ana.sees("How do I add a macro?")
    filed = house.one("select data from event where kind = 'filed'")["data"]
    assert (filed["door"], filed["came_from"]) == ("staff for client", "Call")


def test_staff_in_an_accounts_channel_have_it_chosen_already(house: House):
    house.sam.opens("/request", channel="C0UMBRELLA")
    assert "Account: <Umbrella" in house.sam.modal_text()


def test_approval_is_asked_for_where_the_work_may_be_billed_on_top(house: House):
    house.ana.opens("/request").fills(ORDINARY)
    assert "Approval" not in house.ana.modal_text()
    house.ana.fills({"Related system (report, file or process)": "Salesforce sync"}).submits()
    house.ana.sees("This may be billed on top")
    assert house.rows("select 1 from ticket") == []
    house.ana.fills({"Approval": "Pending"}).submits().sees("T-101")
    assert house.ticket()["approval_status"] == "Pending"


def test_hourly_accounts_are_asked_for_approval_from_the_start(house: House):
    house.rex.opens("/request")
    assert "Approval" in house.rex.modal_text()


def test_files_come_along(house: House):
    house.ana.opens("/request").fills(ORDINARY | {"Screenshots or attachments": [("shot.png", b"png")]}).submits()
    house.delivers()
    house.bo.sees("shot.png")
    assert house.one("select name from attachment")["name"] == "shot.png"


def test_a_title_can_not_ping_a_channel_nor_fake_a_link(house: House):
    house.files_a_request(**{"Short description": "<!channel> see <https://evil.example|the invoice>"})
    card = house.bo.messages("C0TRIAGE")[0]
    assert "&lt;!channel&gt;" in card["text"]
    assert "<!channel>" not in str(card["blocks"])
    assert "<https://evil.example" not in str(card["blocks"])


@pytest.mark.parametrize(
    "words", ["العربية لا تعمل في الصفحة", "🔥🔥🔥🔥🔥 everything burns 🔥", "レポートが空です。今朝からです。"]
)
def test_titles_in_any_script_arrive_as_they_were_written(house: House, words):
    house.files_a_request(**{"Short description": words})
    house.bo.sees(words)
    assert house.ticket()["title"] == words


def test_a_form_sent_twice_makes_one_ticket_and_the_same_answer(house: House):
    house.ana.opens("/request").fills(ORDINARY).submits()
    status, answer = house.sends_payload(house.last_sent("view_submission"))
    assert (status, "T-101" in answer) == (200, True)
    assert len(house.rows("select 1 from ticket")) == 1


def test_a_form_closed_without_sending_is_counted(house: House):
    house.ana.opens("/request").closes()
    assert house.one("select disposition from intake")["disposition"] == "withdrawn"


def test_the_form_says_how_long_it_took(house: House):
    house.ana.opens("/request").fills(ORDINARY)
    house.passes(minutes=2)
    house.ana.submits()
    row = house.one("select at - opened_at as took from intake")
    assert row["took"] == timedelta(minutes=2)


def test_somebody_unknown_elsewhere_is_told_what_to_do(house: House):
    before = house.state_of_the_world()
    house.zed.opens("/request")
    house.zed.sees("I don't know you yet")
    assert house.state_of_the_world() == before
