"""Who has how much, how each account stands, and what changed hands: counted in one statement each."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Subquery, any_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.domain.events import Event
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets import QueueFilter, Selection, selected
from bot.domain.time import TimeEntry
from bot.domain.workflow import STATUSES, Side

URGENT = (Priority.P1, Priority.P2)
_WITH_CLIENT = [status for status, state in STATUSES.items() if state.side is Side.CLIENT]


class Load(NamedTuple):
    """What one person has in hand: open tickets by priority, minutes of the estimates still left, the oldest."""

    person_id: int
    by_priority: dict[Priority, int]
    minutes_left: int
    unestimated: int
    oldest: datetime

    @property
    def open(self) -> int:
        """How many in all."""
        return sum(self.by_priority.values())

    @property
    def urgent(self) -> int:
        """How many of them are P1 or P2."""
        return sum(self.by_priority.get(priority, 0) for priority in URGENT)


class Standing(NamedTuple):
    """How an account stands: open tickets, those among them that are urgent or wait for it, and the oldest."""

    account_id: int
    open: int
    urgent: int
    waiting: int
    oldest: datetime


class HandOver(NamedTuple):
    """A ticket that somebody put into a person's hands."""

    ticket_id: int
    title: str
    giver_id: int | None
    at: datetime
    reason: str | None


def loads(session: Session, found: Subquery) -> list[Load]:
    """Per person with something of these tickets in hand, those with the most urgent and the most work first."""
    # An array, so that one walk through the index serves them all.
    owned = select(found.c.id).where(found.c.assignee_id.is_not(None))
    spent = (
        select(TimeEntry.ticket_id, func.sum(TimeEntry.minutes).label("minutes"))
        .where(TimeEntry.ticket_id == any_(func.array(owned.scalar_subquery())))
        .group_by(TimeEntry.ticket_id)
        .subquery()
    )
    left = func.greatest(found.c.estimate_minutes - func.coalesce(spent.c.minutes, 0), 0)
    rows = session.execute(
        select(
            found.c.assignee_id,
            found.c.priority,
            func.count().label("open"),
            func.coalesce(func.sum(left), 0).label("left"),
            func.count().filter(found.c.estimate_minutes.is_(None)).label("unestimated"),
            func.min(found.c.created_at).label("oldest"),
        )
        .outerjoin(spent, spent.c.ticket_id == found.c.id)
        .where(found.c.assignee_id.is_not(None))
        .group_by(found.c.assignee_id, found.c.priority)
    )
    by_person = defaultdict(list)
    for row in rows:
        by_person[row.assignee_id].append(row)
    made = [
        Load(
            person,
            {row.priority: row.open for row in theirs},
            sum(int(row.left) for row in theirs),
            sum(row.unestimated for row in theirs),
            min(row.oldest for row in theirs),
        )
        for person, theirs in by_person.items()
    ]
    return sorted(made, key=lambda load: (-load.urgent, -load.open, load.oldest, load.person_id))


def standings(session: Session, found: Subquery) -> list[Standing]:
    """Per account of these tickets, the busiest first."""
    rows = session.execute(
        select(
            found.c.account_id,
            func.count().label("open"),
            func.count().filter(found.c.priority.in_(URGENT)).label("urgent"),
            func.count().filter(found.c.status.in_(_WITH_CLIENT)).label("waiting"),
            func.min(found.c.created_at).label("oldest"),
        )
        .group_by(found.c.account_id)
        .order_by(func.count().desc(), found.c.account_id)
    )
    return [Standing(*row) for row in rows]


def handed_to(session: Session, actor: Person, since: datetime, *, limit: int) -> list[HandOver]:
    """What others put into this person's hands since then and still is there, the newest first; each ticket once."""
    mine = selected(actor, Selection(what=QueueFilter.MINE), since).subquery()
    newest = (
        select(Event.ticket_id, mine.c.title, Event.actor_id, Event.at, Event.data["reason"].as_string())
        .join(mine, mine.c.id == Event.ticket_id)
        .where(
            Event.at >= since,
            Event.data["assignee"]["id"].as_integer() == actor.id,
            Event.actor_id.is_distinct_from(actor.id),
        )
        .order_by(Event.ticket_id, Event.id.desc())
        .ext(distinct_on(Event.ticket_id))
        .subquery()
    )
    rows = session.execute(select(newest).order_by(newest.c.at.desc(), newest.c.ticket_id).limit(limit))
    return [HandOver(*row) for row in rows]
