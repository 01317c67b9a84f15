"""The digest from a snapshot alone. How its words are kept: test_cards.py."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import people
from bot.messages import digest
from bot.playground.validation import problems_in_message
from tests.messages.shown import alive, texts

PERSON = {"id": 1, "name": "Bo", "slack_id": "U0BO"}


def item(number: int = 101, title: str = "Help centre search is empty", **facts: Any) -> dict[str, Any]:
    return {
        "id": number, "version": 1, "title": title, "priority": "P3", "status": "New", "account": "Acme",
        "owner": {}, "days": 2.0, "waiting_for": None, "waiting_whom": None, **facts,
    }  # fmt: skip


def listed(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"total": len(items) if total is None else total, "tickets": list(items)}


def snapshot(**facts: Any) -> dict[str, Any]:
    return {
        "date": "2026-11-23", "since": "2026-11-20", "open": 5, "came_in": 3, "closed": 1,
        "unowned": listed(), "stalled": listed(), "waiting": listed(),
        "people": {"total": 0, "rows": [], "idle": 3}, **facts,
    }  # fmt: skip


def standup(*names: str, blocked_on: str = "Ana") -> dict[str, Any]:
    rows = [
        {**PERSON, "name": name, "moved": [101], "in_hand": [101, 102, 103, 104], "time_missing": True,
         "blocked": [{"id": 105, "on": blocked_on}]}
        for name in names
    ]  # fmt: skip
    return {"total": len(rows), "rows": rows, "idle": 0}


def full(title: str = "Help centre search is empty", name: str = "Bo", words: str = "Ana") -> dict[str, Any]:
    owner = {**PERSON, "name": name, "slack_id": None}
    return snapshot(
        unowned=listed(*(item(n, title) for n in (101, 102, 103)), total=9),
        stalled=listed(item(104, title, status="Triage", owner=owner), item(105, title)),
        waiting=listed(item(106, title, status="Waiting on client", waiting_for=words, waiting_whom=words, owner=owner),
                       item(107, title, status="Client review", account=name)),
        people=standup(name, name, blocked_on=words),
    )  # fmt: skip


@pytest.fixture
def drawn(sessions: sessionmaker[Session]):
    """The digest's blocks, where no card stands in Slack yet."""

    def draw(stored: dict[str, Any]) -> list[dict[str, Any]]:
        with sessions.begin() as session:
            people.enter_as_system(session)
            return digest.daily(session, stored)

    return draw


def test_a_full_morning_is_one_that_slack_takes(drawn):
    blocks = drawn(full())
    assert [problem.text() for problem in problems_in_message(blocks)] == []
    assert "9" in str(blocks)
    assert "the first 3 of them" in str(blocks)


@pytest.mark.parametrize("words", ["a word & another <one> " * 131, "العربية ‮ oreh " * 40, "🔥👩 " * 100, "&<>" * 999])
def test_whatever_people_wrote_slack_takes_the_digest(drawn, words: str):
    blocks = drawn(full(words[:150], words[:80], words))
    assert [problem.text() for problem in problems_in_message(blocks)] == []
    assert [alive(text) for text in texts(blocks) if alive(text)] == []


def test_what_is_not_linked_yet_is_named_all_the_same(drawn):
    assert any(text.startswith("T-101 P3 Help centre") for text in texts(drawn(full())))


def test_only_what_nobody_has_offers_to_be_taken(drawn):
    offers = [block["accessory"]["value"] for block in drawn(full()) if "accessory" in block]
    assert offers == ["101:1", "102:1", "103:1"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=200), st.text(alphabet="<>!@|&;^ aU0", max_size=200)))
def test_no_text_of_a_person_is_alive_in_a_digest(drawn, text: str):
    for said in texts(drawn(full(text, text or "x", text))):
        assert not alive(said)


def team(*away: str, left: int = 0, **duties: dict[str, Any]) -> dict[str, Any]:
    return {
        "duties": duties, "away": [{**PERSON, "name": name, "until": "2027-01-02"} for name in away],
        "left": {"total": left, "tickets": [{"id": 101 + n, "priority": "P1"} for n in range(min(left, 3))]},
    }  # fmt: skip


def line_about_the_team(blocks: list[dict[str, Any]]) -> str:
    return blocks[2]["text"]["text"]


def test_one_line_says_who_is_on_duty_who_is_away_and_what_needs_somebody(drawn):
    said = drawn(snapshot(team=team("Eve", left=1, triage=PERSON, on_call={})))
    assert line_about_the_team(said) == (
        "*On triage:* Bo · *On call:* *nobody*; a lead decides · *Away:* Eve until Sat 2 Jan · "
        "*Needs somebody meanwhile:* T-101 P1"
    )


def test_of_many_who_are_away_four_are_named_and_of_their_tickets_three(drawn):
    said = line_about_the_team(drawn(snapshot(team=team("A", "B", "C", "D", "E", "F", left=9))))
    assert "*Away:* A until Sat 2 Jan, B until Sat 2 Jan, C until Sat 2 Jan, D until Sat 2 Jan +2 ·" in said
    assert said.endswith("T-101 P1, T-102 P1, T-103 P1 +6")


@pytest.mark.parametrize("facts", [{}, {"team": team()}])
def test_where_there_is_nothing_to_say_of_the_team_nothing_is_said(drawn, facts):
    """Also from the figures of an earlier release, which have no such part."""
    assert len(drawn(snapshot(**facts))) == len(drawn(snapshot()))


def test_as_many_people_as_fit_into_twenty_lines(drawn):
    crowded = {
        **{name: listed(*(item(n) for n in (101, 102, 103))) for name in ("unowned", "stalled", "waiting")},
        "people": standup("A", "B", "C", "D", "E"),
    }
    assert len(drawn(snapshot(**crowded))) == 20
    with_team = drawn(snapshot(**crowded, team=team("Eve", triage=PERSON)))
    assert len(with_team) == 20
    assert "the first 4 of 5" in str(with_team)


@pytest.mark.parametrize("words", ["<!channel> & <one> " * 5, "🔥👩 " * 20])
def test_whatever_people_are_called_slack_takes_the_line_about_the_team(drawn, words: str):
    stored = snapshot(team=team(*[words[:100]] * 9, left=9, triage={**PERSON, "name": words[:100]}))
    blocks = drawn(stored)
    assert [problem.text() for problem in problems_in_message(blocks)] == []
    assert [alive(text) for text in texts(blocks) if alive(text)] == []


def test_the_words_of_the_digest(drawn, as_before):
    as_before("digest", {"full": drawn(full()), "empty": drawn(snapshot(open=0, came_in=0, closed=0))})
