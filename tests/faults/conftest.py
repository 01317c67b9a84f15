"""A stage: the same scenarios again and again, each in a database of its own."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import database, embedded, playbook
from tests.faults import judge
from tests.faults.scenarios import Scenario
from tests.faults.scene import UNHURRIED, Point, Scene, a_scene
from tests.house import furnish
from tests.table_of_faults import LINE

FURNISHED = "furnished"


class Stage:
    """Plays scenarios; knows what each leaves behind when nothing goes wrong."""

    def __init__(self, server_url: str, furnished: str, folder: Path):
        self.server, self._furnished, self.folder = server_url, furnished, folder
        self._runs = itertools.count()
        self._known: dict[str, tuple[list[str], judge.World]] = {}

    def plays(
        self, scenario: Scenario, point: Point | None = None, *, design: str = "",
        breaks: Callable[[Scene], None] = lambda _: None, seed: int = 0, unhurried: float = UNHURRIED,
    ) -> tuple[Scene, judge.World]:  # fmt: skip
        """One run, and the world it left."""
        folder = self.folder / str(next(self._runs))
        folder.mkdir()
        name = f"steward_faults_{os.getpid()}"
        url = embedded.create_database(self.server, name, template=self._furnished)
        try:
            with a_scene(url, folder, point, design, seed, unhurried) as scene:
                scene.breaks = breaks
                scenario.plays(scene)
                return scene, judge.world(scene.house) + judge.undelivered(scene.house)
        finally:
            embedded.drop_database(self.server, name)

    def hits(
        self, scenario: Scenario, tally: judge.Tally, point: Point | None = None, *,
        right: list[judge.World] | None = None, **more: Any,
    ) -> Scene:  # fmt: skip
        """One run with a fault, judged and counted."""
        expected = right or [self.undisturbed(scenario)]
        scene, found = self.plays(scenario, point, **more)
        where = f"{scenario.name}, {point or tally.fault}"
        assert point is None or scene.struck, f"{where} was never reached"
        tally.judge(where, expected, found)
        tally.count(where, scene.arrivals, scene.wrongly_refused)
        return scene

    def steps_of(self, scenario: Scenario) -> list[str]:
        """Every step of the process that is to be hit, in their order."""
        return self._undisturbed(scenario)[0]

    def undisturbed(self, scenario: Scenario) -> judge.World:
        return self._undisturbed(scenario)[1]

    def _undisturbed(self, scenario: Scenario) -> tuple[list[str], judge.World]:
        if scenario.name not in self._known:
            scene, world = self.plays(scenario)
            assert not any(what.startswith("undelivered") for what in world), world
            assert not scene.wrongly_refused, scene.wrongly_refused
            steps = scene.steps_of(scenario.process).read_text().split("\n")[:-1]
            self._known[scenario.name] = list(dict.fromkeys(steps)), world  # those of the first, if several ran
        return self._known[scenario.name]


@contextmanager
def furnished_server(home: Path) -> Iterator[str]:
    """A server that nobody else uses and that loses nothing it has confirmed; `FURNISHED` is to be copied."""
    with embedded.server(home) as url:
        empty = embedded.create_database(url, FURNISHED)
        database.migrate(empty)
        engine = database.owner_engine(empty)
        with Session(engine) as session, session.begin():
            playbook.seed(session, playbook.from_file())
        engine.dispose()
        furnish(empty)
        yield url


@pytest.fixture(scope="session")
def stage(server_url: str, furnished: str, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(server_url, furnished, tmp_path_factory.mktemp("faults"))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Callable[[str], judge.Tally]]:
    """`tally("kill -9")` is a line of the table at the end of the run."""
    lines: list[judge.Tally] = []

    def begin(fault: str) -> judge.Tally:
        lines.append(judge.Tally(fault))
        return lines[-1]

    yield begin
    request.node.user_properties += [(LINE, line.row) for line in lines]
