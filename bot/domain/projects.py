"""Projects: what is too large for a ticket is named, owned and budgeted on its own, and time logs to it.

`from_ticket` is how one begins; MOVES is what may become of it. The budget is shown, it never stops anybody.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Select, case, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, intakes, outbox, people, tickets
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Inputs, Ticket
from bot.domain.tickets.access import seen_by as tickets_seen_by
from bot.domain.workflow import Action, CloseReason, Need

LONGEST_NAME = 150
LONGEST_BUDGET = 60 * 99_999
_KEY = re.compile(r"\s*PR-?(\d{1,12})\s*", re.IGNORECASE)


class ProjectState(StrEnum):
    """How far it is."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    DONE = "done"
    DROPPED = "dropped"


class ProjectAction(StrEnum):
    """What its owner or a lead does to it; the value is part of the button's action id."""

    START = "start"
    DONE = "done"
    DROP = "drop"

    @property
    def label(self) -> str:
        """The word on the button."""
        return self.value.capitalize()


MOVES: dict[tuple[ProjectState, ProjectAction], ProjectState] = {
    (ProjectState.PROPOSED, ProjectAction.START): ProjectState.ACTIVE,
    (ProjectState.PROPOSED, ProjectAction.DROP): ProjectState.DROPPED,
    (ProjectState.ACTIVE, ProjectAction.DONE): ProjectState.DONE,
    (ProjectState.ACTIVE, ProjectAction.DROP): ProjectState.DROPPED,
    (ProjectState.DONE, ProjectAction.START): ProjectState.ACTIVE,
    (ProjectState.DROPPED, ProjectAction.START): ProjectState.ACTIVE,
}


class Project(Base):
    """Agreed or proposed work with a budget of its own."""

    __tablename__ = "project"

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    name: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    budget_minutes: Mapped[int]
    approval: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state_since: Mapped[datetime]
    from_ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    state: Mapped[ProjectState] = mapped_column(default=ProjectState.PROPOSED)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def key(self) -> str:
        """As people write it: PR-1."""
        return f"PR-{self.id}"

    @property
    def title(self) -> str:
        """Its name, where it stands among tickets."""
        return self.name

    @property
    def actions(self) -> list[ProjectAction]:
        """What may become of it now."""
        return [action for state, action in MOVES if state is self.state]

    def is_for(self, person: Person) -> bool:
        """Whether it is theirs to change: the owner's, or a lead's."""
        return person.may(Permission.LEAD_QUEUE) or (person.id == self.owner_id and person.may(Permission.WORK))

    def act(self, session: Session, action: ProjectAction, *, by: Person, now: datetime, seen: int) -> None:
        """Start it, finish it or drop it; the caller holds the row's lock. The client's thread hears of it."""
        self._check(session, by, seen)
        target = MOVES.get((self.state, action))
        if target is None:
            raise Refused(f"{self.key} is {self.state.value}. Open it again with /ticket {self.key} to see what fits.")
        source, self.state, self.state_since = self.state, target, now
        event = self._record(session, by, now, events.Kind.PROJECT_MOVED, source=source.value, target=target.value)
        # The ticket's row first, as every writer to its thread does.
        session.execute(select(Ticket.id).where(Ticket.id == self.from_ticket_id).with_for_update())
        for card in outbox.posts_of(session, outbox.Subject.TICKET, self.from_ticket_id):
            if card.place is outbox.Place.CLIENT:
                outbox.reply(session, card, event.id)

    def change(
        self, session: Session, *, name: str, owner: Person | None, budget_minutes: int, approval: str, by: Person,
        now: datetime, seen: int,
    ) -> None:  # fmt: skip
        """Rename it, hand it over, or agree on another budget; the caller holds the row's lock."""
        self._check(session, by, seen)
        before = {"name": self.name, "budget_minutes": self.budget_minutes, "approval": self.approval}
        self.name, self.owner_id = _name(name), _owner(owner).id
        self.budget_minutes, self.approval = budget_minutes, approval
        self._record(session, by, now, events.Kind.PROJECT_CHANGED, before=before)

    def _check(self, session: Session, by: Person, seen: int) -> None:
        if not self.is_for(by):
            owner = people.by_id(session, self.owner_id)
            name = owner.name if owner else "its owner"
            raise Refused(f"That is for {name}, who owns {self.key}, or for a lead. Ask one of them.")
        if seen != self.version:
            raise Refused(f"{self.key} changed meanwhile. Open it again with /ticket {self.key}.")

    def _record(self, session: Session, by: Person, now: datetime, kind: events.Kind, **more: Any) -> events.Event:
        self.version += 1
        facts = {
            "project": self.key, "project_name": self.name, "budget_minutes": self.budget_minutes,
            "approval": self.approval, "owner": people.facts(people.by_id(session, self.owner_id)),
        }  # fmt: skip
        event = events.Event(
            kind=kind, at=now, account_id=self.account_id, ticket_id=self.from_ticket_id, actor_id=by.id,
            source=more.get("source"), target=more.get("target"), data=facts | more,
            rule_version=playbook.of(session).version,
        )  # fmt: skip
        session.add(event)
        session.flush()
        return event


def check(session: Session, ticket: Ticket, *, by: Person, now: datetime, seen: int) -> None:
    """Whether this ticket can become a project now: it closes as redirected, so it may not be in work."""
    move = ticket.check(session, Action.CLOSE, by=by, now=now, seen=seen)
    if Need.CLOSE_REASON not in move.needs:
        raise Refused(f"{ticket.key} is in work. Only a request that is still being sorted out becomes a project.")


def from_ticket(
    session: Session, ticket: Ticket, *, name: str, owner: Person | None, budget_minutes: int, approval: str,
    reason: str, by: Person, now: datetime, seen: int,
) -> Project:  # fmt: skip
    """The ticket closes as redirected and a project stands for it; the caller holds the ticket's lock."""
    check(session, ticket, by=by, now=now, seen=seen)
    project = Project(
        account_id=ticket.account_id, name=_name(name), owner_id=_owner(owner).id, budget_minutes=budget_minutes,
        approval=approval, created_at=now, state_since=now, created_by_id=by.id, from_ticket_id=ticket.id,
    )  # fmt: skip
    session.add(project)
    session.flush()
    became = Inputs(close_reason=CloseReason.REDIRECTED, reason=reason, became=project.key, became_name=project.name)
    ticket.act(session, Action.CLOSE, by=by, now=now, seen=seen, inputs=became)
    project._record(session, by, now, events.Kind.PROJECT_MADE)
    intakes.redirected(session, ticket, intakes.Disposition.PROJECT)
    return project


def _name(name: str) -> str:
    if not 3 <= len(name.strip()) <= LONGEST_NAME:
        raise Refused(f"Write between 3 and {LONGEST_NAME} characters, please.", field="name")
    return name.strip()


def _owner(owner: Person | None) -> Person:
    if owner is None or not owner.may(Permission.WORK):
        raise Refused("Choose an engineer or a lead who owns it.", field="assignee")
    return owner


def is_key(text: str) -> bool:
    """Whether somebody means a project: PR-1."""
    return _KEY.fullmatch(text) is not None


def seen_by(actor: Person) -> Select[Project]:
    """The projects this person may know of: a contact those that came from its own tickets."""
    query = select(Project)
    if actor.is_staff:
        return query
    known = tickets_seen_by(actor).with_only_columns(Ticket.id)
    return query.where(Project.account_id == actor.account_id, Project.from_ticket_id.in_(known))


def visible_to(session: Session, actor: Person, key: str, *, lock: bool = False) -> Project:
    """The only way to load one: someone else's is simply not found."""
    match = _KEY.fullmatch(key)
    query = seen_by(actor).where(Project.id == (int(match[1]) if match else 0))
    project = session.scalar(query.with_for_update() if lock else query)
    if project is None:
        raise NotFound(f"I can't find “{key.strip()[:40]}”. Projects look like PR-1; /ticket projects lists them.")
    return project


def several(session: Session, actor: Person, numbers: set[int]) -> dict[int, Project]:
    """Those of these that the person may know of, for lists."""
    found = session.scalars(seen_by(actor).where(Project.id.in_(numbers))) if numbers else []
    return {project.id: project for project in found}


def listed(session: Session, actor: Person, *, limit: int) -> list[Project]:
    """What goes on first, then what is proposed, then what is over; the newest first in each."""
    order = case({ProjectState.ACTIVE: 0, ProjectState.PROPOSED: 1}, value=Project.state, else_=2)
    return list(session.scalars(seen_by(actor).order_by(order, Project.id.desc()).limit(limit)))


def possibilities(session: Session, actor: Person, typed: str, *, limit: int = 20) -> list[Project]:
    """Open projects for a picker; `typed` matches key or name."""
    query = seen_by(actor).where(Project.state.in_([ProjectState.PROPOSED, ProjectState.ACTIVE]))
    if words := typed.strip():
        match = _KEY.fullmatch(words)
        query = query.where(Project.id == int(match[1]) if match else Project.name.icontains(words, autoescape=True))
    return list(session.scalars(query.order_by(Project.id.desc()).limit(limit)))


def of_ticket(session: Session, ticket: Ticket) -> Project | None:
    """The project a redirected ticket became."""
    if ticket.close_reason is not CloseReason.REDIRECTED:
        return None
    return session.scalar(
        select(Project).where(Project.from_ticket_id == ticket.id).order_by(Project.id.desc()).limit(1)
    )


def origin(session: Session, actor: Person, project: Project) -> Ticket | None:
    """The ticket it came from, where the person may know of it."""
    return tickets.several(session, actor, {project.from_ticket_id}).get(project.from_ticket_id)
