"""What was taken from allowances: rounded and added up in the database, weighed by the agreement here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.agreements import Agreement
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.rounding import Rounding, Scope
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff

# What is written off draws nothing, nor does what takes it back.
GIVEN = exists().where(WriteOff.entry_id == func.coalesce(TimeEntry.reverses_id, TimeEntry.id))
ENTRY = TimeEntry.__table__.c
ADDED_UP: dict[Scope, tuple[ColumnElement[Any], ...]] = {  # before it is rounded
    Scope.ENTRY: (func.coalesce(ENTRY.reverses_id, ENTRY.id),),
    Scope.TICKET_DAY: (func.coalesce(ENTRY.ticket_id, -ENTRY.project_id, 0), ENTRY.work_date),
    Scope.INVOICE_LINE: (),
}
PRICED_BY: tuple[ColumnElement[Any], ...] = (ENTRY.code, ENTRY.person_id)  # told apart where money is drawn
Used = dict[tuple[int, Month], int]  # by account and month


class Drawn(NamedTuple):
    """A month, and the version of the agreement that it draws on."""

    month: Month
    bought: Agreement


def used(session: Session, asked: Iterable[Drawn], *only: ColumnElement[bool]) -> Used:
    """What these months drew: a statement for each rule of rounding, however many go by it. `only` narrows it."""
    by_rule: dict[tuple[Rounding, frozenset[Code], bool], dict[tuple[int, date], Agreement]] = defaultdict(dict)
    for month, bought in asked:
        by_rule[bought.rounds, bought.draws, bought.buys_money][bought.account_id, month.first] = bought
    found: Used = defaultdict(int)
    for (rounds, draws, is_money), wanted in by_rule.items():
        accounts, firsts = zip(*wanted, strict=True)
        which = (
            TimeEntry.account_id.in_(set(accounts)), TimeEntry.period.in_(set(firsts)), TimeEntry.code.in_(draws),
            ~GIVEN, *only,
        )  # fmt: skip
        rows = session.execute(counted(rounds, *which, by=PRICED_BY if is_money else ())).all()
        roles = _roles(session, {row.person_id for row in rows}) if is_money else {}
        for row in rows:
            if (bought := wanted.get((row.account_id, row.period))) is None:
                continue
            priced = {"code": row.code, "roles": roles[row.person_id]} if is_money else {}
            drawn = bought.draw(int(row.minutes), after_hours=row.after_hours, **priced)
            found[row.account_id, Month.of(row.period)] += drawn
    return found


def _roles(session: Session, ids: set[int]) -> dict[int, frozenset[str]]:
    return {person.id: frozenset(person.roles) for person in people.by_ids(session, ids).values()}


def counted(
    rounding: Rounding, *which: ColumnElement[bool], by: Sequence[ColumnElement[Any]] = ()
) -> Select[*tuple[Any, ...]]:
    """By account, month, hours or after hours, and `by`: minutes as `Rounding.total` counts them, where they are."""
    whose = ENTRY.account_id, ENTRY.period, ENTRY.after_hours, *by
    total = func.sum(ENTRY.minutes).label("total")
    sums = select(*whose, total).where(*which).group_by(*whose, *ADDED_UP[rounding.scope]).subquery().c
    size = func.abs(sums.total, type_=BigInteger)
    whole = (size + rounding.added) // rounding.step * rounding.step
    signed = func.sum(case((sums.total < 0, -whole), else_=whole)).label("minutes")
    columns = [sums[column.name] for column in whose]
    return select(*columns, signed).group_by(*columns)
