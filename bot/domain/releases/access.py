"""The only ways to reach releases: staff see them, clients what they are told."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.releases.release import PLANNED, Release, ReleaseState

_KEY = re.compile(r"\s*R-?(\d{1,12})\s*", re.IGNORECASE)
STAYS_IN_SIGHT = (ReleaseState.DRAFT, *sorted(PLANNED), ReleaseState.RELEASED)


def is_key(text: str) -> bool:
    """Whether somebody means a release: R-1."""
    return _KEY.fullmatch(text) is not None


def visible_to(session: Session, actor: Person, key: str | int, *, lock: bool = False) -> Release:
    """The only way to load one: to a contact there is none."""
    match = _KEY.fullmatch(str(key)) if isinstance(key, str) else None
    number = key if isinstance(key, int) else int(match[1]) if match else 0
    query = select(Release).where(Release.id == number)
    query = query.with_for_update() if lock else query
    release = session.scalar(query, execution_options={"populate_existing": lock}) if actor.is_staff else None
    if release is None:
        raise NotFound(
            f"I can’t find “{str(key).strip()[:40]}”. Releases look like R-1; /release shows what is planned."
        )
    return release


def find(session: Session, number: int | None) -> Release | None:
    """What a change goes out with, for its cards; None to a contact."""
    return session.scalar(select(Release).where(Release.id == number)) if number else None


def check_staff(actor: Person) -> None:
    """Releases are the team's: clients are told of theirs in their own channels."""
    if not actor.is_staff:
        raise Refused("Releases are planned by our team. Whatever concerns you is told in your channel, in time.")


def listed(session: Session, actor: Person, *, since: datetime, limit: int) -> list[Release]:
    """What is planned or still to be verified, and what was settled since; by time."""
    check_staff(actor)
    open_ones = Release.state.in_(STAYS_IN_SIGHT)
    query = select(Release).where(open_ones | (Release.state_since >= since)).order_by(Release.starts, Release.id)
    return list(session.scalars(query.limit(limit)))


def history(session: Session, release: Release, *, newest: int) -> list[events.Event]:
    """What happened to it, oldest first; that of its changes is theirs."""
    query = select(events.Event).where(events.Event.release_id == release.id, events.Event.change_id.is_(None))
    return list(session.scalars(query.order_by(events.Event.id.desc()).limit(newest)))[::-1]
