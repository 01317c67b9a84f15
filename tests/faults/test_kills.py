"""kill -9 at every step of every write path: nothing acknowledged is lost, nothing happens twice."""

import pytest

from tests.faults.scenarios import SCENARIOS
from tests.faults.scene import Point
from tests.faults.steps import worth_hitting

# The shorter cut, for every day: around the commits, the answers and the calls that decide.
DECISIVE = {
    "Take it is pressed": ("commit:before#2", "commit:after#2", "answer:after#1"),
    "a card, replies and an edit": ("commit:after#2", "chat.postMessage:before#1", "chat.postMessage:after#1"),
    "the month is signed": ("insert billed_time#1", "commit:before#2", "commit:after#2"),
    "an invoice is approved": ("insert event#1", "commit:before#2", "commit:after#2"),
    "an invoice's file": (
        "files.getUploadURLExternal:after#1",
        "files.completeUploadExternal:before#1",
        "files.completeUploadExternal:after#1",
    ),
}


@pytest.mark.faults
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_every_step(stage, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"kill -9: {name}")
    for step in worth_hitting(stage.steps_of(scenario)):
        stage.hits(scenario, line, Point(scenario.process, step))
    assert line.points >= 10
    assert line.clean, line.notes


@pytest.mark.parametrize("name", DECISIVE)
def test_killed_at_the_decisive_steps(stage, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"kill -9: {name}")
    for step in DECISIVE[name]:
        stage.hits(scenario, line, Point(scenario.process, step))
    assert line.clean, line.notes
