"""What is said to one person alone (`chat.postEphemeral`) is said by whoever answers, and waits in no outbox.

After a move it is said once its answer is on its way: it may be missing, and is never said twice (the rows of “it is
closed with a note” count it). To who mentions Steward it is the answer itself: it comes with Slack's next try where
Slack did not take it, and only where nobody can know whether it did it may come twice.
"""

from typing import Any

import pytest

from tests.faults.breakages import connections_are_cut
from tests.faults.conftest import Stage
from tests.faults.judge import Tally
from tests.faults.scenarios import SCENARIOS, Scenario, nothing
from tests.faults.scene import Point, Scene
from tests.faults.steps import changes, worth_hitting

NOTED = SCENARIOS["it is closed with a note"]
WHISPERED = "chat.postEphemeral"
pytestmark = pytest.mark.faults


def mentions(scene: Scene) -> None:
    """Ana does so once; an event that was not acknowledged Slack sends again."""
    if scene.remembered.setdefault("wrote", False):
        return scene.slack.advance(301)
    scene.remembered["wrote"] = True
    scene.house.ana.types("C0ACME", "@Steward The search is empty since Monday")


MENTION = Scenario("Steward is mentioned", "web", nothing, mentions)


FAILURES: dict[str, str | int] = {
    "429": "ratelimited", "500": 500, "rubbish": "garbage", "the line is cut": "reset", "its answer is lost": "lost",
}  # fmt: skip


def hits(stage: Stage, line: Tally, point: Point | None = None, **more: Any) -> None:
    """A run of `MENTION` in which what was whispered counts like everything else."""
    scene, found = stage.plays(MENTION, point, **more)
    where = f"{MENTION.name}, {point or line.fault}"
    assert point is None or scene.struck, f"{where} was never reached"
    line.judge(where, [stage.undisturbed(MENTION)], found, demands_whispers=True)
    line.count(where, scene.arrivals, scene.wrongly_refused)


def before_it_is_noted(steps: list[str]) -> list[str]:
    """Slack has said it, and nothing of ours knows."""
    begins = steps.index(f"{WHISPERED}:after#1")
    return steps[begins : next(at for at in range(begins, len(steps)) if steps[at].startswith("commit:before")) + 1]


@pytest.mark.parametrize(("fault", "happens"), [("kill -9", None), ("connections cut", connections_are_cut)])
def test_who_mentions_it_is_answered_at_whichever_step_it_breaks(stage, tally, fault: str, happens):
    line, window = tally(f"{fault}: {MENTION.name}"), tally(f"{fault}: a whisper was said and is not noted yet")
    steps = stage.steps_of(MENTION)
    for step in worth_hitting(steps) if happens is None else changes(steps):
        hits(stage, window if step in before_it_is_noted(steps) else line, Point("web", step, happens))
    assert line.clean, line.notes
    assert (window.lost, window.refused) == (0, 0), window.notes
    assert 0 < window.doubled <= window.points, window.notes


@pytest.mark.parametrize("name", FAILURES)
def test_who_mentions_it_is_answered_though_slack_fails_at_first(stage, tally, name: str):
    line = tally(f"Slack, to a whisper: {name}: {MENTION.name}")
    hits(stage, line, breaks=lambda scene: scene.slack.fail_next(WHISPERED, FAILURES[name]))
    assert (line.lost, line.refused) == (0, 0), line.notes
    assert line.doubled == (FAILURES[name] == "lost"), line.notes  # nobody can know whether it was said


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_asked_after_a_move_is_tried_once_and_the_move_stands(stage, tally, name: str):
    line = tally(f"Slack, to a whisper: {name}: {NOTED.name}")
    scene = stage.hits(NOTED, line, breaks=lambda scene: scene.slack.fail_next(WHISPERED, FAILURES[name], times=None))
    assert len(scene.slack.calls_to(WHISPERED)) == 1
    assert line.clean, line.notes
