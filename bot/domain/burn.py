"""Burn-down: how much of a month's allowance is used and promised, where it ends, and what is worth saying about it.

Minutes are those that count: rounded as the agreement has it. What a month left over is kept by its billing review
once that is locked; months that are still open are added up again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, UniqueConstraint, exists, func, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import agreements
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.allowance import Burn, Forecast, Period, burn, forecast, period
from bot.domain.base import AccountRef, Base, Id
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.rounding import Piece, Rounding, Scope
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.write_offs import WriteOff
from bot.domain.workflow import Status

PROMISED = frozenset({Status.TRIAGE, Status.SCHEDULED, Status.IN_PROGRESS, Status.INTERNAL_REVIEW})


class ToldBurn(Base):
    """That a month's burn was told of; once each."""

    __tablename__ = "told_burn"
    __table_args__ = (UniqueConstraint("account_id", "period", "burn"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    period: Mapped[date]
    burn: Mapped[Burn]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))


@dataclass(frozen=True)
class Burndown:
    """A month of an account that buys hours in advance, in minutes."""

    agreement: Agreement
    month: Month
    figures: Period
    carried_in: int
    committed: int  # promised by estimates of open tickets, beyond what they took
    forecast: Forecast

    @property
    def remaining(self) -> int:
        """What is neither used nor promised; less than nothing where that is more than there is."""
        return self.figures.available - self.figures.used - self.committed

    @property
    def state(self) -> Burn:
        """What is worth saying."""
        return burn(max(self.figures.used, 0), self.figures.available, self.forecast.minutes)


def of(session: Session, account: Account, now: datetime, *, without: int | None = None) -> Burndown | None:
    """This month's, by the account's calendar, where it has an allowance; what one ticket is promised may be left out.

    What was promised counts at the forecast's end, or where the pace leads, whichever is more.
    """
    calendar = account.calendar
    today = calendar.local_date(now)
    month = Month.of(max(today, account.billed_through or today))
    bought = agreements.of(session, account.id, min(max(today, month.first), month.last))
    if bought is None or not bought.allowance(month):
        return None
    carried = carry_into(session, account, month)
    used = used_in(session, bought, [month]).get(month, 0)
    figures = period(bought.allowance(month), bought.rollover_cap, used, carried)
    promised = committed(session, bought, without=without)
    at_end = forecast(
        calendar, max(month.first, bought.starts), month.last, today, used=max(used, 0), available=figures.available,
        committed=promised,
    )  # fmt: skip
    return Burndown(bought, month, figures, carried, promised, at_end)


def used_in(session: Session, bought: Agreement, months: Iterable[Month]) -> dict[Month, int]:
    """What these months drew from the allowance."""
    firsts = [month.first for month in months]
    given = exists().where(WriteOff.entry_id == func.coalesce(TimeEntry.reverses_id, TimeEntry.id))  # it cost nothing
    drawn = [
        TimeEntry.account_id == bought.account_id, TimeEntry.period.in_(firsts), TimeEntry.code.in_(bought.draws),
        ~given,
    ]  # fmt: skip
    found: dict[date, list[Piece]] = {}
    rows = session.execute(pieces(bought.rounds, *drawn, by=(TimeEntry.period,)))
    for first, *piece in rows:
        found.setdefault(first, []).append(Piece(*piece))
    return {Month.of(first): bought.rounds.total(added) for first, added in found.items()}


def pieces(
    rounding: Rounding, *which: ColumnElement[bool], by: Iterable[ColumnElement[object]] = ()
) -> Select[tuple[object, ...]]:
    """Minutes as the rounding wants them added up: rows of `by`, then a Piece's columns."""
    keys = list(by)
    entry, none = func.coalesce(TimeEntry.reverses_id, TimeEntry.id), literal(0)
    work = func.coalesce(TimeEntry.ticket_id, -TimeEntry.project_id, 0)
    added = {
        Scope.ENTRY: (entry, work, TimeEntry.work_date),
        Scope.TICKET_DAY: (none, work, TimeEntry.work_date),
        Scope.INVOICE_LINE: (none, none, func.min(TimeEntry.work_date)),
    }[rounding.scope]
    grouped = [*keys, *(column for column in added if column is not none and rounding.scope is not Scope.INVOICE_LINE)]
    return select(*keys, *added, func.sum(TimeEntry.minutes)).where(*which).group_by(*grouped).order_by(*grouped)


def carry_into(session: Session, account: Account, month: Month) -> int:
    """What the months before left over: from the last one that is locked on, month by month."""
    known = agreements.versions(session, account.id)
    if not known:
        return 0
    billed = account.billed_through
    carry, since = (account.billed_carry, Month.of(billed).after) if billed else (0, Month.of(known[0].starts))
    for one in since.until(month):
        bought = next((version for version in reversed(known) if version.starts <= one.last), None)
        if bought is None or not (allowed := bought.allowance(one)):
            carry = 0
            continue
        used = used_in(session, bought, [one]).get(one, 0)
        carry = period(allowed, bought.rollover_cap, used, carry).carry_out
    return carry


def committed(session: Session, bought: Agreement, *, without: int | None = None) -> int:
    """What open tickets are estimated to take of the allowance, beyond what they took already."""
    spent = (
        select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(TimeEntry.ticket_id == Ticket.id).scalar_subquery()
    )
    query = select(func.coalesce(func.sum(func.greatest(Ticket.estimate_minutes - spent, 0)), 0)).where(
        Ticket.account_id == bought.account_id, Ticket.status.in_(PROMISED), Ticket.estimate_minutes.is_not(None),
        Ticket.code.in_(bought.draws or {Code.INCLUDED}), Ticket.id != (without or 0),
    )  # fmt: skip
    return int(session.scalars(query).one())
