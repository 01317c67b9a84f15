"""What a month costs an account: its time priced by the agreement, its fee, its tickets by type.

Each entry is charged once and for good (`BilledTime`). Time outside the scope is charged as far as an approval covers
it, a project's as far as its budget does; the rest waits, and is charged in the month in which that changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot.domain import burn, people, quotes
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.allowance import Period, period
from bot.domain.burn import Midway
from bot.domain.codes import Code
from bot.domain.invoices.invoice import BilledTicket, BilledTime, Invoice
from bot.domain.invoices.worked import Key, Worked, charged, net, pieces, unbilled, within_budget
from bot.domain.money import Money, of_minor_units
from bot.domain.months import Month
from bot.domain.projects import Project
from bot.domain.quotes import Quote
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.workflow import CloseReason

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
    raw_minutes: int = 0
    billed_minutes: int = 0
    entries: list[int] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    decided: dict[int, int] = field(default_factory=dict)  # by entry: the decision that covers it

    @property
    def decisions(self) -> list[int]:
        """The approvals it stands on."""
        return sorted(set(self.decided.values()))

    @property
    def amount(self) -> Money:
        """Quantity times price, rounded once."""
        return Money(self.quantity * self.unit_price, self.currency)


@dataclass
class Credit:
    """What is given back on an invoice that was approved."""

    invoice: Invoice
    charges: list[Charge] = field(default_factory=list)


@dataclass
class Charges:
    """A month of an account."""

    bought: Agreement
    month: Month
    lines: list[Charge] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    allowance: Period | None = None
    midway: Midway | None = None  # what was to be expected of the allowance
    waiting: list[Worked] = field(default_factory=list)  # outside the scope and not approved, or over a budget
    unpriced: list[Worked] = field(default_factory=list)  # of a code that the agreement has no rate for
    free: int = 0  # minutes that cost nothing: in the price, or our own affair

    @property
    def net(self) -> Money:
        """The lines' sum, without tax."""
        total = Money(Decimal(0), self.bought.currency)
        for line in self.lines:
            total += line.amount
        return total


def of(session: Session, account: Account, month: Month, bought: Agreement, waited: Collection[int] = ()) -> Charges:
    """All that the month costs as things stand; `waited` is time of before that could not be charged then."""
    found = Charges(bought, month)
    _add_fee(found)
    logged = unbilled(session, account, month, waited)
    worked = net(logged)
    covered = quotes.covered(session, {one.ticket_id for one in worked if one.ticket_id})
    corrections = _corrections(session, worked, bought.currency)
    changed = {entry.id for group in corrections.values() for entry in group}
    free = _never_charged(logged, changed)
    found.free += sum(entry.minutes for entry in worked if entry.id in free)
    changed |= free
    priced = _priced(session, found, [entry for entry in worked if entry.id not in changed], covered)
    found.lines += _lines(session, bought, priced, covered)
    _add_usage(session, account, found)
    _add_overage(session, account, found)
    _settle(session, found, corrections)
    found.lines.sort(key=lambda line: (ORDER.index(line.code), line.description, -line.unit_price))
    return found


def _priced(
    session: Session, found: Charges, worked: list[Worked], covered: dict[int, Quote]
) -> dict[Key, list[Worked]]:
    """Each entry with what stands on its line; what waits, or has no price, is put aside."""
    bought = found.bought
    roles = {person.id: frozenset(person.roles) for person in _workers(session, worked).values()}
    budgeted = within_budget(session, {one.project_id for one in worked if one.project_id})
    lines: dict[Key, list[Worked]] = defaultdict(list)
    for one in worked:
        if one.code in bought.draws or (one.code is Code.INCLUDED and not bought.is_hourly):
            found.free += one.minutes
        elif one.code is Code.OUT_OF_SCOPE:
            if (quote := covered.get(one.id)) and quote.rate_currency == bought.currency:
                lines[Key(one.code, quote.rate_amount, after_hours=one.after_hours)].append(one)
            else:
                found.waiting.append(one)
        elif one.code is Code.PROJECT and one.id not in budgeted:
            found.waiting.append(one)
        elif (rate := bought.rate(one.code, roles[one.person_id], after_hours=one.after_hours)) is None:
            found.unpriced.append(one)
        else:
            lines[Key(one.code, rate, one.project_id, one.after_hours)].append(one)
    return lines


def _workers(session: Session, worked: Iterable[Worked]) -> dict[int, people.Person]:
    return people.by_ids(session, {one.person_id for one in worked})


def _lines(
    session: Session, bought: Agreement, priced: dict[Key, list[Worked]], covered: dict[int, Quote]
) -> list[Charge]:
    decisions = {number: quote.decision_id for number, quote in covered.items() if quote.decision_id}
    names = _project_names(session, priced)
    made = []
    for key, worked in priced.items():
        billed = bought.rounds.total(pieces(worked))
        made.append(_hours(key, worked, billed, bought.currency, names, decisions))
    return made


def _hours(
    key: Key, worked: list[Worked], billed: int, currency: str, names: dict[int, str], decisions: dict[int, int]
) -> Charge:
    what = DESCRIPTIONS[key.code] + (f", {names[key.project_id]}" if key.project_id else "")
    what += ", after hours" if key.after_hours else ""
    tickets = sorted({one.ticket_id for one in worked if one.ticket_id})
    return Charge(
        code=str(key.code), description=what, quantity=Decimal(billed) / 60, unit=HOUR, unit_price=key.rate,
        currency=currency, raw_minutes=sum(one.minutes for one in worked), billed_minutes=billed,
        entries=[one.id for one in worked], tickets=tickets,
        decided={one.id: decisions[one.id] for one in worked if one.id in decisions},
    )  # fmt: skip


def _project_names(session: Session, priced: dict[Key, list[Worked]]) -> dict[int, str]:
    ids = {key.project_id for key in priced if key.project_id}
    rows = session.execute(select(Project.id, Project.name).where(Project.id.in_(ids))) if ids else []
    return {number: f"PR-{number} {name}" for number, name in rows}


def _add_fee(found: Charges) -> None:
    fee = found.bought.fee(found.month)
    if fee is not None and fee.amount:
        name = f"{DESCRIPTIONS[FEE]}, {found.month.name} {found.month.year}"
        found.lines.append(Charge(FEE, name, Decimal(1), MONTH, fee.amount, fee.currency))


def _add_usage(session: Session, account: Account, found: Charges) -> None:
    """Tickets filed in the month, by type, where the agreement prices them; what was no work of its own is free."""
    if not found.bought.prices:
        return
    start, end = found.month.window(account.calendar)
    no_work = [CloseReason.DUPLICATE, CloseReason.WITHDRAWN, CloseReason.REDIRECTED]
    rows = session.execute(
        select(Ticket.request_type, Ticket.id)
        .where(
            Ticket.account_id == account.id, Ticket.created_at >= start, Ticket.created_at < end,
            Ticket.requester_id.is_not(None), Ticket.close_reason.is_(None) | Ticket.close_reason.not_in(no_work),
            ~exists().where(BilledTicket.ticket_id == Ticket.id),
        )
        .order_by(Ticket.id)
    )  # fmt: skip
    by_type: dict[RequestType, list[int]] = defaultdict(list)
    for kind, number in rows:
        by_type[kind].append(number)
    for kind, numbers in by_type.items():
        if (price := found.bought.price(kind)) is not None:
            line = Charge(USAGE, kind.label, Decimal(len(numbers)), TICKET, price, found.bought.currency)
            line.tickets = numbers
            found.lines.append(line)


def _add_overage(session: Session, account: Account, found: Charges) -> None:
    """What the month used beyond its allowance, at the rate for that."""
    bought, month = found.bought, found.month
    if not bought.draws:
        return
    used = burn.used_in(session, bought, [month]).get(month, 0)
    carried = burn.carry_into(session, account, month, bought)
    found.midway = burn.midway(session, account, bought, month)
    found.allowance = period(bought.allowance(month), bought.rollover_cap, used, carried)
    over = found.allowance.overage
    if over and bought.buys_money:
        amount = of_minor_units(over, bought.currency).amount
        found.lines.append(Charge(OVERAGE, BEYOND_THE_AMOUNT, Decimal(1), MONTH, amount, bought.currency))
    elif over and bought.overage_rate is not None:
        hours = Decimal(over) / 60
        line = Charge(OVERAGE, DESCRIPTIONS[OVERAGE], hours, HOUR, bought.overage_rate, bought.currency)
        line.billed_minutes = over
        found.lines.append(line)


def _corrections(session: Session, worked: list[Worked], currency: str) -> dict[tuple[int, Key], list[Worked]]:
    """What takes back or replaces time that an invoice with a number has charged: by that invoice and line.

    What a credit note has put right belongs to the invoice it credits. What replaces it with another code, as after
    hours, or where it is paid in another currency by now, is new work.
    """
    touched = {number for one in worked for number in (one.reverses_id, one.replaces_id) if number}
    rows = session.execute(
        select(BilledTime, func.coalesce(Invoice.credits_id, Invoice.id), TimeEntry.after_hours, Invoice.currency)
        .join(Invoice, Invoice.id == BilledTime.invoice_id)
        .join(TimeEntry, TimeEntry.id == BilledTime.entry_id)
        .where(BilledTime.entry_id.in_(touched))
    ).all() if touched else []  # fmt: skip
    billed = {row.entry_id: (row, number, after_hours, paid) for row, number, after_hours, paid in rows}
    found: dict[tuple[int, Key], list[Worked]] = defaultdict(list)
    for one in worked:
        if (known := billed.get(one.reverses_id or one.replaces_id or 0)) is None:
            continue
        row, number, after_hours, paid = known
        if one.reverses_id or (row.code, after_hours, paid) == (one.code, one.after_hours, currency):
            found[number, Key(row.code, row.rate, one.project_id, after_hours)].append(one)
    return found


def _never_charged(logged: list[Worked], changed: set[int]) -> set[int]:
    """What takes back, or says anew, what cost nothing in the month it was billed in: it costs nothing now either."""
    known = {one.id for one in logged}
    back = {one.reverses_id: one.code for one in logged
            if one.reverses_id and one.reverses_id not in known and one.id not in changed}  # fmt: skip
    return {one.id for one in logged if one.reverses_id in back or back.get(one.replaces_id or 0) is one.code}


def _settle(session: Session, found: Charges, corrections: dict[tuple[int, Key], list[Worked]]) -> None:
    """What is given back stands on a credit note for its invoice, what is added on the next one."""
    credited: dict[int, Credit] = {}
    for (invoice_id, key), change in corrections.items():
        before = charged(session, invoice_id, key)
        rounds = found.bought.rounds
        difference = rounds.total(pieces([*before, *change])) - rounds.total(pieces(before))
        invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
        line = _hours(key, change, abs(difference), invoice.currency, _project_names(session, {key: change}), {})
        line.raw_minutes = abs(line.raw_minutes)
        of_month = Month.of(invoice.month)  # its number may not be given yet
        line.description = f"{line.description}, correction of {of_month.name} {of_month.year}"
        if difference > 0:
            found.lines.append(line)
        else:
            credited.setdefault(invoice_id, Credit(invoice)).charges.append(line)
    found.credits += credited.values()
