"""How long tickets stood in each status, in business hours, from the history: where a bottleneck is looked for."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.business_time import Calendar
from bot.domain.events import Event, Kind
from bot.domain.tickets import Ticket
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
    for status, begins, ends in _stays(session, account_id, since):
        hours[status] += passed.hours(ends or until) - passed.hours(begins)
    return hours


def _stays(
    session: Session, account_id: int | None, since: datetime
) -> Iterator[tuple[Status, datetime, datetime | None]]:
    """Each stay from then on, told by the moves since then alone: the history before may be of any length.

    A ticket's first move says where it had stood until then; what has not moved stands where it is.
    """
    moves: dict[int, list[Any]] = defaultdict(list)
    moved = select(Event.ticket_id, Event.source, Event.target, Event.at).where(
        Event.ticket_id.is_not(None), Event.kind.in_(KINDS), Event.target.is_not(None), Event.at >= since
    )
    still = select(Ticket.id, Ticket.status).where(Ticket.status != Status.CLOSED, Ticket.created_at < since)
    if account_id is not None:
        moved, still = moved.where(Event.account_id == account_id), still.where(Ticket.account_id == account_id)
    for move in session.execute(moved.order_by(Event.at, Event.id)):
        moves[move.ticket_id].append(move)
    for found in moves.values():
        if found[0].source not in (None, Status.CLOSED):
            yield Status(found[0].source), since, found[0].at
        for move, ended in zip(found, [*(after.at for after in found[1:]), None], strict=True):
            if move.target != Status.CLOSED:
                yield Status(move.target), move.at, ended
    for number, status in session.execute(still).all():
        if number not in moves:
            yield status, since, None


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
