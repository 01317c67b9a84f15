"""Where a fault happens: a database, a Slack, people, and processes that may die and are started anew."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import NullPool, create_engine, text

from bot import database
from bot.playground.records import Delivery
from bot.playground.transports import TIMEOUT, UNREACHABLE
from tests import cast
from tests.driver import Slack
from tests.faults import judge, process
from tests.faults.steps import Plan
from tests.house import House, over_http
from tests.slack.desk import leases_run_out, pending, waits_are_over

PATIENCE = 60.0  # seconds, on a machine that has other things to do
LATE = ("http_503", TIMEOUT)  # what is still said about such a press can't be told from the words about the next
UNHURRIED = 4.0  # Slack and Steward both wait so many times as long: what breaks is asked here, not how fast we are
TRIES = 6  # how often somebody presses again
ROUNDS = 12  # how often a worker comes back to what waits


# With the process that waits there; returns what is said to it when it goes on (see `steps.ANSWER_LOST`).
Happening = Callable[["Scene", Any], str | None]


class Point(NamedTuple):
    """A step of one process; what happens there is done to it while it waits, else it is killed."""

    process: str
    step: str
    happens: "Happening | None" = None

    def __str__(self) -> str:
        return f"{self.process}:{self.step}"


class Scene:
    """One run. `point` is where the first process of its kind is hit."""

    def __init__(self, house: House, url: str, folder: Path, point: Point | None, design: str, unhurried: float):
        self.house, self.point, self.design, self._unhurried = house, point, design, unhurried
        self.slack = house.slack
        self.remembered: dict[str, Any] = {}
        self.arrivals: list[Delivery] = []
        self.in_hand: Delivery | None = None  # what the process was about when it was hit
        self.wrongly_refused: list[str] = []
        self.worker = "worker"  # None where the worker is not what is hit: then one in here is quicker
        self.breaks: Callable[[Scene], None] = lambda _: None  # what goes wrong from when the scene is set
        self.codes: defaultdict[str, list[int]] = defaultdict(list)  # how processes ended, by command
        self._folder = folder
        self._port = _a_free_port()
        self._web: Any = None
        self._watching: list[threading.Thread] = []
        self._env = {
            "DATABASE_URL": url, "SLACK_BOT_TOKEN": self.slack.token, "SLACK_API_URL": self.slack.api_url,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret, "PORT": str(self._port), "STEWARD_LOG": "warning",
        }  # fmt: skip

    # --- processes

    def start(self, command: str) -> Any:
        """A process; the first of its kind meets the point, if that is one of its steps."""
        point = self.point if self.point and self.point.process == command and not self.struck else None
        ours, theirs = process.pipe() if point and point.happens else (None, None)
        plan = Plan(self.steps_of(command), point.step if point else "", theirs)
        started = process.start(command, self._env, plan, self._folder / "log", self.design, self._unhurried)
        if point and ours:
            watching = threading.Thread(target=self._watch, args=(ours, point, started), daemon=True)
            watching.start()
            self._watching.append(watching)
        return started

    def _what_happens_is_over(self) -> None:
        for watching in list(self._watching) if self.struck else []:
            watching.join(PATIENCE)

    def later(self, seconds: float, what: Callable[[], Any]) -> None:
        """Something that goes on meanwhile; nothing is judged before it is over."""
        timer = threading.Timer(seconds, what)
        timer.start()
        self._watching.append(timer)

    def _watch(self, wire: Any, point: Point, started: Any) -> None:
        try:
            wire.recv()
        except EOFError:
            return
        assert point.happens
        self.in_hand = next(reversed(self.slack.deliveries.kept), None)
        said = point.happens(self, started)
        with suppress(BrokenPipeError):
            wire.send(said or "go on")

    @property
    def struck(self) -> bool:
        """Whether the point was reached."""
        steps = self.steps_of(self.point.process) if self.point else None
        return bool(self.point and steps and steps.exists() and self.point.step in steps.read_text().split("\n"))

    def steps_of(self, command: str) -> Path:
        return self._folder / f"{command}.steps"

    def web_is_up(self) -> None:
        """A host starts it again when it died."""
        if self._web and self._web.exitcode is None:
            return
        if self._web:
            self.codes["web"].append(self._web.exitcode)
        self._web = self.start("web")
        deadline = time.monotonic() + PATIENCE
        while not _answers(self._port):
            assert self._web.exitcode is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.01)
        self.slack.app_url = f"http://127.0.0.1:{self._port}/slack/events"

    def web_ends(self) -> None:
        """Nobody is sent there any more; what it still has in hand, it comes to the end of."""
        self.slack.app_url = None
        if self._web.exitcode is None:
            self._web.terminate()
            self._web.join(PATIENCE)
            self.codes["web"].append(self._web.exitcode)

    def runs(self, command: str) -> int:
        """A process that comes to its end by itself; its exit code."""
        running = self.start(command)
        running.join(PATIENCE)
        assert running.exitcode is not None, self.log()
        self.codes[command].append(running.exitcode)
        return running.exitcode

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-4000:]

    # --- what people and Slack do

    def acts(self, gesture: Callable[["Scene"], None]) -> None:
        """As a person does: what did not work is done again, until it works."""
        for tries in range(TRIES):
            self.web_is_up()
            heard, stood = len(self.slack.deliveries.kept), judge.world(self.house)
            problem = ""
            try:
                gesture(self)
            except AssertionError as refusal:
                problem = str(refusal).partition("\n")[0]
            self._what_happens_is_over()
            new = list(self.slack.deliveries.kept)[heard:]
            if not any(delivery.error in LATE for delivery in self.arrivals):
                self._check_what_was_said(new, stood)
            self.arrivals += new
            # A window that opened although its answer got lost is filled in all the same: what counts is the last.
            theirs = [delivery for delivery in new if delivery.person == new[0].person]
            if not problem and all(map(judge.accepted, theirs[-1:])):
                return
            if any(delivery.error == UNREACHABLE for delivery in new):
                self._web.join(PATIENCE)  # it is about to be dead
            if tries == TRIES // 2:
                self.slack.clear_faults()
        self.wrongly_refused.append(f"{TRIES} tries did not help: {problem}")

    def _check_what_was_said(self, arrivals: list[Delivery], stood: judge.World) -> None:
        if len({delivery.person for delivery in arrivals}) > 1:
            return  # to one of two people it may be true
        said = " ".join(map(judge.said, arrivals[-1:]))  # what changed after an earlier one, a later one changed
        if judge.NOT_STORED.search(said) and judge.world(self.house) != stood:
            self.wrongly_refused.append(f"told that nothing was stored: {said[:200]}")

    def delivers(self) -> None:
        """Workers come and go until nothing is left; what waits has waited long enough."""
        for rounds in range(ROUNDS):
            if rounds == ROUNDS // 2:
                self.slack.clear_faults()
            if self.worker:
                self.runs(self.worker)
            else:
                self.house.delivers()
            if not pending(self.house):
                return
            waits_are_over(self.house)
            leases_run_out(self.house)

    def ends(self) -> None:
        if self._web and self._web.exitcode is None:
            self._web.kill()
            self._web.join(PATIENCE)
        self._what_happens_is_over()


@contextmanager
def a_scene(
    url: str, folder: Path, point: Point | None = None, design: str = "", seed: int = 0, unhurried: float = UNHURRIED
) -> Iterator[Scene]:
    """In a furnished database of its own."""
    short = {"enforce_rate_limits": False, "seconds": unhurried}
    with Slack(over_http(), cast.PEOPLE, cast.CHANNELS, seed=seed, **short) as slack:
        engine, owner = database.app_engine(url), create_engine(url, poolclass=NullPool)
        with owner.begin() as connection:  # what the worker asks Slack at its first start
            connection.execute(text("update provider set workspace_url = :url"), {"url": slack.url})
        scene = Scene(House(slack, database.sessions(engine), owner, ""), url, folder, point, design, unhurried)
        try:
            yield scene
        finally:
            scene.ends()
            engine.dispose()
            owner.dispose()


def _a_free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return asking.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
