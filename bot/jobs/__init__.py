"""The schedule as a table. Each row names the job, when, whose zone, and what becomes of a missed period.

To add one: a file with `run(session, provider, now, run_id)`, and its row here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain.provider import Provider
from bot.jobs import daily_digest


class CatchUp(StrEnum):
    """What becomes of periods in which nobody ran."""

    LATEST = "latest"  # only the newest is made up for
    ALL = "all"
    SKIP = "skip"


class Job(NamedTuple):
    """One row of the schedule. `cron` is in the provider's zone; the period is its local date."""

    name: str
    cron: str
    catch_up: CatchUp
    look_back: timedelta
    working_days_only: bool
    run: Callable[[Session, Provider, datetime, int], None]
    why: str


# fmt: off
SCHEDULE: tuple[Job, ...] = (
    Job("daily-digest", "0 9 * * *", CatchUp.LATEST, timedelta(hours=8), True, daily_digest.run,
        "The morning's queue review and standup; after the working day it would only be noise."),
)
# fmt: on
JOBS = {job.name: job for job in SCHEDULE}
