"""Invoices for other systems: a month's files for Xero, QuickBooks, Peppol or a spreadsheet, the same bytes each time.

To add a format: a row in `FORMATS`.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.domain import invoices, provider
from bot.domain.errors import Refused
from bot.domain.exports.changes import Wanted
from bot.domain.invoices import Invoice
from bot.domain.invoices.charge import DESCRIPTIONS
from bot.domain.invoices.documents import documents, numbered, to_export
from bot.domain.invoicing import plain, quickbooks, ubl, xero
from bot.domain.invoicing.document import Document
from bot.domain.invoicing.incomplete import Incomplete
from bot.domain.people import Person

File = tuple[str, bytes]
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip's files carry a time; the same one makes the same bytes


class Format(NamedTuple):
    """`require` raises Incomplete with everything that is missing; `billing` is what the provider’s file says."""

    write: Callable[[list[Document], dict[str, Any]], list[File]]
    require: Callable[[list[Document], dict[str, Any]], None]


class Batch(NamedTuple):
    """The invoices of an export, each as a document."""

    invoices: list[Invoice]
    documents: list[Document]


def _postings(billing: dict[str, Any]) -> dict[str, xero.Posting]:
    tax = billing.get("xero_tax") or ""
    booked = {"" if code == "default" else code: account for code, account in (billing.get("xero") or {}).items()}
    return {code: xero.Posting(account, tax) for code, account in booked.items()}


SOLD = {**{str(code): quickbooks.Item(name) for code, name in DESCRIPTIONS.items()}, "": quickbooks.Item("Services")}
# fmt: off
FORMATS: dict[str, Format] = {
    "csv":        Format(lambda made, _: plain.write(made), lambda made, _: None),
    "quickbooks": Format(lambda made, _: quickbooks.write(made, SOLD), lambda made, _: quickbooks.require(made, SOLD)),
    "ubl":        Format(lambda made, _: ubl.write(made), lambda made, _: ubl.require(made)),
    "xero":       Format(lambda made, billing: xero.write(made, _postings(billing)),
                         lambda made, billing: xero.require(made, _postings(billing))),
}
# fmt: on
PDF = "pdf"  # for people, so made where words are: messages/invoice_pdf.py


def batch(session: Session, wanted: Wanted) -> Batch:
    """What has a number, of a month and account or of all; refused where there is nothing."""
    found = numbered(session, wanted.month, wanted.account)
    if not found:
        raise Refused("There is no invoice with a number yet. Approve it with /review invoices, then export again.")
    return Batch(found, documents(session, found))


def files(session: Session, made: list[Document], how: str) -> list[File]:
    """Names and bytes; refused with everything that another system would miss."""
    try:
        return FORMATS[how].write(made, provider.get(session).billing)
    except Incomplete as error:
        raise Refused(f"{error} Write it into the file for `steward apply`.") from error


def lacking(session: Session, made: list[Document], how: str) -> dict[str, tuple[str, ...]]:
    """What another system would miss, by the document’s number; nothing where it can be written."""
    try:
        if how in FORMATS:
            FORMATS[how].require(made, provider.get(session).billing)
    except Incomplete as error:
        return error.missing
    return {}


def mark(session: Session, found: list[Invoice], now: datetime, *, by: Person | None = None) -> int:
    """They are on their way now; how many were not before. By nobody: on the command line."""
    waiting = to_export(session, found)
    for invoice in waiting:
        invoices.mark_exported(session, invoice, now, by=by)
    return len(waiting)


def zipped(found: list[File]) -> bytes:
    """All of them in one file, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(found):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return out.getvalue()
