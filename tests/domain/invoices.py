"""Documents for the tests of invoicing: two parties, and an invoice of whatever matters."""

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
