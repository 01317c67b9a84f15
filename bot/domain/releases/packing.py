"""What goes into a release, and what an edit of it undoes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import approvals, changes, events, outbox, provider
from bot.domain.approvals import Purpose, Standing
from bot.domain.changes import Change, ChangeState
from bot.domain.errors import Refused
from bot.domain.outbox import Subject
from bot.domain.people import Person
from bot.domain.releases import rollout, windows
from bot.domain.releases.release import (
    BEFORE_GO,
    MAY_GO_IN,
    MOST_CHANGES,
    PLANNED,
    Package,
    Release,
    ReleaseState,
    changes_in,
    highest,
    lock,
    lock_changes,
    record,
)
from bot.domain.roles import Permission


def make(session: Session, package: Package, *, by: Person, now: datetime) -> Release:
    """Package changes for a window."""
    by.require(Permission.WORK_ON_RELEASES)
    _check(package, now)
    release = Release(
        name=package.name.strip(), starts=package.starts, ends=package.ends, made_by_id=by.id, created_at=now,
        state_since=now, exception=package.exception.strip(),
    )  # fmt: skip
    session.add(release)
    session.flush()
    _pack(session, release, package.change_ids)
    check_obstacles(session, release)
    rollout.draft(session, release, changes_in(session, release.id))
    record(session, release, events.Kind.RELEASE_MADE, by=by, now=now, changes=list(package.change_ids))
    return release


def _check(package: Package, now: datetime) -> None:
    if not 3 <= len(package.name.strip()) <= 100:
        raise Refused("Give it a name of 3 to 100 characters.", field="name")
    if not package.change_ids:
        raise Refused("Choose at least one change.", field="changes")
    if len(package.change_ids) > MOST_CHANGES:
        raise Refused(f"At most {MOST_CHANGES} changes go out together. Make two releases.", field="changes")
    windows.check_window(package.starts, package.ends, now)


def _pack(session: Session, release: Release, ids: tuple[int, ...]) -> None:
    """Exactly these changes, none of them in another release or out already."""
    packed = {change.id for change in changes_in(session, release.id)}
    found = lock_changes(session, [*{*ids, *packed}])
    for change in found:
        wanted = change.id in ids
        if wanted and change.release_id not in {None, release.id}:
            raise Refused(f"{change.key} goes out with R-{change.release_id} already. Choose another.", field="changes")
        if wanted and change.id not in packed and change.state not in MAY_GO_IN:
            raise Refused(f"{change.key} is {change.state.value}, so it can’t go in. Choose another.", field="changes")
        change.release_id = release.id if wanted else None
    if len([change for change in found if change.id in ids]) != len(set(ids)):
        raise Refused("One of these changes is not there any more. Choose again.", field="changes")
    session.flush()


def obstacles(session: Session, release: Release) -> list[str]:
    """What speaks against its window: days, freezes, and other releases of the same account's same system."""
    packed = changes_in(session, release.id)
    account_ids = {change.account_id for change in packed}
    calendar = provider.get(session).calendar
    level = highest(packed)
    found = windows.in_the_way(
        session, calendar, release.starts, release.ends, level=level, account_ids=account_ids
    )  # fmt: skip
    overlapping = (
        select(Release, Change).join(Change, Change.release_id == Release.id)
        .where(Release.id != release.id, Release.state.in_(PLANNED), Release.starts < release.ends,
               Release.ends > release.starts, Change.account_id.in_(account_ids))
        .order_by(Release.id, Change.id)
    )  # fmt: skip
    systems = {(change.account_id, change.component.strip().lower()) for change in packed}
    for other, change in session.execute(overlapping):
        if (change.account_id, change.component.strip().lower()) in systems:
            found.append(f"{other.key} touches the same system at that time ({change.key})")
    return list(dict.fromkeys(found))


def check_obstacles(session: Session, release: Release) -> None:
    """Refuse a window that something speaks against, unless an exception is asked for."""
    if not release.exception and (found := obstacles(session, release)):
        why = "; ".join(found)
        raise Refused(
            f"{why[:1].upper()}{why[1:]}. Choose another window, or ask for an exception: say in the form why it "
            "can’t wait, and a service owner decides too.", field="starts",
        )  # fmt: skip


def repackage(session: Session, release: Release, package: Package, *, by: Person, now: datetime, seen: int) -> None:
    """Another window, other changes, another name: what was decided on the old package is void."""
    release.require_for(by, changes_in(session, release.id), seen)
    release.require_state(*BEFORE_GO)
    _check(package, now)
    before = release.content_hash(changes_in(session, release.id))
    out = {change.id for change in changes_in(session, release.id)} - set(package.change_ids)
    unschedule(session, out, by, now)
    release.name, release.exception = package.name.strip(), package.exception.strip()
    release.starts, release.ends = package.starts, package.ends
    _pack(session, release, package.change_ids)
    check_obstacles(session, release)
    packed = changes_in(session, release.id)
    rollout.draft(session, release, packed)
    if release.content_hash(packed) != before:
        void(session, release, by=by, now=now, why="edited")
    record(session, release, events.Kind.RELEASE_EDITED, by=by, now=now, changes=list(package.change_ids))
    outbox.refresh(session, Subject.RELEASE, release.id)


def unschedule(session: Session, ids: set[int], by: Person | None, now: datetime) -> None:
    """They are approved as before, and planned for nothing."""
    for change in lock_changes(session, sorted(ids)):
        if change.state is ChangeState.SCHEDULED:
            change.move(session, ChangeState.APPROVED, by=by, now=now, heard=False, why="unscheduled")
            changes.unplan_ticket(session, change, by=by, now=now)


def void(session: Session, release: Release, *, by: Person | None, now: datetime, why: str) -> None:
    """What was asked or decided on it counts no more, and it is a draft again."""
    if release.state is ReleaseState.DRAFT:
        return
    approval = approvals.newest(session, Purpose.RELEASE, [release.id]).get(release.id)
    if approval is not None and approval.state in {Standing.PENDING, Standing.APPROVED}:
        approvals.end(approvals.locked(session, approval.id), Standing.VOID, now=now)
    was_scheduled = release.state is ReleaseState.SCHEDULED
    event = release.move(session, ReleaseState.DRAFT, by=by, now=now, why=why)
    if was_scheduled:
        unschedule(session, {change.id for change in changes_in(session, release.id)}, by, now)
        rollout.unplan(session, release)
        rollout.say_below(session, release, event)


def after_edit(session: Session, change: Change, *, by: Person | None, now: datetime) -> Release | None:
    """A change in it is a draft again, rejected or withdrawn: what was decided on the package is void. Its release."""
    if change.release_id is None:
        return None
    release = lock(session, change.release_id)
    if release is None or release.state not in BEFORE_GO:
        return None
    if change.state is ChangeState.WITHDRAWN:
        change.release_id = None
        session.flush()
    void(session, release, by=by, now=now, why=f"{change.key} is {change.state.value}")
    rollout.draft(session, release, changes_in(session, release.id))
    outbox.refresh(session, Subject.RELEASE, release.id)
    return release
