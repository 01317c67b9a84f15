"""Designs that are known to lose or to double: the suite sees each of them, so it would see ours."""

from typing import Any

import pytest

from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.scene import Point
from tests.faults.test_two_at_once import either_way, eve_is_faster

TAKE, THREAD = SCENARIOS["Take it is pressed"], SCENARIOS["the client answers in the thread"]
POSTS, DIGEST = SCENARIOS["a card, replies and an edit"], SCENARIOS["the daily digest"]
INVOICE = SCENARIOS["an invoice is approved"]


BAD: dict[str, tuple[Scenario, Point, str]] = {
    "ack first": (TAKE, Point("web", "commit:before#2"), "lost"),
    "mark before sending": (POSTS, Point("worker", "chat.postMessage:before#1"), "lost"),
    "mark after sending": (POSTS, Point("worker", "chat.postMessage:after#1"), "doubled"),
    "read, then update": (TAKE, Point("web", "update ticket#1", eve_is_faster), "doubled"),
    "a job store each": (DIGEST, Point("tick", "commit:after#4"), "doubled"),
    "a number of its own": (INVOICE, Point("web", "insert event#1"), "lost"),
}


EVERY_DAY = "mark after sending"


def right(stage: Any, scenario: Scenario, point: Point) -> list[Any] | None:
    """Where somebody comes in between, either may have been first; who is killed does what they came for."""
    return either_way(stage, scenario) if point.happens else None


@pytest.mark.parametrize("design", [name if name == EVERY_DAY else pytest.param(name, marks=pytest.mark.faults)
                                    for name in BAD])  # fmt: skip
def test_a_bad_design_is_seen(stage, tally, design: str):
    scenario, point, harm = BAD[design]
    line = tally(f"known bad: {design}")
    stage.hits(scenario, line, point, design=design, right=right(stage, scenario, point))
    assert getattr(line, harm) > 0, line


@pytest.mark.faults
@pytest.mark.parametrize("design", BAD)
def test_ours_is_clean_at_the_same_point(stage, tally, design: str):
    scenario, point, _ = BAD[design]
    line = tally(f"where “{design}” fails, ours")
    stage.hits(scenario, line, point, right=right(stage, scenario, point))
    assert line.clean, line.notes
