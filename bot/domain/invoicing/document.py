"""An invoice or credit note as a document, and what it adds up to.

Named after EN 16931: a line's amount is rounded half up, tax is taken on the sum of each category and rate (BR-CO-17)
and never by the line. A credit note counts upwards, as EN 16931 has it; `sign` says which way its money goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from bot.domain.money import rounded

NOTHING = Decimal(0)
LONGEST_CELL = 1000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Kind(StrEnum):
    """What it is (UNTDID 1001)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class Unit(StrEnum):
    """What is counted (UN/ECE recommendation 20)."""

    HOUR = "HUR"
    ONE = "C62"
    MONTH = "MON"


class TaxCategory(StrEnum):
    """How it is taxed (UNTDID 5305)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EXPORT = "G"
    OUTSIDE = "O"  # not subject to tax at all


# Why nothing is charged, as the law's own phrases have it. Why something is exempt, a document says itself.
REASONS = {
    TaxCategory.REVERSE_CHARGE: "Reverse charge",
    TaxCategory.EXPORT: "Export outside the EU",
    TaxCategory.OUTSIDE: "Not subject to VAT",
}


@dataclass(frozen=True)
class Party:
    """Who sells or buys. Countries are ISO 3166 alpha-2; an endpoint is an address in Peppol and its scheme (EAS)."""

    name: str
    legal_name: str = ""
    address: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    country: str = ""
    vat_id: str = ""
    registration: str = ""
    email: str = ""
    endpoint: str = ""
    endpoint_scheme: str = ""
    iban: str = ""
    bic: str = ""
    payee: str = ""


@dataclass(frozen=True)
class Taxed:
    """How something is taxed; the rate is a fraction: 0.2 is 20 %."""

    tax: TaxCategory = TaxCategory.STANDARD
    rate: Decimal = NOTHING

    def __post_init__(self) -> None:
        for held in fields(self):
            if isinstance(getattr(self, held.name), float):
                raise TypeError(f"{held.name} is never a float")
        if not 0 <= self.rate < 1:
            raise ValueError(f"a rate of {self.rate} is no fraction")


@dataclass(frozen=True, kw_only=True)
class Line(Taxed):
    """So much of one thing at one price. Lines stand in the order of their positions."""

    position: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: Unit = Unit.ONE
    code: str = ""
    tickets: tuple[str, ...] = ()
    work: tuple[str, ...] = ()  # tickets with their titles, and other work in words
    worked_minutes: int = 0  # before they were rounded
    approvals: tuple[str, ...] = ()

    @property
    def itemised(self) -> str:
        """What it went into: in words, or where these are too many for a cell, by the tickets' keys."""
        told = "; ".join(self.work)
        return told if 0 < len(told) <= LONGEST_CELL else ", ".join(self.tickets)

    @property
    def described(self) -> str:
        """What it was for, in one cell: what it went into, and who allowed it."""
        named = ": ".join(filter(None, (self.description, self.itemised)))
        return f"{named} (approved: {', '.join(self.approvals)})" if self.approvals else named


@dataclass(frozen=True, kw_only=True)
class Adjustment(Taxed):
    """Taken off, or charged on top of, the whole document: EN 16931's allowance and charge."""

    reason: str
    amount: Decimal
    is_charge: bool = False
    code: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.amount < 0:
            raise ValueError("what is taken off is written without a minus")

    @property
    def signed(self) -> Decimal:
        """What it adds."""
        return self.amount if self.is_charge else -self.amount


@dataclass(frozen=True)
class Subtotal:
    """The tax on everything of one category and rate."""

    category: TaxCategory
    rate: Decimal
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What a document adds up to."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    taxes: tuple[Subtotal, ...]

    @property
    def net(self) -> Decimal:
        """Without tax."""
        return self.lines - self.allowances + self.charges

    @property
    def tax(self) -> Decimal:
        """All of it."""
        return sum((each.tax for each in self.taxes), NOTHING)

    @property
    def payable(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


@dataclass(frozen=True)
class Preceding:
    """The invoice that a credit note credits."""

    number: str
    issued: date


@dataclass(frozen=True, kw_only=True)
class Document:
    """One invoice or credit note; without a number it is a draft."""

    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    issued: date
    due: date
    kind: Kind = Kind.INVOICE
    number: str | None = None
    series: str = ""
    period: tuple[date, date] | None = None
    buyer_reference: str = ""
    purchase_order: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    note: str = ""
    exemption: str = ""  # why nothing is charged, where a line is exempt
    preceding: Preceding | None = None
    terms_days: int | None = None

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.lines, key=lambda line: line.position))
        if len({line.position for line in ordered}) < len(ordered):
            raise ValueError("two lines have one position")
        if self.period and self.period[0] > self.period[1]:
            raise ValueError("the period ends before it begins")
        object.__setattr__(self, "lines", ordered)

    @property
    def sign(self) -> int:
        """Which way its money goes: a credit note takes back."""
        return -1 if self.kind is Kind.CREDIT_NOTE else 1

    @property
    def reference(self) -> str:
        """What the buyer knows it by: what is credited, their own reference, or the months it is for."""
        credited = self.preceding.number if self.preceding else ""
        return credited or self.purchase_order or self.buyer_reference or self.months

    @property
    def months(self) -> str:
        """The months of its period: “Nov 2026”."""
        named = [f"{MONTHS[day.month - 1]} {day.year}" for day in self.period or ()]
        return " – ".join(dict.fromkeys(named))

    def reason(self, category: TaxCategory) -> str:
        """Why nothing is charged."""
        return self.exemption if category is TaxCategory.EXEMPT else REASONS.get(category, "")

    def amount(self, line: Line) -> Decimal:
        """A line's own, half up (BR-24)."""
        return self._rounded(line.quantity * line.unit_price)

    @cached_property
    def totals(self) -> Totals:
        """What it adds up to."""
        allowances = [each for each in self.adjustments if not each.is_charge]
        charges = [each for each in self.adjustments if each.is_charge]
        return Totals(
            sum((self.amount(line) for line in self.lines), NOTHING),
            sum((each.amount for each in allowances), NOTHING),
            sum((each.amount for each in charges), NOTHING),
            tuple(self._taxes()),
        )

    def _taxes(self) -> Iterable[Subtotal]:
        taxed = [(line.tax, line.rate, self.amount(line)) for line in self.lines]
        taxed += [(each.tax, each.rate, each.signed) for each in self.adjustments]
        for (category, rate), group in groupby(sorted(taxed, key=_group), key=_group):
            taxable = sum((amount for *_, amount in group), NOTHING)
            yield Subtotal(category, rate, taxable, self._rounded(taxable * rate))

    def _rounded(self, amount: Decimal) -> Decimal:
        return rounded(amount, self.currency) + 0  # a minus in front of nothing is lost

    def credited(self, *, number: str | None, issued: date, lines: Iterable[Line] | None = None) -> "Document":
        """A credit note of it: of these lines, or of everything it has."""
        if self.kind is Kind.CREDIT_NOTE or self.number is None:
            raise ValueError("only an invoice with a number is credited")
        whole = {} if lines is None else {"lines": tuple(lines), "adjustments": ()}
        return replace(
            self,
            kind=Kind.CREDIT_NOTE,
            number=number,
            issued=issued,
            due=issued,
            terms_days=None,
            preceding=Preceding(self.number, self.issued),
            **whole,
        )


def _group(taxed: tuple[TaxCategory, Decimal, Decimal]) -> tuple[TaxCategory, Decimal]:
    return taxed[0], taxed[1]


def in_order(documents: Iterable[Document]) -> list[Document]:
    """As they were issued and numbered, however they were given."""
    return sorted(documents, key=lambda made: (made.issued, len(made.number or ""), made.number or "", made.buyer.name))
