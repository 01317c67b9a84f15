"""How long tickets stood in each status, in business hours, from the history: where a bottleneck is looked for."""

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.domain.business_time import Calendar
from bot.domain.events import Event, Kind
from bot.domain.workflow import Status

KINDS = (Kind.FILED, Kind.IMPORTED, Kind.MOVED)


def hours_by_status(
    session: Session, *, account_id: int | None, since: datetime, until: datetime, calendar: Calendar
) -> dict[Status, float]:
    """Business hours that tickets stood in each status within the window, those that still stand there included.

    `account_id` None: every account. What is closed stands nowhere.
    """
    passed = _Passed(calendar, since, until)
    hours: dict[Status, float] = dict.fromkeys((status for status in Status if status is not Status.CLOSED), 0.0)
    for status, begins, ends in _stays(session, account_id, since, until):
        hours[status] += passed.hours(ends or until) - passed.hours(begins)
    return hours


def _stays(
    session: Session, account_id: int | None, since: datetime, until: datetime
) -> list[tuple[Status, datetime, datetime | None]]:
    """Each stay that touches the window: from an event with a target to the ticket's next one."""
    ends = func.lead(Event.at).over(partition_by=Event.ticket_id, order_by=(Event.at, Event.id)).label("ends")
    moves = select(Event.target, Event.at.label("begins"), ends).where(
        Event.ticket_id.is_not(None), Event.kind.in_(KINDS), Event.target.is_not(None), Event.at < until
    )
    if account_id is not None:
        moves = moves.where(Event.account_id == account_id)
    stay = moves.subquery()
    rows = session.execute(
        select(stay.c.target, stay.c.begins, stay.c.ends).where(
            stay.c.target != Status.CLOSED.value, or_(stay.c.ends.is_(None), stay.c.ends > since)
        )
    )
    return [(Status(target), begins, ended) for target, begins, ended in rows]


class _Passed:
    """Business hours from the window's beginning to any instant in it, looked up instead of counted each time."""

    def __init__(self, calendar: Calendar, since: datetime, until: datetime):
        first, last = calendar.local_date(since), calendar.local_date(until)
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        windows = [calendar.window(day) for day in days if calendar.is_working_day(day)]
        cut = [(max(opens, since), min(closes, until)) for opens, closes in windows if closes > since and opens < until]
        self._opens = [opens for opens, _ in cut]
        self._closes = [closes for _, closes in cut]
        self._before = list(accumulate((closes - opens for opens, closes in cut), initial=timedelta()))

    def hours(self, instant: datetime) -> float:
        """Those passed until then."""
        here = bisect_right(self._opens, instant)
        if not here:
            return 0.0
        after = max(instant - self._closes[here - 1], timedelta())
        opened = instant - self._opens[here - 1] - after
        return (self._before[here - 1] + opened) / timedelta(hours=1)
