"""The window of a billing review, the list of them, and the small forms that put a finding right."""

from typing import Any

from pydantic import BaseModel

from bot.domain.billing import BillingReview, Finding, Fix, Found
from bot.domain.codes import Code
from bot.domain.time.writing import LONGEST_REASON
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.months import Wanted
from bot.messages.mrkdwn import Mrkdwn
from bot.modals import form

WINDOW, LIST, FIX = "billing.window", "billing.list", "billing.fix_it"
FIND_TICKET = "billing.ticket"
LONGEST_NOTE = 500
# What becomes of the entry, below the form.
MEANS: dict[Fix, str] = {
    Fix.RECODE: "The entry is taken back, and one with this code stands in its place. The history keeps both.",
    Fix.NOTE: "It stays the entry of whoever worked; the history tells that you wrote this.",
    Fix.ASSIGN: "Its hours then count on that ticket, and the invoice names it.",
    Fix.WRITE_OFF: "It stays in the hours and off the invoices; *All entries* can charge it until the month is locked.",
    Fix.CHARGE: "It counts again as if it had never been written off. The history keeps both.",
    Fix.WAIVE: "It is charged as it is, and no longer holds the month up.",
}


class State(BaseModel):
    """What the window carries along: which review, which page, and of all entries which; none shows the findings."""

    review: int
    page: int = 0
    narrowed: str = ""


class Fixing(State):
    """What a form carries along: the finding, what is to be done, and the window underneath."""

    key: str
    how: Fix
    window: str | None = None


class Form(BaseModel):
    """What came back of any of them."""

    code: Code | None = None
    note: str = ""
    ticket: str | None = None
    reason: str = ""


def window(review: BillingReview, body: list[Block], page: int, narrowed: str) -> dict[str, Any]:
    """One review."""
    state = State(review=review.id, page=page, narrowed=narrowed).model_dump_json()
    return form.modal(WINDOW, "Billing review", body, submit=None, close="Close", metadata=state)


def listed(body: list[Block], wanted: Wanted) -> dict[str, Any]:
    """All of them, or those that are wanted."""
    return form.modal(LIST, "Billing reviews", body, submit=None, close="Close", metadata=wanted.model_dump_json())


def fix(found: Found, about: Mrkdwn, metadata: Fixing) -> dict[str, Any]:
    """The one field that a fix needs."""
    field = {
        Fix.RECODE: lambda: form.choice("code", "Billing code", _codes(found)),
        Fix.NOTE: lambda: form.text("note", "What was done", multiline=True, longest=LONGEST_NOTE,
                                    initial=found.entry.note if found.entry else "",
                                    placeholder="Rebuilt the search index after the import failed"),
        Fix.ASSIGN: lambda: form.search("ticket", "Ticket", FIND_TICKET, placeholder="Key or words"),
        Fix.WRITE_OFF: lambda: _reason("Agreed with the client on the phone"),
        Fix.CHARGE: lambda: _reason("Written off by mistake"),
        Fix.WAIVE: lambda: _reason("Night of the migration; Maya knows"),
    }[metadata.how]()  # fmt: skip
    body = [blocks.section(about), field, blocks.context(Mrkdwn(MEANS[metadata.how]))]
    label = metadata.how.label
    return form.modal(FIX, label, body, submit="Save", metadata=metadata.model_dump_json())


def _codes(found: Found) -> list[dict[str, Any]]:
    """All but the one that it has."""
    return [option(code.label, code.value) for code in Code if not (found.entry and code is found.entry.code)]


def _reason(example: str) -> Block:
    return form.text("reason", "Why", longest=LONGEST_REASON, placeholder=example)


def is_key(text: str) -> bool:
    """Whether a finding could be called so."""
    return text.partition(":")[0] in set(Finding)
