"""How a release is asked for, scheduled or withdrawn. Approved is only ever counted, never remembered.

The caller holds the release's lock.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import approvals, changes, events, people
from bot.domain.approvals import Approval, Hall, Purpose, Standing
from bot.domain.approvals.approval import Settled
from bot.domain.changes import Change, ChangeState
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.releases import rollout
from bot.domain.releases.packing import check_obstacles, unschedule
from bot.domain.releases.release import (
    BEFORE_GO,
    Release,
    ReleaseState,
    changes_in,
    lock_changes,
    record,
    show,
)
from bot.domain.risk import RELEASE, RELEASE_EXCEPTION, ChangeClass, Steps
from bot.domain.seats import Verdict


def steps_of(release: Release) -> Steps:
    """Who must decide on the release itself."""
    return RELEASE_EXCEPTION if release.exception else RELEASE


def barred(packed: list[Change]) -> dict[int, str]:
    """Neither author nor implementer of anything in it approves it."""
    return {person: f"{why} of {change.key}" for change in reversed(packed) for person, why in change.barred.items()}


def ask(session: Session, release: Release, *, by: Person, now: datetime, seen: int) -> None:
    """Put it before a release approver, once every change in it is approved."""
    packed = changes_in(session, release.id)
    release.require_for(by, packed, seen)
    release.require_state(ReleaseState.DRAFT)
    _require_approved(session, packed, now)
    check_obstacles(session, release)
    approval = approvals.ask(
        session, Purpose.RELEASE, release.id, steps_of(release), account_id=None, barred=barred(packed),
        content_hash=release.content_hash(packed), by=by, now=now,
    )  # fmt: skip
    hall = Hall(session, now)
    asked = {one.id: one for seat in approval.seats for one in hall.holders(seat, None, approval.barred_ids)}
    told = {"approval": approval.id, "asked": [people.facts(person) for person in asked.values()]}
    release.move(session, ReleaseState.ASKED, by=by, now=now, **told)


def _require_approved(session: Session, packed: list[Change], now: datetime) -> None:
    if not packed:
        raise Refused("There is nothing in it. Add a change first.")
    waiting = [change for change in packed if not changes.still_approved(session, change, now)]
    if waiting:
        told = ", ".join(f"{change.key} ({_why_not(change)})" for change in waiting)
        raise Refused(f"Every change in it has to be approved first. Missing: {told}.")


def _why_not(change: Change) -> str:
    lapsed = change.state in {ChangeState.APPROVED, ChangeState.SCHEDULED}
    return "its approval has lapsed" if lapsed else change.state.value


def is_approved(session: Session, release: Release, packed: list[Change], now: datetime) -> bool:
    """Counted anew: one release approver, on exactly this package. Only emergencies go out without one."""
    if packed and all(change.change_class is ChangeClass.EMERGENCY for change in packed):
        return True
    approval = approvals.newest(session, Purpose.RELEASE, [release.id]).get(release.id)
    if approval is not None and approval.seats != [seat for step in steps_of(release) for seat in step]:
        return False
    return approvals.still_approved(session, approval, release.content_hash(packed), now)


def check_may_go(session: Session, release: Release, packed: list[Change], now: datetime) -> None:
    """Everything that has to hold before it goes out, counted anew and not remembered."""
    _require_approved(session, packed, now)
    if not is_approved(session, release, packed, now):
        raise Refused(f"The approval of {release.key} does not hold any more. Ask for it again.")
    emergency = all(change.change_class is ChangeClass.EMERGENCY for change in packed)
    if not emergency:
        check_obstacles(session, release)
    people_in_it = {change.author_id for change in packed}
    if late := changes.late_reviews(session, people_in_it, now):
        author = people.by_id(session, late[0].author_id)
        raise Refused(
            f"The review of {late[0].key} is late, and {author.name if author else 'its author'} releases nothing "
            "until two colleagues have looked at it. Ask them today."
        )


def schedule(session: Session, release: Release, *, by: Person, now: datetime, seen: int) -> None:
    """It is planned: its tickets move along, and those it concerns are told in time."""
    packed = changes_in(session, release.id)
    release.require_for(by, packed, seen)
    release.require_state(ReleaseState.APPROVED)
    packed = lock_changes(session, [change.id for change in packed])
    check_may_go(session, release, packed, now)
    if release.ends <= now:
        raise Refused("Its window is over. Change the window first.")
    planned = {"starts": release.starts.isoformat(), "ends": release.ends.isoformat()}
    event = release.move(session, ReleaseState.SCHEDULED, by=by, now=now, **planned)
    for change in packed:
        change.move(session, ChangeState.SCHEDULED, by=by, now=now, starts=release.starts.isoformat())
        changes.plan_ticket(session, change, release.starts, by=by, now=now)
    rollout.say_below(session, release, event)  # to whoever heard of an earlier plan
    rollout.plan(session, release, packed, now)


def withdraw(session: Session, release: Release, reason: str, *, by: Person, now: datetime, seen: int) -> None:
    """It does not go out; its changes stay approved, and whoever was told hears that it is off."""
    packed = changes_in(session, release.id)
    release.require_for(by, packed, seen)
    release.require_state(*BEFORE_GO)
    if len(reason.strip()) < 3:
        raise Refused("Say why, in a few words: whoever was told reads it.", field="reason")
    if approval := approvals.pending_of(session, Purpose.RELEASE, release.id):
        approvals.end(approvals.locked(session, approval.id), Standing.WITHDRAWN, now=now)
    release.reason = reason.strip()
    rollout.call_off(session, release, now)
    unschedule(session, {change.id for change in packed}, by, now)
    for change in packed:
        change.release_id = None
    release.move(session, ReleaseState.WITHDRAWN, by=by, now=now, reason=release.reason)


def settled(
    session: Session, release: Release, approval: Approval, result: Settled, *, by: Person, now: datetime
) -> None:
    """What a decision does: approved, back to a draft, or somebody else decides next."""
    told = {
        "approval": approval.id, "verdict": result.decision.verdict.value, "seat": result.decision.seat.value,
        "reason": result.decision.reason,
        "authority": people.facts(people.by_id(session, result.decision.authority_id)),
    }  # fmt: skip
    event = record(session, release, events.Kind.APPROVAL_DECIDED, by=by, now=now, **told)
    show(session, release, event)
    if result.decision.verdict is Verdict.REJECT:
        release.reason = result.decision.reason
        release.move(session, ReleaseState.DRAFT, by=by, now=now, why="rejected", reason=release.reason)
    elif result.state is Standing.APPROVED:
        release.move(session, ReleaseState.APPROVED, by=by, now=now)
