"""Where an interaction's time goes, by library: `python3 -m bench.profile submissions` (or `lines`, `clicks`).

In one thread and under cProfile, which slows Python down and C not at all: shares, not seconds. Waiting for Postgres
counts as psycopg's.
"""

import cProfile
import pstats
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pydantic import SecretStr

from bench import interactions
from bench.load import Arrival
from bot import embedded, logs
from bot.app import _arrivals
from bot.handlers.arrival import Arrivals, kind_of, payload_of
from bot.settings import Settings

WARM_UP, COUNTED = 60, 200
_LIBRARY = re.compile(r"site-packages/(\w+)|/(bot|bench)/|lib/python[\d.]+/(?!site-packages)(\w+)")


def main(what: str) -> None:
    """Profile one kind of interaction and print each library's share."""
    logs.configure("error")
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        _, sent, url = interactions._prepared(server)
        sent.prepare(WARM_UP + COUNTED)
        arrivals, engine = _arrivals(_settings(url), None, None)
        upcoming = getattr(sent, what)()
        for _ in range(WARM_UP):
            _answer(arrivals, next(upcoming))
        payloads = [next(upcoming) for _ in range(COUNTED)]
        profile = cProfile.Profile()
        with profile:
            for arrival in payloads:
                _answer(arrivals, arrival)
        engine.dispose()
    _tell(pstats.Stats(profile))


def _settings(url: str) -> Settings:
    secret = SecretStr("xoxb-nobody")
    return Settings(database_url=url, slack_bot_token=secret, slack_signing_secret=secret)


def _answer(arrivals: Arrivals, arrival: Arrival) -> None:
    payload = payload_of(arrival.body.decode())
    answer = arrivals._dispatch(kind_of(payload), payload, {}, time.monotonic())
    if answer.status != 200:
        raise SystemExit(f"It was answered with {answer.status}.")


def _tell(stats: pstats.Stats) -> None:
    shares: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, _) in stats.stats.items():  # pyright: ignore[reportAttributeAccessIssue]
        found = _LIBRARY.search(file)
        shares[next(filter(None, found.groups())) if found else "C code"] += own
    total = sum(shares.values())
    for library, own in shares.most_common(10):
        print(f"{library:14} {own / total:6.1%}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "submissions")
