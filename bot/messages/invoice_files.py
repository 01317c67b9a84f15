"""Files of invoices, as people choose them, and as they arrive: a file alone, or several in one zip."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.errors import Refused
from bot.domain.exports import invoices as exported
from bot.domain.exports.invoices import FORMATS, PDF, File
from bot.domain.exports.sending import Asked
from bot.domain.invoices import Invoice, InvoiceState
from bot.domain.invoices.documents import documents
from bot.domain.invoicing.document import Document
from bot.domain.roles import Permission
from bot.messages import invoice_pdf
from bot.messages.invoices import named
from bot.messages.mrkdwn import Mrkdwn, escape, say

SHOWN = 3  # numbers beside what they all lack
Making = Callable[[], File]


class Words(NamedTuple):
    """A format in a menu, in a sentence, and what it is for."""

    label: str
    as_: str
    purpose: str


# fmt: off
WORDS: dict[str, Words] = {
    PDF:          Words("PDF", "as a PDF", "For people to read and pay"),
    "ubl":        Words("E-invoice (UBL)", "as an e-invoice", "For Peppol, to the client’s own system"),
    "xero":       Words("Xero", "for Xero", "A CSV file for its import"),
    "quickbooks": Words("QuickBooks", "for QuickBooks", "A CSV file for its import"),
    "csv":        Words("Spreadsheet (CSV)", "for a spreadsheet", "Everything, a row a line"),
}
# fmt: on


def subject(session: Session, found: Sequence[Invoice]) -> Mrkdwn:
    """INV-2026-0001, Acme, November 2026, 150.00 EUR; or what a month holds."""
    first = found[0]
    if len(found) == 1:
        account = accounts.by_id(session, first.account_id).name
        return say("*{{ key }}*: {{ account }}, {{ month }}, {{ total }}", key=first.key, account=account,
                   month=named(first.period), total=first.totals[2])  # fmt: skip
    return Mrkdwn(f"*{escape(named(first.period))}*: {len(found)} invoices and credit notes with a number")


def lacking(how: str, missing: Mapping[str, tuple[str, ...]]) -> Mrkdwn:
    """What a format needs that is not there: each thing once, with the invoices that lack it."""
    by_thing: dict[str, list[str]] = {}
    for number, things in missing.items():
        for thing in things:
            by_thing.setdefault(thing, []).append(number)
    needs = "; ".join(f"{thing} ({_some(numbers)})" if len(missing) > 1 else thing
                      for thing, numbers in by_thing.items())  # fmt: skip
    return say("*{{ label }}* needs {{ needs }}.", label=WORDS[how].label, needs=needs)


def _some(numbers: list[str]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(numbers[:SHOWN]) + more


def sent(session: Session, asked: Asked) -> tuple[Mrkdwn, Making | None]:
    """What stands above the file, and how it is made; words alone, where things changed since it was asked for."""
    try:
        asked.person.require(Permission.SEE_MONEY)
    except Refused as error:
        return say("*That file can’t be made any more.* {{ why }}", why=str(error)), None
    said, made = _said(session, asked), documents(session, asked.invoices)
    if missing := exported.lacking(session, made, asked.how):
        return Mrkdwn(f"{said}\nIt can’t be made any more. {lacking(asked.how, missing)}"), None
    billing, name = provider.get(session).billing, _stem(asked)
    return said, lambda: _one(_made(made, asked.how, billing), name, asked.how)


def _said(session: Session, asked: Asked) -> Mrkdwn:
    part = f" Part {asked.part} of {asked.parts}." if asked.parts > 1 else ""
    draft = " It is a draft, and has no number yet." if asked.invoices[0].number is None else ""
    return Mrkdwn(f"{subject(session, asked.invoices)}, {WORDS[asked.how].as_}.{part}{draft}")


def _stem(asked: Asked) -> str:
    first = asked.invoices[0]
    if len(asked.invoices) == 1 and asked.parts == 1:
        return quote(first.key.replace(" ", "-"), safe="")
    return f"{first.period}-{asked.part}" if asked.parts > 1 else str(first.period)


def _made(made: list[Document], how: str, billing: dict[str, object]) -> list[File]:
    return invoice_pdf.files(made) if how == PDF else FORMATS[how].write(made, billing)


def _one(files: list[File], stem: str, how: str) -> File:
    """The only one under a name that says what it is, or all of them under their own names in a zip."""
    if len(files) > 1:
        return f"{stem}-{how}.zip", exported.zipped(files)
    ((name, content),) = files
    ending = name.rpartition(".")[2]
    return f"{stem}.{ending}" if how in {PDF, "ubl"} else f"{stem}-{how}.{ending}", content


def unexported(found: Sequence[Invoice]) -> int:
    """How many are on nobody’s way yet."""
    return sum(one.state is InvoiceState.APPROVED for one in found)
