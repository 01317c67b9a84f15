"""Documents for the tests of invoicing: two parties, and an invoice of whatever matters."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bot.domain.invoicing.document import Adjustment, Document, Line, Party, TaxCategory, Unit

SELLER = Party(
    "Northwind Services", "Northwind Services Ltd", ("1 Quay Street",), "Leeds", "LS1 4AB", "GB", "GB123456789",
    "08123456", "billing@northwind.example", "7300010000001", "0088", "GB33BUKB20201555555555", "BUKBGB22",
    "Northwind Services Ltd",
)  # fmt: skip
BUYER = Party(
    "Acme, Ltd", "Acme Limited", ("Hovedgatan 32", "Floor 3", "Door 4"), "Stockholm", "456 34", "SE", "SE4598375937",
    "39937423947", "ap@acme.example", "5566778899", "0007",
)  # fmt: skip


def a_line(position: int, quantity: Any, price: Any, **more: Any) -> Line:
    given = {"rate": Decimal("0.2"), "description": f"Line {position}", "unit": Unit.HOUR} | more
    return Line(position=position, quantity=Decimal(quantity), unit_price=Decimal(price), **given)


def an_invoice(*lines: Line, **more: Any) -> Document:
    given = {
        "number": "MS-2026-0011", "currency": "GBP", "seller": SELLER, "buyer": BUYER, "issued": date(2026, 11, 30),
        "due": date(2026, 12, 14), "period": (date(2026, 11, 1), date(2026, 11, 30)), "terms_days": 14,
    }  # fmt: skip
    return Document(lines=lines, **given | more)


def _taxed(tax: TaxCategory, **more: Any) -> Document:
    return an_invoice(a_line(1, 4, "90.00", tax=tax, rate=Decimal(0)), buyer_reference="PO by phone", **more)


WHOLE = an_invoice(
    a_line(1, 1, "3000.00", description="Included managed services", unit=Unit.MONTH, code="included"),
    a_line(2, "3.25", "175.00", description="Out-of-scope support", tickets=("T-102", "T-117"), approvals=("A-3",)),
    a_line(3, Decimal(20) / 60, "160.00", description="Project delivery", rate=Decimal("0.05")),
    a_line(4, "-1.5", "210.00", description="Advice that was not needed", code="advisory"),
    a_line(5, 4, 0, description="Internal"),
    buyer_reference="0150abc", purchase_order="PO-77", note="Thank you.",
    adjustments=(
        Adjustment(reason="Agreed discount", amount=Decimal("50.00"), rate=Decimal("0.2")),
        Adjustment(reason="Travel", amount=Decimal("25.00"), is_charge=True, rate=Decimal("0.2")),
    ),
)  # fmt: skip
SAMPLES = {
    "whole": WHOLE,
    "credit-note": WHOLE.credited(number="CN-2026-0001", issued=date(2026, 12, 3)),
    "zero": _taxed(TaxCategory.ZERO),
    "exempt": _taxed(TaxCategory.EXEMPT, exemption="Exempt under article 132 of Directive 2006/112/EC"),
    "reverse-charge": _taxed(TaxCategory.REVERSE_CHARGE),
    "export": _taxed(TaxCategory.EXPORT),
    "outside": _taxed(TaxCategory.OUTSIDE),
    "little-known": an_invoice(
        a_line(1, 1, "19.99", description="Help < & > ‘quoted’ \x07 今日は"), purchase_order="1", buyer_reference=" ",
        seller=replace(SELLER, iban="", email=" ", address=(" ",), city=" ", postal_code=""), period=None,
        terms_days=None,
        buyer=replace(BUYER, vat_id="", registration="", email="", address=("Street 1",)),
    ),
    "taken-back": an_invoice(a_line(1, -2, "100.00"), purchase_order="1"),
}  # fmt: skip
RATES = st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.19"), Decimal("0.2"), Decimal("0.255")])
HUNDREDTHS = st.decimals(0, 2000, places=2)
QUANTITIES = st.integers(-6000, 6000).map(lambda minutes: Decimal(minutes) / 60)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Of up to eight lines, quantities that end nowhere among them."""
    lines = []
    for position in range(1, draw(st.integers(1, 8)) + 1):
        rate = draw(RATES)
        tax = TaxCategory.STANDARD if rate else TaxCategory.ZERO
        lines.append(a_line(position, draw(QUANTITIES), draw(HUNDREDTHS), tax=tax, rate=rate))
    rate = lines[0].rate
    adjustments = tuple(
        Adjustment(reason="Agreed", amount=amount, is_charge=charged, tax=lines[0].tax, rate=rate)
        for amount, charged in draw(st.lists(st.tuples(HUNDREDTHS, st.booleans()), max_size=2))
    )
    return an_invoice(*lines, adjustments=adjustments)
