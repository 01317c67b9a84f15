"""Who is away and until when: absences in whole days of the person's own zone, and who stands in.

A row is never removed: `ended_on` is the first day on which somebody was back before the absence was over.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events, people, provider
from bot.domain.base import Base, Id
from bot.domain.date_ranges import Days, show
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission

LONGEST_DAYS = 366
FURTHEST_DAYS = 2 * 366
LONGEST_NOTE = 300
FOR_STAFF = "Absences are kept for the support team only. Tell your contact there if you are away."


class Absence(Base):
    """One person's days out of office, the first and the last included."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts <= ends", name="begins_first"),
        Index("ix_absence_person_id_ends", "person_id", "ends"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[date]
    ends: Mapped[date]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    note: Mapped[str] = mapped_column(default="")
    ended_on: Mapped[date | None] = mapped_column(default=None)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)

    @property
    def days(self) -> Days:
        """The days that were planned."""
        return Days(self.starts, self.ends)

    @property
    def last_day(self) -> date:
        """The last day that counts; before `starts` where it was called off."""
        return min(self.ends, self.ended_on - timedelta(days=1)) if self.ended_on else self.ends

    def covers(self, day: date) -> bool:
        """Whether the person is away on that day."""
        return self.starts <= day <= self.last_day


class Away(NamedTuple):
    """Somebody is away: the last day of it, and who stands in."""

    until: date
    stand_in_id: int | None = None


def begin(
    session: Session, person: Person, days: Days, *, by: Person, now: datetime, note: str = "",
    stand_in: Person | None = None,
) -> Absence:  # fmt: skip
    """Somebody will be away, or is."""
    _require_may_say(by, person)
    _require_sensible(days, people.local_date(person, provider.get(session), now))
    people.lock(session, person)  # two forms about the same person take turns
    if other := next(iter(standing(session, [person.id], days)), None):
        they = "You are" if by.id == person.id else f"{person.name} is"
        raise Refused(f"{they} away {show(other.days)} already. End that first, or choose other days.", field="starts")
    _require_can_stand_in(session, person, stand_in, days)
    absence = Absence(
        person_id=person.id, starts=days.first, ends=days.last, set_by_id=by.id,
        stand_in_id=stand_in.id if stand_in else None, note=note.strip()[:LONGEST_NOTE],
    )  # fmt: skip
    session.add(absence)
    session.flush()
    return absence


def _require_may_say(by: Person, person: Person) -> None:
    if not (by.is_staff and person.is_staff):
        raise Refused(FOR_STAFF)
    if by.id != person.id:
        by.require(Permission.SET_ABSENCE_OF_OTHERS)
    if not person.active:
        raise Refused(f"{person.name} has left. Choose somebody else.", field="absentee")


def _require_sensible(days: Days, today: date) -> None:
    if days.last < days.first:
        raise Refused("The last day is before the first. Swap them.", field="ends")
    if days.last < today:
        raise Refused("Those days are over. Choose a range that ends today or later.", field="ends")
    if (days.last - days.first).days >= LONGEST_DAYS:
        raise Refused("That is longer than a year. Write a year at most, and the rest later.", field="ends")
    if (days.first - today).days > FURTHEST_DAYS:
        raise Refused("That begins more than two years from now. Check the year.", field="starts")


def _require_can_stand_in(session: Session, person: Person, stand_in: Person | None, days: Days) -> None:
    if stand_in is None:
        return
    if stand_in.id == person.id:
        raise Refused("Somebody else has to stand in. Choose a colleague, or leave it empty.", field="stand_in")
    if not (stand_in.is_staff and stand_in.active):
        raise Refused(f"{stand_in.name} can't stand in. Choose a colleague.", field="stand_in")
    if other := next(iter(standing(session, [stand_in.id], days)), None):
        raise Refused(f"{stand_in.name} is away too, {show(other.days)}. Choose somebody else.", field="stand_in")


def _standing(days: Days) -> Select[Absence]:
    """The absences with a day in that range."""
    not_ended = or_(Absence.ended_on.is_(None), and_(Absence.ended_on > days.first, Absence.ended_on > Absence.starts))
    return select(Absence).where(Absence.starts <= days.last, Absence.ends >= days.first, not_ended)


def end(session: Session, absence_id: int, *, by: Person, now: datetime) -> tuple[Absence, Person]:
    """Somebody is back, or stays after all: from today on the absence no longer counts."""
    absence = session.scalar(select(Absence).where(Absence.id == absence_id).with_for_update())
    person = people.by_id(session, absence.person_id if absence else None)
    if absence is None or person is None or not by.is_staff:
        raise NotFound("I can't find that absence. `/steward away` shows what there is.")
    _require_may_say(by, person)
    today = people.local_date(person, provider.get(session), now)
    if absence.last_day < max(today, absence.starts):
        raise Refused("That absence is over already. `/steward away` shows what is planned.")
    absence.ended_on = back_on = max(today, absence.starts)
    told = {"absence": absence.id, "person": people.facts(person), "back_on": back_on.isoformat()}
    version = playbook.of(session).version
    events.record(
        session, events.Kind.CAME_BACK, account_id=None, person=by.id, at=now, data=told, rule_version=version
    )
    return absence, person


def by_id(session: Session, absence_id: int) -> Absence:
    """One that is known to exist."""
    return session.scalars(select(Absence).where(Absence.id == absence_id)).one()


def standing(session: Session, ids: Iterable[int], days: Days) -> list[Absence]:
    """These people's absences with a day in that range."""
    wanted = list(ids)
    return list(session.scalars(_standing(days).where(Absence.person_id.in_(wanted)))) if wanted else []


def away_now(session: Session, persons: Iterable[Person | None], now: datetime) -> dict[int, Away]:
    """Those of these people who are away today, where they are: two questions, however many they are."""
    team = [person for person in persons if person and person.is_staff]
    firm = provider.find(session)
    if firm is None or not team:
        return {}
    horizon = Days(now.date() - timedelta(days=1), now.date() + timedelta(days=LONGEST_DAYS))
    planned: dict[int, list[Absence]] = {person.id: [] for person in team}
    for absence in standing(session, planned, horizon):
        planned[absence.person_id].append(absence)
    found = {person.id: _away(planned[person.id], people.local_date(person, firm, now)) for person in team}
    return {id_: away for id_, away in found.items() if away}


def _away(planned: list[Absence], today: date) -> Away | None:
    """Away today, until the last of the absences that follow each other without a day between."""
    running = next((absence for absence in planned if absence.covers(today)), None)
    if running is None:
        return None
    until = running.last_day
    for absence in sorted(planned, key=lambda one: one.starts):
        if absence.starts == until + timedelta(days=1):
            until = max(until, absence.last_day)
    return Away(until, running.stand_in_id)


def coming(session: Session, actor: Person, now: datetime, *, most: int = 10) -> list[tuple[Absence, Person]]:
    """What is not over yet and is the actor's to end, the nearest first."""
    today = people.local_date(actor, provider.get(session), now)
    ahead = _standing(Days(today, today + timedelta(days=FURTHEST_DAYS + LONGEST_DAYS)))
    if not actor.may(Permission.SET_ABSENCE_OF_OTHERS):
        ahead = ahead.where(Absence.person_id == actor.id)
    found = list(session.scalars(ahead.order_by(Absence.starts, Absence.id).limit(most)))
    known = people.by_ids(session, {absence.person_id for absence in found})
    return [(absence, known[absence.person_id]) for absence in found]


def changed(session: Session, before: date, day: date) -> set[int]:
    """Who is away on only one of two days: their cards read differently on the second."""
    found = session.scalars(_standing(Days(before, day)))
    return {one.person_id for one in found if one.covers(day) is not one.covers(before)}
