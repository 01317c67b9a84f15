"""Invoices: what a month costs, the documents that ask for it, and the credit notes that give some of it back.

`charges` prices a month, `corrections` what was put right after it was charged. `drafting` makes invoices of it and
moves them on, `crediting` gives some back by hand. `invoice` is the entity.
"""

from bot.domain.invoices.charge import Charge, Charges
from bot.domain.invoices.charges import of
from bot.domain.invoices.crediting import credit
from bot.domain.invoices.drafting import act, draft, mark_exported
from bot.domain.invoices.invoice import (
    NUMBERED,
    BilledTicket,
    BilledTime,
    Given,
    Invoice,
    InvoiceAction,
    InvoiceKind,
    InvoiceLine,
    InvoiceSeries,
    InvoiceState,
    credited_by,
    given_back,
    lines_of,
    listed,
    months,
    of_review,
    visible_to,
)
from bot.domain.invoices.itemised import items

__all__ = [
    "NUMBERED", "BilledTicket", "BilledTime", "Charge", "Charges", "Given", "Invoice", "InvoiceAction", "InvoiceKind",
    "InvoiceLine", "InvoiceSeries", "InvoiceState", "act", "credit", "credited_by", "draft", "given_back", "items",
    "lines_of", "listed", "mark_exported", "months", "of", "of_review", "visible_to",
]  # fmt: skip
