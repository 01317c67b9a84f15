"""The form of a recurring rule, and the list of them."""

from datetime import date
from typing import Any

from pydantic import BaseModel, field_validator

from bot.domain.accounts import Account
from bot.domain.cadence import Cadence
from bot.domain.codes import Code
from bot.domain.durations import parse_minutes, show
from bot.domain.people import Person
from bot.domain.recurring import Recurring
from bot.domain.routing import RequestType
from bot.domain.tickets import LONGEST_TITLE, Ticket
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn
from bot.modals import form
from bot.modals.moves import LONGEST_ESTIMATE, colleague_options
from bot.modals.request import account_options

CALLBACK_ID, LIST = "recurring.keep", "recurring.window"
HINT = "It also says which weekday or day of the month. A day off moves to the next working day."


class Metadata(BaseModel):
    """What the rule is made of or which it is, and the list underneath."""

    ticket: int | None = None
    rule: int | None = None
    seen: int = 0
    window: str | None = None


class Form(BaseModel):
    """What came back."""

    title: str
    cadence: Cadence
    first_on: date
    account: int | None = None
    details: str = ""
    request_type: RequestType = RequestType.SERVICE_REQUEST
    assignee: int | None = None
    estimate: int | None = None
    code: Code | None = None

    @field_validator("estimate", mode="before")
    @classmethod
    def _as_people_write_it(cls, text: Any) -> int | None:
        return parse_minutes(text, longest=LONGEST_ESTIMATE, field="estimate", what="an estimate") if text else None


def view(
    metadata: Metadata, workers: list[Person], *, source: Ticket | Recurring | None = None,
    owner: int | None = None, accounts: list[Account] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Prefilled from a ticket or from the rule as it stands; without either it asks for whom."""
    rule = source if isinstance(source, Recurring) else None
    cadence, first = (rule.cadence, rule.next_on) if rule else (Cadence.WEEKLY, None)
    estimate = show(source.estimate_minutes) if source and source.estimate_minutes else ""
    code = source.code.value if source and source.code else Code.INCLUDED.value
    body: list[Block] = [
        form.text("title", "Short description", initial=source.title if source else "", longest=LONGEST_TITLE),
        form.choice("cadence", "How often", form.enum_options(Cadence), initial=cadence.value),
        form.day("first_on", "Next on" if rule else "First on", initial=first),
        blocks.context(Mrkdwn(HINT)),
        form.choice("assignee", "Owner", colleague_options(workers), initial=str(owner), optional=True,
                    hint="Empty: whoever takes it"),
        form.text("estimate", "Estimate", initial=estimate, optional=True, longest=20, placeholder="2h, 45m, 1h30"),
        form.choice("code", "Billing code", form.enum_options(Code), initial=code),
        form.text("details", "Details", initial=source.details if source else "", multiline=True, optional=True),
    ]  # fmt: skip
    if source is None:
        kinds = form.choice("request_type", "Request type", form.enum_options(RequestType),
                            initial=RequestType.SERVICE_REQUEST.value)  # fmt: skip
        body = [form.choice("account", "Account", account_options(accounts or [])), *body, kinds]
    title = "Change what recurs" if rule else "Repeat" if source else "New recurring work"
    return form.modal(CALLBACK_ID, title, body, submit="Save", metadata=metadata.model_dump_json())


def listed(rows: list[Block]) -> dict[str, Any]:
    """The list, with a way to add to it."""
    body = [*rows, *blocks.actions([blocks.button("New", "recurring.new", style="primary")])]
    return form.modal(LIST, "Recurring work", body, submit=None, close="Close")
