"""Rows for a spreadsheet: words that are no formula, numbers that stay numbers, and the same bytes each time."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bot.domain.cells import guarded
from bot.domain.invoicing.document import Adjustment, Document, Line
from bot.domain.money import rounded

Cell = str | Decimal | int | date | None
FINEST = Decimal("0.0001")  # importers keep four digits


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, dates: str = "%Y-%m-%d") -> bytes:
    """RFC 4180; only words are guarded, since a minus in front of our own number is a minus."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([shown(cell, dates) for cell in row] for row in rows)
    return out.getvalue().encode()


def shown(cell: Cell, dates: str) -> str:
    """One cell."""
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.strftime(dates)
        case int():
            return str(cell)
        case _:
            return guarded(cell)


def plain(number: Decimal, digits: int = 0) -> Decimal:
    """Without trailing zeros, down to so many digits."""
    bare = number.quantize(FINEST).normalize()
    return bare if -int(bare.as_tuple().exponent) > digits else bare.quantize(Decimal(1).scaleb(-digits))


def multiplied(document: Document, line: Line) -> tuple[Decimal, Decimal]:
    """Quantity and price whose product is the line's amount to the cent, for a system that multiplies them itself.

    A third of an hour has no end of digits; where four of them would be a cent off, it is one of the amount.
    """
    amount = document.amount(line)
    quantity, price = plain(line.quantity), plain(line.unit_price, 2)
    if rounded(quantity * price, document.currency) != amount:
        quantity, price = (Decimal(1), amount) if amount >= 0 else (Decimal(-1), -amount)
    return document.sign * quantity + 0, price  # nothing has no minus


def added(document: Document, adjustment: Adjustment) -> tuple[Decimal, Decimal]:
    """The same of what is taken off or charged on top."""
    return Decimal(document.sign * (1 if adjustment.is_charge else -1)), adjustment.amount


def batches(documents: Sequence[Document], size: int) -> Iterable[Sequence[Document]]:
    """So many at a time."""
    return (documents[start : start + size] for start in range(0, len(documents), size))
