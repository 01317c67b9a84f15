"""Somebody else at every step: two people at one button, two workers at one outbox, two schedulers at one period.

Schedules, not luck: the first stands still at a step while the other does all of it, then goes on.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from tests.driver import Person
from tests.faults import billing
from tests.faults.scenarios import SCENARIOS, SEARCH, Scenario
from tests.faults.scene import Happening, Point, Scene
from tests.faults.steps import changes
from tests.house import House

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


def maya_too(does: Callable[[Person], None]) -> Happening:
    """She goes until she is done or waits for what the first one holds; then the first one may go on."""

    def happens(scene: Scene, _waiting: Any) -> None:
        done = threading.Event()

        def goes() -> None:
            with suppress(AssertionError):  # or is told that somebody was faster
                does(scene.house.maya)
            done.set()

        scene.later(0, goes)
        while not (done.wait(0.01) or scene.house.rows(WAITS_FOR_A_LOCK)):
            pass

    return happens


WAITS_FOR_A_LOCK = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
MEANWHILE = {
    TAKE: eve_is_faster,
    "the month is signed": maya_too(billing.signs),
    "an invoice is approved": maya_too(billing.approves_both),
    "the daily digest": another_scheduler,
    "a card, replies and an edit": another_worker,
    "an invoice's file": another_worker,
}


def one_after_the_other(*steps: Callable[[House], None]) -> Callable[[Scene], None]:
    def acts(scene: Scene) -> None:
        for step in steps:
            step(scene.house)

    return acts


# What else is right besides the run in which nobody came in between: whoever was first has it.
INSTEAD: dict[str, list[Callable[[Scene], None]]] = {
    TAKE: [lambda scene: eve_is_faster(scene, None)],
    "the month is signed": [lambda scene: billing.signs(scene.house.maya)],
    "an invoice is approved": [
        one_after_the_other(lambda house: billing.approves(house.eve, "Acme"),
                            lambda house: billing.approves(house.maya, "Umbrella")),
        one_after_the_other(lambda house: billing.approves(house.maya, "Umbrella"),
                            lambda house: billing.approves(house.eve, "Acme")),
        one_after_the_other(lambda house: billing.approves_both(house.maya)),
    ],
}  # fmt: skip
BOTH_COME = {"an invoice is approved"}  # what each of the two does is done in the end


def either_way(stage: Any, scenario: Scenario) -> list[Any]:
    """The worlds that are right."""
    others = [replace(scenario, name=f"{scenario.name}, otherwise {at}", acts=acts)
              for at, acts in enumerate(INSTEAD.get(scenario.name, []))]  # fmt: skip
    return [stage.undisturbed(one) for one in ([] if scenario.name in BOTH_COME else [scenario]) + others]


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
