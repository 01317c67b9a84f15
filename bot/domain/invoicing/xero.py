"""Sales invoices as Xero imports them: starred columns, DD/MM/YYYY, a row a line, prices without tax.

After Xero's import template as its guides tell it (online.flippingbook.com/view/399081/31,
xero-help.caltrix.asia/en/articles/12528333): 500 invoices a file at most; AccountCode and TaxType are those of the
organisation's own chart, TaxType in full as Xero displays it. A credit note stands among the invoices with negative
quantities; guides differ on that (spreadsheetbroccoli.com/platforms/xero/import-credit-note-guide tells of an import
of credit notes of its own, upright), and Xero publishes nothing to hold it against.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.invoicing.document import Document, TaxCategory, in_order
from bot.domain.invoicing.incomplete import check, number
from bot.domain.invoicing.table import Cell, added, as_csv, batches, multiplied

HEADER = (
    "*ContactName", "EmailAddress", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "*Description",
    "*Quantity", "*UnitAmount", "*AccountCode", "*TaxType", "Currency",
)  # fmt: skip
MOST = 500


@dataclass(frozen=True)
class Posting:
    """Where a billing code is booked. `tax_types` says what else stands for a category than the usual type."""

    account: str
    tax_type: str
    tax_types: Mapping[TaxCategory, str] = field(default_factory=dict)

    def taxed(self, category: TaxCategory) -> str:
        """As Xero displays it."""
        return self.tax_types.get(category, self.tax_type)


def write(documents: Iterable[Document], postings: Mapping[str, Posting]) -> list[tuple[str, bytes]]:
    """Files of 500 at most. Postings go by billing code; "" is for every code that has none of its own."""
    ordered = in_order(documents)
    require(ordered, postings)
    return [
        (f"xero-{place}.csv", as_csv(HEADER, _rows(batch, postings), dates="%d/%m/%Y"))
        for place, batch in enumerate(batches(ordered, MOST), 1)
    ]


def require(documents: Sequence[Document], postings: Mapping[str, Posting]) -> None:
    """Raises Incomplete with everything that Xero would miss."""
    check("The file for Xero", documents, lambda made: _needs(made, postings))


def _needs(document: Document, postings: Mapping[str, Posting]) -> Iterator[str]:
    yield from number(document)
    if not postings.get(""):
        codes = {each.code for each in (*document.lines, *document.adjustments)}
        yield from (f"an account for the code “{code}”" for code in sorted(codes - set(postings)))


def _rows(documents: Sequence[Document], postings: Mapping[str, Posting]) -> Iterator[tuple[Cell, ...]]:
    for made in documents:
        head = (made.buyer.name, made.buyer.email, made.number, made.reference, made.issued, made.due)
        for line in made.lines:
            booked = _posting(postings, line.code, line.tax)
            yield *head, line.described, *multiplied(made, line), *booked, made.currency
        for each in made.adjustments:
            booked = _posting(postings, each.code, each.tax)
            yield *head, each.reason, *added(made, each), *booked, made.currency


def _posting(postings: Mapping[str, Posting], code: str, tax: TaxCategory) -> tuple[str, str]:
    posting = postings.get(code) or postings[""]
    return posting.account, posting.taxed(tax)
