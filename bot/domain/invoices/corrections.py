"""Time that was put right after it was charged: what is given back, and what is added."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.invoices.charge import Charge, Charges, Credit, hours_line, project_names
from bot.domain.invoices.invoice import BilledTime, Invoice, correction_of, given_back, given_by_hand, lines_of
from bot.domain.invoices.worked import Key, Worked, charged, pieces
from bot.domain.time import TimeEntry


def found_in(session: Session, worked: list[Worked], currency: str) -> dict[tuple[int, Key], list[Worked]]:
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


def never_charged(logged: list[Worked], changed: set[int]) -> set[int]:
    """What takes back, or says anew, what cost nothing in the month it was billed in: it costs nothing now either."""
    known = {one.id for one in logged}
    back = {one.reverses_id: one.code for one in logged
            if one.reverses_id and one.reverses_id not in known and one.id not in changed}  # fmt: skip
    return {one.id for one in logged if one.reverses_id in back or back.get(one.replaces_id or 0) is one.code}


def settle(session: Session, found: Charges, corrections: dict[tuple[int, Key], list[Worked]]) -> None:
    """What is given back stands on a credit note for its invoice, what is added on the next one."""
    credited: dict[int, Credit] = {}
    for (invoice_id, key), change in corrections.items():
        before = charged(session, invoice_id, key)
        rounds = found.bought.rounds
        difference = rounds.total(pieces([*before, *change])) - rounds.total(pieces(before))
        invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
        line = hours_line(key, change, abs(difference), invoice.currency, project_names(session, [key]), {})
        line.raw_minutes = abs(line.raw_minutes)
        stood = line.description
        line.description = correction_of(stood, invoice)
        if difference > 0:
            found.lines.append(line)
        else:
            line.most = _left(session, invoice, stood, line)
            credited.setdefault(invoice_id, Credit(invoice)).charges.append(line)
    found.credits += credited.values()


def _left(session: Session, invoice: Invoice, stood: str, line: Charge) -> Decimal | None:
    """Where finance gave some of the line back by hand, what is left of it: the same hour is not given back twice."""
    stands = next(
        (one for one in lines_of(session, [invoice.id])[invoice.id]
         if (one.code, one.unit_price, one.description) == (line.code, line.unit_price, stood)), None,
    )  # fmt: skip
    if stands is None or not given_by_hand(session, invoice).get(stands.position):
        return None
    return max(stands.amount - given_back(session, invoice)[stands.position], Decimal(0))
