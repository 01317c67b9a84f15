"""The only ways to reach releases: staff see them, clients what they are told."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.errors import NotFound
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


def listed(session: Session, *, since: datetime, limit: int) -> list[Release]:
    """What is planned or still to be verified, and what was settled since; by time."""
    open_ones = Release.state.in_(STAYS_IN_SIGHT)
    query = select(Release).where(open_ones | (Release.state_since >= since)).order_by(Release.starts, Release.id)
    return list(session.scalars(query.limit(limit)))
