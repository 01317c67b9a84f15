"""An agreement: what an account has bought, from a date on. Rows are never changed: a new version stands beside them.

Of two that start on the same day the later one counts, so a mistake is put right as long as nothing is billed on it.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import AccountRef, Base, Id
from bot.domain.codes import Code
from bot.domain.money import Money, for_minutes, minor_units, rounded
from bot.domain.months import Month
from bot.domain.roles import Role
from bot.domain.rounding import Mode, Rounding, Scope
from bot.domain.routing import RequestType


class AgreementType(StrEnum):
    """How the account pays."""

    RETAINER = "retainer"
    TIME_AND_MATERIALS = "time_and_materials"
    FIXED = "fixed"
    USAGE = "usage"

    @property
    def label(self) -> str:
        """As forms and reviews show it."""
        return {self.TIME_AND_MATERIALS: "Time and materials"}.get(self, self.value.capitalize())


class Rate(NamedTuple):
    """A price of an hour, where it differs from the agreement's own: by code, and perhaps by who works."""

    code: Code
    role: Role | None
    amount: Decimal


class OutOfScope(StrEnum):
    """Why work may cost extra; as the client is told."""

    SYSTEM = "system"  # excluded by name, or not among what is covered
    TYPE = "type"  # a kind of request that is not covered
    CODE = "code"  # somebody chose a code that is not covered
    ALLOWANCE = "allowance"  # more than what is left of this period's hours


class Agreement(Base):
    """One version. Amounts are in `rate_currency`, without tax; hours are kept as minutes."""

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("after_hours_multiplier between 1 and 10", name="multiplier_bounded"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    type: Mapped[AgreementType]
    starts: Mapped[date]
    included_minutes: Mapped[int] = mapped_column(default=0)
    rollover_cap: Mapped[Decimal] = mapped_column(Numeric(5, 4), default=Decimal(0))
    rate_amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2), default=None)
    rate_currency: Mapped[str | None] = mapped_column(default=None)
    rounding: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    scope: Mapped[list[Any]] = mapped_column(default_factory=list)
    excluded: Mapped[list[Any]] = mapped_column(default_factory=list)
    excluded_types: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    ends: Mapped[date | None] = mapped_column(default=None)  # its last day; with `renews` the term begins anew then
    renews: Mapped[bool] = mapped_column(default=True, server_default="true")
    rates: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    prices: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    fee_amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2), default=None)  # a month
    overage_amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2), default=None)  # an hour beyond
    advisory_draws: Mapped[bool] = mapped_column(default=False, server_default="false")
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(6, 4), default=Decimal(0), server_default="0")
    payment_days: Mapped[int] = mapped_column(default=14, server_default="14")
    tells_client: Mapped[bool] = mapped_column(default=False, server_default="false")
    included_amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2), default=None)  # a month, in place of hours
    after_hours_multiplier: Mapped[Decimal] = mapped_column(Numeric(4, 2), default=Decimal(1), server_default="1")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)  # null: `steward apply`
    made_at: Mapped[datetime] = mapped_column(server_default=func.now(), init=False)

    @property
    def terms(self) -> dict[str, Any]:
        """What is agreed, but not since when, as an event keeps it: amounts are texts."""
        return {name: _plain(getattr(self, name)) for name in TERMS}

    @property
    def currency(self) -> str:
        """What it is paid in."""
        return self.rate_currency or "EUR"

    @property
    def rounds(self) -> Rounding:
        """How its minutes become billed minutes."""
        told = self.rounding or {}
        return Rounding(int(told.get("unit", 15)), Mode(told.get("mode", "up")), Scope(told.get("scope", "ticket_day")))

    @property
    def is_hourly(self) -> bool:
        """Whether every hour is charged."""
        return self.type is AgreementType.TIME_AND_MATERIALS

    @property
    def draws(self) -> frozenset[Code]:
        """The codes whose time is taken from the allowance."""
        if self.type is not AgreementType.RETAINER:
            return frozenset()
        return frozenset({Code.INCLUDED, Code.ADVISORY} if self.advisory_draws else {Code.INCLUDED})

    @property
    def buys_money(self) -> bool:
        """Whether its allowance is an amount of money, and not hours."""
        return self.type is AgreementType.RETAINER and self.included_amount is not None

    @property
    def unit(self) -> str:
        """What its allowance is counted in: minutes, or a currency's smallest unit."""
        return self.currency if self.buys_money else "minutes"

    def rate(self, code: Code, roles: frozenset[str] = frozenset(), *, after_hours: bool = False) -> Decimal | None:
        """What an hour of that code costs: of several rates the dearest role's, else the code's, else its own."""
        rate = self._rate(code, roles)
        if rate is None or not after_hours:
            return rate
        return rounded(rate * self.after_hours_multiplier, self.currency)

    def _rate(self, code: Code, roles: frozenset[str]) -> Decimal | None:
        of_code = [_rate(told) for told in self.rates if told["code"] == code.value]
        by_role = [rate.amount for rate in of_code if rate.role and rate.role.value in roles]
        plain = [rate.amount for rate in of_code if rate.role is None]
        return max(by_role, default=None) or (plain[0] if plain else self.rate_amount)

    @property
    def overage_rate(self) -> Decimal | None:
        """What an hour beyond the allowance costs."""
        return self.rate_amount if self.overage_amount is None else self.overage_amount

    def price(self, kind: RequestType) -> Decimal | None:
        """What one ticket of that type costs, where the agreement is by usage."""
        found = [Decimal(told["amount"]) for told in self.prices if told["type"] == kind.value]
        return found[0] if found and self.type is AgreementType.USAGE else None

    def is_valid(self, day: date) -> bool:
        """Whether it covers that day."""
        return self.starts <= day and (self.ends is None or self.renews or day <= self.ends)

    def days_of(self, month: Month) -> tuple[date, date]:
        """The first and the last day of a month that it covers; the last one is before the first where it has none."""
        last = month.last if self.ends is None or self.renews else min(month.last, self.ends)
        return max(month.first, self.starts), last

    def share_of(self, month: Month) -> Decimal:
        """How much of a month it covers, by calendar days: one that begins or ends within it gives and costs less."""
        first, last = self.days_of(month)
        return Decimal(max((last - first).days + 1, 0)) / month.last.day

    @property
    def included(self) -> int:
        """What it includes in a whole month, in its unit: minutes, or the smallest of its currency."""
        if self.type is not AgreementType.RETAINER:
            return 0
        if self.included_amount is None:
            return self.included_minutes
        return minor_units(self.included_amount, self.currency)

    def allowance(self, month: Month) -> int:
        """What it includes in that month."""
        return _whole(self.included * self.share_of(month))

    def draw(
        self, minutes: int, *, code: Code = Code.INCLUDED, roles: frozenset[str] = frozenset(),
        after_hours: bool = False,
    ) -> int:  # fmt: skip
        """What that time takes from the allowance, in its unit: after hours more of it (ConnectWise's multiplier)."""
        if self.buys_money:
            rate = self.rate(code, roles, after_hours=after_hours) or Decimal(0)
            return minor_units(for_minutes(minutes, rate, self.currency).amount, self.currency)
        return _whole(minutes * self.after_hours_multiplier) if after_hours else minutes

    def fee(self, month: Month) -> Money | None:
        """Its fixed price for that month."""
        return None if self.fee_amount is None else Money(self.fee_amount * self.share_of(month), self.currency)

    def may_be_billable(self, related_system: str | None) -> bool:
        """Whether a request about that system may cost extra: hours are charged, or it stands outside the scope."""
        return self.is_hourly or self.is_outside(related_system)

    def is_outside(self, related_system: str | None) -> bool:
        """Whether that system stands outside the scope."""
        if not related_system:
            return False
        named = related_system.casefold()
        if any(name.casefold() in named for name in self.excluded):
            return True
        return bool(self.scope) and not any(name.casefold() in named for name in self.scope)

    def beyond(self, *, system: str | None, kind: RequestType, code: Code | None) -> list[OutOfScope]:
        """Why a request costs extra by what it is about; an hourly agreement has no outside but by its code."""
        outside = not self.is_hourly
        held = {
            OutOfScope.SYSTEM: outside and self.is_outside(system),
            OutOfScope.TYPE: outside and kind.value in self.excluded_types,
            OutOfScope.CODE: code is Code.OUT_OF_SCOPE,
        }
        return [why for why, holds in held.items() if holds]


NOT_TERMS = {"id", "account_id", "starts", "made_by_id", "made_at"}
TERMS = [column.name for column in Agreement.__table__.columns if column.name not in NOT_TERMS]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        return [{**one, "amount": _plain(Decimal(one["amount"]))} if isinstance(one, dict) else one for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), "ROUND_HALF_UP"))


def _rate(told: dict[str, Any]) -> Rate:
    return Rate(Code(told["code"]), Role(told["role"]) if told.get("role") else None, Decimal(told["amount"]))
