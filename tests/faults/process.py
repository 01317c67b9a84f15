"""One process of Steward, as a host starts it, with somebody listening inside.

Forked from a server that has imported everything already, for a suite that starts a thousand of them. What differs
from production: business time stands still, a worker ends when nothing is left, and nobody waits for rate limits.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import uvicorn

from bot import app, cli, database, processes, settings
from bot.jobs import ticker
from bot.slack import budget, delivery
from tests.faults import designs
from tests.faults.steps import Plan, Steps, install, listening_to_answers
from tests.house import MONDAY

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["pytest", __name__])


def start(command: str, env: dict[str, str], plan: Plan, log: Path, design: str = "", unhurried: float = 1.0) -> Any:
    """A living process: `.pid`, `.exitcode`, `.join()`, `.kill()`; it has so many times as long to answer."""
    started = _nursery.Process(target=_run, args=(command, env, plan, str(log), design, unhurried), daemon=True)
    started.start()
    return started


def pipe() -> Any:
    """Both ends of a wire to a process that waits at a step."""
    return _nursery.Pipe()


def _run(command: str, env: dict[str, str], plan: Plan, log: str, design: str, unhurried: float) -> None:
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(told, 1)
    os.dup2(told, 2)
    os.environ.update(env)
    steps = install(plan)
    processes.system_clock = app.system_clock = lambda: MONDAY
    _begin_with(app.Worker, "run", steps)
    _ends_when_nothing_is_left()
    app.build_app = partial(app.build_app, seconds=app.DEADLINE_SECONDS * unhurried)
    _serves(steps, design)
    budget.CHANNEL = budget.Pace(seconds=0.01, burst=1_000_000)
    budget.PACES = dict.fromkeys(budget.PACES, budget.CHANNEL)
    if design:
        designs.DESIGNS[design]()
    if command == "tick":
        _tick_once(steps)
    else:
        sys.exit(cli.main([command]))


def _begin_with(owner: type, name: str, steps: Steps) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    @wraps(original)
    def begun(*args: Any, **kwargs: Any) -> Any:
        steps.begun = True
        return original(*args, **kwargs)

    setattr(owner, name, begun)


def _ends_when_nothing_is_left() -> None:
    app.COURIERS = 1  # steps are counted in one order
    deliver_one = delivery.Courier.deliver_one

    def delivers(courier: delivery.Courier) -> bool:
        brought = deliver_one(courier)
        if not brought:
            os.kill(os.getpid(), signal.SIGTERM)
        return brought

    delivery.Courier.deliver_one = delivers


def _serves(steps: Steps, design: str) -> None:
    configure = uvicorn.Config

    def configured(asgi: Any, **options: Any) -> uvicorn.Config:
        listened = listening_to_answers(asgi, steps)
        served = designs.answering_first(listened) if design == "ack first" else listened

        async def begun(scope: Any, receive: Any, send: Any) -> None:
            steps.begun |= scope["type"] == "http"  # what is done before anybody comes in is no step of a write path
            await served(scope, receive, send)

        return configure(begun, **options)

    uvicorn.Config = configured  # type: ignore[assignment, misc]


def _tick_once(steps: Steps) -> None:
    """What a worker's schedule does every few seconds."""
    sessions = database.sessions(app.database.app_engine(settings.read(settings.Settings).database_url))
    steps.begun = True
    ticker.tick(sessions, MONDAY)
