"""A client's month: what came and went, what changed, what still hurts, what comes next, and the hours.

One snapshot of facts, computed from the records alone; AUDIENCE says who may read which part of it.
"""

from collections import Counter
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.accounts import Account
from bot.domain.business_time import minutes_between
from bot.domain.codes import Category, Code
from bot.domain.months import Month
from bot.domain.outbox import Place
from bot.domain.reviews import lists, records
from bot.domain.reviews.lists import SHOWN, Facts, came_in, closings
from bot.domain.reviews.lives import hours_by_status
from bot.domain.reviews.records import Records

_ALL = frozenset({Place.CLIENT, Place.LEADERSHIP})
_OURS = frozenset({Place.LEADERSHIP})
# fmt: off
AUDIENCE: dict[str, frozenset[Place]] = {
    # part            who reads it
    "account":        _ALL,
    "month":          _ALL,
    "volume":         _ALL,
    "before":         _ALL,
    "elsewhere":      _ALL,
    "by_type":        _ALL,
    "by_priority":    _ALL,
    "weeks":          _ALL,
    "triage":         _ALL,
    "closed":         _ALL,
    "oldest":         _ALL,
    "reopened":       _ALL,
    "systems":        _ALL,
    "waiting":        _ALL,
    "scheduled":      _ALL,
    "in_work":        _ALL,
    "hours":          _ALL,
    "categories":     _ALL,
    "allowance":      _ALL,
    "account_id":     _OURS,   # a change can be begun from it
    "run":            _OURS,   # finds the client's post, to link to it
    "internal_hours": _OURS,
    "out_of_scope":   _OURS,
    "load":           _OURS,
    "reopen_rate":    _OURS,
    "status_hours":   _OURS,
}
# fmt: on


def cut(snapshot: Facts, place: Place) -> Facts:
    """What that audience may read of it, marked with whose cut it is; nothing else is stored for its post."""
    return {"kind": f"monthly_{place.value}"} | {name: snapshot[name] for name in AUDIENCE if place in AUDIENCE[name]}


def has_more(snapshot: Facts) -> bool:
    """Whether more was closed than the post itself shows."""
    return snapshot["closed"]["total"] > SHOWN


def monthly(session: Session, account: Account, month: Month, *, run: int) -> Facts:
    """The whole snapshot, from one look at the records."""
    return {"run": run} | _figures(records.load(session, account, month))


def _figures(of: Records) -> Facts:
    minutes = _minutes_by_code(of)
    volume = _volume(of, of.start, of.end)
    return {
        "account": of.account.name,
        "account_id": of.account.id,
        "month": str(of.month),
        "volume": volume,
        "before": _volume(of, of.began_before, of.start) if _was_here_before(of) else None,
        "elsewhere": of.elsewhere,
        "by_type": _counted(life.ticket.request_type.value for life in came_in(of)),
        "by_priority": dict(sorted(_counted(life.ticket.priority.value for life in came_in(of)).items())),
        "weeks": [_week(of, *days) for days in of.month.weeks()],
        "triage": _triage(of),
        "closed": lists.closed(of),
        "oldest": lists.oldest(of),
        "reopened": lists.reopened(of),
        "systems": lists.systems(of),
        "waiting": lists.waiting(of),
        "scheduled": lists.scheduled(of),
        "in_work": lists.in_work(of),
        "hours": {code: spent for code, spent in minutes.items() if code != Code.INTERNAL},
        "categories": _minutes_by_category(of),
        "allowance": _allowance(of, minutes),
        "internal_hours": minutes.get(Code.INTERNAL, 0),
        "out_of_scope": lists.out_of_scope(of),
        "load": _load(of),
        "reopen_rate": round(volume["reopened"] / volume["closed"], 2) if volume["closed"] else None,
        "status_hours": hours_by_status(of.lives, of.calendar, of.start, of.end),
    }


# --- came and went


def _volume(of: Records, start: datetime, end: datetime) -> dict[str, int]:
    filed = [life.ticket for life in of.lives if start <= life.ticket.created_at < end]
    return {
        "came_in": len(filed),
        "imported": sum(ticket.source is not None for ticket in filed),
        "closed": sum(life.closed_within(start, end) for life in of.lives),
        "reopened": sum(life.came_back_within(start, end) for life in of.lives),
        "open": sum(life.was_open(end) for life in of.lives),
    }


def _was_here_before(of: Records) -> bool:
    """Whether there is a month before to compare with."""
    went_live = of.account.live_since
    return (went_live is not None and went_live < of.start) or any(
        life.ticket.created_at < of.start for life in of.lives
    )


def _week(of: Records, first: date, last: date) -> Facts:
    came = [of.calendar.local_date(life.ticket.created_at) for life in came_in(of)]
    gone = [of.calendar.local_date(stay.since) for _, stay in closings(of)]
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "came_in": sum(first <= day <= last for day in came),
        "closed": sum(first <= day <= last for day in gone),
    }


def _triage(of: Records) -> Facts:
    """How long until somebody had decided what becomes of a request. Imports had another team's triage."""
    ours = [(life.ticket.created_at, life.left_triage()) for life in came_in(of) if life.ticket.source is None]
    taken = [minutes_between(of.calendar, came, left) for came, left in ours if left]
    return {"done": len(taken), "of": len(ours), "median_minutes": round(median(taken)) if taken else None}


# --- hours


def _minutes_by_code(of: Records) -> dict[str, int]:
    minutes = Counter[str]()
    for entry in of.worked:
        minutes[entry.code.value] += entry.minutes
    return {code.value: minutes[code.value] for code in Code if minutes[code.value]}


def _allowance(of: Records, minutes: dict[str, int]) -> Facts | None:
    """What the agreement includes a month, what came over, and how much was used; as logged, before any rounding."""
    bought = of.agreement
    if bought is None or not (included := bought.allowance(of.month)):
        return None
    return {"included": included, "carried": of.carried, "used": minutes.get(Code.INCLUDED.value, 0)}


def _minutes_by_category(of: Records) -> dict[str, int]:
    """What the hours went into, those that are our own affair left out."""
    minutes = Counter[str]()
    for entry in of.worked:
        if entry.code is not Code.INTERNAL:
            minutes[entry.category.value] += entry.minutes
    return {category.value: minutes[category.value] for category in Category if minutes[category.value]}


def _load(of: Records) -> list[Facts]:
    """Each person's hours for this client, and what they have open."""
    minutes, still = Counter[int](), Counter[int]()
    for entry in of.worked:
        minutes[entry.person_id] += entry.minutes
    for life in of.lives:
        if life.ticket.assignee_id and life.was_open(of.end):
            still[life.ticket.assignee_id] += 1
    everybody = sorted({*minutes, *still}, key=lambda id_: (-minutes[id_], -still[id_], id_))
    return [{"name": of.people[id_].name, "minutes": minutes[id_], "open": still[id_]} for id_ in everybody]


def _counted(names: Any) -> dict[str, int]:
    return dict(Counter(names).most_common())
