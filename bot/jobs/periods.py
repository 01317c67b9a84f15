"""Which periods are due, from the table and a calendar alone."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from cronsim import CronSim

from bot.domain.business_time import Calendar, add_days
from bot.domain.months import Month
from bot.jobs.job import CatchUp, DaysOff, Job, Period

LATE = timedelta(minutes=5)  # a tick that comes a little late has missed nothing
LONGEST_CLOSURE = timedelta(days=31)  # how far a run may move over days off


class Span(NamedTuple):
    """A period by its name, and the last day that belongs to it."""

    name: str
    last: date


class Due(NamedTuple):
    """A period to be done, and when that fell due."""

    period: str
    at: datetime


def _this_hour(at: datetime) -> Span:
    return Span(f"{at:%Y-%m-%dT%H}", at.date())


def _this_day(at: datetime) -> Span:
    return Span(at.date().isoformat(), at.date())


def _last_week(at: datetime) -> Span:
    sunday = at.date() - timedelta(days=at.isoweekday())
    year, week, _ = sunday.isocalendar()
    return Span(f"{year}-W{week:02}", sunday)


def _last_month(at: datetime) -> Span:
    month = Month.of(at.date()).before
    return Span(str(month), month.last)


SPANS: dict[Period, Callable[[datetime], Span]] = {  # by the local time of a run
    Period.HOUR: _this_hour,
    Period.DAY: _this_day,
    Period.WEEK: _last_week,
    Period.MONTH: _last_month,
}


def period_at(job: Job, at: datetime) -> str:
    """The period that a run at that local time stands for."""
    return SPANS[job.period](at).name


def due(job: Job, calendar: Calendar, live_since: datetime | None, now: datetime) -> list[Due]:
    """What should have run within the look-back; never a period that was over before they went live."""
    if live_since is None:
        return []
    since = max(now - job.look_back, live_since)
    went_live = calendar.local_date(live_since)
    found = [
        Due(span.name, at)
        for span, at in _runs(job, calendar, since, now)
        if since < at <= now and span.last >= went_live
    ]
    if job.catch_up is CatchUp.ALL:
        return found
    return [one for one in found[-1:] if job.catch_up is CatchUp.LATEST or now - one.at < LATE]


def _runs(job: Job, calendar: Calendar, since: datetime, now: datetime) -> Iterator[tuple[Span, datetime]]:
    """Each time the table names, and when it falls due once days off have had their say."""
    reach = LONGEST_CLOSURE if job.days_off is DaysOff.MOVE else timedelta()
    for at in CronSim(job.cron, (since - reach).astimezone(calendar.tz)):
        if at > now:
            return
        if job.days_off is DaysOff.WORK or calendar.counts_as_working(at.date()):
            yield SPANS[job.period](at), at
        elif job.days_off is DaysOff.MOVE:
            working = add_days(calendar, at.date(), 0)
            yield SPANS[job.period](at), datetime.combine(working, at.time(), calendar.tz)
