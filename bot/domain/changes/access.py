"""The only ways to reach changes: through the person who asks. Contacts know those that concern them."""

import re
from typing import NamedTuple

from sqlalchemy import Select, case, exists, select
from sqlalchemy.orm import Session

from bot.domain.approvals import Approval, Purpose
from bot.domain.changes.change import Change
from bot.domain.changes.links import Relation, of_ticket
from bot.domain.changes.states import BEFORE_RELEASE, ChangeState
from bot.domain.errors import NotFound
from bot.domain.events import Event
from bot.domain.people import Person

_KEY = re.compile(r"\s*CH-?(\d{1,12})\s*", re.IGNORECASE)


def is_key(text: str) -> bool:
    """Whether somebody means a change: CH-1."""
    return _KEY.fullmatch(text) is not None


def seen_by(actor: Person) -> Select[Change]:
    """A contact sees what its own side was asked to decide, or what is planned or out."""
    query = select(Change)
    if actor.is_staff:
        return query
    asked = exists().where(
        Approval.purpose == Purpose.CHANGE, Approval.subject_id == Change.id,
        Approval.steps.contains([["client"]]),
    )  # fmt: skip
    shown = [ChangeState.SCHEDULED, ChangeState.RELEASED, ChangeState.VERIFIED, ChangeState.ROLLED_BACK]
    return query.where(Change.account_id == actor.account_id, asked | Change.state.in_(shown))


def visible_to(session: Session, actor: Person, key: str | int, *, lock: bool = False) -> Change:
    """The only way to load one: someone else's is simply not found."""
    match = _KEY.fullmatch(str(key)) if isinstance(key, str) else None
    number = key if isinstance(key, int) else int(match[1]) if match else 0
    query = seen_by(actor).where(Change.id == number)
    change = session.scalar(query.with_for_update() if lock else query, execution_options={"populate_existing": lock})
    if change is None:
        raise NotFound(f"I can’t find “{str(key).strip()[:40]}”. Changes look like CH-1; /change lists them.")
    return change


def several(session: Session, actor: Person, numbers: set[int]) -> dict[int, Change]:
    """Those of these that the person may know of, for lists."""
    found = session.scalars(seen_by(actor).where(Change.id.in_(numbers))) if numbers else []
    return {change.id: change for change in found}


class Known(NamedTuple):
    """A change of a ticket, and what the ticket is to it."""

    relation: Relation
    change: Change


def around_ticket(session: Session, ticket_id: int, reader: Person | None = None) -> list[Known]:
    """The changes of a ticket that its reader may know of; without one, all of them."""
    linked = of_ticket(session, ticket_id)
    ids = {one.change_id for one in linked}
    query = seen_by(reader) if reader else select(Change)
    found = {change.id: change for change in session.scalars(query.where(Change.id.in_(ids)))} if ids else {}
    return [Known(one.relation, found[one.change_id]) for one in linked if one.change_id in found]


def listed(session: Session, actor: Person, *, limit: int) -> list[Change]:
    """What is not out yet first, the newest first in each."""
    order = case((Change.state.in_(BEFORE_RELEASE), 0), (Change.state == ChangeState.RELEASED, 0), else_=1)
    query = seen_by(actor).where(Change.state != ChangeState.IMPORTED)
    return list(session.scalars(query.order_by(order, Change.id.desc()).limit(limit)))


def of_event(session: Session, event: Event) -> Change:
    """The change that an event is about."""
    return session.scalars(select(Change).where(Change.id == event.change_id)).one()


def of_intake(session: Session, intake_id: int) -> Change | None:
    """What became of a request that asked for a change."""
    return session.scalar(select(Change).where(Change.intake_id == intake_id))


def possibilities(session: Session, actor: Person, typed: str, *, limit: int = 20) -> list[Change]:
    """Changes that could still go into a release; `typed` matches key or title."""
    query = seen_by(actor).where(Change.state.in_([ChangeState.DRAFT, ChangeState.ASKED, ChangeState.APPROVED]))
    if words := typed.strip():
        match = _KEY.fullmatch(words)
        query = query.where(Change.id == int(match[1]) if match else Change.title.icontains(words, autoescape=True))
    return list(session.scalars(query.where(Change.release_id.is_(None)).order_by(Change.id.desc()).limit(limit)))
