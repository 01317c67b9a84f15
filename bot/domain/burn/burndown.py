"""A month of an account that pays in advance: used, promised, forecast, and what the months before left over.

All of it is in the agreement's unit: minutes, or the smallest unit of its currency where it buys an amount of money.
Minutes are those that count: rounded as the agreement has it, what was worked after hours by itself. What a month
left over is kept by its billing review once that is locked; months that are still open are added up again. All of it
takes three statements and one more for each further rule, however many accounts are asked for and however long they
have been clients.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import agreements
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.allowance import Burn, Forecast, Period, burn, forecast, period
from bot.domain.burn import drawing
from bot.domain.burn.drawing import Drawn, Used
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.workflow import Status

PROMISED = frozenset({Status.TRIAGE, Status.SCHEDULED, Status.IN_PROGRESS, Status.INTERNAL_REVIEW})


@dataclass(frozen=True)
class Burndown:
    """How such a month stands."""

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
    def currency(self) -> str | None:
        """What it is counted in, where that is money."""
        return self.agreement.currency if self.agreement.buys_money else None

    @property
    def minutes_left(self) -> int:
        """What remains, as time at the usual rate."""
        hour = self.agreement.draw(60)
        return self.remaining * 60 // hour if hour else 0

    @property
    def state(self) -> Burn:
        """What is worth saying."""
        return burn(self.used, self.available, self.forecast.minutes)


class Chain(NamedTuple):
    """The month asked for comes last, after those whose leftovers come down to it; into the first came `opening`."""

    months: list[Drawn]
    opening: int


class Looked(NamedTuple):
    """An account whose month is asked for."""

    account: Account
    today: date
    chain: Chain


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
    used = drawing.used(session, [drawn for one in looked for drawn in one.chain.months])
    promised = _promised(session, [one.account.id for one in looked], without)
    return {one.account.id: _burndown(one, used, promised) for one in looked}


def _look(account: Account, known: list[Agreement], now: datetime) -> Looked | None:
    today = account.calendar.local_date(now)
    month = Month.of(today)
    bought = agreements.in_force(known, today)
    if bought is None or not bought.allowance(month):
        return None
    return Looked(account, today, _chain(account, known, Drawn(month, bought)))


def _chain(account: Account, known: list[Agreement], asked: Drawn) -> Chain:
    """The months whose leftovers come down to that one, from the last one locked on.

    Before one that had no allowance, or carried nothing on, nothing matters; nor does what was before we served them.
    What was left of hours is no money, and the other way round.
    """
    found = [asked]
    while True:
        before = found[0].month.before
        bought = next((version for version in reversed(known) if version.starts <= before.last), None)
        if bought is not None and bought.unit != asked.bought.unit:
            return Chain(found, 0)
        if _is_locked(account, before):
            return Chain(found, account.billed_carry)
        if bought is None or not (bought.rollover_cap and bought.allowance(before) and _was_served(account, before)):
            return Chain(found, 0)
        found.insert(0, Drawn(before, bought))


def _was_served(account: Account, month: Month) -> bool:
    """Whether anything of that month is known here."""
    return account.live_since is not None and account.calendar.local_date(account.live_since) <= month.last


def _is_locked(account: Account, month: Month) -> bool:
    return account.billed_through is not None and month.last <= account.billed_through


def _carried(chain: Chain, used: Used) -> int:
    """What comes into the chain's last month."""
    carry = chain.opening
    for month, bought in chain.months[:-1]:
        spent = used.get((bought.account_id, month), 0)
        carry = period(bought.allowance(month), bought.rollover_cap, spent, carry).carry_out
    return carry


def _burndown(one: Looked, used: Used, promised: dict[int, dict[Code, int]]) -> Burndown:
    (month, bought), account = one.chain.months[-1], one.account
    carried = _carried(one.chain, used)
    figures = period(bought.allowance(month), bought.rollover_cap, used.get((account.id, month), 0), carried)
    codes = promised[account.id].items()
    committed = sum(bought.draw(minutes, code=code) for code, minutes in codes if code in bought.draws)
    first, last = bought.days_of(month)
    at_end = forecast(
        account.calendar, first, last, one.today, used=max(figures.used, 0), available=figures.available,
        committed=committed,
    )  # fmt: skip
    return Burndown(bought, month, figures, carried, committed, at_end)


def used_in(session: Session, bought: Agreement, months: Iterable[Month]) -> dict[Month, int]:
    """What these months drew from the allowance."""
    found = drawing.used(session, [Drawn(month, bought) for month in months])
    return {month: minutes for (_account, month), minutes in found.items()}


class Midway(NamedTuple):
    """What was to be expected of a month when half of its working days were over."""

    day: date
    forecast: int  # by the month's end, in the agreement's unit


def midway(session: Session, account: Account, bought: Agreement, month: Month) -> Midway | None:
    """By the pace of what was logged by then; None in a month without two working days that it covers."""
    first, last = bought.days_of(month)
    days = list(takewhile(lambda day: day <= last, account.calendar.working_days(first)))
    if len(days) < 2:
        return None
    day = days[(len(days) - 1) // 2]
    over = datetime.combine(day + timedelta(days=1), time(), account.calendar.tz)
    known = TimeEntry.work_date <= day, TimeEntry.created_at < over
    used = max(drawing.used(session, [Drawn(month, bought)], *known).get((account.id, month), 0), 0)
    at_end = forecast(account.calendar, first, last, day, used=used, available=bought.allowance(month))
    return Midway(day, at_end.minutes)


def carry_into(session: Session, account: Account, month: Month, bought: Agreement) -> int:
    """What the months before left over: from the last one that is locked on, month by month."""
    chain = _chain(account, agreements.versions(session, account.id), Drawn(month, bought))
    return _carried(chain, drawing.used(session, chain.months[:-1]))


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
