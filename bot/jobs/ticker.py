"""Claiming what is due, and doing it. APScheduler only calls `tick`; every worker may.

A job claims (job, account, local period) in the transaction that writes its outbox rows, so it is
done once however many tick, and a period missed is caught up by the job's own rule.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import structlog
from psycopg.errors import SerializationFailure
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot import metrics
from bot.domain import accounts, job_runs, people, provider
from bot.domain.accounts import Account
from bot.domain.errors import Refused
from bot.domain.provider import Provider
from bot.jobs import JOBS, SCHEDULE, SWEEPS, Job, Run, Sweep, Whose, periods

log = structlog.get_logger()


class UnknownJob(Exception):
    """`steward run` named a job that the schedule does not have."""


class Task(NamedTuple):
    """One period of one job, for the firm or for one account."""

    job: Job
    whose: Provider | Account
    period: str

    @property
    def account(self) -> Account | None:
        """Whom it is for; None is the firm."""
        return self.whose if isinstance(self.whose, Account) else None

    def __str__(self) -> str:
        return f"{self.job.name} {self.period}" + (f" {self.account.name}" if self.account else "")


class Outcome(NamedTuple):
    """What became of a task: done now, done already, or a problem, in a sentence."""

    task: Task
    done: bool
    problem: str | None = None


def tick(sessions: sessionmaker[Session], now: datetime) -> list[str]:
    """Do what is due, sweeps first, for digests count what is left: what this worker did, with how much or for when."""
    with sessions.begin() as session:
        people.enter_as_system(session)
        firm, clients = provider.find(session), accounts.all_of_them(session)
    if firm is None:
        return []
    done: list[str] = []
    for sweep_ in SWEEPS.values():
        with _holding_up_nobody_else(sweep_, firm):
            done += [f"{sweep_.name} {count}"] if (count := sweep(sessions, sweep_, now)) else []
    for job in SCHEDULE:
        for whose in _whose(job, firm, clients):
            with _holding_up_nobody_else(job, whose):
                for due in periods.due(job, whose.calendar, whose.live_since, now):
                    task = Task(job, whose, due.period)
                    if _done(sessions, task, now):
                        metrics.JOB_LATE.labels(job.name).observe((now - due.at).total_seconds())
                        done.append(str(task))
    return done


@contextmanager
def _holding_up_nobody_else(job: Job | Sweep, whose: Provider | Account) -> Iterator[None]:
    """What fails is logged and tried again at the next tick, for as long as the job looks back."""
    try:
        yield
    except Refused as refused:
        _tell(job.name, str(refused))
    except Exception as error:
        account = whose.name if isinstance(whose, Account) else None
        log.error("a job failed", job=job.name, account=account, error=type(error).__name__, exc_info=error)


@lru_cache(maxsize=256)
def _tell(job: str, why: str) -> None:
    """Once a process: it is tried again every few seconds, until somebody has done what it asks for."""
    log.error("a job could not be done", job=job, why=why)


def _whose(job: Job, firm: Provider, clients: list[Account]) -> list[Provider] | list[Account]:
    return clients if job.whose is Whose.ACCOUNT else [firm]


def sweep(sessions: sessionmaker[Session], chosen: Sweep, now: datetime) -> int:
    """Look at it once; how much there was to do."""
    with sessions.begin() as session:
        people.enter_as_system(session)
        count = chosen.run(session, now)
    if count:
        log.info("swept", sweep=chosen.name, count=count)
    return count


def run_now(sessions: sessionmaker[Session], name: str, now: datetime, account: str | None = None) -> list[Outcome]:
    """`steward run`: the period that a run at `now` stands for, whether or not the table would run it then."""
    if name not in JOBS:
        raise UnknownJob(f"There is no job “{name}”. There are: {', '.join(JOBS)}.")
    job = JOBS[name]
    with sessions.begin() as session:
        people.enter_as_system(session)
        chosen = _chosen(session, job, account)
    tasks = [Task(job, whose, periods.period_at(job, now.astimezone(whose.calendar.tz))) for whose in chosen]
    return [_outcome(sessions, task, now) for task in tasks]


def _chosen(session: Session, job: Job, account: str | None) -> list[Provider] | list[Account]:
    firm = provider.get(session)
    if account is None:
        return _whose(job, firm, accounts.all_of_them(session))
    if job.whose is not Whose.ACCOUNT:
        raise Refused(f"{job.name} is for all accounts at once. Leave --account out.")
    return [accounts.by_name(session, account)]


def _outcome(sessions: sessionmaker[Session], task: Task, now: datetime) -> Outcome:
    try:
        return Outcome(task, _done(sessions, task, now))
    except Refused as refused:
        return Outcome(task, False, str(refused))


def _done(sessions: sessionmaker[Session], task: Task, now: datetime) -> bool:
    """Claim it and do it, in one transaction that sees the database as it was at one moment."""
    try:
        with sessions.begin() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            people.enter_as_system(session)
            if not _claimed(session, task, now):
                return False
    except OperationalError as error:
        if isinstance(error.orig, SerializationFailure):  # another worker claimed it in this very moment
            return False
        raise
    log.info("job done", job=str(task))
    return True


def _claimed(session: Session, task: Task, now: datetime) -> bool:
    account_id = task.account.id if task.account else job_runs.EVERY_ACCOUNT
    run_id = job_runs.claim(session, task.job.name, task.period, now=now, account=account_id)
    if run_id is None:
        return False
    account = accounts.by_id(session, account_id) if task.account else None
    task.job.run(session, Run(run_id, task.period, now, provider.get(session), account))
    return True
