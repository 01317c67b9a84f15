"""The windows of agreements, and the form of a version: what matters only for one type stands there with that type."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.domain.agreements import Agreement, AgreementType
from bot.domain.rounding import Mode, Scope
from bot.domain.routing import RequestType
from bot.messages import blocks
from bot.messages.agreements import HOW, WHAT
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, line, say
from bot.modals import form
from bot.modals.agreement_form import CODE_RATES

FORM, REVEAL, WINDOW, LISTED, REVIEWS = (
    "agreement.make", "agreement.reveal", "agreement.window", "agreement.listed", "review.window"
)  # fmt: skip
ONLY_FOR: dict[AgreementType, tuple[str, ...]] = {
    AgreementType.RETAINER: ("included", "rollover_cap", "advisory_draws", "fee"),
    AgreementType.TIME_AND_MATERIALS: (),
    AgreementType.FIXED: ("fee",),
    AgreementType.USAGE: ("prices", "fee"),
}
STAYS = "What was billed stays as it was: a version counts from its start on, for whole months."
PUT_RIGHT = "Mistyped? Make another version with the same start: the later one counts, until that month is billed."


class Metadata(BaseModel):
    """Which account, the newest version of it that was there, the one it was filled from, and the window underneath."""

    account: int
    seen: int
    before: int = 0  # the version that the form was filled from
    window: str | None = None
    hidden: dict[str, str | bool | list[str]] = {}  # of fields that do not stand in the form right now


def view(account: str, metadata: Metadata, told: dict[str, Any], before: Agreement | None) -> dict[str, Any]:
    """The form with what is `told` so far; its type decides which fields stand in it."""
    chosen = AgreementType(told["type"])
    body = [
        blocks.section(say("*{{ account }}*\n{{ stays }}", account=line(account), stays=STAYS)),
        form.choice("type", "Type", form.enum_options(AgreementType), initial=chosen.value, live=REVEAL),
        form.day("starts", "Starts", initial=_day(told, "starts"), hint=PUT_RIGHT),
        form.text("currency", "Currency", initial=told.get("currency", "EUR"), longest=3, placeholder="EUR"),
        *(field for name, field in _of_a_type(told).items() if name in ONLY_FOR[chosen]),
        *_rates(told, chosen),
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


def _rates(told: dict[str, Any], chosen: AgreementType) -> list[Block]:
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
    fields.append(
        _text(told, "role_rates", "Where a role costs something else, an hour", multiline=True, longest=1000,
              placeholder="Out of scope, lead: 200", hint="One line each, as in Out of scope, lead: 200")
    )  # fmt: skip
    return fields


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
