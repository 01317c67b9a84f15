"""What Peppol BIS Billing 3.0 asks of a document that we can't make up: a row is a need, with its rule."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from bot.domain.invoicing.document import Document, Kind, Party, TaxCategory
from bot.domain.invoicing.incomplete import number
from bot.domain.money import rounded

MILL = Decimal("0.001")
COUNTRY = re.compile(r"[A-Z]{2}")
SCHEME = re.compile(r"[0-9]{4}")
VAT_ID = re.compile(r"[A-Z]{2}.+")
OUTSIDE, EXEMPT, REVERSE_CHARGE = {TaxCategory.OUTSIDE}, {TaxCategory.EXEMPT}, {TaxCategory.REVERSE_CHARGE}


class Need(NamedTuple):
    """`told` reads after “the seller’s” or alone; `met` says whether it is there."""

    rule: str
    told: str
    met: Callable[..., object]


OF_A_PARTY = (
    Need("BR-06, BR-07", "name", lambda party: party.name.strip()),
    Need("BR-09, BR-11", "country, as two letters (SE)", lambda party: COUNTRY.fullmatch(party.country)),
    Need("R010, R020", "e-invoice address in Peppol", lambda party: party.endpoint.strip()),
    Need("BR-62, BR-63", "e-invoice scheme, as four digits (0088)",
         lambda party: SCHEME.fullmatch(party.endpoint_scheme)),
    Need("BR-CO-09", "VAT number with its country in front",
         lambda party: not party.vat_id or VAT_ID.match(party.vat_id)),
)  # fmt: skip
OF_A_DOCUMENT = (
    Need("BR-16", "a line", lambda made: made.lines),
    Need("BR-25", "a description on every line", lambda made: all(line.description.strip() for line in made.lines)),
    Need("BR-33, BR-38", "a reason for whatever is taken off or added",
         lambda made: all(each.reason.strip() for each in made.adjustments)),
    Need("R003", "the buyer’s reference or purchase order",
         lambda made: (made.buyer_reference + made.purchase_order).strip()),
    Need("BR-DEC", "a currency with two decimals at most", lambda made: rounded(MILL, made.currency) == 0),
    Need("BR-27", "prices that are not negative, with the minus on the quantity",
         lambda made: all(line.unit_price >= 0 for line in made.lines)),
    Need("BR-S-02", "the seller’s VAT number", lambda made: made.seller.vat_id or _taxes(made) <= OUTSIDE),
    Need("BR-CO-26", "the seller’s registration number",
         lambda made: made.seller.registration or _taxes(made) != OUTSIDE),
    Need("BR-AE-02", "the buyer’s VAT or registration number, for a reverse charge",
         lambda made: made.buyer.vat_id or made.buyer.registration or not _taxes(made) & REVERSE_CHARGE),
    Need("BR-E-10", "the reason why it is exempt", lambda made: made.exemption.strip() or not _taxes(made) & EXEMPT),
    Need("BR-O-11", "lines that are all outside the scope of VAT, or none of them",
         lambda made: not _taxes(made) & OUTSIDE or _taxes(made) == OUTSIDE),
    Need("BR-S-05, BR-Z-05", "a rate above zero where tax is charged, and of zero elsewhere",
         lambda made: all((each.category is TaxCategory.STANDARD) == (each.rate > 0) for each in made.totals.taxes)),
    Need("BR-55", "the invoice that it credits", lambda made: made.preceding or made.kind is Kind.INVOICE),
)  # fmt: skip


def needs(document: Document) -> Iterator[str]:
    """What a document lacks, in words."""
    yield from number(document)
    yield from _of_a_party("seller", document.seller)
    yield from _of_a_party("buyer", document.buyer)
    yield from (need.told for need in OF_A_DOCUMENT if not need.met(document))


def _of_a_party(role: str, party: Party) -> Iterator[str]:
    return (f"the {role}’s {need.told}" for need in OF_A_PARTY if not need.met(party))


def _taxes(document: Document) -> set[TaxCategory]:
    return {each.category for each in document.totals.taxes}
