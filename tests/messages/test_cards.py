"""The two cards of a ticket in every status: within Slack's limits, for the right eyes, and without live markup.

The words themselves are kept in snapshots/; after a change on purpose:
`STEWARD_SNAPSHOTS=write python -m pytest tests/messages`, and read the difference before committing it.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codes import Code
from bot.domain.outbox import Place
from bot.domain.priority import Priority
from bot.domain.routing import RequestType
from bot.domain.workflow import Action, Status, Who, moves_from
from bot.messages.controls import VISIBLE_ACTIONS
from bot.messages.shown import Shown
from bot.messages.tickets import client_card, fallback, triage_card
from bot.playground.validation import problems_in_message
from tests.messages.shown import ANA, CLOSE_REASONS, alive, attachment, closure, nothing_known, shown, texts

CARDS: dict[str, Callable[[Shown], list[dict[str, Any]]]] = {"client": client_card, "triage": triage_card}
LONG = "a word & another <one> " * 131  # 3,013 characters, and more once escaped
RTL = "العربية لا تعمل في الصفحة ‮ oreh"
EMOJI = "🔥👩‍👩‍👧‍👦🏴‍☠️ " * 20
every_status = pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
both_cards = pytest.mark.parametrize("card", list(CARDS.values()), ids=list(CARDS))


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def fits(blocks: list[dict[str, Any]]) -> None:
    problems = [problem.text() for problem in problems_in_message(blocks)]
    assert problems == []
    assert sum(len(text) for kind in ("mrkdwn", "plain_text") for text in texts(blocks, kind)) < 11_000


@every_status
@both_cards
def test_a_card_of_every_status_is_one_that_slack_takes(card, status: Status):
    fits(card(shown(status)))


@every_status
@both_cards
@pytest.mark.parametrize("words", [LONG, RTL, EMOJI, "&<>" * 1000, "\n\n\n" + "x\n" * 1400, " "],
                         ids=["long", "rtl", "emoji", "brackets", "lines", "blank"])  # fmt: skip
def test_whatever_people_wrote_slack_takes_the_card(card, status: Status, words: str):
    text = words[:3000]
    found = shown(
        status, title=words[:150], details=text, waiting_for=text, waiting_whom=words[:150], consequence=text,
        related_system=words[:200], priority_why=words[:200], note=closure(text), names=words[:100] or "x",
    )  # fmt: skip
    files = [attachment(words[:150]) for _ in range(10)]
    blocks = card(Shown(**{**found.__dict__, "files": files}))
    fits(blocks)
    assert [alive(text) for text in texts(blocks) if alive(text)] == []


@every_status
@both_cards
def test_a_card_of_which_next_to_nothing_is_known_is_still_one_that_slack_takes(card, status: Status):
    blocks = card(nothing_known(status))
    fits(blocks)
    assert "None" not in json.dumps(blocks)


@every_status
@both_cards
@pytest.mark.parametrize("missing", ["assignee_id", "requester_id", "planned_start", "confirm_by", "reviewer_id",
                                     "primary_contact_id", "waiting_for", "waiting_whom", "closed_at"])  # fmt: skip
def test_a_card_lacks_what_the_ticket_lacks_and_says_no_none(card, status: Status, missing: str):
    blocks = card(shown(status, **{missing: None}))
    fits(blocks)
    assert "None" not in json.dumps(blocks)


@pytest.mark.parametrize("reason", CLOSE_REASONS)
@both_cards
def test_a_closed_card_says_why_in_words(card, reason):
    blocks = card(shown(Status.CLOSED, close_reason=reason))
    fits(blocks)
    assert "no_response" not in str(blocks)


@every_status
@both_cards
@pytest.mark.parametrize("priority", list(Priority))
@pytest.mark.parametrize("kind", [RequestType.INCIDENT, RequestType.QUESTION])
@pytest.mark.parametrize("assignee", [None, 1])
def test_at_most_five_actions_are_visible_and_no_two_are_the_same(card, status, priority, kind, assignee):
    found = buttons(card(shown(status, priority=priority, request_type=kind, assignee_id=assignee)))
    assert len(found) <= VISIBLE_ACTIONS
    labels = [button["text"]["text"] for button in found if button["type"] == "button"]
    assert len(labels) == len(set(labels))
    for menu in (button for button in found if button["type"] == "overflow"):
        offered = [option["text"]["text"] for option in menu["options"]]
        assert not set(labels) & set(offered)
        assert len(offered) <= 5


@every_status
@pytest.mark.parametrize("assignee", [None, 1])
@pytest.mark.parametrize("kind", [RequestType.INCIDENT, RequestType.QUESTION])
def test_no_move_that_the_state_allows_is_missing_from_the_teams_card(status, assignee, kind):
    """The More menu holds five: with more there, the last moves would be cut off in silence."""
    found = buttons(triage_card(shown(status, assignee_id=assignee, request_type=kind, client_visible=False)))
    reachable = {button["action_id"] for button in found if button["type"] == "button"}
    reachable |= {option["value"].split(":")[0] for menu in found if menu["type"] == "overflow"
                  for option in menu["options"]}  # fmt: skip
    impossible = {Action.TAKE} if assignee else set()
    if kind is RequestType.INCIDENT and status is Status.IN_PROGRESS:
        impossible |= {Action.CLOSE, Action.SEND_TO_CLIENT}  # not light work: a colleague checks it first
    wanted = {f"ticket.{move.action.value}" for move in moves_from(status) if move.action not in impossible}
    assert wanted <= reachable
    assert "ticket.open" in reachable


@every_status
def test_the_clients_card_offers_only_what_a_client_may_press(status: Status):
    offered = {button["action_id"] for button in buttons(client_card(shown(status)))}
    assert offered == {f"ticket.{move.action.value}" for move in moves_from(status) if Who.CLIENT in move.who}


@every_status
def test_the_clients_card_tells_nothing_that_is_the_teams_own(status: Status):
    secret = "only for us"
    found = shown(
        status, code=Code.OUT_OF_SCOPE, estimate_minutes=8 * 60, approval_status=secret, related_system=secret,
        details=secret, consequence=secret,
        note=closure(secret, summary="Search finds articles again"),
    )  # fmt: skip
    said = json.dumps(client_card(found)) + fallback(found, Place.CLIENT)
    for word in (secret, "8h", "Out of scope", "out_of_scope", "Triage due", "Estimate", "rota", "U0BO", "90"):
        assert word not in said, word
    if status is not Status.INTERNAL_REVIEW:
        assert "Eve" not in said  # who checks it is told while it is checked, and then only by first name


@every_status
def test_each_button_carries_the_ticket_and_the_version_its_card_shows(status: Status):
    for card in CARDS.values():
        for button in buttons(card(shown(status))):
            if button["type"] == "button" and button["action_id"] != "time.open":
                assert button["value"] == "101:4"


def test_the_card_says_who_owns_the_next_action_in_every_status():
    said = {status: json.dumps(triage_card(shown(status, assignee_id=None))) for status in Status}
    assert "nobody yet" in said[Status.NEW]
    assert "Ana (Acme)" in said[Status.WAITING]
    assert "<@U0EVE>" in said[Status.INTERNAL_REVIEW]
    assert "<@U0BO>" in json.dumps(triage_card(shown(Status.IN_PROGRESS)))


def test_a_client_reads_its_first_name_owner_and_a_day_without_a_year():
    assert "Bo is working on it" in json.dumps(client_card(shown(Status.IN_PROGRESS)))
    assert "Planned for Thu 26 Nov" in json.dumps(client_card(shown(Status.SCHEDULED)))
    assert "Please confirm by Mon 30 Nov" in json.dumps(client_card(shown(Status.CLIENT_REVIEW)))


TEXT = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="<>!@#|&;^*_`~ abcU0\n", max_size=300),
    st.sampled_from(["<!channel>", "<!here|x>", "<@U0BO>", "<https://evil.example|T-1>", "<!date^1^{time}|x>",
                     "&lt;!channel&gt;", "x" * 2899 + "<!channel>", "a" * 499 + "<@U0BO>", "|>", "<", "<" * 3000]),
)  # fmt: skip


@given(
    status=st.sampled_from(list(Status)),
    title=TEXT, details=TEXT, waiting_for=TEXT, waiting_whom=TEXT, system=TEXT, why=TEXT, note=TEXT, name=TEXT,
    approval=TEXT, file=TEXT,
)  # fmt: skip
def test_no_text_of_a_person_is_alive_in_any_card(
    status, title, details, waiting_for, waiting_whom, system, why, note, name, approval, file
):
    found = shown(
        status, title=title, details=details, waiting_for=waiting_for, waiting_whom=waiting_whom,
        related_system=system, priority_why=why, approval_status=approval, note=closure(note), names=name,
    )  # fmt: skip
    found = Shown(**{**found.__dict__, "files": [attachment(file)]})
    for card in CARDS.values():
        blocks = card(found)
        fits(blocks)
        for text in texts(blocks):
            assert not alive(text), text
    assert not alive(fallback(found, Place.TRIAGE))


def test_the_words_of_the_teams_card(as_before):
    as_before("triage_card", {status.value: triage_card(shown(status)) for status in Status})


def test_the_words_of_the_clients_card(as_before):
    as_before("client_card", {status.value: client_card(shown(status)) for status in Status})


def test_a_request_by_staff_waits_for_a_named_contact_or_for_you():
    waiting = shown(Status.WAITING, waiting_whom=None)
    assert "from Ana" in json.dumps(client_card(waiting))
    nobody = shown(Status.WAITING, waiting_whom=None, requester_id=None, primary_contact_id=None)
    assert "from you" in json.dumps(client_card(nobody))
    assert ANA.name not in json.dumps(client_card(nobody))
