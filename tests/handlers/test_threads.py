"""What a client writes in its ticket's thread reaches those who work on it, once."""

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
