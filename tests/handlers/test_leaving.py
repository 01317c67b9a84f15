"""A ticket leaves In progress: whoever moved it and has no time on it today is asked, and never held up."""

import pytest

from bot.domain.codes import Code
from bot.domain.workflow import WORKFLOW, Action, Need, Status
from bot.modals import moves as forms
from tests.house import House
from tests.slack.desk import TITLE, files, moves

ASKED = "You have logged no time on *T-101* today"


@pytest.fixture
def begun(house: House) -> House:
    """Bo works on T-101."""
    number = files(house)
    moves(house, number, Action.TAKE)
    moves(house, number, Action.START, estimate_minutes=120, code=Code.INCLUDED)
    house.delivers()
    return house


def sends_it_to_review(house: House) -> None:
    house.bo.clicks("Send to review", on=TITLE).fills({"Who checks it": "Eve"}).submits()
    assert house.ticket()["status"] == "Internal review"


def test_they_are_asked_beside_and_one_press_opens_the_form_with_the_ticket(begun: House):
    sends_it_to_review(begun)
    begun.bo.sees(ASKED)
    begun.eve.does_not_see(ASKED)
    begun.bo.clicks("Log time", on=ASKED)
    assert f"T-101 {TITLE}" in begun.bo.modal_text()
    assert "2026-11-23" in begun.bo.modal_text()
    begun.bo.fills({"Time spent": "45m"}).submits().sees("45m logged for that day")


@pytest.mark.parametrize(
    ("press", "filled"),
    [
        ("Ask client", {"What do you need?": "The words you searched for"}),
        ("Schedule", {"Planned start": "2026-11-26"}),
    ],
)
def test_whatever_the_move_is(begun: House, press: str, filled: dict[str, str]):
    if press == "Schedule":
        begun.bo.chooses("More", press, on=TITLE)
    else:
        begun.bo.clicks(press, on=TITLE)
    begun.bo.fills(filled).submits().sees(ASKED)
    assert begun.ticket()["status"] != "In progress"


def test_who_has_logged_today_is_not_asked(begun: House):
    begun.bo.opens("/time T-101 45m rebuilt the search index")
    sends_it_to_review(begun)
    begun.bo.does_not_see(ASKED)


def test_what_was_logged_yesterday_or_taken_back_or_by_another_does_not_count(begun: House):
    begun.eve.opens("/time T-101 45m rebuilt the search index")
    begun.bo.opens("/time T-101 45m rebuilt the search index")
    begun.passes(days=1)
    begun.bo.opens("/time T-101 30m looked at it again").clicks("Undo", on="*30m* on")
    sends_it_to_review(begun)
    begun.bo.sees(ASKED)


def test_while_a_timer_of_theirs_runs_on_it_they_are_offered_to_stop_it(begun: House):
    begun.bo.opens("/time start T-101")
    begun.passes(minutes=30)
    sends_it_to_review(begun)
    begun.bo.does_not_see(ASKED).sees("Your timer still runs on *T-101*")
    begun.bo.clicks("Stop timer").sees("30m logged for that day")


def test_a_timer_on_something_else_does_not_count(begun: House):
    other = files(begun, "Exports are slow")
    begun.bo.opens(f"/time start T-{other}")
    sends_it_to_review(begun)
    begun.bo.sees(ASKED)


def test_from_its_window_it_is_the_window_that_asks(begun: House):
    begun.bo.opens("/ticket T-101").clicks("Send to review").fills({"Who checks it": "Eve"}).submits()
    assert ASKED in begun.bo.modal_text()
    assert begun.bo.ephemerals() == []
    begun.bo.opens("/ticket T-101")
    assert ASKED not in begun.bo.modal_text()


def test_the_move_is_made_though_slack_tells_them_nothing(begun: House):
    begun.slack.fail_next("chat.postEphemeral", "user_not_in_channel")
    sends_it_to_review(begun)
    begun.bo.does_not_see(ASKED)


def test_moves_from_elsewhere_ask_nobody(begun: House):
    begun.bo.opens("/time T-101 45m rebuilt the search index")
    sends_it_to_review(begun)
    begun.delivers()
    begun.passes(days=1)
    begun.eve.clicks("Reject", on=TITLE).fills({"What has to change?": "It is empty still"}).submits()
    begun.eve.does_not_see("You have logged no time")


def test_a_lead_who_moves_it_is_asked_for_her_own_time(begun: House):
    begun.bo.opens("/time T-101 45m rebuilt the search index")
    begun.maya.clicks("Ask client", on=TITLE).fills({"What do you need?": "The words you searched for"}).submits()
    begun.maya.sees(ASKED)
    begun.bo.does_not_see(ASKED)


def test_every_move_of_a_person_out_of_in_progress_has_a_form():
    """The question follows a form's submission; a move that is made at once would ask nobody."""
    leaving = [move for move in WORKFLOW if move.source is Status.IN_PROGRESS and move.target is not move.source]
    assert leaving
    at_once = [move for move in leaving if not set(move.needs) & (forms._FIELDS.keys() - {Need.TRIAGED})]
    assert at_once == []
