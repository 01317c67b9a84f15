"""The agenda: what clients want to plan is talked about in a planning meeting, not queued.

Each item is asked for with a request, gets a day, and ends with what was decided. Its card stands in triage and in
the client's channel. The caller of a verb holds the row's lock.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, outbox, people
from bot.domain.accounts import Account
from bot.domain.base import AccountRef, Base, Id
from bot.domain.date_ranges import show_day
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.provider import Provider
from bot.domain.roles import Permission


class AgendaItem(Base):
    """Something to be talked about with a client; no `planned_for`: in the next planning meeting."""

    __tablename__ = "agenda_item"

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id"), unique=True)
    title: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    details: Mapped[str] = mapped_column(default="")
    planned_for: Mapped[date | None] = mapped_column(default=None)
    decision: Mapped[str | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)  # who planned or decided
    version: Mapped[int] = mapped_column(default=1)

    @property
    def is_open(self) -> bool:
        """Whether it still has to be talked about."""
        return self.closed_at is None


def ask(
    session: Session, intake_id: int, *, title: str, details: str, asked_by: Person, by: Person, account: Account,
    provider: Provider, now: datetime,
) -> AgendaItem:  # fmt: skip
    """Put it on the agenda; its cards stand in triage and, where the client has one, in their channel."""
    item = AgendaItem(
        account_id=account.id, intake_id=intake_id, title=title, details=details, asked_by_id=asked_by.id,
        created_at=now,
    )  # fmt: skip
    session.add(item)
    session.flush()
    _record(session, item, events.Kind.AGENDA_ASKED, by, now)
    rooms = {outbox.Place.TRIAGE: provider.triage_channel, outbox.Place.CLIENT: account.channel_slack_id}
    for place, channel in rooms.items():
        if channel:
            outbox.open_thread(session, outbox.Subject.AGENDA, item.id, place, channel, account_id=account.id)
    return item


def check(session: Session, item: AgendaItem, *, by: Person, seen: int) -> None:
    """Refuse whoever may not, and whoever came second: they read who was first."""
    by.require(Permission.PLAN_WITH_CLIENTS)
    first = people.by_id(session, item.changed_by_id)
    name = first.name if first else "Somebody"
    if not item.is_open:
        raise Refused(f"{name} was first. Decided: “{item.decision}” /ticket agenda shows what is still open.")
    if item.version != seen:
        planned = f"it is planned for {show_day(item.planned_for)}" if item.planned_for else "it changed"
        raise Refused(f"{name} was first: {planned}. Press again on the newest card if you still want to change it.")


def plan(session: Session, item: AgendaItem, day: date, *, by: Person, now: datetime, seen: int) -> None:
    """It is talked about on that day, or on another than was said before."""
    check(session, item, by=by, seen=seen)
    if day < accounts.by_id(session, item.account_id).calendar.local_date(now):
        raise Refused("That date has passed. Pick today or a later day.", field="planned_for")
    if day == item.planned_for:
        raise Refused("It is planned for that day already. Pick another, or cancel.", field="planned_for")
    before, item.planned_for = item.planned_for, day
    facts = {"planned_for": day.isoformat(), "before": before.isoformat() if before else None}
    _change(session, item, events.Kind.AGENDA_PLANNED, by, now, **facts)


def decide(session: Session, item: AgendaItem, decision: str, *, by: Person, now: datetime, seen: int) -> None:
    """It was talked about: what was decided ends it."""
    check(session, item, by=by, seen=seen)
    if not decision.strip():
        raise Refused("Write what was decided, in a sentence.", field="decision")
    item.decision, item.closed_at = decision.strip(), now
    _change(session, item, events.Kind.AGENDA_DECIDED, by, now, decision=item.decision)


def _change(session: Session, item: AgendaItem, kind: events.Kind, by: Person, now: datetime, **facts: Any) -> None:
    item.version, item.changed_by_id = item.version + 1, by.id
    event = _record(session, item, kind, by, now, **facts)
    for card in outbox.refresh(session, outbox.Subject.AGENDA, item.id):
        if card.place is outbox.Place.CLIENT:
            outbox.reply(session, card, event.id)


def _record(
    session: Session, item: AgendaItem, kind: events.Kind, by: Person, now: datetime, **facts: Any
) -> events.Event:
    asked_by = people.facts(people.by_id(session, item.asked_by_id))
    return events.record(
        session, kind, account_id=item.account_id, person=by.id, at=now,
        data={"item": item.id, "title": item.title, "asked_by": asked_by, **facts},
        rule_version=playbook.of(session).version,
    )  # fmt: skip


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> AgendaItem:
    """The only way to load one: another client's is simply not found."""
    query = select(AgendaItem).where(AgendaItem.id == number)
    query = query if actor.is_staff else query.where(AgendaItem.account_id == actor.account_id)
    item = session.scalar(query.with_for_update() if lock else query)
    if item is None:
        raise NotFound("I can't find that on the agenda. /ticket agenda shows what is open.")
    return item


def listed(session: Session, actor: Person, account_ids: list[int], *, limit: int) -> list[AgendaItem]:
    """What is open of these accounts, one after the other, the nearest day first and what has none last."""
    query = select(AgendaItem).where(AgendaItem.account_id.in_(account_ids), AgendaItem.closed_at.is_(None))
    query = query if actor.is_staff else query.where(AgendaItem.account_id == actor.account_id)
    order = (Account.name, AgendaItem.planned_for.nulls_last(), AgendaItem.id)
    return list(session.scalars(query.join(Account).order_by(*order).limit(limit)))
