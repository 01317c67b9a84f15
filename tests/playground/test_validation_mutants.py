"""What the app really sends, with one thing made wrong: all of it is refused, and the place is named."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.local import ApiCall
from bot.playground.validation import Problem, problems_in_message, problems_in_view
from tests.house import House
from tests.playground.mutants import Way, ways
from tests.playground.test_validation import MESSAGES_ACCEPTED, VIEWS_ACCEPTED


def problems(payload: Any, like: Any) -> list[Problem]:
    return problems_in_view(payload) if isinstance(like, dict) else problems_in_message(payload)


def near(told: str, at: str) -> bool:
    """The place itself, one inside it, what it is a part of, or the whole block."""
    if told == at or told.startswith(f"{at}/"):
        return True
    is_block = re.fullmatch(r"(/view)?/blocks/\d+", told)
    return at.startswith(f"{told}/") and (bool(is_block) or at.count("/") - told.count("/") <= 2)


def check(payload: Any, way: Way) -> None:
    at = ("/view" if isinstance(payload, dict) else "/blocks") + way.pointer
    found = problems(way.mutant(payload), payload)
    assert found, f"{way.done} at {at} was accepted"
    assert any(near(problem.pointer, at) for problem in found), (way.done, at, found)


CORPUS = [blocks for blocks in MESSAGES_ACCEPTED if blocks and len(json.dumps(blocks)) < 3000]
CORPUS += [view for view in VIEWS_ACCEPTED if len(json.dumps(view)) < 3000]


@pytest.mark.parametrize("payload", CORPUS, ids=range(len(CORPUS)))
def test_whatever_is_made_wrong_is_refused(payload: Any):
    assert problems(payload, payload) == []
    for way in ways(payload):
        check(payload, way)


def sent(calls: list[ApiCall]) -> list[Any]:
    """Every message, window and Home that the app sent, once each."""
    given = [call.args[name] for call in calls for name in ("blocks", "view") if call.args.get(name)]
    read = [json.loads(one) if isinstance(one, str) else one for one in given]
    return [json.loads(text) for text in dict.fromkeys(json.dumps(one) for one in read)]


def stories(house: House) -> None:
    """A little of everything: a request, its card, its windows, lists, the Home, help, time and a review."""
    house.files_a_request()
    house.ana.opens_home()
    house.bo.opens_home()
    for command in ("/queue", "/steward", "/steward help", "/ticket T-101", "/time", "/steward rota", "/ticket"):
        house.bo.opens(command)
    house.maya.opens_home()
    house.ticks()


def test_whatever_is_made_wrong_of_what_the_app_sends_is_refused(house: House):
    stories(house)
    payloads = sent(list(house.slack.calls))
    kinds = {payload["type"] if isinstance(payload, dict) else "message" for payload in payloads}
    assert kinds == {"message", "modal", "home"}
    assert [problems(payload, payload) for payload in payloads] == [[]] * len(payloads)
    all_ways = [(payload, way) for payload in payloads for way in ways(payload)]

    @settings(max_examples=1500, deadline=None)
    @given(st.integers(0, len(all_ways) - 1))
    def broken(number: int) -> None:
        check(*all_ways[number])

    broken()
