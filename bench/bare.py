"""What ours is held against, served the same way: `python -m bench.bare WHAT PORT [URL]`.

nothing   Starlette that answers 200, without Bolt: the most that the load can bring about
default   Bolt as it comes: the listener runs beside, its answer is polled for
ack       Bolt that acknowledges when the listener returns
insert    the same, after one INSERT and its commit
"""

import asyncio
import queue
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import uvicorn
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

THREADS = 8
SECRET = "playground-signing-secret"  # noqa: S105  the local Slack's, invented
TOKEN = "xoxb-bare"  # noqa: S105  invented
TABLE = "create table if not exists bare (id bigint generated always as identity, body text not null)"
ANY = re.compile(".*")


def main() -> None:
    what, port, *rest = sys.argv[1:]
    work = inserting(rest[0]) if what == "insert" else lambda _body: None
    app = nothing() if what == "nothing" else served(bolt(work, process_before_response=what != "default"))
    uvicorn.run(app, port=int(port), ws="none", log_level="warning", access_log=False)


def bolt(work: Callable[[str], None], *, process_before_response: bool) -> App:
    """Three listeners that do the work and acknowledge."""
    app = App(
        signing_secret=SECRET,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0", bot_token=TOKEN),
        process_before_response=process_before_response,
    )

    def listen(ack: Ack, request: BoltRequest) -> None:
        work(request.raw_body)
        ack()

    for listener in (app.command, app.action, app.view_submission):
        listener(ANY)(listen)
    return app


def inserting(url: str) -> Callable[[str], None]:
    """One INSERT and commit on a connection of a small pool."""
    pool: queue.SimpleQueue[psycopg.Connection] = queue.SimpleQueue()
    for _ in range(THREADS):
        pool.put(psycopg.connect(url))

    def insert(body: str) -> None:
        connection = pool.get()
        connection.execute("insert into bare (body) values (%s)", (body,))
        connection.commit()
        pool.put(connection)

    return insert


def served(app: App) -> Starlette:
    executor = ThreadPoolExecutor(THREADS)

    async def events(request: Request) -> Response:
        arrived = BoltRequest(body=(await request.body()).decode(), headers=dict(request.headers))
        answer = await asyncio.get_running_loop().run_in_executor(executor, app.dispatch, arrived)
        kind = answer.headers.get("content-type", ["text/plain"])[0]
        return Response(answer.body, status_code=answer.status, media_type=kind)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), Route("/healthz", healthy)])


def nothing() -> Starlette:
    async def events(request: Request) -> Response:
        await request.body()
        return Response("")

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), Route("/healthz", healthy)])


async def healthy(_request: Request) -> Response:
    return Response("ok")


if __name__ == "__main__":
    main()
