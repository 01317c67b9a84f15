"""Where hours go: by account, category, code, system, request type, person or ticket; and what they say of the work.

Each question is one statement that Postgres adds up. All are asked of named accounts and of days, so that the index on
both bounds what is read: a month costs what the month holds, whatever lies before it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, cast, func, select, union
from sqlalchemy.orm import Session

from bot.domain.accounts import Account
from bot.domain.base import Base
from bot.domain.codes import Code
from bot.domain.date_ranges import Days
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.timeliness import LATE_AFTER, lag

SHOWN = 12  # shares that are named; the others are one
DRIFT_MONTHS = 6
BEYOND = (Code.OUT_OF_SCOPE, Code.PROJECT)  # what the agreement did not foresee


class By(StrEnum):
    """What hours are told apart by."""

    ACCOUNT = "account"
    CATEGORY = "category"
    CODE = "code"
    SYSTEM = "system"
    REQUEST_TYPE = "request_type"
    PERSON = "person"
    TICKET = "ticket"


class Period(StrEnum):
    """Which days."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THREE_MONTHS = "three_months"


class Share(NamedTuple):
    """One part of the hours: a name or a word of ours, and a ticket's key; neither where nothing was said."""

    name: str | None
    key: str | None
    minutes: int


class Part(NamedTuple):
    """What tells the parts of a dimension apart, what is joined for it, and what a part is called."""

    columns: tuple[Any, ...]
    tables: tuple[type[Base], ...] = ()
    named: Callable[..., tuple[str | None, str | None]] = lambda name, *_number: (name, None)


def _work(title: str | None, project: str | None, ticket_id: int | None, project_id: int | None) -> Any:
    if ticket_id:
        return title, f"T-{ticket_id}"
    return (project, f"PR-{project_id}") if project_id else (None, None)


ON: dict[type[Base], ColumnElement[bool]] = {
    Account: Account.id == TimeEntry.account_id,
    Person: Person.id == TimeEntry.person_id,
    Ticket: Ticket.id == TimeEntry.ticket_id,
    Project: Project.id == TimeEntry.project_id,
}
PARTS: dict[By, Part] = {
    By.ACCOUNT: Part((Account.name, TimeEntry.account_id), (Account,)),
    By.CATEGORY: Part((TimeEntry.category,)),
    By.CODE: Part((TimeEntry.code,)),
    By.SYSTEM: Part((Ticket.related_system,), (Ticket,)),
    By.REQUEST_TYPE: Part((Ticket.request_type,), (Ticket,)),
    By.PERSON: Part((Person.name, TimeEntry.person_id), (Person,)),
    By.TICKET: Part((Ticket.title, Project.name, TimeEntry.ticket_id, TimeEntry.project_id), (Ticket, Project), _work),
}


class Hours(NamedTuple):
    """All of them in minutes, the greatest parts, and how many parts there are."""

    total: int
    shares: list[Share]
    parts: int

    @property
    def others(self) -> int:
        """What those add up to that are not named."""
        return self.total - sum(share.minutes for share in self.shares)


class MonthOfHours(NamedTuple):
    """A month's minutes, and how many of them nobody foresaw, and nobody pays for."""

    month: Month
    minutes: int
    beyond: int
    internal: int


class Lag(NamedTuple):
    """How soon time is written down: business days, the median, and how many entries were late."""

    entries: int
    median: float
    late: int


def days_of(period: Period, today: date) -> Days:
    """The days of a period; three months are this one and the two before."""
    this = Month.of(today)
    if period is Period.LAST_MONTH:
        return Days(this.before.first, this.before.last)
    first = this if period is Period.THIS_MONTH else this.before.before
    return Days(first.first, this.last)


def dimensions(actor: Person) -> list[By]:
    """What hours may be told apart by for this person: other people's are not everybody's."""
    return [by for by in By if by is not By.PERSON or actor.may(Permission.SEE_HOURS_OF_OTHERS)]


def accounts_of(session: Session, actor: Person, days: Days) -> list[Account]:
    """Whose hours this person may see: all, or those of the accounts they work for."""
    if not actor.is_staff:
        raise Refused("Where our hours went is for the team. Your monthly review shows what we did for you.")
    query = select(Account).order_by(Account.name)
    if not actor.may(Permission.SEE_HOURS_OF_OTHERS):
        logged = select(TimeEntry.account_id).where(TimeEntry.person_id == actor.id, TimeEntry.work_date.between(*days))
        assigned = select(Ticket.account_id).where(Ticket.assignee_id == actor.id)
        query = query.where(Account.id.in_(union(logged, assigned)))
    return list(session.scalars(query))


def hours(
    session: Session, by: By, days: Days, accounts: Sequence[Account], *, reader: Person, shown: int = SHOWN
) -> Hours:
    """The minutes of these days, the greatest parts first. What was taken back nets to nothing."""
    if by is By.PERSON:
        reader.require(Permission.SEE_HOURS_OF_OTHERS)
    part, minutes = PARTS[by], func.sum(TimeEntry.minutes)
    query = select(*part.columns, minutes, func.sum(minutes).over(), func.count().over()).select_from(TimeEntry)
    for table in part.tables:
        query = query.outerjoin(table, ON[table])
    rows = session.execute(
        query.where(*_within(days, accounts))
        .group_by(*part.columns)
        .having(minutes != 0)
        .order_by(minutes.desc(), *part.columns)
        .limit(shown)
    ).all()
    if not rows:
        return Hours(0, [], 0)
    width = len(part.columns)
    shares = [Share(*part.named(*row[:width]), int(row[width])) for row in rows]
    return Hours(int(rows[0][width + 1]), shares, rows[0][width + 2])


def _within(days: Days, accounts: Sequence[Account]) -> list[ColumnElement[bool]]:
    ids = [account.id for account in accounts]
    return [TimeEntry.account_id.in_(ids), TimeEntry.work_date.between(days.first, days.last)]


def months(session: Session, last: Month, accounts: Sequence[Account], count: int = DRIFT_MONTHS) -> list[MonthOfHours]:
    """Month by month up to that one, from the first that has any: whether what nobody foresaw grows."""
    first = last
    for _ in range(count - 1):
        first = first.before
    month = func.date_trunc("month", TimeEntry.work_date)
    minutes = func.sum(TimeEntry.minutes)
    beyond = func.coalesce(minutes.filter(TimeEntry.code.in_(BEYOND)), 0)
    internal = func.coalesce(minutes.filter(TimeEntry.code == Code.INTERNAL), 0)
    rows = session.execute(
        select(month, minutes, beyond, internal)
        .where(*_within(Days(first.first, last.last), accounts))
        .group_by(month)
        .order_by(month)
    )
    return [MonthOfHours(Month.of(at), *map(int, counted)) for at, *counted in rows]


def entry_lag(session: Session, firm: Provider, days: Days, accounts: Sequence[Account]) -> Lag:
    """How long after the work its entries were first made; a correction is no new entry, an import tells nothing."""
    zone = func.coalesce(Person.timezone, firm.timezone)
    entered = cast(func.timezone(zone, TimeEntry.created_at), Date)
    first_made = TimeEntry.reverses_id.is_(None), TimeEntry.replaces_id.is_(None), TimeEntry.source.is_(None)
    rows = session.execute(
        select(TimeEntry.work_date, entered, func.count())
        .join(Person, Person.id == TimeEntry.person_id)
        .where(*_within(days, accounts), *first_made)
        .group_by(TimeEntry.work_date, entered)
    )
    lags: Counter[int] = Counter()
    for worked, made, count in rows:
        lags[lag(firm.calendar, worked, made)] += count
    total = lags.total()
    return Lag(total, _median(lags), sum(count for days_, count in lags.items() if days_ > LATE_AFTER))


def _median(counted: Counter[int]) -> float:
    """The middle of so many values; between the two middle ones where their number is even."""
    total = counted.total()
    if not total:
        return 0
    return (_nth(counted, (total - 1) // 2) + _nth(counted, total // 2)) / 2


def _nth(counted: Counter[int], number: int) -> int:
    for value in sorted(counted):
        number -= counted[value]
        if number < 0:
            return value
    raise IndexError(number)
