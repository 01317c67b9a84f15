"""A decision and what follows from it: one way in for whatever is asked for, and for the time running out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, billing, changes, events, people, provider, quotes
from bot.domain.approvals import Approval, Decision, Hall, Purpose, Standing, decisions_on
from bot.domain.approvals.approval import Settled, valid_for
from bot.domain.business_time import Calendar, days_between
from bot.domain.changes import Change, ChangeState, Template
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.releases.asking import is_approved
from bot.domain.releases.asking import settled as release_settled
from bot.domain.releases.packing import after_edit, void
from bot.domain.releases.release import Release, ReleaseState, changes_in, lock, record, show
from bot.domain.seats import Seat, Verdict

HOLDS = frozenset({ChangeState.APPROVED, ChangeState.SCHEDULED})
RELEASE_HOLDS = frozenset({ReleaseState.APPROVED, ReleaseState.SCHEDULED})
REMINDERS = (1, 2)  # business days; at the second it is escalated


class Matter(NamedTuple):
    """How one kind of subject is locked, and what becomes of it."""

    lock: Callable[[Session, int], Any]
    settled: Callable[..., None] | None  # None: it is not answered by Approve or Reject
    lapse: Callable[..., None]
    remind: Callable[..., None]
    expires: bool = True


def _change_settled(
    session: Session, change: Any, approval: Approval, result: Settled, *, by: Person, now: datetime
) -> None:
    changes.settled(session, change, approval, result, by=by, now=now)
    if result.decision.verdict is Verdict.REJECT and approval.purpose is Purpose.CHANGE:
        after_edit(session, change, by=by, now=now)


def _release_lapse(session: Session, release: Release, _approval: Approval, now: datetime) -> None:
    release.move(session, ReleaseState.DRAFT, by=None, now=now, why="expired")


def _release_remind(session: Session, release: Release, approval: Approval, now: datetime, *, escalate: bool) -> None:
    hall, decided = Hall(session, now), decisions_on(session, [approval.id])[approval.id]
    seats = approval.open_seats(decided, now, valid_for(session))
    holders = [one for seat in seats for one in hall.holders(seat, None, approval.barred_ids)]
    ids = {one.id for one in holders}
    if escalate:
        ids |= hall.delegates(holders, approval.asked_at, approval.barred_ids)
        ids |= {one.id for one in hall.holders(Seat.LEAD, None)}
    known = people.by_ids(session, ids)
    told = {
        "approval": approval.id, "seats": [seat.value for seat in seats], "escalated": escalate,
        "asked": [people.facts(known[id_]) for id_ in sorted(known)],
        "until": approval.expires_at.isoformat() if approval.expires_at else None,
    }  # fmt: skip
    show(session, release, record(session, release, events.Kind.APPROVAL_REMINDED, by=None, now=now, **told))


def _lock_change(session: Session, number: int) -> Change:
    """Its release first, as everybody does who holds both."""
    if release_id := session.scalar(select(Change.release_id).where(Change.id == number)):
        lock(session, release_id)
    return changes.lock_subject(session, number)


# fmt: off
MATTERS: dict[Purpose, Matter] = {
    Purpose.CHANGE:           Matter(_lock_change, _change_settled, changes.lapse, changes.remind),
    Purpose.EMERGENCY_REVIEW: Matter(_lock_change, _change_settled, changes.lapse, changes.remind, False),
    Purpose.BILLING_REVIEW:   Matter(billing.lock_subject, None, billing.lapse, billing.remind),
    Purpose.QUOTE:            Matter(quotes.lock_subject, quotes.settled, quotes.lapse, quotes.remind),
    Purpose.RELEASE:          Matter(lock, release_settled, _release_lapse, _release_remind),
}
# fmt: on


def find(session: Session, actor: Person, number: int) -> Approval:
    """One that is answered by Approve or Reject; a month is signed where its figures stand."""
    found = approvals.find(session, actor, number)
    _settling(found)
    return found


def _settling(approval: Approval) -> Callable[..., None]:
    settled = MATTERS[approval.purpose].settled
    if settled is None:
        raise Refused("A month is signed beside its figures. Open it with /review billing, look at it, and sign there.")
    return settled


def decide(
    session: Session, actor: Person, number: int, verdict: Verdict, *, now: datetime, reason: str = ""
) -> Approval:
    """Approve or Reject, under the lock of what it is about; the approval as it stands then."""
    found = find(session, actor, number)
    subject = MATTERS[found.purpose].lock(session, found.subject_id)
    approval = approvals.locked(session, number)
    result = approvals.decide(session, approval, verdict, by=actor, now=now, reason=reason)
    _settling(found)(session, subject, approval, result, by=actor, now=now)
    return approval


def sweep(session: Session, now: datetime) -> int:
    """Remind, escalate, expire, lapse: whatever is due; how many. Any number of workers may look."""
    return _followed_up(session, now) + _lapsed_changes(session, now) + _lapsed_releases(session, now)


def _followed_up(session: Session, now: datetime) -> int:
    pending = session.scalars(select(Approval).where(Approval.state == Standing.PENDING).order_by(Approval.id)).all()
    if not pending:
        return 0
    calendars = {account.id: account.calendar for account in accounts.all_of_them(session)}
    ours = provider.get(session).calendar
    whose = [(one, calendars.get(one.account_id or 0, ours)) for one in pending]
    return sum(_follow_up(session, *one, now) for one in whose if _is_due(*one, now))


def _lapsed_changes(session: Session, now: datetime) -> int:
    """Approved once, and no longer: too long ago, or by a template that lost its standing. It can be asked for anew."""
    suspended = Change.template_id.in_(select(Template.id).where(Template.suspended_at.is_not(None)))
    aged = Change.id.in_(_with_an_old_decision(session, Purpose.CHANGE, now))
    query = select(Change.id).where(Change.state.in_(HOLDS), aged | suspended).order_by(Change.id)
    return sum(_lapsed_change(session, number, now) for number in session.scalars(query).all())


def _lapsed_change(session: Session, number: int, now: datetime) -> bool:
    change = _lock_change(session, number)
    if change.state not in HOLDS or changes.still_approved(session, change, now):
        return False
    changes.void(session, change, by=None, now=now, why="lapsed")
    after_edit(session, change, by=None, now=now)
    return True


def _lapsed_releases(session: Session, now: datetime) -> int:
    aged = Release.id.in_(_with_an_old_decision(session, Purpose.RELEASE, now))
    query = select(Release.id).where(Release.state.in_(RELEASE_HOLDS), aged).order_by(Release.id)
    return sum(_lapsed_release(session, number, now) for number in session.scalars(query).all())


def _lapsed_release(session: Session, number: int, now: datetime) -> bool:
    release = lock(session, number)
    if release is None or release.state not in RELEASE_HOLDS:
        return False
    if is_approved(session, release, changes_in(session, number), now):
        return False
    void(session, release, by=None, now=now, why="lapsed")
    return True


def _with_an_old_decision(session: Session, purpose: Purpose, now: datetime) -> Select[int]:
    """Whose standing approval may not hold any more: looked at closely only then."""
    return (
        select(Approval.subject_id).join(Decision, Decision.approval_id == Approval.id)
        .where(Approval.purpose == purpose, Approval.state == Standing.APPROVED,
               Decision.at < now - valid_for(session))
    )  # fmt: skip


def _follow_up(session: Session, approval: Approval, calendar: Calendar, now: datetime) -> bool:
    matter = MATTERS[approval.purpose]
    subject = matter.lock(session, approval.subject_id)
    approval = approvals.locked(session, approval.id)
    if not approval.is_pending or not _is_due(approval, calendar, now):
        return False  # somebody was faster
    if matter.expires and _has_run_out(approval, now):
        approvals.end(approval, Standing.EXPIRED, now=now)
        session.flush()
        matter.lapse(session, subject, approval, now)
        return True
    approval.reminded = _reminders_due(approval, calendar, now)
    matter.remind(session, subject, approval, now, escalate=approval.reminded >= len(REMINDERS))
    return True


def _has_run_out(approval: Approval, now: datetime) -> bool:
    return approval.expires_at is not None and approval.expires_at < now


def _is_due(approval: Approval, calendar: Calendar, now: datetime) -> bool:
    runs_out = MATTERS[approval.purpose].expires and _has_run_out(approval, now)
    return runs_out or _reminders_due(approval, calendar, now) > approval.reminded


def _reminders_due(approval: Approval, calendar: Calendar, now: datetime) -> int:
    waited = days_between(calendar, approval.asked_at, now)
    return sum(waited > days for days in REMINDERS)
