"""The log of changes for an auditor: one record a change, with each decision on it and, in JSON, all its history."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.domain import provider
from bot.domain.accounts import Account
from bot.domain.approvals import Approval, Decision, Purpose
from bot.domain.changes import Change, ChangeState
from bot.domain.events import Event
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.releases.figures import incidents_of

COLUMNS = (
    "change", "account", "title", "class", "score", "level", "areas", "component", "authors", "implementer", "made_at",
    "content_hash", "decisions", "release", "released_at", "outcome", "outcome_reason", "incidents",
)  # fmt: skip


class Wanted(NamedTuple):
    """Of which month and account; None: of all. With `history` also what no longer stands."""

    month: Month | None = None
    account: Account | None = None
    history: bool = False


def records(session: Session, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Those made or released in that month, by number. What another system's log names is not ours to answer for."""
    found = list(session.scalars(_query(session, wanted).order_by(Change.id)))
    known = _Known(session, found)
    return (known.record(change) for change in found)


def _query(session: Session, wanted: Wanted) -> Any:
    query = select(Change).where(Change.state != ChangeState.IMPORTED)
    if wanted.account is not None:
        query = query.where(Change.account_id == wanted.account.id)
    if wanted.month is not None:
        starts, ends = wanted.month.window(provider.get(session).calendar)
        made, out = Change.created_at, Change.released_at
        query = query.where(or_(and_(made >= starts, made < ends), and_(out >= starts, out < ends)))
    return query


class _Known:
    """What is read once for all of them."""

    def __init__(self, session: Session, changes: list[Change]):
        ids = [change.id for change in changes]
        releases = [change.release_id for change in changes if change.release_id]
        self._people = {person.id: _person(person) for person in session.scalars(select(Person))}
        self._accounts = {account.id: account.name for account in session.scalars(select(Account))}
        self._incidents = incidents_of(session, changes)
        self._decisions = _decisions(session, ids, releases)
        about = or_(Event.change_id.in_(ids), and_(Event.release_id.in_(releases), Event.change_id.is_(None)))
        self._events = list(session.scalars(select(Event).where(about).order_by(Event.id)))

    def record(self, change: Change) -> dict[str, Any]:
        """One change; the order of the columns."""
        release = f"R-{change.release_id}" if change.release_id else None
        return {
            "change": change.key, "account": self._accounts[change.account_id], "title": change.title,
            "class": change.change_class.value, "score": change.score, "level": change.level.value,
            "areas": sorted(change.touches), "component": change.component,
            "authors": [self._who(number) for number in change.author_ids],
            "implementer": self._who(change.implementer_id), "made_at": _at(change.created_at),
            "content_hash": change.content_hash, "decisions": self._decided(change), "release": release,
            "released_at": _at(change.released_at), "outcome": change.state.value, "outcome_reason": change.reason,
            "incidents": [ticket.key for ticket in self._incidents[change.id]],
            "history": [self._event(event) for event in self._events if _is_of(event, change)],
        }  # fmt: skip

    def _decided(self, change: Change) -> list[dict[str, Any]]:
        subjects = {(Purpose.CHANGE, change.id), (Purpose.EMERGENCY_REVIEW, change.id),
                    (Purpose.RELEASE, change.release_id)}  # fmt: skip
        return [
            {
                "who": self._who(made.person_id), "as_whom": self._who(made.authority_id), "seat": made.seat.value,
                "verdict": made.verdict.value, "at": _at(made.at), "on": f"{asked.purpose.value} {asked.id}",
                "standing": asked.state.value, "content_hash": made.content_hash, "reason": made.reason,
            }
            for made, asked in self._decisions if (asked.purpose, asked.subject_id) in subjects
        ]  # fmt: skip

    def _event(self, event: Event) -> dict[str, Any]:
        return {
            "at": _at(event.at), "kind": event.kind.value, "by": self._who(event.actor_id) or "Steward",
            "from": event.source, "to": event.target, "told": event.data, "rule_version": event.rule_version,
        }  # fmt: skip

    def _who(self, number: int | None) -> str | None:
        return self._people.get(number, f"person {number}") if number else None


def _decisions(session: Session, ids: Iterable[int], releases: Iterable[int]) -> list[tuple[Decision, Approval]]:
    own = and_(Approval.purpose != Purpose.RELEASE, Approval.subject_id.in_(ids))
    packed = and_(Approval.purpose == Purpose.RELEASE, Approval.subject_id.in_(releases))
    query = select(Decision, Approval).join(Approval, Approval.id == Decision.approval_id)
    return [(made, asked) for made, asked in session.execute(query.where(or_(own, packed)).order_by(Decision.id))]


def _is_of(event: Event, change: Change) -> bool:
    """Its own, or its release's."""
    return event.change_id == change.id or (event.change_id is None and event.release_id == change.release_id)


def _person(person: Person) -> str:
    return f"{person.name} ({person.slack_id or person.email or person.id})"


def _at(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else None
