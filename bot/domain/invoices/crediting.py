"""What finance gives back by hand: a credit note for some lines of an invoice, never more than was charged."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.errors import Refused
from bot.domain.invoices.drafting import add_up, announce
from bot.domain.invoices.invoice import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    given_back,
    lines_of,
)
from bot.domain.money import Money, rounded
from bot.domain.people import Person
from bot.domain.roles import Permission


def credit(
    session: Session, invoice: Invoice, amounts: dict[int, Decimal], reason: str, *, by: Person, now: datetime
) -> Invoice:
    """A credit note for what of some lines (by position) is given back, without tax; a draft until it is approved."""
    by.require(Permission.INVOICE)
    if invoice.kind is not InvoiceKind.INVOICE or invoice.state not in {InvoiceState.APPROVED, InvoiceState.EXPORTED}:
        raise Refused(
            "Only an invoice with a number is credited. Approve the draft first; what is wrong with its hours is put "
            "right where they were logged, and counts in the open month."
        )
    if len(reason.strip()) < 3:
        raise Refused("Say why: it stands on the credit note.", field="reason")
    lines = {line.position: line for line in lines_of(session, [invoice.id])[invoice.id]}
    given = given_back(session, [line.id for line in lines.values()])
    wanted = {position: amount for position, amount in amounts.items() if amount}
    if not wanted.keys() <= lines.keys():
        raise Refused(f"{invoice.key} has no such line. Open it again and press Credit.")
    for position, amount in wanted.items():
        line = lines[position]
        left = max(line.amount - (given[line.id].amount if line.id in given else Decimal(0)), Decimal(0))
        if not 0 < amount <= left:
            most = Money(left, invoice.currency)
            raise Refused(
                f"At most {most} of “{line.description}” can be given back. Write less.", field=f"line_{position}"
            )
    if not wanted:
        raise Refused("Write what is given back on at least one line.", field="reason")
    note = Invoice(
        account_id=invoice.account_id, month=invoice.month, kind=InvoiceKind.CREDIT_NOTE, currency=invoice.currency,
        made_at=now, agreement_id=invoice.agreement_id, made_by_id=by.id, reason=reason.strip()[:500],
        reference=invoice.reference, credits_id=invoice.id,
    )  # fmt: skip
    session.add(note)
    session.flush()
    for position, amount in wanted.items():
        line = lines[position]
        session.add(_back_line(note, line, amount))
    session.flush()
    add_up(session, note)
    announce(session, note, events.Kind.INVOICE_MADE, by, now)
    return note


def _back_line(note: Invoice, line: InvoiceLine, amount: Decimal) -> InvoiceLine:
    """The whole line as it was, or the amount at a quantity of one."""
    whole = amount == line.amount
    return InvoiceLine(
        account_id=note.account_id, invoice_id=note.id, position=line.position, code=line.code,
        description=line.description, quantity=line.quantity if whole else Decimal(1),
        unit=line.unit if whole else "piece", unit_price=line.unit_price if whole else amount,
        amount=rounded(amount, note.currency), tax_rate=line.tax_rate, tickets=line.tickets, decisions=line.decisions,
        work=line.work if whole else [{**told, "minutes": 0} for told in line.work], corrects_id=line.id,
    )  # fmt: skip
