"""The rota: who takes turns at triage and on call, and who took over. How turns are counted: turns.py.

A rotation is never changed: a new one begins. A hand-over never ends early: a newer one stands before it.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import absences, events, outbox, people, provider, turns
from bot.domain.base import Base, Id
from bot.domain.date_ranges import Days, show, show_day
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.turns import WEEK, Cover, Duty, Order, Turn, in_turn, is_same_circle, monday_of

LONGEST_HAND_OVER = 92
LONGEST_NOTE = 500


class Rotation(Base):
    """Who takes turns at a duty, in order, from a date on until the next one begins."""

    __tablename__ = "rotation"

    id: Mapped[Id] = mapped_column(init=False)
    duty: Mapped[Duty]
    since: Mapped[date]
    person_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class HandOver(Base):
    """Somebody has a duty for some days, whosever turn it is."""

    __tablename__ = "hand_over"
    __table_args__ = (CheckConstraint("starts <= ends", name="begins_first"), Index("ix_hand_over_ends", "ends"))

    id: Mapped[Id] = mapped_column(init=False)
    duty: Mapped[Duty]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[date]
    ends: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")


class Rota:
    """What decides who has which duty on some days, read once: four questions, however many days are asked about."""

    def __init__(self, session: Session, days: Days):
        self._orders: dict[Duty, list[Order]] = {duty: [] for duty in Duty}
        for made in session.scalars(select(Rotation).order_by(Rotation.id)):
            self._orders[made.duty].append(Order(made.since, tuple(made.person_ids)))
        self._covers: dict[Duty, list[Cover]] = {duty: [] for duty in Duty}
        overlapping = select(HandOver).where(HandOver.ends >= days.first, HandOver.starts <= days.last)
        for taken in session.scalars(overlapping.order_by(HandOver.id)):
            self._covers[taken.duty].append(Cover(taken.starts, taken.ends, taken.person_id))
        concerned = {id_ for orders in self._orders.values() for order in orders for id_ in order.people}
        concerned |= {cover.person for covers in self._covers.values() for cover in covers}
        self.people = people.by_ids(session, concerned)
        self._absences = absences.standing(session, concerned, days)

    def here(self, person: int, day: date) -> bool:
        """Whether they can have a duty on that day: they have not left, and are not away."""
        found = self.people.get(person)
        works = found is not None and found.may(Permission.WORK)
        return works and not any(one.person_id == person and one.covers(day) for one in self._absences)

    def is_kept(self, duty: Duty) -> bool:
        """Whether this firm has ever set who takes turns at it."""
        return bool(self._orders[duty])

    def order(self, duty: Duty, day: date) -> list[int]:
        """Who takes turns now, beginning with whose turn it is in the week of that day."""
        newest = self._orders[duty][-1:]
        return in_turn(newest[0].people, newest[0].since, day) if newest else []

    def on(self, duty: Duty, day: date) -> Turn:
        """Who has it on that day."""
        return turns.on(day, self._orders[duty], self._covers[duty], self.here)

    def turns(self, duty: Duty, first: date, weeks: int) -> list[Turn]:
        """Who has it in so many weeks, from the week of `first` on."""
        return turns.turns(first, weeks, self._orders[duty], self._covers[duty], self.here)


def read(session: Session, first: date, weeks: int = 1) -> Rota:
    """The rota of so many weeks, from the week of a date on."""
    return Rota(session, Days(monday_of(first), monday_of(first) + timedelta(days=weeks * WEEK - 1)))


def on_duty(session: Session, duty: Duty, day: date) -> Person | None:
    """Who has a duty on that day (in the provider's zone); None: nobody, and a lead decides."""
    rota = read(session, day)
    return rota.people.get(rota.on(duty, day).person or 0)


def version(session: Session) -> str:
    """What a form about the rota has seen: it differs after any change of it."""
    newest = session.execute(select(select(func.max(Rotation.id)).scalar_subquery(),
                                    select(func.max(HandOver.id)).scalar_subquery())).one()  # fmt: skip
    return ":".join(str(id_ or 0) for id_ in newest)


def lock(session: Session, *, seen: str) -> None:
    """Changes of the rota take turns, and one who saw it as it no longer is looks again."""
    provider.lock(session)
    if version(session) != seen:
        raise Refused("The rota was changed while you looked. Close this and open it again with `/steward rota`.")


def change(
    session: Session, duty: Duty, team: list[Person], *, by: Person | None, now: datetime
) -> str | None:  # fmt: skip
    """Who takes turns at a duty from today on, the first of them this week; what changed, if anything did."""
    if by:
        by.require(Permission.CHANGE_ROTA)
    wanted = list(dict.fromkeys(person.id for person in team))
    if unfit := [person for person in team if not person.may(Permission.WORK)]:
        raise Refused(f"{unfit[0].name} works no tickets. Choose engineers and leads.", field=duty.value)
    today = provider.get(session).calendar.local_date(now)
    was = read(session, today).order(duty, today)
    if was == wanted:
        return None
    session.add(Rotation(duty=duty, since=today, person_ids=wanted))
    known = people.by_ids(session, {*wanted, *was})
    told = {"duty": duty.value, "turns": [people.facts(known[id_]) for id_ in wanted],
            "was": [people.facts(known[id_]) for id_ in was]}  # fmt: skip
    events.record(
        session, events.Kind.ROTA_CHANGED, account_id=None, person=by.id if by else None, at=now, data=told,
        rule_version=playbook.of(session).version,
    )  # fmt: skip
    return f"Rota: {duty.value} is now {_names(known, wanted)} (was {_names(known, was)})."


def _names(known: dict[int, Person], ids: list[int]) -> str:
    return ", ".join(known[id_].name for id_ in ids) or "empty"


def keep_to(session: Session, duty: Duty, team: list[Person], *, now: datetime) -> str | None:
    """What the setup file asks for: who follows whom. Whose turn it is stays, where they do so already."""
    today = provider.get(session).calendar.local_date(now)
    if is_same_circle(read(session, today).order(duty, today), [person.id for person in team]):
        return None
    return change(session, duty, team, by=None, now=now)


def hand_over(
    session: Session, duty: Duty, to: Person, days: Days, *, by: Person, now: datetime, note: str = ""
) -> HandOver:  # fmt: skip
    """Somebody takes over for some days: given by whoever has the duty on all of them, or by a lead."""
    firm = provider.get(session)
    _require_sensible(days, firm.calendar.local_date(now))
    rota = Rota(session, Days(monday_of(days.first), days.last))
    _require_may_give(rota, duty, days, by)
    if not to.may(Permission.WORK):
        raise Refused(f"{to.name} works no tickets. Choose an engineer or a lead.", field="takes_over")
    if all(rota.on(duty, day).person == to.id for day in days.each()):
        raise Refused(f"{to.name} has it on those days already. Choose somebody else.", field="takes_over")
    if away := absences.standing(session, [to.id], days):
        raise Refused(
            f"{to.name} is away {show(away[0].days)}. Choose somebody else, or other days.", field="takes_over"
        )
    given = HandOver(
        duty=duty, person_id=to.id, starts=days.first, ends=days.last, by_id=by.id, note=note.strip()[:LONGEST_NOTE]
    )
    session.add(given)
    had = rota.people.get(rota.on(duty, days.first).person or 0)
    told = {"duty": duty.value, "to": people.facts(to), "had": people.facts(had), "starts": days.first.isoformat(),
            "ends": days.last.isoformat(), "note": given.note}  # fmt: skip
    event = events.record(
        session, events.Kind.DUTY_HANDED_OVER, account_id=None, person=by.id, at=now, data=told,
        rule_version=playbook.of(session).version,
    )  # fmt: skip
    if firm.triage_channel:
        outbox.open_thread(
            session, outbox.Subject.EVENT, event.id, outbox.Place.TRIAGE, firm.triage_channel, account_id=None
        )
    return given


def _require_sensible(days: Days, today: date) -> None:
    if days.first < today:
        raise Refused("That day is over. A hand-over begins today or later.", field="starts")
    if days.last < days.first:
        raise Refused("The last day is before the first. Swap them.", field="ends")
    if (days.last - days.first).days >= LONGEST_HAND_OVER:
        raise Refused("That is longer than three months. Change the rota instead.", field="ends")


def _require_may_give(rota: Rota, duty: Duty, days: Days, by: Person) -> None:
    if by.may(Permission.CHANGE_ROTA):
        return
    not_theirs = next((day for day in days.each() if rota.on(duty, day).person != by.id), None)
    if not_theirs == days.first:
        raise Refused("Only whoever has it on that day, or a lead, hands it over. Ask one of them.", field="duty")
    if not_theirs:
        last = not_theirs - timedelta(days=1)
        raise Refused(f"You have it until {show_day(last)}. Hand over your own days, or ask a lead.", field="ends")
