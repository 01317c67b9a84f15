"""The windows of agreements, and the form of a version: what matters only for one type stands there with that type."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from bot.domain.agreements import Agreement, AgreementType
from bot.domain.codes import Code
from bot.domain.durations import parse_minutes, show
from bot.domain.errors import Refused
from bot.domain.rounding import LONGEST_UNIT, Mode, Scope
from bot.domain.routing import RequestType
from bot.messages import blocks
from bot.messages.agreements import HOW, WHAT, rates_by_role
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, line, say
from bot.modals import form
from bot.modals.typed import amount, is_amount, multiplier, names, percent, prices

FORM, REVEAL, WINDOW, LISTED, REVIEWS = (
    "agreement.make", "agreement.reveal", "agreement.window", "agreement.listed", "review.window"
)  # fmt: skip
MOST_HOURS = 10_000
CODE_RATES = {f"rate_{code.value}": code for code in (Code.OUT_OF_SCOPE, Code.PROJECT, Code.ADVISORY)}
ONLY_FOR: dict[AgreementType, tuple[str, ...]] = {
    AgreementType.RETAINER: ("included", "rollover_cap", "advisory_draws", "fee"),
    AgreementType.TIME_AND_MATERIALS: (),
    AgreementType.FIXED: ("fee",),
    AgreementType.USAGE: ("prices", "fee"),
}
NEEDED = {
    AgreementType.RETAINER: ("included", "Write what a month includes: hours, as in 40, or an amount, as in 4000 EUR."),
    AgreementType.TIME_AND_MATERIALS: ("rate", "Write what an hour costs: every hour is charged."),
    AgreementType.FIXED: ("fee", "Write what a month costs."),
    AgreementType.USAGE: ("prices", "Write at least one price, as in Incident: 40."),
}
STAYS = "What was billed stays as it was: a version counts from its start on, for whole months."
PUT_RIGHT = "Mistyped? Make another version with the same start: the later one counts, until that month is billed."


class Included(NamedTuple):
    """What a month includes: time, or money."""

    minutes: int = 0
    amount: Decimal | None = None


class Metadata(BaseModel):
    """Which account, the newest version of it that was there, the one it was filled from, and the window underneath."""

    account: int
    seen: int
    before: int = 0  # the version that the form was filled from
    window: str | None = None
    hidden: dict[str, str | bool | list[str]] = {}  # of fields that do not stand in the form right now


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
    def _three_letters(cls, text: str) -> str:
        if not re.fullmatch("[A-Za-z]{3}", text):
            raise ValueError("Write the three letters of a currency, as in EUR.")
        return text.upper()

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

    def terms(self, kept: list[dict[str, Any]]) -> dict[str, Any]:
        """As columns of an agreement; `kept` are rates by role, which stay."""
        rates = [{"code": code.value, "role": None, "amount": str(typed)}
                 for field, code in CODE_RATES.items() if (typed := getattr(self, field)) is not None]  # fmt: skip
        return {
            "type": self.type, "starts": self.starts, "included_minutes": self.included.minutes,
            "included_amount": self.included.amount, "after_hours_multiplier": self.after_hours,
            "rollover_cap": self.rollover_cap, "rate_amount": self.rate, "rate_currency": self.currency,
            "rounding": {"unit": self.unit, "mode": self.mode.value, "scope": self.rounds.value},
            "scope": self.scope, "excluded": self.excluded,
            "excluded_types": [kind.value for kind in self.excluded_types], "ends": self.ends,
            "renews": self.renews or self.ends is None, "rates": [*rates, *kept], "prices": self.prices,
            "fee_amount": self.fee, "overage_amount": self.overage, "advisory_draws": self.advisory_draws,
            "tax_rate": self.tax, "payment_days": self.payment_days, "tells_client": self.tells_client,
        }  # fmt: skip


def filled(before: Agreement | None, starts: date) -> dict[str, Any]:
    """The form as a version would have filled it, for another start."""
    if before is None:
        return {"type": AgreementType.RETAINER.value, "starts": starts.isoformat(), "currency": "EUR", "renews": True}
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


def view(account: str, metadata: Metadata, told: dict[str, Any], before: Agreement | None) -> dict[str, Any]:
    """The form with what is `told` so far; its type decides which fields stand in it."""
    chosen = AgreementType(told["type"])
    body = [
        blocks.section(say("*{{ account }}*\n{{ stays }}", account=line(account), stays=STAYS)),
        form.choice("type", "Type", form.enum_options(AgreementType), initial=chosen.value, live=REVEAL),
        form.day("starts", "Starts", initial=_day(told, "starts"), hint=PUT_RIGHT),
        form.text("currency", "Currency", initial=told.get("currency", "EUR"), longest=3, placeholder="EUR"),
        *(field for name, field in _of_a_type(told).items() if name in ONLY_FOR[chosen]),
        *_rates(told, chosen, before),
        *_rounding(told),
        *_scope(told),
        *_term(told),
    ]
    title = "New version" if before else "New agreement"
    return form.modal(FORM, title, body, submit="Make it", metadata=metadata.model_dump_json())


def hidden(told: dict[str, Any]) -> dict[str, Any]:
    """Of what is told, what could stand in no form of the chosen type."""
    may_hide = {"overage", *(name for names in ONLY_FOR.values() for name in names)}
    return {name: value for name, value in told.items() if name in may_hide}


def _day(told: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(told[name]) if told.get(name) else None


def _text(told: dict[str, Any], name: str, label: str, *, optional: bool = True, **more: Any) -> Block:
    return form.text(name, label, initial=told.get(name, ""), optional=optional, **{"longest": 30, **more})


def _of_a_type(told: dict[str, Any]) -> dict[str, Block]:
    """The fields that not every type has."""
    return {
        "included": _text(told, "included", "Included a month", optional=False, placeholder="40",
                          hint="Hours, as in 40, or an amount that work takes from, as in 4000 EUR"),
        "rollover_cap": _text(told, "rollover_cap", "Rollover cap, in %", placeholder="50",
                              hint="How much of it may go into the next month. Empty: nothing"),
        "advisory_draws": form.tick("advisory_draws", "Advisory work", "It takes from what is included",
                                    initial=bool(told.get("advisory_draws"))),
        "prices": _text(told, "prices", "Price of a request, by type", optional=False, multiline=True, longest=500,
                        placeholder="Incident: 40", hint="One line a type, as in Incident: 40"),
        "fee": _text(told, "fee", "Fixed fee a month", optional=told["type"] != AgreementType.FIXED.value,
                     placeholder="3000"),
    }  # fmt: skip


def _rates(told: dict[str, Any], chosen: AgreementType, before: Agreement | None) -> list[Block]:
    charged = chosen is AgreementType.TIME_AND_MATERIALS
    fields = [_text(told, "rate", "Hourly rate", optional=not charged, placeholder="150")]
    if chosen is AgreementType.RETAINER:
        fields.append(_text(told, "overage", "Rate beyond the allowance, an hour", hint="Empty: the hourly rate"))
    fields.append(
        _text(
            told,
            "after_hours",
            "After hours, times the rate",
            placeholder="1.5",
            hint="What an hour outside their working hours costs. Empty: the same",
        )
    )
    fields += [_text(told, field, f"{code.label}, an hour", hint="Empty: the hourly rate")
               for field, code in CODE_RATES.items()]  # fmt: skip
    kept = rates_by_role(before) if before else ""
    told_kept = say("These rates by role stay: {{ kept }}. `steward apply` changes them.", kept=kept)
    return [*fields, *([blocks.context(told_kept)] if kept else [])]


def _rounding(told: dict[str, Any]) -> list[Block]:
    modes = [option(text.capitalize(), mode.value) for mode, text in HOW.items()]
    scopes = [option(text.capitalize(), scope.value) for scope, text in WHAT.items()]
    return [
        form.choice("mode", "Round time", modes, initial=told.get("mode", Mode.UP.value)),
        form.text("unit", "To so many minutes", initial=told.get("unit", "15"), longest=3),
        form.choice("rounds", "Rounded is", scopes, initial=told.get("rounds", Scope.TICKET_DAY.value)),
    ]


def _scope(told: dict[str, Any]) -> list[Block]:
    kinds = form.enum_options(RequestType)
    return [
        _text(told, "scope", "In scope", multiline=True, longest=2000, placeholder="Zendesk, Help centre",
              hint="Systems, by commas or lines. Empty: everything that is not named below"),
        _text(told, "excluded", "Out of scope", multiline=True, longest=2000, placeholder="Salesforce"),
        form.several("excluded_types", "Types not covered", kinds, initial=told.get("excluded_types", [])),
    ]  # fmt: skip


def _term(told: dict[str, Any]) -> list[Block]:
    return [
        form.day("ends", "Ends", initial=_day(told, "ends"), optional=True, hint="Its last day. Empty: no end"),
        form.tick("renews", "Renewal", "It renews then by itself", initial=bool(told.get("renews"))),
        form.text("tax", "Tax, in %", initial=told.get("tax", "0"), longest=8),
        form.text("payment_days", "Payment due after, in days", initial=told.get("payment_days", "14"), longest=3),
        form.tick("tells_client", "Burn-down", "Tell the client too when hours run low",
                  initial=bool(told.get("tells_client"))),
    ]  # fmt: skip


def window(body: list[Block]) -> dict[str, Any]:
    """One account’s agreement."""
    return form.modal(WINDOW, "Agreement", body, submit=None, close="Close")


def listed(rows: list[Block]) -> dict[str, Any]:
    """Every account with what it has bought."""
    return form.modal(LISTED, "Agreements", rows, submit=None, close="Close")


def reviews(rows: list[Block]) -> dict[str, Any]:
    """Where `/review` leads."""
    top = blocks.context(Mrkdwn("What was agreed, what was worked, and what is charged for it."))
    return form.modal(REVIEWS, "Review", [top, *rows], submit=None, close="Close")
