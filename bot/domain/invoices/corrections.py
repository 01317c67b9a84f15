"""Time that was put right after it was charged: what is given back, and what is added.

All that puts a line's time right is held against that line, however often, so that it rounds as if it had been right at
once. What was added since is given back first, each on the invoice that charged it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.codes import Code
from bot.domain.invoices.approved import Approved, Moved
from bot.domain.invoices.charge import Charge, Charges, Credit, hours_line
from bot.domain.invoices.invoice import BilledTime, Given, Invoice, InvoiceLine, given_back
from bot.domain.invoices.worked import Worked, charged, charging, pieces
from bot.domain.months import Month
from bot.domain.quotes import Quote
from bot.domain.time import TimeEntry


def origins(session: Session, month: Month, logged: list[Worked]) -> dict[int, int]:
    """By entry that says another anew: the first one it goes back to, past those of this month that nobody charged."""
    found: dict[int, int] = {one.id: one.replaces_id for one in logged if one.replaces_id}
    of_month = TimeEntry.period == month.first, TimeEntry.replaces_id.is_not(None)
    while found:
        query = select(TimeEntry.id, TimeEntry.replaces_id).where(TimeEntry.id.in_(set(found.values())), *of_month)
        before: dict[int, int] = {number: replaced for number, replaced in session.execute(query) if replaced}
        if not before:
            break
        found = {number: before.get(origin, origin) for number, origin in found.items()}
    return found


def found_in(
    session: Session,
    account: Account,
    worked: list[Worked],
    first: dict[int, int],
    currency: str,
    covered: dict[int, Quote],
    budgeted: set[int],
) -> dict[int, list[Worked]]:
    """What takes back or replaces time that was charged, by the line that charged it first.

    What replaces it for another client, with another code, as after hours, on another project, or where it is paid in
    another currency by now, is new work; so is what no approval, or one at another price, and no budget holds.
    """
    touched = {number for one in worked for number in (one.reverses_id, first.get(one.id)) if number}
    rows = session.execute(
        select(BilledTime.entry_id, InvoiceLine.id, InvoiceLine.code, TimeEntry.after_hours, TimeEntry.project_id,
               Invoice.currency, TimeEntry.ticket_id, InvoiceLine.unit_price)
        .join(InvoiceLine, InvoiceLine.id == BilledTime.line_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(TimeEntry, TimeEntry.id == BilledTime.entry_id)
        .where(BilledTime.entry_id.in_(touched), BilledTime.account_id == account.id)
    ).all() if touched else []  # fmt: skip
    billed = {entry_id: (line_id, terms, (ticket_id, rate)) for entry_id, line_id, *terms, ticket_id, rate in rows}
    found: dict[int, list[Worked]] = defaultdict(list)
    for one in worked:
        line_id, terms, approved = billed.get(one.reverses_id or first.get(one.id, 0), (None, [], None))
        is_held = one.id in budgeted if one.code is Code.PROJECT else True
        after_hours = one.after_hours
        if one.code is Code.OUT_OF_SCOPE:
            is_held = one.id in covered and approved == (one.ticket_id, covered[one.id].rate_amount)
            after_hours = terms[1] if terms else False  # the price was approved, whatever the hour
        is_same = is_held and terms == [one.code, after_hours, one.project_id, currency]
        if line_id and (one.reverses_id or is_same):
            found[line_id].append(one)
    return found


def never_charged(logged: list[Worked], first: dict[int, int], changed: set[int]) -> set[int]:
    """What takes back, or says anew, what cost nothing in the month it was billed in: it costs nothing now either."""
    known = {one.id for one in logged}
    back = {one.reverses_id: one.code for one in logged
            if one.reverses_id and one.reverses_id not in known and one.id not in changed}  # fmt: skip
    return {one.id for one in logged if one.reverses_id in back or back.get(first.get(one.id, 0)) is one.code}


def settle(
    session: Session, found: Charges, corrections: dict[int, list[Worked]], decisions: dict[int, int],
    approved: Collection[Approved],
) -> None:  # fmt: skip
    """What is given back stands on a credit note for its invoice, what is added on the next one."""
    if not corrections:
        return
    moved = _of_others(session, found, corrections)
    named = dict(corrections)  # what an entry of the invoice names: its change, or all of it where nothing changed
    for one in approved:
        told = one.put_right({number: corrections[number] for number in corrections if number in one.lines})
        moved |= told
        named |= {number: one.lines[number].worked for number in told if number not in corrections}
    stands = charging(session, moved)
    given = given_back(session, [line.id for lines in stands.values() for line, _ in lines])
    credited: dict[int, Credit] = {}
    for number, (stood, more) in moved.items():
        lines, change = stands[number], corrections.get(number, [])
        if more > 0:
            found.lines.append(_correction(*lines[-1], change, named[number], more, decisions))
            continue
        parts = list(_shared(lines, given, -more, stood))
        for place, (line, invoice, minutes, has, left) in enumerate(parts):
            charge = _correction(line, invoice, change, named[number], minutes, decisions)
            charge.most, charge.takes_the_rest = left, minutes == has > 0
            charge.is_shared = sum(bool(share) for _, _, share, *_ in parts) > 1
            if place:
                charge.entries = []  # each is put right once
            credited.setdefault(invoice.id, Credit(invoice)).charges.append(charge)
    found.credits += credited.values()


def _of_others(session: Session, found: Charges, corrections: dict[int, list[Worked]]) -> dict[int, Moved]:
    """Of all but what was approved ticket by ticket: each line rounds by itself, as it was charged."""
    rows = session.execute(
        select(InvoiceLine.id, Invoice.agreement_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(InvoiceLine.id.in_(corrections), InvoiceLine.code != Code.OUT_OF_SCOPE)
    )
    drafted_by: dict[int, int | None] = dict(rows.all())
    before, terms = charged(session, drafted_by), _terms(session, drafted_by.values())
    moved = {}
    for number, agreement_id in drafted_by.items():
        rounds = terms.get(agreement_id or 0, found.bought).rounds
        stood = rounds.total(pieces(before[number]))
        moved[number] = Moved(stood, rounds.total(pieces([*before[number], *corrections[number]])) - stood)
    return moved


def _terms(session: Session, numbers: Iterable[int | None]) -> dict[int, Agreement]:
    """The versions that invoices were drafted by."""
    query = select(Agreement).where(Agreement.id.in_(set(filter(None, numbers))))
    return {one.id: one for one in session.scalars(query)}


def _shared(
    lines: list[tuple[InvoiceLine, Invoice]], given: dict[int, Given], minutes: int, now: int
) -> Iterator[tuple[InvoiceLine, Invoice, int, int, Decimal]]:
    """How many of the minutes each gives back, of how many, and what is left of its amount.

    `now` is how many stand. Where finance gave back all of a line, no note says how many of its minutes went since.
    """
    stands = {line.id: _left(line, given.get(line.id)) for line, _ in lines}
    unnoted = max(sum(has for has, _ in stands.values()) - now, 0)
    for line, invoice in lines:
        has, left = stands[line.id]
        if not left:
            gone = min(has, unnoted)
            has, unnoted = has - gone, unnoted - gone
        is_last = line.corrects_id is None
        share = minutes if is_last else min(minutes, has)
        if share or is_last:
            yield line, invoice, share, has, left
            minutes -= share


def _left(line: InvoiceLine, back: Given | None) -> tuple[int, Decimal]:
    """Minutes and amount of it that nobody has given back; before 0017 more could be given back than there was."""
    minutes, amount = back or (0, Decimal(0))
    return max(line.billed_minutes - minutes, 0), max(line.amount - amount, Decimal(0))


def _correction(
    line: InvoiceLine, invoice: Invoice, change: list[Worked], named: list[Worked], billed: int,
    decisions: dict[int, int],
) -> Charge:  # fmt: skip
    """What puts right what that line, or the one it adds to, has charged."""
    of_month = f", correction of {invoice.period.name} {invoice.period.year}"
    what = line.description + ("" if line.corrects_id else of_month)
    charge = hours_line(line.code, what, line.unit_price, named, billed, invoice.currency, decisions)
    charge.entries, charge.raw_minutes = [one.id for one in change], abs(sum(one.minutes for one in change))
    charge.corrects, charge.priced_with = line.id, line.corrects_id or line.id
    return charge
