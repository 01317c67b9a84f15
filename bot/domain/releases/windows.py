"""When a release may go out: release days, freezes, and what else is planned. Each obstacle is a sentence."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import events
from bot.domain.base import Base, Id
from bot.domain.business_time import DAY_NAMES, Calendar
from bot.domain.date_ranges import Days, show, show_day
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.risk import Level
from bot.domain.roles import Permission

LONGEST_WINDOW = timedelta(hours=24)
FRIDAY = 4


class Freeze(Base):
    """Days on which nothing goes out: of one account, or of all."""

    __tablename__ = "release_freeze"
    __table_args__ = (CheckConstraint("starts <= ends", name="begins_first"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    starts: Mapped[date]
    ends: Mapped[date]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def days(self) -> Days:
        """The days it covers."""
        return Days(self.starts, self.ends)


def freeze(
    session: Session, account_id: int | None, days: Days, reason: str, *, by: Person, now: datetime
) -> Freeze:  # fmt: skip
    """Nothing goes out on those days unless a service owner agrees to an exception."""
    by.require(Permission.PLAN_RELEASES)
    if days.last < days.first:
        raise Refused("The last day is before the first. Swap them.", field="ends")
    if len(reason.strip()) < 3:
        raise Refused("Say why, in a few words: people read it when they are refused.", field="reason")
    made = Freeze(account_id=account_id, starts=days.first, ends=days.last, reason=reason.strip(), by_id=by.id)
    session.add(made)
    session.flush()
    _record(session, events.Kind.FREEZE_SET, made, by, now)
    return made


def lift(session: Session, number: int, *, by: Person, now: datetime) -> None:
    """Things may go out again."""
    by.require(Permission.PLAN_RELEASES)
    made = session.scalar(select(Freeze).where(Freeze.id == number).with_for_update())
    if made is None or made.lifted_at:
        raise NotFound("That freeze is lifted already. /release freeze shows those that stand.")
    made.lifted_at = now
    _record(session, events.Kind.FREEZE_LIFTED, made, by, now)


def _record(session: Session, kind: events.Kind, made: Freeze, by: Person, now: datetime) -> None:
    told = {"freeze": made.id, "starts": str(made.starts), "ends": str(made.ends), "reason": made.reason}
    version = playbook.of(session).version
    events.record(session, kind, account_id=made.account_id, person=by.id, at=now, data=told, rule_version=version)


def freezes(session: Session, since: date) -> list[Freeze]:
    """Those that stand, from a day on."""
    query = select(Freeze).where(Freeze.ends >= since, Freeze.lifted_at.is_(None))
    return list(session.scalars(query.order_by(Freeze.starts, Freeze.id)))


def release_days(session: Session, calendar: Calendar, days: Days) -> list[date]:
    """Those of these days on which releases go out: by the playbook, on working days, outside of a freeze of all."""
    wanted = playbook.of(session).release_days
    frozen = [one.days for one in freezes(session, days.first) if one.account_id is None]
    return [
        day for day in days.each()
        if DAY_NAMES[day.weekday()] in wanted and calendar.is_working_day(day)
        and not any(one.first <= day <= one.last for one in frozen)
    ]  # fmt: skip


def window_on(calendar: Calendar, day: date, first: time, last: time) -> tuple[datetime, datetime]:
    """From one time of the provider's clock to another, past midnight where the second is the earlier."""
    until = day + timedelta(days=last < first)
    return _instant(calendar, day, first, "starts"), _instant(calendar, until, last, "ends")


def _instant(calendar: Calendar, day: date, at: time, field: str) -> datetime:
    local = datetime.combine(day, at, calendar.tz)
    instant = local.astimezone(UTC)
    if instant.astimezone(calendar.tz).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(
            f"The clocks go forward that night, so there is no {at:%H:%M} on {show_day(day)}. Choose another time.",
            field=field,
        )  # fmt: skip
    return instant


def check_window(starts: datetime, ends: datetime, now: datetime) -> None:
    """Refuse a window that is none."""
    if ends <= starts:
        raise Refused("The window ends before it begins. Choose a later end.", field="ends")
    if ends - starts > LONGEST_WINDOW:
        raise Refused("A window lasts a day at most. Choose an earlier end.", field="ends")
    if ends <= now:
        raise Refused("That window is over. Choose a later one.", field="starts")


def in_the_way(
    session: Session, calendar: Calendar, starts: datetime, ends: datetime, *, level: Level,
    account_ids: Collection[int],
) -> list[str]:  # fmt: skip
    """What speaks against that window by the rules of the house; an exception can be asked for."""
    days = Days(calendar.local_date(starts), calendar.local_date(ends))
    book, found = playbook.of(session), []
    for day in days.each():
        if DAY_NAMES[day.weekday()] not in book.release_days:
            found.append(f"{show_day(day)} is no release day ({_spoken(book.release_days)})")
        elif day.weekday() == FRIDAY and level is not Level.LOW:
            found.append(f"{show_day(day)} is a Friday, and its risk is {level.value}")
    query = select(Freeze).where(
        Freeze.lifted_at.is_(None), Freeze.starts <= days.last, Freeze.ends >= days.first,
        or_(Freeze.account_id.is_(None), Freeze.account_id.in_(list(account_ids))),
    )  # fmt: skip
    standing = session.scalars(query.order_by(Freeze.id))
    return found + [f"there is a freeze, {show(one.days)}: {one.reason}" for one in standing]


def _spoken(days: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(days[:-1]), days[-1]]))
