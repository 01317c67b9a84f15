"""The primary is killed and its standby takes over: what was confirmed is there, and people go on by the same URL."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from tests.driver import Person
from tests.faults import judge
from tests.faults.conftest import FURNISHED, Stage, furnished_server
from tests.faults.scenarios import SCENARIOS, Scenario, filed
from tests.faults.scene import PATIENCE, Point, Scene
from tests.faults.standby import Pair, Pairs, until
from tests.faults.steps import changes

pytestmark = pytest.mark.faults
TAKE = SCENARIOS["Take it is pressed"]
ACKNOWLEDGED = Point("web", "answer:after#1")
PEOPLE, LINES = ("bo", "eve", "maya", "sam"), 8


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    folder = tmp_path_factory.mktemp("pairs")
    with furnished_server(folder / "primary"):
        pass
    return Pairs(folder, folder / "primary")


@pytest.fixture(scope="module")
def pair_stage(stage: Stage, pairs: Pairs) -> Stage:
    """On whichever pair there is: its server is set for each run."""
    (folder := stage.folder / "pairs").mkdir()
    return Stage("", FURNISHED, folder)


def undisturbed(stage: Stage, pairs: Pairs, scenario: Scenario) -> list[str]:
    with pairs.one() as pair:
        stage.server = pair.url
        return changes(stage.steps_of(scenario))


@pytest.mark.parametrize("name", ["Take it is pressed", "a line of /time", "a card, replies and an edit"])
def test_a_standby_takes_over_at_every_change(pair_stage, pairs, tally, name: str):
    scenario, line = SCENARIOS[name], tally(f"standby promoted: {name}")
    for step in undisturbed(pair_stage, pairs, scenario):
        with pairs.one() as pair:
            pair_stage.server = pair.url
            pair_stage.hits(scenario, line, Point(scenario.process, step, lambda *_, pair=pair: pair.fails_over()))
    assert line.clean, line.notes


@pytest.mark.parametrize("confirmed", [True, False], ids=["waiting for it", "not waiting for it"])
def test_what_a_standby_never_heard_of_is_lost_unless_commits_wait_for_it(pair_stage, pairs, tally, confirmed: bool):
    """The one condition of the promise: `synchronous_standby_names`."""
    undisturbed(pair_stage, pairs, TAKE)
    line = tally("standby cut off, then promoted" if confirmed else "known bad: no commit waits for the standby")
    with pairs.one(confirmed=confirmed) as pair:
        pair_stage.server = pair.url
        point = Point(*ACKNOWLEDGED[:2], lambda *_: pair.fails_over())
        pair_stage.hits(TAKE, line, point, breaks=lambda _scene: pair.hears_nothing())
    assert line.clean if confirmed else line.lost > 0, line


def test_a_standby_takes_over_under_load(pair_stage, pairs, tally):
    """Four people log lines, one after the other, and type again what did not work; in the middle it happens."""
    line = tally("standby promoted under load: lines of /time")
    with pairs.one() as pair:
        pair_stage.server = pair.url
        pair_stage.plays(Scenario("load", "web", filed), breaks=lambda scene: everybody_logs(scene, pair, line))
    assert line.acknowledged == len(PEOPLE) * LINES
    assert line.clean, line.notes


def everybody_logs(scene: Scene, pair: Pair, line: judge.Tally) -> None:
    scene.web_is_up()
    half_way = threading.Barrier(len(PEOPLE) + 1)

    def logs(number: int) -> set[int]:
        person = getattr(scene.house, PEOPLE[number])
        mine = {number * LINES + one + 1 for one in range(LINES)}
        for minutes in sorted(mine):
            if minutes == number * LINES + LINES // 2:
                half_way.wait(PATIENCE)
            until(lambda minutes=minutes: is_accepted(scene, person, minutes, line))
        return mine

    with ThreadPoolExecutor(len(PEOPLE)) as people:
        typing = [people.submit(logs, number) for number in range(len(PEOPLE))]
        half_way.wait(PATIENCE)
        pair.fails_over()
        acknowledged = Counter(minutes for one in typing for minutes in one.result())
    stored = Counter(row["minutes"] for row in scene.house.rows("select minutes from time_entry"))
    line.sent = len([one for one in scene.slack.deliveries.kept if one.kind == "command"])
    line.acknowledged = acknowledged.total()
    line.judge("under load", [acknowledged], stored)  # type: ignore[list-item]


def is_accepted(scene: Scene, person: Person, minutes: int, line: judge.Tally) -> bool:
    with suppress(AssertionError):  # it did not work
        person.opens(f"/time T-101 {minutes}m looked into it")
    answer = next(one for one in reversed(scene.slack.deliveries.kept) if one.person == person.id)
    if judge.NOT_STORED.search(judge.said(answer)):
        until(lambda: answers(scene))
        if scene.house.rows("select 1 from time_entry where minutes = :minutes", minutes=minutes):
            line.refused += 1
    return judge.accepted(answer)


def answers(scene: Scene) -> bool:
    with suppress(OperationalError):
        return bool(scene.house.rows("select 1"))
    return False
