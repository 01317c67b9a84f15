"""A pending bypass on the cards: within Slack's limits, with five visible actions, and the client's words dead."""

from datetime import timedelta

import pytest

from bot.domain.bypass import Criterion
from bot.domain.bypasses import Bypass, Outcome
from bot.domain.outbox import Place
from bot.domain.workflow import Status
from bot.messages.bypasses import DECIDED
from bot.messages.controls import VISIBLE_ACTIONS
from bot.messages.shown import Shown
from bot.messages.tickets import client_card, triage_card
from bot.playground.validation import problems_in_message
from tests.messages.shown import ANA, NOW, shown, texts

OPEN = [status for status in Status if status is not Status.CLOSED]


def asked(status: Status, outcome: Outcome | None = None, **facts) -> Shown:
    made = Bypass(
        account_id=1, ticket_id=101, criterion=Criterion.FAILED_RELEASE, justification="<!channel> now, please",
        asked_by_id=ANA.id, asked_at=NOW, confirm_by=NOW + timedelta(minutes=30), outcome=outcome,
    )  # fmt: skip
    return Shown(**{**shown(status, **facts).__dict__, "bypass": made})


def elements(card: list[dict]) -> list[dict]:
    return [element for block in card if block["type"] == "actions" for element in block["elements"]]


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("assignee", [None, 1])
def test_the_teams_card_asks_first_and_shows_five_actions_with_the_window_among_them(status, assignee):
    card = triage_card(asked(status, assignee_id=assignee))
    assert [problem.text() for problem in problems_in_message(card)] == []
    found = elements(card)
    assert [element["text"]["text"] for element in found[:2]] == ["Confirm bypass", "Not urgent"]
    assert len(found) <= VISIBLE_ACTIONS
    assert found[-1]["options"][-1]["text"]["text"] == "Open"
    by = f"Confirm by <!date^{int(NOW.timestamp()) + 1800}^{{time}}|10:30 UTC>"
    assert by in " ".join(texts(card))


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_decided_is_no_question_any_more(outcome):
    assert triage_card(asked(Status.TRIAGE, outcome)) == triage_card(shown(Status.TRIAGE))
    assert client_card(asked(Status.TRIAGE, outcome)) == client_card(shown(Status.TRIAGE))


def test_what_is_closed_promises_nothing():
    assert client_card(asked(Status.CLOSED)) == client_card(shown(Status.CLOSED))
    assert triage_card(asked(Status.CLOSED)) == triage_card(shown(Status.CLOSED))


def test_both_sides_have_a_sentence_for_each_outcome():
    assert set(DECIDED) == {(outcome, place) for outcome in Outcome for place in (Place.CLIENT, Place.TRIAGE)}
