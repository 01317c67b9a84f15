"""The window of an invoice, the list of them, and the form of a credit note."""

import re
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from bot.domain.invoices import Invoice, InvoiceLine
from bot.domain.money import Money
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.invoice_files import WORDS
from bot.messages.months import Wanted
from bot.messages.mrkdwn import Mrkdwn, clip, escape
from bot.modals import form

WINDOW, LIST, CREDIT, FILES = "invoice.window", "invoice.list", "invoice.credit_it", "invoice.send_files"
MOST_LINES = 60
LONGEST_REASON = 500
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?", re.ASCII)
HOW = Mrkdwn(
    "Write what is given back of each line, without tax; leave the others empty. The credit note is a draft until "
    "finance approves it."
)
SENT = "invoice.sent"
ADD = Mrkdwn(
    "Whoever keeps the set-up file can add that, and run `steward apply`: accounts for Xero at any time, what stands "
    "on the invoice itself before it is approved."
)
OF_A_DRAFT = Mrkdwn("The PDF of a draft says so on every page. The other formats come with its number.")


class Metadata(BaseModel):
    """Which invoice, the version the person saw, and the window underneath."""

    invoice: int
    seen: int = 0
    window: str | None = None


class Of(BaseModel):
    """Whose files: an invoice’s, or a month’s; and the window underneath."""

    invoice: int | None = None
    month: str | None = None
    window: str | None = None


class FilesForm(BaseModel):
    """What came back: the format, and whether they are on their way with it."""

    how: str
    marks: bool = False


class CreditForm(BaseModel):
    """The reason that came back; the amounts are read line by line."""

    reason: str


def window(invoice: Invoice, body: list[Block]) -> dict[str, Any]:
    """One invoice."""
    state = Metadata(invoice=invoice.id, seen=invoice.version).model_dump_json()
    return form.modal(WINDOW, invoice.key, body, submit=None, close="Close", metadata=state)


def listed(body: list[Block], wanted: Wanted) -> dict[str, Any]:
    """All of them, or those that are wanted."""
    return form.modal(LIST, "Invoices", body, submit=None, close="Close", metadata=wanted.model_dump_json())


def credit(invoice: Invoice, lines: list[InvoiceLine], metadata: Metadata) -> dict[str, Any]:
    """An amount for each line, and why."""
    body = [
        blocks.section(Mrkdwn(f"*{escape(invoice.key)}*, {escape(invoice.totals[2])}")),
        form.text("reason", "Why", longest=LONGEST_REASON, placeholder="Two hours were charged that were ours",
                  hint="It stands on the credit note"),
        blocks.context(HOW),
        *(_amount(line, invoice) for line in lines[:MOST_LINES]),
    ]  # fmt: skip
    return form.modal(CREDIT, "Credit", body, submit="Draft it", metadata=metadata.model_dump_json())


def files(
    subject: Mrkdwn, formats: list[str], lacking: list[Mrkdwn], of: Of, *, unexported: int, draft: bool
) -> dict[str, Any]:
    """A format, of those that can be made now; what the others lack; and whether they are exported with it."""
    offered = [blocks.option(WORDS[how].label, how, WORDS[how].purpose) for how in formats]
    body = [blocks.section(subject), form.choice("how", "Format", offered, initial=formats[0])]
    if unexported:
        told = "Mark it as exported" if unexported == 1 else f"Mark {unexported} as exported"
        body.append(form.tick("marks", "It is on its way with this", told))
    if draft:
        body.append(blocks.context(OF_A_DRAFT))
    body += [blocks.section(what) for what in lacking]
    if lacking:
        body.append(blocks.context(ADD))
    body.append(blocks.context(Mrkdwn("Steward sends it to you as a direct message. Nobody else gets it.")))
    return form.modal(FILES, "Files", body, submit="Send it to me", metadata=of.model_dump_json())


def on_its_way(subject: Mrkdwn, how: str, posts: int) -> dict[str, Any]:
    """What is said once it was asked for."""
    it = "It comes" if posts == 1 else f"It comes in {posts} parts,"
    told = Mrkdwn(f"{subject}, {WORDS[how].as_}.\n{it} as a direct message from Steward in a moment.")
    return form.modal(SENT, "On its way", [blocks.section(told)], submit=None, close="Close")


def _amount(line: InvoiceLine, invoice: Invoice) -> Block:
    label = f"{clip(line.description, 120)}, {Money(line.amount, invoice.currency)}"
    return form.text(_field(line.position), label, optional=True, longest=20, placeholder="150.00")


def _field(position: int) -> str:
    return f"line_{position}"


def amounts(view: dict[str, Any]) -> dict[int, Decimal]:
    """What was written, by line; whatever is no amount is told beside its field."""
    found: dict[int, Decimal] = {}
    wrong: dict[str, str] = {}
    for field, text in form.values(view).items():
        position = field.removeprefix("line_")
        if field == position or not position.isdecimal():
            continue
        if (amount := read_amount(str(text))) is None:
            wrong[field] = "I can’t read that as an amount. Write it as 150 or 150.00."
        else:
            found[int(position)] = amount
    if wrong:
        raise form.Invalid(wrong)
    return found


def read_amount(text: str) -> Decimal | None:
    """1,234.50, 1234.5 or 150,00; a comma before three digits groups them."""
    bare = text.replace(" ", "")
    if not _AMOUNT.fullmatch(bare) or len(bare) > 15:
        return None
    whole, comma, rest = bare.rpartition(",")
    if comma and "." not in bare and len(rest) != 3:
        return Decimal(f"{whole.replace(',', '')}.{rest}")
    return Decimal(bare.replace(",", ""))
