"""A ticket's life as its history tells it: where it stood, and when. Whatever is asked of the past is asked here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from bot.domain.business_time import Calendar, minutes_between
from bot.domain.events import Event, Kind
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.workflow import STATUSES, Action, Side, Status

ENTERS = (Kind.FILED, Kind.IMPORTED, Kind.MOVED)


class Stay(NamedTuple):
    """Where a ticket stood, from when until when (None: still), and what it came with."""

    status: Status
    since: datetime
    until: datetime | None
    source: Status | None
    action: str | None
    told: dict[str, Any]

    @property
    def came_back(self) -> bool:
        """Whether it had been done, or so it was thought."""
        return self.source is Status.CLOSED or self.action == Action.REOPEN


@dataclass(frozen=True)
class Life:
    """A ticket with its stays, in the order of time."""

    ticket: Ticket
    stays: list[Stay]

    def at(self, instant: datetime) -> Stay | None:
        """Where it stood just before that instant; None before it was filed."""
        return next((stay for stay in reversed(self.stays) if stay.since < instant), None)

    def was_open(self, instant: datetime) -> bool:
        """Whether somebody owned a next action then."""
        stay = self.at(instant)
        return stay is not None and stay.status is not Status.CLOSED

    def closed_within(self, start: datetime, end: datetime) -> bool:
        """Whether it was closed in that time, and stayed so until its end."""
        stay = self.at(end)
        return stay is not None and stay.status is Status.CLOSED and stay.since >= start

    def came_back_within(self, start: datetime, end: datetime) -> bool:
        """Whether somebody reopened it in that time."""
        return any(stay.came_back for stay in self.stays if start <= stay.since < end)

    def left_triage(self) -> datetime | None:
        """When it first left New and Triage: somebody had decided what becomes of it."""
        beyond = (stay.since for stay in self.stays if STATUSES[stay.status].side is not Side.INTAKE)
        return next(beyond, None)


def of_account(
    session: Session, account_id: int, *, worked: tuple[date, date], since: datetime, until: datetime
) -> list[Life]:
    """The lives until then of the account's tickets that were open at any time since, or worked on in those days."""
    logged = select(TimeEntry.ticket_id).where(TimeEntry.account_id == account_id, TimeEntry.work_date.between(*worked))
    here = Ticket.account_id == account_id
    # Arrays, so that each of the three is looked up in its index, however many tickets there are besides.
    touched = Ticket.id == any_(func.array(logged.scalar_subquery()))
    alive = or_(Ticket.closed_at.is_(None), Ticket.closed_at >= since, touched)
    found = session.scalars(select(Ticket).where(here, alive).order_by(Ticket.id)).all()
    numbers = literal([ticket.id for ticket in found], ARRAY(BigInteger))
    entered = session.execute(
        select(Event.ticket_id, Event.target, Event.at, Event.source, Event.action, Event.data)
        .where(Event.ticket_id == any_(numbers), Event.kind.in_(ENTERS), Event.at < until)
        .order_by(Event.at, Event.id)
    )
    steps: dict[int, list[Any]] = defaultdict(list)
    for row in entered:
        steps[row.ticket_id].append(row)
    return [Life(ticket, list(_stays(steps[ticket.id]))) for ticket in found if steps[ticket.id]]


def _stays(steps: list[Any]) -> Iterator[Stay]:
    ends = [step.at for step in steps[1:]] + [None]
    for step, end in zip(steps, ends, strict=True):
        source = Status(step.source) if step.source else None
        yield Stay(Status(step.target), step.at, end, source, step.action, step.data)


def hours_by_status(lives: Iterable[Life], calendar: Calendar, start: datetime, end: datetime) -> dict[str, float]:
    """Business hours that tickets stood in each status within that time: where a bottleneck is looked for."""
    minutes: dict[str, float] = defaultdict(float)
    for life in lives:
        for stay in life.stays:
            if stay.status is not Status.CLOSED and (stay.until is None or stay.until > start):
                minutes[stay.status.value] += minutes_between(
                    calendar, max(stay.since, start), min(stay.until or end, end)
                )
    return {status.value: round(minutes[status.value] / 60, 1) for status in Status if minutes[status.value]}
