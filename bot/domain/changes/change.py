"""The change itself: its content, its risk, and how far it is.

Its state changes only by the verbs of `asking` and by the release it goes out with. The caller of a verb holds the
row's lock.
"""

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, UniqueConstraint, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, people
from bot.domain.base import AccountRef, Base, Id
from bot.domain.changes import posts
from bot.domain.changes.checklist import Check, Result, Touch, checks_for
from bot.domain.changes.content import Content, Rollback, hash_of
from bot.domain.changes.links import ChangeLink, Relation
from bot.domain.changes.states import BEFORE_RELEASE, ChangeState
from bot.domain.changes.templates import Template
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.risk import (
    APPROVALS,
    FAILURE_COUNTS_DAYS,
    Answers,
    Blast,
    ChangeClass,
    Level,
    Steps,
    Tested,
    Undo,
    classify,
    level,
    score,
)
from bot.domain.roles import Permission


class Change(Base):
    """A step in production."""

    __tablename__ = "change"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_change_release_id", "release_id"),
        Index("ix_change_component", "account_id", text("lower(component)")),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    title: Mapped[str]
    purpose: Mapped[str]
    author_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))  # who made it, and whoever edited it since
    created_at: Mapped[datetime]
    state_since: Mapped[datetime]
    change_class: Mapped[ChangeClass]
    score: Mapped[int]
    level: Mapped[Level]
    content_hash: Mapped[str]
    implementer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    touches: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    component: Mapped[str] = mapped_column(default="")
    blast: Mapped[Blast] = mapped_column(default=Blast.ONE)
    undo: Mapped[Undo] = mapped_column(default=Undo.TOGGLE)
    tested: Mapped[Tested] = mapped_column(default=Tested.NONE)
    at_peak: Mapped[bool] = mapped_column(default=False)
    failed_lately: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    emergency_reason: Mapped[str] = mapped_column(default="")
    rollback: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    qa: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)  # check's key: result and evidence
    template_id: Mapped[int | None] = mapped_column(ForeignKey("change_template.id"), default=None)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), default=None)
    intake_id: Mapped[int | None] = mapped_column(ForeignKey("intake.id"), default=None)
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.DRAFT)
    reason: Mapped[str] = mapped_column(default="")  # why it was rejected, withdrawn or rolled back
    released_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str | None] = mapped_column(default=None)
    source_key: Mapped[str | None] = mapped_column(default=None)

    @property
    def key(self) -> str:
        """As people write it: CH-1."""
        return f"CH-{self.id}"

    @property
    def author_id(self) -> int:
        """Who made it."""
        return self.author_ids[0]

    @property
    def content(self) -> Content:
        """What is decided on."""
        return Content(
            title=self.title, purpose=self.purpose, touches=tuple(Touch(name) for name in self.touches),
            component=self.component, blast=self.blast, undo=self.undo, tested=self.tested, at_peak=self.at_peak,
            plan=self.plan, evidence=self.evidence, emergency_reason=self.emergency_reason,
            implementer_id=self.implementer_id, template_id=self.template_id, rollback=Rollback(**self.rollback),
        )  # fmt: skip

    @property
    def answers(self) -> Answers:
        """The questionnaire as it was answered."""
        return self.content.answers(failed_lately=self.failed_lately)

    @property
    def steps(self) -> Steps:
        """Who must decide, in order."""
        return APPROVALS[self.change_class][self.level]

    @property
    def checks(self) -> list[Check]:
        """The checklist of what it touches."""
        return checks_for([Touch(name) for name in self.touches])

    @property
    def barred(self) -> dict[int, str]:
        """Who never decides on it, and why."""
        doers = {self.implementer_id: "implementer"} if self.implementer_id else {}
        return {**doers, **dict.fromkeys(self.author_ids, "author")}

    @property
    def is_before_release(self) -> bool:
        """Whether it may still be edited or withdrawn."""
        return self.state in BEFORE_RELEASE

    def result_of(self, check: Check) -> Result | None:
        """How a check went, if it was answered."""
        answered = self.qa.get(check.key)
        return Result(answered["result"]) if answered else None

    def is_for(self, person: Person) -> bool:
        """Whether it is theirs to change: an author's, the implementer's, or a lead's."""
        theirs = person.id in {*self.author_ids, self.implementer_id} or person.may(Permission.LEAD_QUEUE)
        return theirs and person.may(Permission.WORK)

    def check_edit(self, by: Person, seen: int) -> None:
        """Refuse whoever may not, whoever came second, and what is out already."""
        by.require(Permission.WORK)
        if not self.is_for(by):
            raise Refused(f"{self.key} is changed by its author, its implementer or a lead. Ask one of them.")
        if seen != self.version:
            raise Refused(f"{self.key} changed meanwhile. Open it again with /change {self.key}.")
        if not self.is_before_release:
            raise Refused(f"{self.key} is {self.state.value}, so it can’t be edited any more. Make a new change of it.")

    def edit(self, session: Session, content: Content, *, by: Person, now: datetime, seen: int) -> bool:
        """Other words, other answers; whether anything changed. What was decided on the old content is void."""
        self.check_edit(by, seen)
        content.check()
        require_implementer(session, content)
        if content == self.content:
            return False
        if by.id not in self.author_ids:
            self.author_ids = [*self.author_ids, by.id]
        before = {name for name, value in asdict(content).items() if value != asdict(self.content)[name]}
        self._take(content)
        self._edited(session, by, now, fields=sorted(before))
        return True

    def answer_checks(
        self, session: Session, answers: dict[str, tuple[Result, str]], *, by: Person, now: datetime, seen: int
    ) -> bool:
        """The checklist's results with their evidence. Who checks is no author by that; it is content all the same."""
        by.require(Permission.WORK)
        if seen != self.version:
            raise Refused(f"{self.key} changed meanwhile. Open it again with /change {self.key}.")
        if not self.is_before_release:
            raise Refused(
                f"{self.key} is {self.state.value}, so its checks stand as they are. Make a new change of it."
            )
        known = {check.key for check in self.checks}
        qa = {
            key: {"result": result.value, "evidence": evidence.strip(), "by": by.id}
            for key, (result, evidence) in answers.items() if key in known
        }  # fmt: skip
        kept = {key: self.qa[key] if _same(self.qa.get(key), answer) else answer for key, answer in qa.items()}
        if kept == self.qa:
            return False
        self.qa = kept
        self._edited(session, by, now, fields=["checks"])
        return True

    def _take(self, content: Content) -> None:
        for part in fields(content):
            value = getattr(content, part.name)
            setattr(self, part.name, asdict(value) if isinstance(value, Rollback) else value)
        self.touches = [touch.value for touch in content.touches]

    def _edited(self, session: Session, by: Person, now: datetime, **facts: Any) -> None:
        self.assess(session, now)
        event = record(session, self, events.Kind.CHANGE_EDITED, by=by, now=now, **facts)
        posts.show(session, self, event)

    def assess(self, session: Session, now: datetime) -> None:
        """Score, level, class and hash as the content now asks for."""
        seen = foresee(session, self.account_id, self.content, now)
        self.failed_lately = seen.answers.failed_lately
        self.score, self.level, self.change_class = score(seen.answers), seen.level, seen.change_class
        self.content_hash = hash_of(
            self.content, self.qa, change_class=self.change_class, level=self.level, account=self.account_id
        )

    def move(
        self, session: Session, target: ChangeState, *, by: Person | None, now: datetime, heard: bool = True,
        **facts: Any,
    ) -> events.Event:  # fmt: skip
        """From one state to the next; the verbs above it have checked that it may."""
        source, self.state, self.state_since = self.state, target, now
        kind = events.Kind.CHANGE_MOVED
        event = record(session, self, kind, by=by, now=now, source=source.value, target=target.value, **facts)
        posts.show(session, self, event, heard=heard)
        return event


def _same(stored: dict[str, Any] | None, answer: dict[str, Any]) -> bool:
    return stored is not None and (stored["result"], stored["evidence"]) == (answer["result"], answer["evidence"])


def require_implementer(session: Session, content: Content) -> None:
    """Refuse somebody who works on no tickets."""
    implementer = people.by_id(session, content.implementer_id)
    if content.implementer_id is not None and (implementer is None or not implementer.may(Permission.WORK)):
        raise Refused("Choose an engineer or a lead who does it.", field="implementer")


class Foreseen(NamedTuple):
    """What a content would ask for, were it stored."""

    answers: Answers
    level: Level
    change_class: ChangeClass


def foresee(session: Session, account_id: int, content: Content, now: datetime) -> Foreseen:
    """How risky it is and which path it takes, as things stand now."""
    answers = content.answers(failed_lately=failed_lately(session, account_id, content.component, now))
    return Foreseen(answers, level(score(answers)), class_of(session, account_id, content))


def class_of(session: Session, account_id: int, content: Content) -> ChangeClass:
    """Standard only as its template has it, while that is in good standing."""
    template = session.scalar(select(Template).where(Template.id == content.template_id))
    standard = template is not None and template.covers(account_id, content)
    areas = [touch.area for touch in content.touches if touch.area]
    return classify(areas, standard=standard, emergency=bool(content.emergency_reason))


def failed_lately(session: Session, account_id: int, component: str, now: datetime) -> bool:
    """Whether a change of the same component was rolled back or blamed for an incident in the last 90 days."""
    if not component.strip():
        return False
    blamed = exists().where(
        ChangeLink.change_id == Change.id, ChangeLink.relation == Relation.CAUSED, ChangeLink.ended_at.is_(None)
    )
    query = select(Change.id).where(
        Change.account_id == account_id, func.lower(Change.component) == component.strip().lower(),
        Change.released_at > now - timedelta(days=FAILURE_COUNTS_DAYS),
        or_(Change.state == ChangeState.ROLLED_BACK, blamed),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def record(
    session: Session, change: Change, kind: events.Kind, *, by: Person | None, now: datetime, **facts: Any
) -> events.Event:
    """An event about it, in its own history and in that of the ticket that carries it."""
    change.version += 1
    carrier = session.scalar(
        select(ChangeLink.ticket_id).where(
            ChangeLink.change_id == change.id, ChangeLink.relation == Relation.CARRIES, ChangeLink.ended_at.is_(None)
        )
    )
    told = {"change": change.key, "title": change.title, "content_hash": change.content_hash, **facts}
    event = events.Event(
        kind=kind, at=now, account_id=change.account_id, ticket_id=carrier, change_id=change.id,
        release_id=change.release_id, actor_id=by.id if by else None, source=facts.get("source"),
        target=facts.get("target"), data=told, rule_version=playbook.of(session).version,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event
