"""Which periods are due, and claiming them. APScheduler only calls `tick`; every worker may.

A job claims (job, account, local period) in the transaction that writes its outbox rows, so it is
done once however many tick, and a period missed is caught up by the job's own rule.
"""

from datetime import datetime, timedelta

import structlog
from cronsim import CronSim
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import job_runs, people, provider
from bot.domain.business_time import Calendar
from bot.domain.provider import Provider
from bot.jobs import JOBS, SCHEDULE, CatchUp, Job

log = structlog.get_logger()


class UnknownJob(Exception):
    """`steward run` named a job that the schedule does not have."""


def tick(sessions: sessionmaker[Session], now: datetime) -> list[str]:
    """Do what is due; the names and periods of what this worker claimed."""
    with sessions.begin() as session:
        people.enter_as_system(session)
        firm = provider.find(session)
    if firm is None:
        return []
    due = [(job, fired) for job in SCHEDULE for fired in due_periods(job, firm, now)]
    return [f"{job.name} {_period(fired)}" for job, fired in due if _run(sessions, job, fired, now)]


def due_periods(job: Job, firm: Provider, now: datetime) -> list[datetime]:
    """When the job should have fired within its look-back, never before the firm went live."""
    calendar = firm.calendar
    since = max(now - job.look_back, firm.live_since or now)
    fired = [at for at in _fired_between(job.cron, calendar, since, now)
             if not job.working_days_only or calendar.is_working_day(at.date())]  # fmt: skip
    if job.catch_up is CatchUp.ALL:
        return fired
    fresh = fired[-1:]
    return fresh if job.catch_up is CatchUp.LATEST else [at for at in fresh if now - at < timedelta(minutes=5)]


def _fired_between(cron: str, calendar: Calendar, since: datetime, now: datetime) -> list[datetime]:
    fired = []
    for at in CronSim(cron, since.astimezone(calendar.tz)):
        if at > now:
            return fired
        fired.append(at)
    return fired


def _period(fired: datetime) -> str:
    return fired.date().isoformat()


def run_now(sessions: sessionmaker[Session], name: str, now: datetime) -> bool:
    """`steward run`: the period that `now` falls in; False where it was done already."""
    if name not in JOBS:
        raise UnknownJob(f"There is no job “{name}”. There are: {', '.join(JOBS)}.")
    with sessions.begin() as session:
        people.enter_as_system(session)
        zone = provider.get(session).calendar.tz
    return _run(sessions, JOBS[name], now.astimezone(zone), now)


def _run(sessions: sessionmaker[Session], job: Job, fired: datetime, now: datetime) -> bool:
    with sessions.begin() as session:
        people.enter_as_system(session)
        run_id = job_runs.claim(session, job.name, _period(fired), now=now)
        if run_id is None:
            return False
        job.run(session, provider.get(session), now, run_id)
    log.info("job done", job=job.name, period=_period(fired))
    return True
