"""A month of an account that buys hours in advance: used, promised, forecast, and what the months before left over.

Minutes are those that count: rounded as the agreement has it. What a month left over is kept by its billing review
once that is locked; months that are still open are added up again. All of it takes three statements and one more for
each further rule of rounding, however many accounts are asked for and however long they have been clients.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from bot.domain import agreements
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.allowance import Burn, Forecast, Period, burn, forecast, period
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.rounding import Rounding, Scope
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff
from bot.domain.workflow import Status

# What is written off draws nothing, nor does what takes it back.
GIVEN = exists().where(WriteOff.entry_id == func.coalesce(TimeEntry.reverses_id, TimeEntry.id))
PROMISED = frozenset({Status.TRIAGE, Status.SCHEDULED, Status.IN_PROGRESS, Status.INTERNAL_REVIEW})
ENTRY = TimeEntry.__table__.c
ADDED_UP: dict[Scope, tuple[ColumnElement[Any], ...]] = {  # before it is rounded
    Scope.ENTRY: (func.coalesce(ENTRY.reverses_id, ENTRY.id),),
    Scope.TICKET_DAY: (func.coalesce(ENTRY.ticket_id, -ENTRY.project_id, 0), ENTRY.work_date),
    Scope.INVOICE_LINE: (),
}
Used = dict[tuple[int, Month], int]  # minutes, by account and month


@dataclass(frozen=True)
class Burndown:
    """How such a month stands, in minutes."""

    agreement: Agreement
    month: Month
    figures: Period
    carried_in: int
    committed: int  # promised by estimates of open tickets, beyond what they took
    forecast: Forecast

    @property
    def used(self) -> int:
        """So far; what was put right later takes back no more than all of it."""
        return max(self.figures.used, 0)

    @property
    def available(self) -> int:
        """The month's own, and what was carried into it."""
        return self.figures.available

    @property
    def remaining(self) -> int:
        """What is neither used nor promised; less than nothing where that is more than there is."""
        return self.figures.available - self.figures.used - self.committed

    @property
    def state(self) -> Burn:
        """What is worth saying."""
        return burn(self.used, self.available, self.forecast.minutes)


class Drawn(NamedTuple):
    """A month, and the version of the agreement that it draws on."""

    month: Month
    bought: Agreement


class Looked(NamedTuple):
    """An account whose month is asked for: it comes last, after those whose leftovers come down to it."""

    account: Account
    today: date
    chain: Sequence[Drawn]


def of(session: Session, account: Account, now: datetime, *, without: int | None = None) -> Burndown | None:
    """This month's, by the account's calendar, where it has an allowance; what one ticket is promised may be left out.

    What was promised counts at the forecast's end, or where the pace leads, whichever is more.
    """
    return of_several(session, [account], now, without=without).get(account.id)


def of_several(
    session: Session, those: Iterable[Account], now: datetime, *, without: int | None = None
) -> dict[int, Burndown]:
    """The same for many accounts at once; those that have no allowance are left out."""
    by_id = {account.id: account for account in those}
    known = agreements.versions_of(session, by_id)
    looked = [found for number, account in by_id.items() if (found := _look(account, known[number], now))]
    if not looked:
        return {}
    used = _used(session, [drawn for one in looked for drawn in one.chain])
    promised = _promised(session, [one.account.id for one in looked], without)
    return {one.account.id: _burndown(one, used, promised) for one in looked}


def _look(account: Account, known: list[Agreement], now: datetime) -> Looked | None:
    today = account.calendar.local_date(now)
    month = Month.of(today)
    bought = agreements.in_force(known, today)
    if bought is None or not bought.allowance(month):
        return None
    return Looked(account, today, _chain(account, known, Drawn(month, bought)))


def _chain(account: Account, known: list[Agreement], asked: Drawn) -> list[Drawn]:
    """The months whose leftovers come down to that one, the oldest first: from the last one locked on.

    Before one that had no allowance, or carried nothing on, nothing matters.
    """
    found = [asked]
    while not _is_locked(account, before := found[0].month.before):
        bought = next((version for version in reversed(known) if version.starts <= before.last), None)
        if bought is None or not bought.rollover_cap or not bought.allowance(before):
            break
        found.insert(0, Drawn(before, bought))
    return found


def _is_locked(account: Account, month: Month) -> bool:
    return account.billed_through is not None and month.last <= account.billed_through


def _carried(account: Account, chain: Sequence[Drawn], used: Used) -> int:
    """What comes into the chain's last month."""
    carry = account.billed_carry if _is_locked(account, chain[0].month.before) else 0
    for month, bought in chain[:-1]:
        spent = used.get((account.id, month), 0)
        carry = period(bought.allowance(month), bought.rollover_cap, spent, carry).carry_out
    return carry


def _burndown(one: Looked, used: Used, promised: dict[int, dict[Code, int]]) -> Burndown:
    (month, bought), account = one.chain[-1], one.account
    carried = _carried(account, one.chain, used)
    figures = period(bought.allowance(month), bought.rollover_cap, used.get((account.id, month), 0), carried)
    committed = sum(minutes for code, minutes in promised[account.id].items() if code in bought.draws)
    first, last = bought.days_of(month)
    at_end = forecast(
        account.calendar, first, last, one.today, used=max(figures.used, 0), available=figures.available,
        committed=committed,
    )  # fmt: skip
    return Burndown(bought, month, figures, carried, committed, at_end)


def used_in(session: Session, bought: Agreement, months: Iterable[Month]) -> dict[Month, int]:
    """What these months drew from the allowance."""
    found = _used(session, [Drawn(month, bought) for month in months])
    return {month: minutes for (_account, month), minutes in found.items()}


def carry_into(session: Session, account: Account, month: Month) -> int:
    """What the months before left over: from the last one that is locked on, month by month."""
    known = agreements.versions(session, account.id)
    if not known:
        return 0
    chain = _chain(account, known, Drawn(month, known[-1]))
    return _carried(account, chain, _used(session, chain[:-1]))


def _used(session: Session, asked: Iterable[Drawn]) -> Used:
    """What these months drew: a statement for each rule of rounding, however many go by it."""
    by_rule: dict[tuple[Rounding, frozenset[Code]], set[tuple[int, date]]] = defaultdict(set)
    for month, bought in asked:
        by_rule[bought.rounds, bought.draws].add((bought.account_id, month.first))
    found: Used = {}
    for (rounds, draws), wanted in by_rule.items():
        accounts, firsts = zip(*wanted, strict=True)
        which = (
            TimeEntry.account_id.in_(set(accounts)), TimeEntry.period.in_(set(firsts)), TimeEntry.code.in_(draws),
            ~GIVEN,
        )  # fmt: skip
        for account_id, first, minutes in session.execute(counted(rounds, *which)):
            if (account_id, first) in wanted:
                found[account_id, Month.of(first)] = int(minutes)
    return found


def counted(rounding: Rounding, *which: ColumnElement[bool]) -> Select[int, date, int]:
    """By account and month: minutes as `Rounding.total` counts them, added up where they are."""
    whose = ENTRY.account_id, ENTRY.period
    total = func.sum(ENTRY.minutes).label("total")
    sums = select(*whose, total).where(*which).group_by(*whose, *ADDED_UP[rounding.scope]).subquery().c
    size = func.abs(sums.total, type_=BigInteger)
    whole = (size + rounding.added) // rounding.step * rounding.step
    signed = func.sum(case((sums.total < 0, -whole), else_=whole))
    return select(sums.account_id, sums.period, signed).group_by(sums.account_id, sums.period)


def _promised(session: Session, account_ids: list[int], without: int | None) -> dict[int, dict[Code, int]]:
    """By account and code: what open tickets are estimated to take, beyond what they took already."""
    spent = (
        select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(TimeEntry.ticket_id == Ticket.id).scalar_subquery()
    )
    left = func.sum(func.greatest(Ticket.estimate_minutes - spent, 0))
    rows = session.execute(
        select(Ticket.account_id, Ticket.code, left)
        .where(Ticket.account_id.in_(account_ids), Ticket.status.in_(PROMISED), Ticket.estimate_minutes.is_not(None),
               Ticket.id != (without or 0))
        .group_by(Ticket.account_id, Ticket.code)
    )  # fmt: skip
    found: dict[int, dict[Code, int]] = defaultdict(lambda: defaultdict(int))
    for account_id, code, minutes in rows:
        found[account_id][code or Code.INCLUDED] += int(minutes)
    return found
