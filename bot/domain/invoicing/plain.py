"""Everything that invoices say, in one table: a row a line, ISO dates, what a credit note takes back below zero."""

from collections.abc import Iterable, Iterator

from bot.domain.invoicing.document import Adjustment, Document, Line, in_order
from bot.domain.invoicing.table import Cell, as_csv, plain
from bot.domain.money import rounded

HEADER = (
    "number", "kind", "series", "issued", "due", "period_first", "period_last", "currency", "seller", "seller_vat_id",
    "buyer", "buyer_legal_name", "buyer_vat_id", "buyer_country", "buyer_reference", "purchase_order", "credits",
    "credits_issued", "note", "position", "code", "description", "tickets", "work", "approvals", "quantity", "unit",
    "unit_price", "amount", "tax_category", "tax_rate", "document_net", "document_tax", "document_payable",
)  # fmt: skip


def write(documents: Iterable[Document]) -> list[tuple[str, bytes]]:
    """One file; drafts have no number."""
    return [("invoices.csv", as_csv(HEADER, _rows(in_order(documents))))]


def _rows(documents: Iterable[Document]) -> Iterator[tuple[Cell, ...]]:
    for made in documents:
        sums = (made.totals.net, made.totals.tax, made.totals.payable)
        signed = [rounded(made.sign * each, made.currency) + 0 for each in sums]
        for each in (*made.lines, *made.adjustments):
            item = _line(made, each) if isinstance(each, Line) else _adjustment(made, each)
            yield *_head(made), *item, each.tax.value, plain(each.rate), *signed


def _head(made: Document) -> tuple[Cell, ...]:
    first, last = made.period or (None, None)
    credited, on = (made.preceding.number, made.preceding.issued) if made.preceding else (None, None)
    return (
        made.number, made.kind.name.lower(), made.series, made.issued, made.due, first, last, made.currency,
        made.seller.name, made.seller.vat_id, made.buyer.name, made.buyer.legal_name, made.buyer.vat_id,
        made.buyer.country, made.buyer_reference, made.purchase_order, credited, on, made.note,
    )  # fmt: skip


def _line(made: Document, line: Line) -> tuple[Cell, ...]:
    quantity, price = made.sign * plain(line.quantity) + 0, plain(line.unit_price, 2)
    told = ", ".join(line.tickets), "; ".join(line.work), ", ".join(line.approvals)
    amount = made.sign * made.amount(line) + 0
    return line.position, line.code, line.description, *told, quantity, line.unit.value, price, amount


def _adjustment(made: Document, each: Adjustment) -> tuple[Cell, ...]:
    amount = rounded(made.sign * each.signed, made.currency) + 0
    return None, each.code, each.reason, "", "", "", None, "", None, amount
