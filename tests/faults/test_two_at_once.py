"""Somebody else at every step: two people at one button, two workers at one outbox, two schedulers at one period.

Schedules, not luck: the first stands still at a step while the other does all of it, then goes on.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.scenarios import SCENARIOS, SEARCH, Scenario
from tests.faults.scene import Point, Scene
from tests.faults.steps import changes

TAKE = "Take it is pressed"


def eve_is_faster(scene: Scene, _waiting: Any) -> None:
    """Or is told that Bo was."""
    with suppress(AssertionError):
        scene.house.eve.clicks("Take it", on=SEARCH)


def another_worker(scene: Scene, _waiting: Any) -> None:
    """As far as it gets: while the first holds a channel's budget, no post to that channel can be claimed."""
    scene.start("worker").join(2)


def another_scheduler(scene: Scene, _waiting: Any) -> None:
    scene.runs("tick")


def either_way(stage: Any, scenario: Scenario) -> list[Any]:
    """The worlds that are right: whoever was first has it."""
    if scenario.name != TAKE:
        return [stage.undisturbed(scenario)]
    eves = replace(scenario, name="Take it is pressed by Eve", acts=lambda scene: eve_is_faster(scene, None))
    return [stage.undisturbed(scenario), stage.undisturbed(eves)]


MEANWHILE = {
    TAKE: eve_is_faster,
    "the daily digest": another_scheduler,
    "a card, replies and an edit": another_worker,
}


@pytest.mark.faults
@pytest.mark.parametrize("name", MEANWHILE)
def test_two_at_once_at_every_step(stage, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"two at once: {name}")
    right = either_way(stage, scenario)
    for step in changes(stage.steps_of(scenario)):
        if not step.startswith("answer"):  # by then it is over; and the loop that answers would stand still for both
            stage.hits(scenario, line, Point(scenario.process, step, MEANWHILE[name]), right=right)
    assert line.points >= 5
    assert line.clean, line.notes
