"""What a month costs an account: its time priced by the agreement, its fee, its tickets by type.

Each entry is charged once and for good (`BilledTime`). Time outside the scope is charged as far as an approval covers
it, a project's as far as its budget does; the rest waits, and is charged in the month in which that changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain import burn, people, quotes
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.allowance import period
from bot.domain.codes import Code
from bot.domain.invoices import corrections
from bot.domain.invoices.approved import Approved, approved_on
from bot.domain.invoices.charge import (
    BEYOND_THE_AMOUNT,
    DESCRIPTIONS,
    FEE,
    HOUR,
    MONTH,
    ORDER,
    OVERAGE,
    TICKET,
    USAGE,
    Charge,
    Charges,
    described,
    hours_line,
    project_names,
)
from bot.domain.invoices.invoice import BilledTicket
from bot.domain.invoices.worked import Key, Worked, net, pieces, unbilled, within_budget
from bot.domain.money import of_minor_units
from bot.domain.months import Month
from bot.domain.quotes import Price, Quote
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket
from bot.domain.workflow import CloseReason


def of(
    session: Session, account: Account, month: Month, bought: Agreement, waited: Collection[int] = (), *,
    ended: bool = False,
) -> Charges:  # fmt: skip
    """All that the month costs as things stand; `waited` is time of before that could not be charged then.

    Of an agreement that has `ended` before, only what was approved and what is put right is left to charge.
    """
    found = Charges(bought, month, ended=ended)
    _add_fee(found)
    logged = unbilled(session, account, month, waited)
    worked = net(logged)
    covered = quotes.covered(session, {one.ticket_id for one in worked if one.ticket_id})
    budgeted = within_budget(session, {one.project_id for one in worked if one.project_id})
    first = corrections.origins(session, month, logged)
    put_right = corrections.found_in(session, account, worked, first, bought.currency, covered, budgeted)
    changed = {entry.id for group in put_right.values() for entry in group}
    free = corrections.never_charged(logged, first, changed)
    found.free += sum(entry.minutes for entry in worked if entry.id in free)
    changed |= free
    priced = _priced(session, found, [entry for entry in worked if entry.id not in changed], covered, budgeted)
    found.waiting += [one for one in found.unpriced if one.id in waited]  # until there is a price for it
    found.unpriced = [one for one in found.unpriced if one.id not in waited]
    decisions = {number: quote.decision_id for number, quote in covered.items() if quote.decision_id}
    approved = approved_on(
        session, {one.ticket_id for one in logged if one.code is Code.OUT_OF_SCOPE and one.ticket_id}
    )
    corrections.settle(session, found, put_right, decisions, approved.values())
    found.lines += _lines(session, bought, priced, decisions, approved)
    if not ended:
        _add_usage(session, account, found)
        _add_overage(session, account, found)
    found.lines.sort(key=lambda line: (ORDER.index(line.code), line.description, -line.unit_price))
    return found


def _priced(
    session: Session, found: Charges, worked: list[Worked], covered: dict[int, Quote], budgeted: set[int]
) -> dict[Key, list[Worked]]:
    """Each entry with what stands on its line; what waits, or has no price, is put aside."""
    bought = found.bought
    roles = {person.id: frozenset(person.roles) for person in _workers(session, worked).values()}
    lines: dict[Key, list[Worked]] = defaultdict(list)
    for one in worked:
        if found.ended and one.code is not Code.OUT_OF_SCOPE:
            found.unpriced.append(one)
        elif one.code in bought.draws or (one.code is Code.INCLUDED and not bought.is_hourly):
            found.free += one.minutes
        elif one.code is Code.OUT_OF_SCOPE:
            if (quote := covered.get(one.id)) and quote.rate_currency == bought.currency:
                lines[Key(one.code, quote.rate_amount, ticket_id=one.ticket_id)].append(one)
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
    session: Session, bought: Agreement, priced: dict[Key, list[Worked]], decisions: dict[int, int],
    approved: dict[Price, Approved],
) -> list[Charge]:  # fmt: skip
    names = project_names(session, priced)
    made = []
    for key, worked in priced.items():
        if key.ticket_id:
            billed = approved[Price(key.ticket_id, key.rate, bought.currency)].charge(bought.rounds, worked)
        else:
            billed = bought.rounds.total(pieces(worked))
        what = described(key, names)
        made.append(hours_line(key.code, what, key.rate, worked, billed, bought.currency, decisions))
    return made


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
