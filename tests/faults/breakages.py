"""What may happen at a step besides being killed: to the process that waits there, to its database, to Slack."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot import embedded
from tests.faults.designs import SOON
from tests.faults.scene import PATIENCE, Happening, Scene
from tests.faults.steps import ANSWER_LOST
from tests.slack.desk import leases_run_out, pending, waits_are_over

FROZEN_SECONDS = 3.0  # Slack has given up by then
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'steward'"


def connections_are_cut(scene: Scene, _waiting: Any) -> None:
    """As a proxy or an administrator does it, in the middle of a transaction."""
    with scene.house.owner.begin() as connection:
        connection.execute(text(CUT + " and datname = current_database()"))


def the_commits_answer_is_lost(_scene: Scene, _waiting: Any) -> str:
    """It is stored, and the process can't know."""
    return ANSWER_LOST


def it_is_told_to_end(_scene: Scene, waiting: Any) -> None:
    """SIGTERM: a rolling restart."""
    waiting.terminate()


def restarts(home: Path) -> Happening:
    """The database server ends at once, as in a crash, and comes back."""
    cluster = embedded.cluster_for(home)

    def restart(_scene: Scene, _waiting: Any) -> None:
        os.kill(int((cluster.home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE
        while cluster._answers():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        cluster._be_running(embedded.SETTINGS)

    return restart


def freezes(home: Path) -> Happening:
    """The server and whoever serves this database stand still, for longer than a person waits; then they go on."""
    master = int((embedded.cluster_for(home).home / "data" / "postmaster.pid").read_text().split()[0])

    def freeze(scene: Scene, _waiting: Any) -> None:
        serving = scene.house.rows("select pid from pg_stat_activity where datname = current_database()"
                                   " and pid <> pg_backend_pid()")  # fmt: skip
        frozen = [master, *(row["pid"] for row in serving)]
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        scene.later(FROZEN_SECONDS, lambda: [os.kill(process, signal.SIGCONT) for process in frozen])

    return freeze


def others_take_over(scene: Scene, _waiting: Any) -> None:
    """The process stands still here for so long that its lease runs out, and others bring everything."""
    time.sleep(2 * SOON)  # its lease does run out, by its own clock too
    deadline = time.monotonic() + PATIENCE
    while pending(scene.house):
        assert time.monotonic() < deadline
        waits_are_over(scene.house)
        leases_run_out(scene.house)
        scene.start("worker").join(5)


@dataclass(frozen=True)
class Weather:
    """A Slack that fails: rows of `bot/playground/faults.py`."""

    name: str
    what: str | int
    times: int | None = 2
    chance: float = 1.0
    seconds: float = 0.0

    def breaks(self, scene: Scene) -> None:
        scene.slack.fault(self.what, times=self.times, chance=self.chance, seconds=self.seconds)


WEATHERS = (
    Weather("Slack says 429", "ratelimited"),
    Weather("Slack says 500", 500),
    Weather("Slack answers with rubbish", "garbage"),
    Weather("Slack cuts the line", "reset"),
    Weather("Slack's answers get lost", "lost"),
    Weather("Slack is slow", "slow", times=None, seconds=0.4),
    Weather("Slack is away", "reset", times=None),
    Weather("every second answer gets lost", "lost", times=None, chance=0.5),
    Weather("every second call fails", 503, times=None, chance=0.5),
)
