"""Every step of a write path, found by listening: each statement, each commit, each call to Slack, each answer.

`install` listens inside one process of Steward, which knows nothing of it. A step has the name of what is about
to happen, or has just happened, and a number: `commit:before#2` is the moment before the second commit. They are
written down as they are reached; at the one that is asked for, the process dies or waits to be told to go on.
"""

import http.client
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from bot import connection

SLACKS_DOOR = "/slack/events"
ANSWER_LOST = "the answer is lost"  # said to a process that waits after a commit
READS = ("select", "ping")
_WHAT = re.compile(r"\s*(insert into|update|delete from|select|with)\b(?:.*?\bfrom\b)?\s*\"?(\w+)?", re.I | re.S)


class Plan(NamedTuple):
    """What to do in a process: where to write steps down, at which one to stop, and how."""

    steps: Path
    at: str = ""
    waits: Connection | None = None  # to say that it waits there, and to hear that it may go on; else it is killed


class Steps:
    def __init__(self, plan: Plan):
        self._plan = plan
        self._file = os.open(plan.steps, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self.begun = False  # before that a process only starts, and nobody waits for it

    def reach(self, name: str) -> str:
        """What is to happen here: nothing, mostly; or what was said to it while it waited."""
        if not (self.begun and _is_at_work()):
            return ""
        with self._lock:
            self._seen[name] += 1
            step = f"{name}#{self._seen[name]}"
            os.write(self._file, f"{step}\n".encode())
        if step != self._plan.at:
            return ""
        if self._plan.waits is None:
            os.kill(os.getpid(), signal.SIGKILL)
            return ""
        self._plan.waits.send(step)
        return self._plan.waits.recv()


def _is_at_work() -> bool:
    """Not the health routes, nor the scheduler's own thread."""
    name = threading.current_thread().name
    return name == "MainThread" or name.startswith(("slack", "courier"))


def install(plan: Plan) -> Steps:
    """Listen from here on; nothing counts before `begun` is set."""
    steps = Steps(plan)
    _before(psycopg.Cursor, "execute", lambda _cursor, query, *_: steps.reach(name_of(query)))
    _before(psycopg.Cursor, "executemany", lambda _cursor, query, *_: steps.reach(name_of(query)))
    _around_commits(steps)
    _before(http.client.HTTPConnection, "request", lambda _c, _method, url, *_: steps.reach(f"{method(url)}:before"))
    _after_each_call(steps)
    return steps


def _before(owner: type, name: str, tell: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def told(self: Any, *args: Any, **kwargs: Any) -> Any:
        tell(self, *args)
        return original(self, *args, **kwargs)

    setattr(owner, name, told)


def _around_commits(steps: Steps) -> None:
    original = connection.Connection.commit

    def commit(self: Any) -> None:
        steps.reach("commit:before")
        original(self)
        if steps.reach("commit:after") == ANSWER_LOST:
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    connection.Connection.commit = commit


def _after_each_call(steps: Steps) -> None:
    """Slack has done it, and nobody here has read its answer."""
    request, response = http.client.HTTPConnection.request, http.client.HTTPConnection.getresponse

    def asks(self: Any, verb: str, url: str, *args: Any, **kwargs: Any) -> None:
        self.asked = method(url)
        request(self, verb, url, *args, **kwargs)

    def hears(self: Any) -> Any:
        answer = response(self)
        steps.reach(f"{self.asked}:after")
        return answer

    http.client.HTTPConnection.request = asks
    http.client.HTTPConnection.getresponse = hears


def name_of(query: Any) -> str:
    """`insert ticket`, `select person`: enough to know a statement by."""
    found = _WHAT.match(str(query))
    return f"{found[1].split()[0].lower()} {found[2] or ''}".strip() if found else "ping"


PLACES = {"/response/": "response_url", "/upload/": "upload_url"}  # addresses that Slack makes up


def method(url: str) -> str:
    """Which method of Slack's it is; an answer to a click goes to an address of its own."""
    for place, name in PLACES.items():
        if place in url:
            return name
    return url.partition("?")[0].rpartition("/")[2]


def worth_hitting(steps: list[str]) -> list[str]:
    """A read after a read is left out: nothing that lasts lies between the two, so one stands for both."""
    return [
        step for before, step in zip(["", *steps], steps, strict=False)
        if not (step.startswith(READS) and before.startswith(READS))
    ]  # fmt: skip


def changes(steps: list[str]) -> list[str]:
    """Without any reads: writes, commits, calls to Slack, answers."""
    return [step for step in steps if not step.startswith(READS)]


def listening_to_answers(app: Any, steps: Steps) -> Any:
    """The ASGI app, with the moments around each answer to Slack."""

    async def wrapped(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        async def answers(message: Any) -> None:
            first, last = message["type"] == "http.response.start", message["type"] == "http.response.body"
            if first:
                steps.reach("answer:before")
            await send(message)
            if last:
                steps.reach("answer:after")

        await app(scope, receive, answers if scope.get("path") == SLACKS_DOOR else send)

    return wrapped
