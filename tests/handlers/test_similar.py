"""Duplicates before they are filed: shown in the form, joined by one press, and never in the way."""

import pytest

from bot.domain.workflow import Action
from bot.modals import similar as modal
from tests.domain.desk import NOTE
from tests.house import House
from tests.slack.desk import does, files, moves

TITLE = "Invoice export is empty since Monday"
AGAIN = {
    "Request type": "Incident",
    "Short description": "The invoice export is empty again",
    "Details": "Nothing in the file since this morning",
    "Business impact": "Degraded",
    "Who is affected": "Many or a team",
}
REST = {"Desired timing": "This week"}
UNLIKE = {"Short description": "Please add a colleague to Zendesk", "Details": "Her name is Flo"}


@pytest.fixture
def known(house: House) -> House:
    """Acme asked already, and so did Umbrella."""
    files(house, TITLE)
    files(house, "Invoice export is empty for Umbrella", account="Umbrella", by="Rex")
    house.delivers()
    return house


def closes(house: House) -> None:
    moves(house, 101, Action.TAKE)
    does(house, "update ticket set status = 'In progress', code = 'included', request_type = 'question' where id = 101")
    moves(house, 101, Action.SEND_TO_CLIENT, note=NOTE)
    moves(house, 101, Action.CLOSE, by="Ana")
    house.delivers()


def tickets(house: House) -> int:
    return len(house.rows("select 1 from ticket"))


def test_what_is_like_it_is_shown_while_the_form_is_filled(known: House):
    known.ana.opens("/request").fills(AGAIN | REST)
    assert "Asked before?" in known.ana.modal_text()
    assert TITLE in known.ana.modal_text()
    assert "Umbrella" not in known.ana.modal_text()


def test_what_is_not_like_it_is_not_shown(known: House):
    known.ana.opens("/request").fills(AGAIN | UNLIKE | REST)
    assert "Asked before?" not in known.ana.modal_text()
    known.ana.submits().sees("T-103")


def test_what_was_shown_is_not_asked_about_again(known: House):
    known.ana.opens("/request").fills(AGAIN | REST).submits().sees("T-103")
    assert tickets(known) == 3


def test_what_was_never_shown_is_asked_about_once_and_never_blocks(known: House):
    """The title comes last, so the form was never drawn anew with it."""
    last = {"Short description": AGAIN["Short description"], "Details": AGAIN["Details"]}
    known.ana.opens("/request").fills({**AGAIN, **REST, **UNLIKE} | REST).fills(last).submits()
    known.ana.sees("This may be known already").sees(TITLE)
    assert tickets(known) == 2
    known.ana.submits().sees("T-103")
    assert tickets(known) == 3


def test_the_same_form_arriving_twice_is_answered_as_before_and_not_asked_about_itself(known: House):
    known.ana.opens("/request").fills(AGAIN | REST).submits()
    status, answer = known.sends_payload(known.last_sent("view_submission"))
    assert (status, "Priority" in answer, "known already" in answer) == (200, True, False)
    assert tickets(known) == 3


def test_an_emergency_is_not_asked(known: House):
    urgent = {"Business impact": "Stopped", "Desired timing": "Now", "What happens if it waits": "No money comes in"}
    known.ana.opens("/request").fills({**AGAIN, **UNLIKE, **urgent})
    known.ana.fills({"Short description": AGAIN["Short description"]}).submits().sees("T-103")


def test_it_is_this_one_opens_no_second_ticket_and_passes_the_words_on(known: House):
    known.ana.opens("/request").fills(AGAIN | REST).clicks("It's this one", on=TITLE)
    known.ana.sees("Added to T-101")
    assert tickets(known) == 2
    assert known.one("select disposition, ticket_id, title, details from intake") == {
        "disposition": "duplicate", "ticket_id": 101, "title": AGAIN["Short description"], "details": AGAIN["Details"],
    }  # fmt: skip
    known.delivers()
    known.bo.sees("The invoice export is empty again").sees("Nothing in the file since this morning")
    known.rex.does_not_see("empty again")


def test_pressed_while_the_form_is_still_being_drawn_anew_it_says_so_all_the_same(known: House):
    known.ana.opens("/request").fills(AGAIN | REST)
    view = known.ana.modal()
    assert view
    button = next(e for b in view["blocks"] for e in [b.get("accessory")] if e and e["action_id"] == modal.SAME)
    pressed = known.last_sent("block_actions")
    pressed["actions"] = [{**button, "block_id": "x", "action_ts": "1.0"}]
    pressed["view"] |= {"id": view["id"], "hash": "1.before"}  # an earlier choice changes the form meanwhile
    assert known.sends_payload(pressed)[0] == 200
    known.ana.sees("Added to T-101")


def test_pressed_twice_it_is_passed_on_once(known: House):
    known.ana.opens("/request").fills(AGAIN | REST).clicks("It's this one", on=TITLE)
    known.sends_payload(known.last_sent("block_actions"))
    assert len(known.rows("select 1 from event where kind = 'client_wrote'")) == 1
    assert len(known.rows("select 1 from intake")) == 1


def test_what_is_closed_says_what_was_done_and_comes_back_with_the_words(known: House):
    closes(known)
    known.ana.opens("/request").fills(AGAIN | REST)
    assert "Macros are explained" in known.ana.modal_text()
    known.ana.clicks("It's this one: reopen").sees("Reopened T-101")
    assert known.ticket()["status"] == "Triage"
    assert AGAIN["Short description"] in known.one("select data from event where action = 'reopen'")["data"]["reason"]
    assert known.one("select disposition from intake")["disposition"] == "duplicate"
    assert tickets(known) == 2


def test_what_is_closed_for_good_becomes_a_request_that_names_it(known: House):
    closes(known)
    known.passes(days=30)
    known.ana.opens("/request").fills(AGAIN | REST).clicks("It's this one", on="Macros are explained")
    known.ana.sees("T-101 can't be reopened")
    assert known.rows("select 1 from intake") == []
    known.ana.fills({"Desired timing": "Whenever"}).sees("T-101 can't be reopened").submits().sees("T-103")
    assert known.one("select to_id, kind from ticket_link where from_id = 103") == {"to_id": 101, "kind": "follows up"}
    assert known.ticket()["status"] == "Closed"


def test_another_clients_ticket_can_not_be_joined(known: House):
    known.ana.opens("/request").fills(AGAIN | REST).clicks("It's this one", on=TITLE)
    before = known.state_of_the_world()
    bent = known.last_sent("block_actions")
    bent["actions"][0]["value"] = "102"
    known.sends_payload(bent)
    known.ana.sees("I can't find T-102")
    assert known.state_of_the_world() == before


def test_staff_join_no_ticket_of_another_account_than_the_chosen_one(known: House):
    known.sam.opens("/request", channel="C0TRIAGE").fills({**AGAIN, "Account": "Acme", **REST})
    known.sam.clicks("It's this one").closes()
    before = known.state_of_the_world()
    known.sam.opens("/request", channel="C0TRIAGE").fills({**AGAIN, "Account": "Acme", **REST})
    bent = known.last_sent("block_actions")
    bent["actions"] = [{"action_id": "request.same", "block_id": "alike.102", "type": "button", "value": "102"}]
    known.sends_payload(bent)
    known.sam.sees("That ticket is another account's")
    assert known.state_of_the_world() == before


def test_an_outsider_is_shown_only_its_own(known: House):
    known.rex.opens("/request").fills(AGAIN | REST)
    assert "for Umbrella" in known.rex.modal_text()
    assert TITLE not in known.rex.modal_text()


def test_staff_are_shown_the_chosen_accounts_alone(known: House):
    known.sam.opens("/request", channel="C0TRIAGE").fills({**AGAIN, "Account": "Umbrella", **REST})
    assert "for Umbrella" in known.sam.modal_text()
    assert TITLE not in known.sam.modal_text()
    known.sam.fills({"Account": "Acme"})
    assert TITLE in known.sam.modal_text()
    assert "for Umbrella" not in known.sam.modal_text()
    known.sam.fills({"Where it came from": "Call"}).clicks("It's this one").sees("For Acme")
    assert known.one("select came_from, disposition from intake") == {"came_from": "Call", "disposition": "duplicate"}


def test_triage_reads_on_the_card_what_was_seen_before(known: House):
    closes(known)
    files(known, "Invoice export is empty, again")
    known.delivers()
    card = next(one for one in known.bo.messages("C0TRIAGE") if "again" in str(one["blocks"]))
    assert "Seen before? *<" in str(card["blocks"])
    assert "Macros are explained" in str(card["blocks"])
    assert "Umbrella" not in str(card["blocks"])
    known.ana.does_not_see("Seen before?")


def test_once_work_began_the_card_no_longer_asks(known: House):
    files(known, "Invoice export is empty, again")
    does(known, "update ticket set status = 'In progress' where id = 103")
    known.delivers()
    known.bo.does_not_see("Seen before?")
