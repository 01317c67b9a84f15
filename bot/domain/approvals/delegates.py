"""Who may answer for somebody else: named in advance, for some days. Whoever stands in for somebody away may too."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, people, provider
from bot.domain.absences import Absence
from bot.domain.base import Base, Id
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person

LONGEST_DAYS = 366


class Delegation(Base):
    """One person answers for another from a day to a day; `ended_at` is when it was taken back."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts <= ends", name="begins_first"),
        CheckConstraint("person_id <> delegate_id", name="somebody_else"),
        Index("ix_delegation_delegate_id_ends", "delegate_id", "ends"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[date]
    ends: Mapped[date]
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def days(self) -> Days:
        """The days it holds."""
        return Days(self.starts, self.ends)


def delegate(session: Session, to: Person | None, days: Days, *, by: Person, now: datetime) -> Delegation:
    """Name somebody of your own side who decides for you on those days."""
    today = people.local_date(by, provider.get(session), now)
    if to is None or not to.active or to.account_id != by.account_id:
        raise Refused("Choose a colleague of yours.", field="delegate")
    if to.id == by.id:
        raise Refused("Choose somebody else: you decide for yourself already.", field="delegate")
    if days.last < days.first:
        raise Refused("The last day is before the first. Swap them.", field="ends")
    if days.last < today:
        raise Refused("Those days are over. Choose a range that ends today or later.", field="ends")
    if (days.last - days.first).days >= LONGEST_DAYS:
        raise Refused("That is longer than a year. Write a year at most.", field="ends")
    people.lock(session, by)
    overlapping = [one for one in given_by(session, by, today) if one.starts <= days.last and one.ends >= days.first]
    if overlapping:
        raise Refused("You have named somebody for some of these days already. Take that back first.", field="starts")
    made = Delegation(
        account_id=by.account_id, person_id=by.id, delegate_id=to.id, starts=days.first, ends=days.last, named_at=now
    )
    session.add(made)
    session.flush()
    _record(session, events.Kind.DELEGATED, made, by, now)
    return made


def end_delegation(session: Session, number: int, *, by: Person, now: datetime) -> None:
    """Take it back; what was decided meanwhile stands."""
    query = select(Delegation).where(Delegation.id == number, Delegation.person_id == by.id)
    made = session.scalar(query.with_for_update())
    if made is None or made.ended_at:
        raise NotFound("That is taken back already. Open /change delegate to see who is named.")
    made.ended_at = now
    _record(session, events.Kind.DELEGATION_ENDED, made, by, now)


def _record(session: Session, kind: events.Kind, made: Delegation, by: Person, now: datetime) -> None:
    to = people.facts(people.by_id(session, made.delegate_id))
    told = {"delegate": to, "starts": made.starts.isoformat(), "ends": made.ends.isoformat()}
    version = playbook.of(session).version
    events.record(session, kind, account_id=made.account_id, person=by.id, at=now, data=told, rule_version=version)


def given_by(session: Session, person: Person, today: date) -> list[Delegation]:
    """Whom they have named, for today and later."""
    query = select(Delegation).where(
        Delegation.person_id == person.id, Delegation.ends >= today, Delegation.ended_at.is_(None)
    )
    return list(session.scalars(query.order_by(Delegation.starts)))


class Lent(NamedTuple):
    """Who may answer for whom, and since when that is known."""

    person_id: int
    delegate_id: int
    named_at: datetime


def lent(session: Session, day: date) -> list[Lent]:
    """Who answers for whom on that day: those who were named, and those who stand in for somebody away."""
    named = select(Delegation.person_id, Delegation.delegate_id, Delegation.named_at).where(
        Delegation.starts <= day, Delegation.ends >= day, Delegation.ended_at.is_(None)
    )
    still_away = or_(Absence.ended_on.is_(None), and_(Absence.ended_on > day, Absence.ended_on > Absence.starts))
    away = (
        select(Absence.person_id, Absence.stand_in_id, events.Event.at)
        .join(events.Event, events.Event.id == Absence.event_id)
        .where(Absence.starts <= day, Absence.ends >= day, Absence.stand_in_id.is_not(None), still_away)
    )
    return [Lent(*row) for row in session.execute(named.union_all(away))]
