"""Time that was put right after it was charged: what is given back, and what is added.

All that puts a line's time right is held against that line, however often, so that it rounds as if it had been right at
once. What was added since is given back first, each on the invoice that charged it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.domain.invoices.charge import Charge, Charges, Credit, hours_line
from bot.domain.invoices.invoice import BilledTime, Given, Invoice, InvoiceKind, InvoiceLine, given_back
from bot.domain.invoices.worked import Worked, charged, pieces
from bot.domain.time import TimeEntry


def found_in(session: Session, worked: list[Worked], currency: str) -> dict[int, list[Worked]]:
    """What takes back or replaces time that was charged, by the line that charged it first.

    What replaces it with another code, as after hours, on another project, or where it is paid in another currency by
    now, is new work.
    """
    touched = {number for one in worked for number in (one.reverses_id, one.replaces_id) if number}
    rows = session.execute(
        select(BilledTime.entry_id, InvoiceLine.id, InvoiceLine.code, TimeEntry.after_hours, TimeEntry.project_id,
               Invoice.currency)
        .join(InvoiceLine, InvoiceLine.id == BilledTime.line_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(TimeEntry, TimeEntry.id == BilledTime.entry_id)
        .where(BilledTime.entry_id.in_(touched))
    ).all() if touched else []  # fmt: skip
    billed = {entry_id: (line_id, price) for entry_id, line_id, *price in rows}
    found: dict[int, list[Worked]] = defaultdict(list)
    for one in worked:
        line_id, price = billed.get(one.reverses_id or one.replaces_id or 0, (None, []))
        if line_id and (one.reverses_id or price == [one.code, one.after_hours, one.project_id, currency]):
            found[line_id].append(one)
    return found


def never_charged(logged: list[Worked], changed: set[int]) -> set[int]:
    """What takes back, or says anew, what cost nothing in the month it was billed in: it costs nothing now either."""
    known = {one.id for one in logged}
    back = {one.reverses_id: one.code for one in logged
            if one.reverses_id and one.reverses_id not in known and one.id not in changed}  # fmt: skip
    return {one.id for one in logged if one.reverses_id in back or back.get(one.replaces_id or 0) is one.code}


def settle(session: Session, found: Charges, corrections: dict[int, list[Worked]]) -> None:
    """What is given back stands on a credit note for its invoice, what is added on the next one."""
    if not corrections:
        return
    rounds, before, stands = found.bought.rounds, charged(session, corrections), _charging(session, corrections)
    given = given_back(session, [line.id for lines in stands.values() for line, _ in lines])
    credited: dict[int, Credit] = {}
    for number, change in corrections.items():
        lines, now = stands[number], rounds.total(pieces(before[number]))
        difference = rounds.total(pieces([*before[number], *change])) - now
        if difference > 0:
            found.lines.append(_correction(*lines[-1], change, difference))
            continue
        parts = list(_shared(lines, given, -difference, now))
        for place, (line, invoice, minutes, left) in enumerate(parts):
            charge = _correction(line, invoice, change, minutes)
            charge.most, charge.is_shared = left, len(parts) > 1
            if place:
                charge.entries = []  # each is put right once
            credited.setdefault(invoice.id, Credit(invoice)).charges.append(charge)
    found.credits += credited.values()


def _charging(session: Session, numbers: Collection[int]) -> dict[int, list[tuple[InvoiceLine, Invoice]]]:
    """By line: what charges its time, the newest addition first and the line itself last."""
    query = (
        select(InvoiceLine, Invoice)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            Invoice.kind == InvoiceKind.INVOICE,
            or_(InvoiceLine.id.in_(numbers), InvoiceLine.corrects_id.in_(numbers)),
        )
        .order_by(InvoiceLine.id.desc())
    )  # fmt: skip
    found: dict[int, list[tuple[InvoiceLine, Invoice]]] = defaultdict(list)
    for line, invoice in session.execute(query):
        found[line.corrects_id or line.id].append((line, invoice))
    return found


def _shared(
    lines: list[tuple[InvoiceLine, Invoice]], given: dict[int, Given], minutes: int, now: int
) -> Iterator[tuple[InvoiceLine, Invoice, int, Decimal]]:
    """How many of the minutes each gives back, and what is left of its amount: no hour is given back twice.

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
            yield line, invoice, share, left
            minutes -= share


def _left(line: InvoiceLine, back: Given | None) -> tuple[int, Decimal]:
    """Minutes and amount of it that nobody has given back; before 0017 more could be given back than there was."""
    minutes, amount = back or (0, Decimal(0))
    return max(line.billed_minutes - minutes, 0), max(line.amount - amount, Decimal(0))


def _correction(line: InvoiceLine, invoice: Invoice, change: list[Worked], billed: int) -> Charge:
    """What puts right what that line, or the one it adds to, has charged."""
    of_month = f", correction of {invoice.period.name} {invoice.period.year}"
    what = line.description + ("" if line.corrects_id else of_month)
    charge = hours_line(line.code, what, line.unit_price, change, billed, invoice.currency, {})
    charge.raw_minutes = abs(charge.raw_minutes)
    charge.corrects, charge.priced_with = line.id, line.corrects_id or line.id
    return charge
