"""An invoice as a page for people: a PDF that is the same bytes whenever it is made.

Typst lays it out (`invoice.typ`). What is printed reaches it as data (JSON in `sys.inputs`) and never as its markup, so
nothing that somebody typed can be run. Fonts are those that come with it: the same on every machine.
"""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import typst

from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.invoicing.document import Adjustment, Document, Kind, Line, Party, TaxCategory, Unit
from bot.domain.invoicing.table import plain
from bot.domain.money import rounded

TEMPLATE = Path(__file__).with_name("invoice.typ")
TITLES = {Kind.INVOICE: "Invoice", Kind.CREDIT_NOTE: "Credit note"}
UNITS = {Unit.HOUR: ("hour", "hours"), Unit.ONE: ("", ""), Unit.MONTH: ("month", "months")}
TOLD = {*Code} - {Code.INCLUDED}  # what is included, or a fee, says so itself; paid by the hour, it is not included
UNTAXED = {
    TaxCategory.ZERO: "Zero rate", TaxCategory.EXEMPT: "Exempt", TaxCategory.REVERSE_CHARGE: "Reverse charge",
    TaxCategory.EXPORT: "Export", TaxCategory.OUTSIDE: "Outside the scope of VAT",
}  # fmt: skip


def render(document: Document, *, draft: bool) -> bytes:
    """The PDF, of as many A4 pages as it takes; a draft says so across each of them."""
    data = json.dumps(_shown(document, draft), ensure_ascii=False)
    made = typst.compile(TEMPLATE, sys_inputs={"invoice": data}, font_paths=_fonts(), ignore_system_fonts=True)
    return cast(bytes, made)


def files(documents: Iterable[Document]) -> list[tuple[str, bytes]]:
    """One for each, named after its number."""
    return [
        (f"{quote(made.number or 'draft', safe='')}.pdf", render(made, draft=not made.number)) for made in documents
    ]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _shown(made: Document, draft: bool) -> dict[str, Any]:
    """What the page says, in the order in which it is read."""
    return {
        "draft": draft,
        "title": TITLES[made.kind],
        "named": f"{TITLES[made.kind]} {made.number}" if made.number else f"{TITLES[made.kind]}, draft",
        "issued": [made.issued.year, made.issued.month, made.issued.day],
        "seller": _party(made.seller),
        "buyer": _party(made.buyer),
        "facts": [list(fact) for fact in _facts(made) if fact[1]],
        "headings": ["What for", "Quantity", "Unit price", _tax(made), f"Amount, {made.currency}"],
        "lines": [_line(made, line) for line in made.lines] + [_adjustment(made, each) for each in made.adjustments],
        "sums": list(_sums(made)),
        "total": [_due(made), f"{_money(made.totals.payable, made)} {made.currency}"],
        "reasons": list(_reasons(made)),
        "payment": [list(fact) for fact in _payment(made) if fact[1]],
        "note": made.note,
        "foot": _foot(made.seller),
    }


def _party(one: Party) -> dict[str, Any]:
    town = ", ".join(filter(None, (" ".join(filter(None, (one.postal_code, one.city))), one.country)))
    legal = one.legal_name if one.legal_name != one.name else ""
    numbers = [f"VAT {one.vat_id}" if one.vat_id else "", f"Reg. {one.registration}" if one.registration else ""]
    return {"name": one.name, "lines": list(filter(None, (legal, *one.address, town, *numbers)))}


def _facts(made: Document) -> Iterable[tuple[str, str]]:
    yield "Number", made.number or "Given when it is approved"
    yield "Issued", day(made.issued)
    if made.kind is Kind.INVOICE:
        yield "Due", day(made.due)
    if made.period:
        yield "For", f"{day(made.period[0])} to {day(made.period[1])}"
    if made.preceding:
        yield "Credits", f"{made.preceding.number} of {day(made.preceding.issued)}"
    yield "Your reference", made.buyer_reference
    yield "Purchase order", made.purchase_order


def _line(made: Document, line: Line) -> dict[str, Any]:
    one, many = UNITS[line.unit]
    unit = one if abs(line.quantity) == 1 else many
    return {
        "text": line.description,
        "small": [*_small(line), *_rounding(made, line)],
        "figures": [
            " ".join(filter(None, (_number(plain(line.quantity)), unit))),
            _number(plain(line.unit_price, 2)),
            _rate(line.tax, line.rate),
            _money(made.amount(line), made),
        ],
    }


def _small(line: Line) -> Iterable[str]:
    label = Code(line.code).label if line.code in TOLD else ""
    if label and label.lower() not in line.description.lower():
        yield label
    if line.work:
        yield from line.work
    elif line.tickets:
        yield ", ".join(line.tickets)
    if line.approvals:
        yield f"Approved: {', '.join(line.approvals)}"


def _rounding(made: Document, line: Line) -> Iterable[str]:
    """What was worked, where something else is charged for it."""
    charged = round(line.quantity * 60)
    if made.kind is Kind.INVOICE and line.unit is Unit.HOUR and line.worked_minutes not in {0, charged}:
        yield f"Worked {show(line.worked_minutes)}, charged {show(charged)}"


def _adjustment(made: Document, each: Adjustment) -> dict[str, Any]:
    figures = ["", "", _rate(each.tax, each.rate), _money(each.signed, made)]
    return {"text": each.reason, "small": [], "figures": figures}


def _sums(made: Document) -> Iterable[list[str]]:
    yield [f"Without {_tax(made)}", _money(made.totals.net, made)]
    for each in made.totals.taxes:
        name = UNTAXED.get(each.category, f"{_tax(made)} {_rate(each.category, each.rate)}")
        yield [f"{name} on {_money(each.taxable, made)}", _money(each.tax, made)]


def _reasons(made: Document) -> Iterable[str]:
    """Why nothing is charged, where the sums don't say it already."""
    told = dict.fromkeys((each.category, made.reason(each.category)) for each in made.totals.taxes)
    return (reason for category, reason in told if reason and reason != UNTAXED.get(category))


def _tax(made: Document) -> str:
    """What tax is called where there is a VAT number, and where there is none."""
    return "VAT" if made.seller.vat_id else "Tax"


def _due(made: Document) -> str:
    return "Credited to you" if made.kind is Kind.CREDIT_NOTE else "To pay"


def _payment(made: Document) -> Iterable[tuple[str, str]]:
    if made.kind is Kind.CREDIT_NOTE or not made.seller.iban:
        return
    yield "Pay by", day(made.due)
    yield "To", made.seller.payee or made.seller.legal_name or made.seller.name
    yield "IBAN", _in_fours(made.seller.iban)
    yield "BIC", made.seller.bic
    yield "Quoting", made.number or ""


def _foot(seller: Party) -> str:
    return "  ·  ".join(filter(None, (seller.legal_name or seller.name, seller.email)))


def day(when: date) -> str:
    """“30 November 2026”."""
    return f"{when.day} {when:%B %Y}"


def _rate(tax: TaxCategory, rate: Decimal) -> str:
    return f"{_number(plain(rate * 100))}%" if tax is TaxCategory.STANDARD else "–"


def _money(amount: Decimal, made: Document) -> str:
    return _number(rounded(amount, made.currency))


def _number(number: Decimal) -> str:
    return f"{number:,f}".replace("-", "−")


def _in_fours(iban: str) -> str:
    bare = iban.replace(" ", "")
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))
