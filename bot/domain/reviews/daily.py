"""The morning's queue review and standup: what stands where, and what each person has in hand."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import absences, accounts, bottleneck, people, provider, rota, stays, time
from bot.domain.business_time import Calendar, days_between, subtract_minutes
from bot.domain.bypasses import bypass_share
from bot.domain.events import Event, Kind
from bot.domain.intakes import Disposition, Intake
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.provider import Provider
from bot.domain.tickets import Ticket, is_unowned
from bot.domain.turns import Duty
from bot.domain.workflow import STATUSES, Clock, Side, Status

SHOWN_PER_SECTION = 3
SHOWN_PEOPLE = 5
BOTTLENECK_DAYS = 28
WAITING = tuple(status for status, state in STATUSES.items() if state.side is Side.CLIENT)
MAY_STAND = tuple(status for status, state in STATUSES.items() if state.clock is not Clock.RUN)


def previous_working_day(calendar: Calendar, day: date) -> date:
    """The working day before; what a morning looks back on."""
    return next(calendar.working_days(day - timedelta(days=1), step=-1))


def stalled_before(calendar: Calendar, now: datetime, business_days: int) -> datetime:
    """Whatever has not moved since this instant is stalled."""
    return subtract_minutes(calendar, now, business_days * calendar.minutes_a_day)


def stalled_since(session: Session, now: datetime) -> datetime:
    """The same by the provider's calendar and the playbook."""
    return stalled_before(provider.get(session).calendar, now, playbook.of(session).stalled_business_days)


def daily_queue(session: Session, firm: Provider, now: datetime) -> dict[str, Any]:
    """The morning's figures and lists: a snapshot that the digest is rendered from."""
    calendar = firm.calendar
    today = calendar.local_date(now)
    yesterday = previous_working_day(calendar, today)
    since = calendar.window(yesterday)[0].astimezone(calendar.tz).replace(hour=0, minute=0)
    stalled = stalled_before(calendar, now, playbook.of(session).stalled_business_days)
    is_open = Ticket.status != Status.CLOSED
    lists = {
        "unowned": [is_open, is_unowned()],
        "stalled": [is_open, ~is_unowned(), Ticket.status_since < stalled, Ticket.status.not_in(MAY_STAND)],
        "waiting": [Ticket.status.in_(WAITING)],
    }
    return {
        "date": today.isoformat(),
        "since": yesterday.isoformat(),
        "open": _count(session, Ticket.id, is_open),
        "came_in": _count(
            session, Intake.id, Intake.at >= since, Intake.at < now, Intake.disposition != Disposition.WITHDRAWN
        ),
        "closed": _count(session, Ticket.id, Ticket.closed_at >= since, Ticket.closed_at < now),
        "bypasses": bypass_share(session, since, now).asked,
        "bottleneck": _bottleneck(session, calendar, now)
        if today.isocalendar().week != yesterday.isocalendar().week
        else None,
        **{name: _listed(session, where, calendar, now) for name, where in lists.items()},
        "people": _people(session, since, now, yesterday),
        "team": _team(session, today, now),
    }


def _team(session: Session, today: date, now: datetime) -> dict[str, Any]:
    """Who is on duty and who is away, with what needs somebody else meanwhile."""
    kept = rota.read(session, today)
    duties = {
        duty.value: people.facts(kept.people.get(kept.on(duty, today).person or 0))
        for duty in Duty
        if kept.is_kept(duty)
    }
    team = people.staff(session)
    away = absences.away_now(session, team, now)
    return {
        "duties": duties,
        "away": [
            {**people.facts(person), "until": away[person.id].until.isoformat()} for person in team if person.id in away
        ],
        "left": _left_by(session, set(away)),
    }


def _left_by(session: Session, away: set[int]) -> dict[str, Any]:
    """Open tickets of people who are away, unless they are not urgent and wait for a client or a day."""
    checks = and_(Ticket.status == Status.INTERNAL_REVIEW, Ticket.reviewer_id.is_not(None))
    with_whom = case((checks, Ticket.reviewer_id), else_=Ticket.assignee_id)
    urgent = Ticket.priority.in_([Priority.P1, Priority.P2])
    where = [Ticket.status != Status.CLOSED, with_whom.in_(away), or_(urgent, Ticket.status.not_in(MAY_STAND))]
    first = select(Ticket.id, Ticket.priority).where(*where).order_by(Ticket.priority, Ticket.status_since, Ticket.id)
    rows = session.execute(first.limit(SHOWN_PER_SECTION))
    return {
        "total": _count(session, Ticket.id, *where),
        "tickets": [{"id": number, "priority": priority.value} for number, priority in rows],
    }


def _bottleneck(session: Session, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """Once a week: on which side the time of the last four weeks stood."""
    since = now - timedelta(days=BOTTLENECK_DAYS)
    hours = stays.hours_by_status(session, account_id=None, since=since, until=now, calendar=calendar)
    parts = bottleneck.shares(hours)
    side = bottleneck.named(parts)
    top = max(parts.values())
    return {"days": BOTTLENECK_DAYS, "side": side.value if side else None, "share": top}


def _count(session: Session, column: Any, *where: Any) -> int:
    return session.scalar(select(func.count(column)).where(*where)) or 0


def _listed(session: Session, where: list[Any], calendar: Calendar, now: datetime) -> dict[str, Any]:
    total = _count(session, Ticket.id, *where)
    first = select(Ticket).where(*where).order_by(Ticket.priority, Ticket.status_since, Ticket.id)
    rows = session.scalars(first.limit(SHOWN_PER_SECTION)).all()
    known = people.by_ids(session, {id_ for t in rows for id_ in (t.assignee_id, t.reviewer_id, t.requester_id) if id_})
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    return {
        "total": total,
        "tickets": [_line(ticket, names[ticket.account_id], known, calendar, now) for ticket in rows],
    }


def _line(ticket: Ticket, account: str, known: dict[int, Person], calendar: Calendar, now: datetime) -> dict[str, Any]:
    asked_by = known.get(ticket.requester_id or 0)
    checks = ticket.status is Status.INTERNAL_REVIEW and ticket.reviewer_id
    return {
        "id": ticket.id,
        "version": ticket.version,
        "title": ticket.shared_title,
        "priority": ticket.priority.value,
        "status": ticket.status.value,
        "account": account,
        "owner": people.facts(known.get(checks or ticket.assignee_id or 0)),
        "since": calendar.local_date(ticket.status_since).isoformat(),
        "days": round(days_between(calendar, ticket.status_since, now), 1),
        "waiting_for": None if ticket.private else ticket.waiting_for,
        "waiting_whom": ticket.waiting_whom or (asked_by.name if asked_by and not asked_by.is_staff else None),
    }


def _people(session: Session, since: datetime, now: datetime, yesterday: date) -> dict[str, Any]:
    """Each worker's moved, in hand and blocked, those with most in hand first."""
    moved = _moved(session, since, now)
    hands, blocked = _in_hand(session)
    team = people.workers(session)
    logged = time.people_who_logged(session, team, yesterday) | time.who_completed(session, team, yesterday)
    rows = [
        {
            **people.facts(person),
            "moved": moved[person.id],
            "in_hand": hands[person.id],
            "blocked": blocked[person.id],
            "time_missing": person.id not in logged,
        }
        for person in team
        if moved[person.id] or hands[person.id] or blocked[person.id]
    ]
    rows.sort(key=lambda row: (-len(row["in_hand"]) - len(row["blocked"]), row["name"]))
    return {"total": len(rows), "rows": rows[:SHOWN_PEOPLE], "idle": len(team) - len(rows)}


def _moved(session: Session, since: datetime, now: datetime) -> dict[int, list[int]]:
    rows = session.execute(
        select(Event.actor_id, Event.ticket_id)
        .where(Event.kind == Kind.MOVED, Event.at >= since, Event.at < now, Event.actor_id.is_not(None))
        .distinct()
        .order_by(Event.ticket_id)
    )
    moved: dict[int, list[int]] = defaultdict(list)
    for person, ticket in rows:
        if person and ticket:
            moved[person].append(ticket)
    return moved


def _in_hand(session: Session) -> tuple[dict[int, list[int]], dict[int, list[dict[str, Any]]]]:
    """Per person the tickets to work on or check, and those that wait, with whom they wait for."""
    hands: dict[int, list[int]] = defaultdict(list)
    blocked: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = session.execute(
        select(
            Ticket.assignee_id, Ticket.reviewer_id, Ticket.id, Ticket.status, Ticket.waiting_whom, Ticket.requester_id
        )
        .where(Ticket.status != Status.CLOSED, Ticket.assignee_id.is_not(None))
        .order_by(Ticket.priority, Ticket.id)
    ).all()
    asking = people.by_ids(session, {row.requester_id for row in rows if row.status in WAITING and row.requester_id})
    clients = {person.id: person.name for person in asking.values() if not person.is_staff}
    for assignee, reviewer, ticket, status, whom, asked_by in rows:
        if not assignee:
            continue
        if status in WAITING:
            blocked[assignee].append({"id": ticket, "on": whom or clients.get(asked_by or 0) or "the client"})
        else:
            hands[reviewer if status is Status.INTERNAL_REVIEW and reviewer else assignee].append(ticket)
    return hands, blocked
