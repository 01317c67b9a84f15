"""The agreement of an account, as the set-up file has it; docs/agreements.md tells all of it."""

from datetime import date
from decimal import Decimal

from pydantic import Field, model_validator

from bot.domain.agreements import AgreementType
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.roles import Role
from bot.domain.routing import RequestType
from bot.domain.setup.parts import Amount, Strict

MOST_HOURS = 10_000


class RoundingPart(Strict):
    """How minutes become billed minutes."""

    unit: int = Field(15, ge=1, le=480)
    mode: str = Field("up", pattern="^(none|up|closest|down)$")
    scope: str = Field("ticket_day", pattern="^(entry|ticket_day|invoice_line)$")


class RatePart(Strict):
    """A price of an hour of one code, perhaps only where somebody of that role works."""

    code: Code
    role: Role | None = None
    amount: Amount


class AgreementPart(Strict):
    """What the account has bought."""

    type: AgreementType
    starts: date
    included_hours: float = Field(0, ge=0, le=MOST_HOURS, allow_inf_nan=False)
    included_amount: Amount | None = None
    rollover_cap: Decimal = Field(Decimal(0), ge=0, le=1)
    rate: Amount | None = None
    rounding: RoundingPart = Field(default_factory=lambda: RoundingPart(unit=15, mode="up", scope="ticket_day"))
    scope: list[str] = []
    excluded: list[str] = []
    excluded_types: list[RequestType] = []
    ends: date | None = None
    renews: bool = True
    rates: list[RatePart] = []
    prices: dict[RequestType, Amount] = {}
    fee: Amount | None = None
    overage: Amount | None = None
    advisory_draws: bool = False
    tax: Decimal = Field(Decimal(0), ge=0, lt=1)
    payment_days: int = Field(14, ge=0, le=365)
    tells_client: bool = False
    after_hours_multiplier: Decimal = Field(Decimal(1), ge=1, le=10, max_digits=4, decimal_places=2)

    @property
    def currency(self) -> str | None:
        """The one its amounts are in."""
        return next((one.currency for one in self._amounts if one), None)

    @property
    def _amounts(self) -> list[Amount | None]:
        rates = [rate.amount for rate in self.rates]
        return [self.rate, self.fee, self.overage, self.included_amount, *rates, *self.prices.values()]

    @model_validator(mode="after")
    def _fits_together(self) -> "AgreementPart":
        if len({one.currency for one in self._amounts if one}) > 1:
            raise ValueError("all its amounts are in one currency; make them the same")
        if any(one.amount == 0 for one in self._amounts if one):
            raise ValueError("an amount is more than 0; leave out what costs nothing")
        if len({(rate.code, rate.role) for rate in self.rates}) < len(self.rates):
            raise ValueError("a rate stands there twice; keep one for each code and role")
        if self.ends and self.ends < self.starts:
            raise ValueError("ends before it starts; swap the two")
        if self.included_amount and (self.type is not AgreementType.RETAINER or self.included_hours or not self.rate):
            raise ValueError("included_amount is for a retainer with a rate, in place of included_hours")
        if self.included_amount and self.overage:
            raise ValueError("what goes beyond included_amount costs what it would have taken; leave out overage")
        if self.prices and self.type is not AgreementType.USAGE:
            raise ValueError("prices are for the type usage; write type: usage, or take them out")
        return self


class OpeningPart(Strict):
    """Where billing an account begins here: the last month that was billed elsewhere, and what it left over."""

    billed_through: date
    carried_hours: float = Field(0, ge=0, le=MOST_HOURS, allow_inf_nan=False)
    carried_amount: Amount | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "OpeningPart":
        if self.billed_through != Month.of(self.billed_through).last:
            raise ValueError("billed_through is the last day of a month, as in 2026-10-31")
        if self.carried_hours and self.carried_amount:
            raise ValueError("what came over is hours or an amount; keep one of the two")
        return self
