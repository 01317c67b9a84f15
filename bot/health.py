"""What operators ask of a process: /healthz, whether it lives; /readyz, whether it can work; /metrics, for Prometheus.

Each answers in time whatever the database does: a frozen one lets no thread go, so nobody waits for the thread.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import database, metrics
from bot.slack.delivery import oldest_pending_seconds

SECONDS = 1.5
AWAY = {"ready": False, "database": "does not answer"}
T = TypeVar("T")


async def in_time(work: Callable[[], T], *, seconds: float = SECONDS) -> T | None:
    """What came of it, or None when that took too long; a thread that is stuck stays behind, and ends by itself."""
    with anyio.move_on_after(seconds):
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    return None


class Health:
    """The three routes, on one connection of their own: a full pool must not hold them up."""

    def __init__(self, url: str, *, gauge: Callable[[], None], slack: Callable[[], str] | None = None):
        self._engine = database.app_engine(url, pool_size=1)
        self._gauge = gauge
        self._slack = slack

    def routes(self) -> list[Route]:
        """For the process's own server."""
        return [Route("/healthz", self._alive), Route("/readyz", self._ready), Route("/metrics", self._measured)]

    def close(self) -> None:
        """Give back the connection."""
        self._engine.dispose()

    async def _alive(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, _request: Request) -> Response:
        report = await in_time(lambda: readiness(self._engine)) or dict(AWAY)
        if self._slack:
            report["slack"] = self._slack()
            report["ready"] = report["ready"] and report["slack"] == "connected"
        return JSONResponse(report, status_code=200 if report["ready"] else 503)

    async def _measured(self, _request: Request) -> Response:
        self._gauge()
        await in_time(lambda: _measure_outbox(self._engine))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def readiness(engine: Engine) -> dict[str, Any]:
    """Whether work can be done: the database answers, the schema is this release's, posts go out."""
    try:
        migrated = database.is_migrated(engine)
        oldest, dead = oldest_pending_seconds(database.sessions(engine)) if migrated else (0.0, 0)
    except SQLAlchemyError:
        return dict(AWAY)
    return {
        "ready": migrated,  # requests are taken while Slack is down, so a waiting outbox is told, not counted
        "database": "ok",
        "migrations": "ok" if migrated else "missing: run `steward migrate`",
        "outbox_oldest_seconds": round(oldest, 1),
        "dead_letters": dead,
    }


def _measure_outbox(engine: Engine) -> None:
    try:
        oldest, dead = oldest_pending_seconds(database.sessions(engine))
    except SQLAlchemyError:
        return
    metrics.OUTBOX_AGE.set(oldest)
    metrics.DEAD_LETTERS.set(dead)
