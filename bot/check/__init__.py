"""`steward check`: whether everything is in place, in Slack and here, and what to press where it is not.

It only reads: nothing is posted and nothing is stored. To add a check: a function that yields findings, in
`here.py` or `there.py`, and its row in CHECKS.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
from sqlalchemy.exc import DBAPIError

from bot import database
from bot.check import here, there
from bot.check.findings import Finding, Report, wrong
from bot.check.live import live
from bot.check.looking import Looking
from bot.check.slack import Away, Refusal

__all__ = ["Report", "live", "run"]


class Check(NamedTuple):
    """Under which heading, what it is given besides (without that it is left out), and how to look."""

    group: str
    needs: tuple[str, ...]
    look: Callable[..., Iterator[Finding]]


CHECKS = (
    Check("Environment", (), here.environment),
    Check("Database", ("engine",), here.schema),
    Check("Setup", ("migrated",), here.setup),
    Check("Slack", ("slack",), there.token),
    Check("Slack", ("me", "house"), there.workspace),
    Check("Slack", ("me",), there.scopes),
    Check("Slack", ("me",), there.machine_clock),
    Check("Slack", ("slack", "config"), there.arrivals),
    Check("Channels", ("slack", "house"), there.channels),
    Check("People", ("slack", "house"), there.people),
    Check("Posts", ("migrated", "house"), here.posts),
)


def run(*, now: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep) -> Report:
    """Look at everything that can be looked at, with what the environment says."""
    looking, report = Looking(now=now, sleep=sleep), Report()
    for check in CHECKS:
        given = [getattr(looking, name) for name in check.needs]
        if all(given):
            report.add(check.group, list(_findings(check, looking, given)))
    looking.close()
    return report


def _findings(check: Check, looking: Looking, given: list[Any]) -> Iterator[Finding]:
    try:
        yield from check.look(looking, *given)
    except database.UnsafeRole as error:
        yield wrong(str(error))
    except (DBAPIError, psycopg.Error) as error:
        looking.forget_the_database()
        yield wrong(database.in_words(error))
    except Away as error:
        looking.forget_slack()
        yield wrong(f"Slack does not answer: {error}.", "Look at https://slack-status.com, and whether this machine "
                    "reaches the internet; then run this again.")  # fmt: skip
    except Refusal as error:
        yield wrong(f"Slack refused {error.method}: {error.code}.", there.advice(error))
