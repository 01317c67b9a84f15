"""What comes back of an agreement's form, each field checked with those before it; and the form as a version has it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from bot.domain.agreements import Agreement, AgreementType
from bot.domain.codes import Code
from bot.domain.durations import parse_minutes, show
from bot.domain.errors import Refused
from bot.domain.money import CURRENCIES
from bot.domain.roles import Role
from bot.domain.rounding import LONGEST_UNIT, Mode, Scope
from bot.domain.routing import RequestType
from bot.modals.typed import amount, is_amount, multiplier, names, percent, prices, role_rates

MOST_HOURS = 10_000
CODE_RATES = {f"rate_{code.value}": code for code in (Code.OUT_OF_SCOPE, Code.PROJECT, Code.ADVISORY)}
NEEDED = {
    AgreementType.RETAINER: ("included", "Write what a month includes: hours, as in 40, or an amount, as in 4000 EUR."),
    AgreementType.TIME_AND_MATERIALS: ("rate", "Write what an hour costs: every hour is charged."),
    AgreementType.FIXED: ("fee", "Write what a month costs."),
    AgreementType.USAGE: ("prices", "Write at least one price, as in Incident: 40."),
}


class Included(NamedTuple):
    """What a month includes: time, or money."""

    minutes: int = 0
    amount: Decimal | None = None


class Form(BaseModel):
    """What came back; each field is checked with those before it."""

    type: AgreementType
    starts: date
    currency: str
    included: Included = Field(Included(), validate_default=True)
    rollover_cap: Decimal = Decimal(0)
    advisory_draws: bool = False
    rate: Decimal | None = Field(None, validate_default=True)
    overage: Decimal | None = None
    after_hours: Decimal = Decimal(1)
    fee: Decimal | None = Field(None, validate_default=True)
    prices: list[dict[str, str]] = Field([], validate_default=True)
    rate_out_of_scope: Decimal | None = None
    rate_project: Decimal | None = None
    rate_advisory: Decimal | None = None
    role_rates: list[dict[str, str]] = []
    unit: int = 15
    mode: Mode = Mode.UP
    rounds: Scope = Scope.TICKET_DAY
    scope: list[str] = []
    excluded: list[str] = []
    excluded_types: list[RequestType] = []
    ends: date | None = None
    renews: bool = False
    tax: Decimal = Decimal(0)
    payment_days: int = 14
    tells_client: bool = False

    @field_validator("currency")
    @classmethod
    def _in_use(cls, text: str) -> str:
        if (code := text.strip().upper()) not in CURRENCIES:
            raise ValueError(f"“{text[:3]}” is no currency. Write its three letters, as in EUR.")
        return code

    @field_validator("included", "rate", "fee", "prices", mode="before")
    @classmethod
    def _is_there(cls, typed: Any, info: ValidationInfo) -> Any:
        field, sentence = NEEDED.get(info.data.get("type", ""), ("", ""))
        if info.field_name == field and (not typed or typed == Included()):
            raise ValueError(sentence)
        if info.field_name == "rate" and not typed and info.data.get("included", Included()).amount:
            raise ValueError("Write what an hour costs: that is what work takes from the amount.")
        return typed

    @field_validator("included", mode="before")
    @classmethod
    def _included(cls, typed: Any, info: ValidationInfo) -> Included:
        if not typed or isinstance(typed, Included):
            return Included()
        text = str(typed).strip()
        if is_amount(text):
            return Included(amount=amount(text, info.data.get("currency", "")))
        return Included(cls._hours(text))

    @classmethod
    def _hours(cls, text: str) -> int:
        plain = re.fullmatch(r"\d+([.,]\d+)?", text)
        try:
            return parse_minutes(f"{text}h" if plain else text, longest=60 * MOST_HOURS, what="a month’s hours")
        except Refused as refused:
            raise ValueError(str(refused)) from refused

    @field_validator("rate", "overage", "fee", *CODE_RATES, mode="before")
    @classmethod
    def _amount(cls, typed: Any, info: ValidationInfo) -> Decimal | None:
        return amount(str(typed), info.data.get("currency", "")) if typed else None

    @field_validator("overage")
    @classmethod
    def _only_of_hours(cls, overage: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if overage and info.data.get("included", Included()).amount:
            raise ValueError("Leave it empty: what goes beyond an amount costs what it would have taken.")
        return overage

    @field_validator("after_hours", mode="before")
    @classmethod
    def _multiplier(cls, typed: Any) -> Decimal:
        return multiplier(str(typed))

    @field_validator("prices", mode="before")
    @classmethod
    def _prices(cls, typed: Any, info: ValidationInfo) -> list[dict[str, str]]:
        return prices(typed, info.data.get("currency", "")) if typed else []

    @field_validator("role_rates", mode="before")
    @classmethod
    def _role_rates(cls, typed: Any, info: ValidationInfo) -> list[dict[str, str]]:
        return role_rates(typed, info.data.get("currency", "")) if typed else []

    @field_validator("rollover_cap", "tax", mode="before")
    @classmethod
    def _share(cls, typed: Any, info: ValidationInfo) -> Decimal:
        return percent(str(typed), 100 if info.field_name == "rollover_cap" else 99)

    @field_validator("unit", "payment_days", mode="before")
    @classmethod
    def _whole(cls, typed: Any, info: ValidationInfo) -> int:
        least, most = (1, LONGEST_UNIT) if info.field_name == "unit" else (0, 365)
        text = str(typed).strip()
        if not (text.isdecimal() and least <= int(text) <= most):
            raise ValueError(f"Write a whole number from {least} to {most}.")
        return int(text)

    @field_validator("scope", "excluded", mode="before")
    @classmethod
    def _names(cls, typed: Any) -> list[str]:
        return names(typed)

    @field_validator("ends")
    @classmethod
    def _ends_later(cls, ends: date | None, info: ValidationInfo) -> date | None:
        starts = info.data.get("starts")
        if ends and starts and ends < starts:
            raise ValueError(f"That is before it starts, on {starts.day} {starts:%b %Y}. Choose a later day.")
        return ends

    @property
    def terms(self) -> dict[str, Any]:
        """As columns of an agreement."""
        rates = [{"code": code.value, "role": None, "amount": str(typed)}
                 for field, code in CODE_RATES.items() if (typed := getattr(self, field)) is not None]  # fmt: skip
        return {
            "type": self.type, "starts": self.starts, "included_minutes": self.included.minutes,
            "included_amount": self.included.amount, "after_hours_multiplier": self.after_hours,
            "rollover_cap": self.rollover_cap, "rate_amount": self.rate, "rate_currency": self.currency,
            "rounding": {"unit": self.unit, "mode": self.mode.value, "scope": self.rounds.value},
            "scope": self.scope, "excluded": self.excluded,
            "excluded_types": [kind.value for kind in self.excluded_types], "ends": self.ends,
            "renews": self.renews or self.ends is None, "rates": [*rates, *self.role_rates], "prices": self.prices,
            "fee_amount": self.fee, "overage_amount": self.overage, "advisory_draws": self.advisory_draws,
            "tax_rate": self.tax, "payment_days": self.payment_days, "tells_client": self.tells_client,
        }  # fmt: skip


def filled(before: Agreement | None, starts: date) -> dict[str, Any]:
    """The form as a version would have filled it, for another start."""
    if before is None:
        return {"type": AgreementType.RETAINER.value, "starts": starts.isoformat(), "currency": "EUR", "renews": True}
    by_role = [(Code(told["code"]).label, Role(told["role"]).label, told["amount"])
               for told in before.rates if told.get("role")]  # fmt: skip
    by_code = {told["code"]: told["amount"] for told in before.rates if not told.get("role")}
    rounds = before.rounds
    found = {
        "type": before.type.value, "starts": starts.isoformat(), "currency": before.currency,
        "included": _included(before),
        "after_hours": "" if before.after_hours_multiplier == 1 else _shown(before.after_hours_multiplier),
        "rollover_cap": _shown(before.rollover_cap * 100), "advisory_draws": before.advisory_draws,
        "rate": _shown(before.rate_amount), "overage": _shown(before.overage_amount), "fee": _shown(before.fee_amount),
        "prices": "\n".join(f"{RequestType(one['type']).label}: {one['amount']}" for one in before.prices),
        **{field: by_code.get(code.value, "") for field, code in CODE_RATES.items()},
        "role_rates": "\n".join(f"{code}, {role}: {price}" for code, role, price in by_role),
        "unit": str(rounds.unit), "mode": rounds.mode.value, "rounds": rounds.scope.value,
        "scope": ", ".join(before.scope), "excluded": ", ".join(before.excluded),
        "excluded_types": before.excluded_types, "ends": before.ends.isoformat() if before.ends else "",
        "renews": before.renews, "tax": _shown(before.tax_rate * 100), "payment_days": str(before.payment_days),
        "tells_client": before.tells_client,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in ("", False, [])}


def _included(before: Agreement) -> str:
    if before.included_amount is not None:
        return f"{_shown(before.included_amount)} {before.currency}"
    return show(before.included_minutes) if before.included_minutes else ""


def _shown(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
