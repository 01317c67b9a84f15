"""Go, and what follows: verified, or rolled back. Each counts anew whether it may; clients hear it in their threads."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain import changes, events, provider
from bot.domain.changes import Change, ChangeState
from bot.domain.date_ranges import show_day
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.releases import rollout
from bot.domain.releases.asking import check_may_go
from bot.domain.releases.audiences import Moment
from bot.domain.releases.release import Release, ReleaseState, changes_in, lock_changes, record
from bot.domain.risk import ChangeClass
from bot.domain.roles import Permission

EMERGENCY_WINDOW = timedelta(hours=4)


def go(session: Session, release: Release, *, by: Person, now: datetime, seen: int) -> None:
    """Release it: inside its window, with every approval counted anew."""
    packed = lock_changes(session, [change.id for change in changes_in(session, release.id)])
    release.require_for(by, packed, seen)
    release.require_state(ReleaseState.SCHEDULED)
    if not release.starts <= now <= release.ends:
        calendar = provider.get(session).calendar
        when = release.starts.astimezone(calendar.tz)
        until = release.ends.astimezone(calendar.tz)
        raise Refused(
            f"Its window is {show_day(when.date())}, {when:%H:%M} to {until:%H:%M} ({calendar.zone}). "
            "Wait for it, or change the window."
        )
    _go(session, release, packed, by, now)


def _go(session: Session, release: Release, packed: list[Change], by: Person, now: datetime) -> None:
    check_may_go(session, release, packed, now)
    release.released_at, release.released_by_id = now, by.id
    release.move(session, ReleaseState.RELEASED, by=by, now=now)
    for change in packed:
        change.released_at = now
        change.move(session, ChangeState.RELEASED, by=by, now=now)
        changes.start_ticket(session, change, by=by, now=now)
        if change.change_class is ChangeClass.EMERGENCY:
            changes.emergency_review(session, change, now=now)
    rollout.tell(session, release, Moment.AT_RELEASE, now)


def release_now(session: Session, change: Change, *, by: Person, now: datetime, seen: int) -> Release:
    """An emergency that the lead on call approved goes out at once, in a release of its own."""
    by.require(Permission.WORK)
    if change.version != seen:
        raise Refused(f"{change.key} changed meanwhile. Open it again with /change {change.key}.")
    if change.change_class is not ChangeClass.EMERGENCY or change.state is not ChangeState.APPROVED:
        raise Refused(f"Only an approved emergency goes out at once. {change.key} goes out with a release.")
    if change.release_id is not None:
        raise Refused(f"{change.key} goes out with R-{change.release_id} already. Open it with /release.")
    release = Release(
        name=change.title[:100], starts=now, ends=now + EMERGENCY_WINDOW, made_by_id=by.id, created_at=now,
        state_since=now, state=ReleaseState.SCHEDULED,
    )  # fmt: skip
    session.add(release)
    session.flush()
    change.release_id = release.id
    session.flush()
    rollout.draft(session, release, [change])
    record(session, release, events.Kind.RELEASE_MADE, by=by, now=now, changes=[change.id])
    _go(session, release, [change], by, now)
    return release


def verify(session: Session, release: Release, *, by: Person, now: datetime, seen: int) -> None:
    """It works: its tickets go to review, and those it concerns hear so."""
    packed = _out(session, release, by, seen)
    release.settled_at = now
    release.move(session, ReleaseState.VERIFIED, by=by, now=now)
    for change in packed:
        change.move(session, ChangeState.VERIFIED, by=by, now=now)
        changes.review_ticket(session, change, by=by, now=now)
    rollout.tell(session, release, Moment.AFTER_VERIFICATION, now)


def roll_back(session: Session, release: Release, reason: str, *, by: Person, now: datetime, seen: int) -> None:
    """It is taken back as planned; its templates lose their standing, and those who were told hear so."""
    packed = _out(session, release, by, seen)
    if len(reason.strip()) < 10:
        raise Refused("Say what went wrong, in a sentence: clients and the review read it.", field="reason")
    release.reason, release.settled_at = reason.strip(), now
    release.move(session, ReleaseState.ROLLED_BACK, by=by, now=now, reason=release.reason)
    for change in packed:
        change.reason = release.reason
        change.move(session, ChangeState.ROLLED_BACK, by=by, now=now, reason=release.reason)
        changes.failed(session, change, now)
    rollout.take_back(session, release, now)


def _out(session: Session, release: Release, by: Person, seen: int) -> list[Change]:
    packed = lock_changes(session, [change.id for change in changes_in(session, release.id)])
    release.require_for(by, packed, seen)
    release.require_state(ReleaseState.RELEASED)
    return packed
