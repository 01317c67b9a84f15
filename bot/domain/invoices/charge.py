"""A line to be, and all of a month's: what `charges` finds, `corrections` adds, a signature is on, and drafts hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.agreements import Agreement
from bot.domain.allowance import Period
from bot.domain.burn import Midway
from bot.domain.codes import Code
from bot.domain.invoices.invoice import Invoice
from bot.domain.invoices.worked import Key, Worked
from bot.domain.money import Money
from bot.domain.months import Month
from bot.domain.projects import Project

FEE, OVERAGE, USAGE = "fee", "overage", "usage"
HOUR, MONTH, TICKET = "hour", "month", "ticket"
BEYOND_THE_AMOUNT = "Work beyond the included amount"
# As a line says it.
DESCRIPTIONS: dict[str, str] = {
    FEE: "Managed services",
    OVERAGE: "Hours beyond the allowance",
    Code.INCLUDED: "Support",
    Code.OUT_OF_SCOPE: "Out-of-scope support",
    Code.PROJECT: "Project delivery",
    Code.ADVISORY: "Strategic advisory",
}
ORDER = [FEE, USAGE, Code.INCLUDED, OVERAGE, Code.OUT_OF_SCOPE, Code.PROJECT, Code.ADVISORY]


@dataclass
class Charge:
    """A line to be: a quantity at a price, and what it comes from."""

    code: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    currency: str
    corrects: int | None = None  # the line it gives back some of, or adds to
    priced_with: int | None = None  # the line that charged this time first, where it is put right
    most: Decimal | None = None  # what is left of it to give back
    takes_the_rest: bool = False  # all minutes that are left of it, so all of the amount: no cent stays
    is_shared: bool = False  # its work is on several lines, so that none can say how much of it
    raw_minutes: int = 0
    billed_minutes: int = 0
    entries: list[int] = field(default_factory=list)  # charged here
    work: list[int] = field(default_factory=list)  # the entries it went into
    tickets: list[int] = field(default_factory=list)
    decided: dict[int, int] = field(default_factory=dict)  # by entry: the decision that covers it

    @property
    def decisions(self) -> list[int]:
        """The approvals it stands on."""
        return sorted(set(self.decided.values()))

    @property
    def amount(self) -> Money:
        """Quantity times price, rounded once; no more than is left."""
        whole = self.quantity * self.unit_price
        if self.most is None:
            return Money(whole, self.currency)
        return Money(self.most if self.takes_the_rest else min(whole, self.most), self.currency)


@dataclass
class Credit:
    """What is given back on an invoice that was approved."""

    invoice: Invoice
    charges: list[Charge] = field(default_factory=list)

    @property
    def back(self) -> list[Charge]:
        """Without other words, or as much by the rounding: nothing comes back of these."""
        return [line for line in self.charges if line.amount.amount]


@dataclass
class Charges:
    """A month of an account."""

    bought: Agreement
    month: Month
    lines: list[Charge] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    allowance: Period | None = None
    midway: Midway | None = None  # what was to be expected of the allowance
    ended: bool = False  # the agreement, before this month
    waiting: list[Worked] = field(default_factory=list)  # not approved, over a budget, or of before and without a price
    unpriced: list[Worked] = field(default_factory=list)  # of a code that the agreement has no rate for
    free: int = 0  # minutes that cost nothing: in the price, or our own affair

    @property
    def net(self) -> Money:
        """The lines' sum, without tax."""
        total = Money(Decimal(0), self.bought.currency)
        for line in self.lines:
            total += line.amount
        return total


def hours_line(
    code: str, what: str, price: Decimal, worked: list[Worked], billed: int, currency: str, decisions: dict[int, int]
) -> Charge:
    """Hours of one code at one price, of so many billed minutes."""
    return Charge(
        code=code, description=what, quantity=Decimal(billed) / 60, unit=HOUR, unit_price=price, currency=currency,
        raw_minutes=sum(one.minutes for one in worked), billed_minutes=billed, entries=[one.id for one in worked],
        work=[one.id for one in worked], tickets=sorted({one.ticket_id for one in worked if one.ticket_id}),
        decided={one.id: decisions[one.id] for one in worked if one.id in decisions},
    )  # fmt: skip


def described(key: Key, names: dict[int, str]) -> str:
    """As a line of hours says what it is."""
    what = DESCRIPTIONS[key.code] + (f", {names[key.project_id]}" if key.project_id else "")
    return what + (", after hours" if key.after_hours else "")


def project_names(session: Session, keys: Iterable[Key]) -> dict[int, str]:
    """By number, as lines name them: `PR-1 Routing`."""
    ids = {key.project_id for key in keys if key.project_id}
    rows = session.execute(select(Project.id, Project.name).where(Project.id.in_(ids))) if ids else []
    return {number: f"PR-{number} {name}" for number, name in rows}
