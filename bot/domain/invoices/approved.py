"""Work outside the scope, ticket by ticket and price by price: in all, no more is charged than the client approved.

Each line rounds as agreed as far as there is room at its price. Where rounding took the room, a later line charges less
than was worked then: it is paid for. What stands of a line when its time is put right is what it charged, not what it
would charge by now.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import quotes
from bot.domain.agreements import Agreement
from bot.domain.codes import Code
from bot.domain.invoices.invoice import BilledTime, Given, Invoice, InvoiceLine, given_back
from bot.domain.invoices.worked import Worked, charged, charging, pieces
from bot.domain.quotes import Price
from bot.domain.rounding import Rounding
from bot.domain.time import TimeEntry


@dataclass
class Line:
    """A line of such work: how it is rounded, its time as it is by now, and the minutes that stand charged."""

    rounds: Rounding
    worked: list[Worked]
    charged: int

    @property
    def raw(self) -> int:
        """As it was worked."""
        return sum(one.minutes for one in self.worked)

    @property
    def rounded(self) -> int:
        """As it would be charged alone."""
        return self.rounds.total(pieces(self.worked))

    def takes(self, change: list[Worked]) -> None:
        """Its time is put right: it grows by what rounds to more, and shrinks to what it rounds to."""
        before = self.rounded
        self.worked = [*self.worked, *change]
        self.charged = min(self.rounded, self.charged + max(self.rounded - before, 0))


class Moved(NamedTuple):
    """Of a line that was put right: the minutes that stood, and how many more or fewer do."""

    stood: int
    more: int


class Approved:
    """One ticket at one price: the minutes that were approved, and the lines that charge them."""

    def __init__(self, cap: int):
        self._cap = cap
        self.lines: dict[int, Line] = {}

    @property
    def _charged(self) -> int:
        return sum(line.charged for line in self.lines.values())

    @property
    def _raw(self) -> int:
        return sum(line.raw for line in self.lines.values())

    def charge(self, rounds: Rounding, worked: list[Worked]) -> int:
        """The minutes of a new line: rounded, as far as there is room. What is covered always finds room as worked."""
        more = Line(rounds, worked, 0)
        most = max(self._cap, self._charged, self._raw + more.raw)
        return min(more.rounded, most - self._charged)

    def put_right(self, changes: dict[int, list[Worked]]) -> dict[int, Moved]:
        """By line what comes of it, also of those that were held to less: within what was approved, as was worked."""
        stood = {number: line.charged for number, line in self.lines.items()}
        most = max(self._cap, self._charged)
        before = [(self.lines[number].raw, self.lines[number].rounded) for number in changes]
        for number, change in changes.items():
            self.lines[number].takes(change)
        if before != [(self.lines[number].raw, self.lines[number].rounded) for number in changes]:
            least = min(self._raw, sum(line.rounded for line in self.lines.values()))
            self._fill(least - self._charged)
            self._cut(self._charged - max(most, self._raw), stood)
        return {
            number: Moved(stood[number], line.charged - stood[number])
            for number, line in sorted(self.lines.items()) if number in changes or line.charged != stood[number]
        }  # fmt: skip

    def _fill(self, short: int) -> None:
        """Less stands than was worked: lines that were held to less than they round to take it."""
        for _, line in sorted(self.lines.items()):
            more = min(max(short, 0), line.rounded - line.charged)
            line.charged, short = line.charged + more, short - more

    def _cut(self, over: int, stood: dict[int, int]) -> None:
        """More stands than was approved: what was added goes again."""
        for number, line in sorted(self.lines.items()):
            less = min(max(over, 0), max(line.charged - stood[number], 0))
            line.charged, over = line.charged - less, over - less


def approved_on(session: Session, tickets: Collection[int]) -> dict[Price, Approved]:
    """What was approved of these tickets, by ticket and price, with all that was charged on it."""
    if not tickets:
        return {}
    found = defaultdict(lambda: Approved(0), {price: Approved(cap) for price, cap in quotes.caps(session, tickets)})
    rows = session.execute(
        select(InvoiceLine.id, TimeEntry.ticket_id, InvoiceLine.unit_price, Invoice.currency, Agreement).distinct()
        .join(BilledTime, BilledTime.line_id == InvoiceLine.id)
        .join(TimeEntry, TimeEntry.id == BilledTime.entry_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(Agreement, Agreement.id == Invoice.agreement_id)
        .where(TimeEntry.ticket_id.in_(tickets), InvoiceLine.code == Code.OUT_OF_SCOPE)
    ).all()  # fmt: skip
    numbers = [number for number, *_ in rows]
    entries, stands = charged(session, numbers), charging(session, numbers)
    given = given_back(session, [line.id for lines in stands.values() for line, _ in lines])
    for number, ticket_id, rate, currency, terms in rows:
        line = Line(terms.rounds, entries[number], 0)
        line.charged = _standing(line, [one for one, _ in stands[number]], given)
        found[Price(ticket_id or 0, rate, currency)].lines[number] = line
    return found


def _standing(line: Line, charges: list[InvoiceLine], given: dict[int, Given]) -> int:
    """The minutes that stand; where finance gave all of it back by hand no note says how many went since."""
    back = [given.get(one.id, Given(0, Decimal(0))) for one in charges]
    minutes = sum(one.billed_minutes for one in charges) - sum(one.minutes for one in back)
    is_gone = sum(one.amount for one in charges) <= sum(one.amount for one in back)
    return min(minutes, line.rounded) if is_gone else minutes
