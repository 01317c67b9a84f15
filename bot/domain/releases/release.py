"""A release: changes that go out in one window. Its verbs stand in `packing`, `asking` and `going`.

The caller of a verb holds the row's lock. A release's approval binds to its own content and to that of every change in
it, so an edit of any of them voids it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, outbox, provider
from bot.domain.base import Base, Id
from bot.domain.changes import Change, ChangeState
from bot.domain.errors import Refused
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.risk import Level
from bot.domain.roles import Permission

MOST_CHANGES = 30


class ReleaseState(StrEnum):
    """How far it is."""

    DRAFT = "draft"
    ASKED = "waiting for approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    VERIFIED = "verified"
    ROLLED_BACK = "rolled back"
    WITHDRAWN = "withdrawn"


_S = ReleaseState
BEFORE_GO = frozenset({_S.DRAFT, _S.ASKED, _S.APPROVED, _S.SCHEDULED})
PLANNED = frozenset({_S.ASKED, _S.APPROVED, _S.SCHEDULED})
MAY_GO_IN = frozenset({ChangeState.DRAFT, ChangeState.ASKED, ChangeState.APPROVED})
LEVELS = tuple(Level)


@dataclass(frozen=True)
class Package:
    """The form of a release."""

    name: str
    starts: datetime
    ends: datetime
    change_ids: tuple[int, ...]
    exception: str = ""  # why it may go out although something is in the way


class Release(Base):
    """What goes out together. It belongs to no one account: only staff see it, clients what they are told."""

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_starts", "starts"),)

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    state_since: Mapped[datetime]
    exception: Mapped[str] = mapped_column(default="")
    state: Mapped[ReleaseState] = mapped_column(default=ReleaseState.DRAFT)
    reason: Mapped[str] = mapped_column(default="")  # why it was withdrawn or rolled back
    released_at: Mapped[datetime | None] = mapped_column(default=None)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)  # verified or rolled back
    version: Mapped[int] = mapped_column(default=1)

    @property
    def key(self) -> str:
        """As people write it: R-1."""
        return f"R-{self.id}"

    def content_hash(self, packed: list[Change]) -> str:
        """What an approval of it is bound to. The rollout messages tell of it and change nothing."""
        told = {
            "name": self.name, "starts": self.starts.isoformat(), "ends": self.ends.isoformat(),
            "exception": self.exception, "changes": sorted([change.id, change.content_hash] for change in packed),
        }  # fmt: skip
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def is_for(self, person: Person, packed: list[Change]) -> bool:
        """Whether they may edit, schedule and run it: who made it, who implements it, a lead, a release approver."""
        theirs = {self.made_by_id, *(change.implementer_id for change in packed)}
        planner = person.may(Permission.PLAN_RELEASES)
        return planner or (person.may(Permission.WORK) and person.id in theirs)

    def require_for(self, person: Person, packed: list[Change], seen: int | None) -> None:
        """Refuse whoever may not, and whoever came second."""
        if not self.is_for(person, packed):
            raise Refused(f"{self.key} is run by who made it, an implementer, a lead or an approver. Ask one of them.")
        if seen is not None and seen != self.version:
            raise Refused(self._who_was_first())

    def _who_was_first(self) -> str:
        return f"{self.key} is {self.state.value} by now. Look at its newest card, or open it with /release {self.key}."

    def require_state(self, *wanted: ReleaseState) -> None:
        """Refuse what does not go with how far it is."""
        if self.state not in wanted:
            raise Refused(self._who_was_first())

    def move(
        self, session: Session, target: ReleaseState, *, by: Person | None, now: datetime, **facts: Any
    ) -> events.Event:
        """From one state to the next; the verbs above it have checked that it may."""
        source, self.state, self.state_since = self.state, target, now
        kind = events.Kind.RELEASE_MOVED
        event = record(session, self, kind, by=by, now=now, source=source.value, target=target.value, **facts)
        show(session, self, event)
        return event


def changes_in(session: Session, release_id: int) -> list[Change]:
    """What is packed, by number."""
    return list(session.scalars(select(Change).where(Change.release_id == release_id).order_by(Change.id)))


def lock_changes(session: Session, ids: list[int]) -> list[Change]:
    """These rows, held, by number."""
    query = select(Change).where(Change.id.in_(ids)).order_by(Change.id).with_for_update()
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def highest(packed: list[Change]) -> Level:
    """The highest risk of what is packed."""
    return max((change.level for change in packed), key=LEVELS.index, default=Level.LOW)


def record(
    session: Session, release: Release, kind: events.Kind, *, by: Person | None, now: datetime, **facts: Any
) -> events.Event:
    """An event about it."""
    release.version += 1
    event = events.Event(
        kind=kind, at=now, actor_id=by.id if by else None, release_id=release.id, source=facts.get("source"),
        target=facts.get("target"), data={"release": release.key, "name": release.name, **facts},
        rule_version=playbook.of(session).version,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def show(session: Session, release: Release, event: events.Event) -> None:
    """Its card in the approvers' channel as it stands, opened when it is first asked for, and a sentence below it."""
    cards = outbox.refresh(session, Subject.RELEASE, release.id)
    channel = provider.get(session).releases_channel
    if not cards and channel and release.state is not ReleaseState.DRAFT:
        cards = [outbox.open_thread(session, Subject.RELEASE, release.id, Place.RELEASES, channel, account_id=None)]
    for card in cards:
        outbox.reply(session, card, event.id)


def lock(session: Session, number: int) -> Release | None:
    """The row, held; None to a contact, for whom there are no releases."""
    query = select(Release).where(Release.id == number).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})
