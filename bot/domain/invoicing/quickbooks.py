"""Invoices as QuickBooks Online imports them: starred columns, a row a line, amounts without tax.

After the column names it maps by itself (quickbooks.intuit.com/learn-support, 394876) and its limit of 100 invoices a
file. It numbers credit memos apart and its invoice import takes no total below zero, so they stand in files of their
own, upright, for its import of credit memos. A number has 21 characters at most.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.invoicing.document import Adjustment, Document, Kind, Line, TaxCategory, in_order
from bot.domain.invoicing.incomplete import check, number
from bot.domain.invoicing.table import Cell, added, as_csv, batches, multiplied

HEADER = (
    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Memo", "Item(Product/Service)", "ItemDescription",
    "ItemQuantity", "ItemRate", "*ItemAmount", "ItemTaxCode", "Currency",
)  # fmt: skip
MOST = 100
LONGEST = 21
FILES = {Kind.INVOICE: "quickbooks", Kind.CREDIT_NOTE: "quickbooks-credit-memos"}


@dataclass(frozen=True)
class Item:
    """What a billing code is sold as. `tax_codes` says what else stands for a category than the usual code."""

    name: str
    tax_code: str = ""
    tax_codes: Mapping[TaxCategory, str] = field(default_factory=dict)


def write(documents: Iterable[Document], items: Mapping[str, Item]) -> list[tuple[str, bytes]]:
    """Files of 100 at most. Items go by billing code; "" is for every code that has none of its own."""
    ordered = in_order(documents)
    require(ordered, items)
    return [
        (f"{name}-{place}.csv", as_csv(HEADER, _rows(batch, items), dates="%d/%m/%Y"))
        for kind, name in FILES.items()
        for place, batch in enumerate(batches([made for made in ordered if made.kind is kind], MOST), 1)
    ]


def require(documents: Sequence[Document], items: Mapping[str, Item]) -> None:
    """Raises Incomplete with everything that QuickBooks would miss."""
    check("The file for QuickBooks", documents, lambda made: _needs(made, items))


def _needs(document: Document, items: Mapping[str, Item]) -> Iterator[str]:
    yield from number(document)
    if len(document.number or "") > LONGEST:
        yield f"a number of {LONGEST} characters at most"
    if not items.get(""):
        codes = {each.code for each in (*document.lines, *document.adjustments)}
        yield from (f"a product or service for the code “{code}”" for code in sorted(codes - set(items)))


def _rows(documents: Sequence[Document], items: Mapping[str, Item]) -> Iterator[tuple[Cell, ...]]:
    for made in documents:
        terms = "" if made.terms_days is None else f"Net {made.terms_days}"
        head = (made.number, made.buyer.name, made.issued, made.due, terms, made.reference)
        for each in (*made.lines, *made.adjustments):
            item = items.get(each.code) or items[""]
            code = item.tax_codes.get(each.tax, item.tax_code)
            yield *head, item.name, *_figures(made, each), code, made.currency


def _figures(document: Document, each: Line | Adjustment) -> tuple[Cell, ...]:
    upright = document.sign
    if isinstance(each, Adjustment):
        quantity, price = added(document, each)
        return each.reason, upright * quantity, price, each.signed
    quantity, price = multiplied(document, each)
    return each.described, upright * quantity + 0, price, document.amount(each)
