"""Standard changes: proven steps, approved once, without a sensitive area. One failure ends their standing."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events
from bot.domain.base import AccountRef, Base, Id
from bot.domain.changes.checklist import Touch
from bot.domain.changes.content import Content
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission

if TYPE_CHECKING:
    from bot.domain.changes.change import Change

# A text in an existing template, which the client approved in advance, may be standard although customers see it.
ALLOWED = frozenset({Touch.CUSTOMER_FACING_CONTENT, Touch.THEME, Touch.REPORTS})


class Template(Base):
    """Steps that went well before; whoever owns it answers for it."""

    __tablename__ = "change_template"

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    name: Mapped[str]
    steps: Mapped[dict[str, Any]]  # what a change of it must keep to
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_of_id: Mapped[int] = mapped_column(ForeignKey("change.id", use_alter=True))
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None] = mapped_column(default=None)
    suspended_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("change.id", use_alter=True), default=None
    )  # the one that failed

    @property
    def is_standing(self) -> bool:
        """Whether a change of it is standard."""
        return self.suspended_at is None

    def covers(self, account_id: int, content: Content) -> bool:
        """Whether that content is what was approved once: same steps, same reach, same way back."""
        return self.is_standing and self.account_id == account_id and self.steps == steps_of(content)


def steps_of(content: Content) -> dict[str, Any]:
    """What a template fixes; title, purpose, evidence and implementer are each change's own."""
    return {
        "touches": sorted(touch.value for touch in content.touches), "component": content.component.strip().lower(),
        "blast": content.blast.value, "undo": content.undo.value, "plan": content.plan.strip(),
    }  # fmt: skip


def make_template(session: Session, change: "Change", name: str, *, by: Person, now: datetime) -> Template:
    """A lead declares that what went well once may go out again without asking."""
    by.require(Permission.LEAD_QUEUE)
    if change.state.value != "verified":
        raise Refused(f"{change.key} is {change.state.value}. Once it is released and verified, try again.")
    if set(change.content.touches) - ALLOWED:
        raise Refused(
            "What touches routing, permissions or integrations is asked for every time. Make a new change for each."
        )
    if by.id in change.barred:
        raise Refused(f"You are its {change.barred[by.id]}, so another lead declares it standard. Ask one.")
    if not 3 <= len(name.strip()) <= 100:
        raise Refused("Give it a name of 3 to 100 characters.", field="name")
    template = Template(
        account_id=change.account_id, name=name.strip(), steps=steps_of(change.content), owner_id=by.id,
        made_of_id=change.id, created_at=now,
    )  # fmt: skip
    session.add(template)
    session.flush()
    _record(session, events.Kind.TEMPLATE_MADE, template, by, now)
    return template


def suspend(session: Session, change: "Change", now: datetime) -> None:
    """A change of it failed: from now on the next one is asked for."""
    template = session.scalar(select(Template).where(Template.id == change.template_id).with_for_update())
    if template is not None and template.is_standing:
        template.suspended_at, template.suspended_by_id = now, change.id
        _record(session, events.Kind.TEMPLATE_SUSPENDED, template, None, now, change=change.key)


def restore(session: Session, number: int, reason: str, *, by: Person, now: datetime) -> Template:
    """A lead who looked at the failure brings it back, and says why."""
    by.require(Permission.LEAD_QUEUE)
    template = session.scalar(select(Template).where(Template.id == number).with_for_update())
    if template is None or template.is_standing:
        raise NotFound("It is in good standing already. Open /change templates to see them all.")
    if len(reason.strip()) < 10:
        raise Refused("Say what was put right, in a sentence.", field="reason")
    template.suspended_at = template.suspended_by_id = None
    _record(session, events.Kind.TEMPLATE_RESTORED, template, by, now, reason=reason.strip())
    return template


def templates_for(session: Session, account_id: int | None = None) -> list[Template]:
    """An account's, or all, by name."""
    query = select(Template).order_by(Template.name, Template.id)
    return list(session.scalars(query.where(Template.account_id == account_id) if account_id else query))


def template_of(session: Session, change: "Change") -> Template | None:
    """The one it follows, whatever its standing is now."""
    return session.scalar(select(Template).where(Template.id == change.template_id)) if change.template_id else None


def _record(
    session: Session, kind: events.Kind, template: Template, by: Person | None, now: datetime, **facts: Any
) -> None:
    events.record(
        session, kind, account_id=template.account_id, person=by.id if by else None, at=now,
        data={"template": template.id, "name": template.name, **facts}, rule_version=playbook.of(session).version,
    )  # fmt: skip
