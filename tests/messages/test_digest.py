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


def test_the_words_of_the_digest(drawn, as_before):
    as_before("digest", {"full": drawn(full()), "empty": drawn(snapshot(open=0, came_in=0, closed=0))})
