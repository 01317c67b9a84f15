"""Everything but a kill: databases that end or cut, answers that get lost, a Slack that fails, an orderly stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.transports import UNREACHABLE
from tests.faults import breakages
from tests.faults.breakages import WEATHERS, Weather
from tests.faults.conftest import FURNISHED, Stage, furnished_server
from tests.faults.judge import accepted
from tests.faults.scenarios import SCENARIOS
from tests.faults.scene import Point
from tests.faults.steps import changes

SEEDS = (1, 2, 3)
pytestmark = pytest.mark.faults


@pytest.mark.parametrize("name", SCENARIOS)
def test_connections_cut_at_every_step(stage, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"connections cut: {name}")
    for step in changes(stage.steps_of(scenario)):
        stage.hits(scenario, line, Point(scenario.process, step, breakages.connections_are_cut))
    assert line.clean, line.notes


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_answer_to_every_commit_is_lost(stage, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"commit's answer lost: {name}")
    for step in stage.steps_of(scenario):
        if step.startswith("commit:after"):
            stage.hits(scenario, line, Point(scenario.process, step, breakages.the_commits_answer_is_lost))
    assert line.clean, line.notes


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if one.process != "tick"])
def test_told_to_end_at_every_step(stage, tally, name: str):
    """What it has in hand is finished, and it ends well; only who comes before the next one is up finds nobody."""
    scenario, line = SCENARIOS[name], tally(f"SIGTERM: {name}")
    for step in changes(stage.steps_of(scenario)):
        scene = stage.hits(scenario, line, Point(scenario.process, step, breakages.it_is_told_to_end))
        assert set(scene.codes[scenario.process]) == {0}, (step, scene.codes, scene.log())
        if scenario.process == "web":
            assert scene.in_hand
            assert accepted(scene.in_hand), (step, scene.in_hand)
        assert all(accepted(one) or one.error == UNREACHABLE for one in scene.arrivals), (step, scene.arrivals)
    assert line.clean, line.notes


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weather", WEATHERS, ids=lambda weather: weather.name)
def test_a_slack_that_fails(stage, tally, weather: Weather, seed: int):
    if weather.chance == 1 and seed != SEEDS[0]:
        pytest.skip("nothing is left to chance")
    line = tally(weather.name + (f", seed {seed}" if weather.chance < 1 else ""))
    for scenario in SCENARIOS.values():
        stage.hits(scenario, line, breaks=weather.breaks, seed=seed)
    assert line.clean, line.notes


@pytest.fixture(scope="module")
def durable_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path]]:
    """A server of our own, to be ended at will."""
    folder = tmp_path_factory.mktemp("durable")
    with furnished_server(folder / "pg") as url:
        yield Stage(url, FURNISHED, folder), folder / "pg"


@pytest.mark.parametrize("name", ["Take it is pressed", "a line of /time", "a card, replies and an edit"])
def test_the_database_restarts_at_every_change(durable_stage, tally, name: str):
    stage, home = durable_stage
    scenario, line = SCENARIOS[name], tally(f"database restarts: {name}")
    for step in changes(stage.steps_of(scenario)):
        stage.hits(scenario, line, Point(scenario.process, step, breakages.restarts(home)))
    assert line.clean, line.notes


@pytest.mark.parametrize("name", ["Take it is pressed", "a line of /time", "a card, replies and an edit"])
def test_the_database_is_frozen_at_every_change(durable_stage, tally, name: str):
    stage, home = durable_stage
    scenario, line = SCENARIOS[name], tally(f"database frozen: {name}")
    for step in changes(stage.steps_of(scenario)):
        stage.hits(scenario, line, Point(scenario.process, step, breakages.freezes(home)), unhurried=1.0)
    assert line.clean, line.notes


def test_a_worker_stands_still_at_every_change_until_others_have_taken_over(stage, tally):
    """All but one moment is safe: between the last look and Slack nothing of ours can say that it came too late."""
    scenario, line = SCENARIOS["a card, replies and an edit"], tally("worker frozen until others took over")
    window = tally("Slack's window: worker frozen right before its post")
    for step in changes(stage.steps_of(scenario)):
        into = window if step.startswith("chat.postMessage:before") else line
        stage.hits(scenario, into, Point("worker", step, breakages.others_take_over), design="short leases")
    assert line.clean, line.notes
    assert (window.lost, window.refused) == (0, 0), window.notes
    assert window.doubled <= 2 * window.points, window.notes
