"""What a row of the schedule says, and what a job is given to work with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain.accounts import Account
from bot.domain.provider import Provider


class Whose(StrEnum):
    """By whose clock and calendar it runs, and for whom: once for the firm, or once for each account."""

    PROVIDER = "the provider"
    ACCOUNT = "each account"


class Period(StrEnum):
    """What one run stands for: it is done once for it."""

    HOUR = "hour"  # the one it runs in
    DAY = "day"  # the day it runs on
    WEEK = "week"  # the last whole one, Monday to Sunday
    MONTH = "month"  # the last whole one


class DaysOff(StrEnum):
    """What a day off does to it."""

    WORK = "runs all the same"
    SKIP = "is left out"
    MOVE = "moves to the next working day"


class CatchUp(StrEnum):
    """What becomes of periods in which nobody ran."""

    LATEST = "latest"  # only the newest is made up for
    ALL = "all"
    SKIP = "skip"


class Run(NamedTuple):
    """One claimed period: what a job works on. `account` is None where it runs once for the firm."""

    id: int
    period: str
    now: datetime
    provider: Provider
    account: Account | None


class Job(NamedTuple):
    """One row of the schedule."""

    name: str
    cron: str
    whose: Whose
    period: Period
    days_off: DaysOff
    catch_up: CatchUp
    look_back: timedelta
    run: Callable[[Session, Run], None]
    why: str


class Sweep(NamedTuple):
    """Looked at on every tick. It claims no period: the row it locks is its claim, and history tells what is done."""

    name: str
    run: Callable[[Session, datetime], int]
    why: str
