"""From a month's charges to invoices: drafts, credit notes for what was put right, and their numbers.

The month is locked by then, so what a draft charges is charged for good: `BilledTime` says which entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bot.domain import accounts, events, outbox, provider
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.errors import Refused
from bot.domain.invoices import itemised
from bot.domain.invoices.charge import USAGE, Charge, Charges
from bot.domain.invoices.invoice import (
    NUMBERED,
    BilledTicket,
    BilledTime,
    Invoice,
    InvoiceAction,
    InvoiceKind,
    InvoiceLine,
    InvoiceSeries,
    InvoiceState,
    lines_of,
    require_move,
)
from bot.domain.money import rounded
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.roles import Permission

SERIES = "INV"  # unless the provider's file says otherwise


def draft(
    session: Session, account: Account, charges: Charges, *, review_id: int, by: Person | None, now: datetime
) -> list[Invoice]:
    """The month's invoice and the credit notes for what was put right; none where nothing is to be paid."""
    made = []
    if charges.lines:
        made.append(_draft(session, account, charges, charges.lines, InvoiceKind.INVOICE, review_id, by, now))
    for credit in charges.credits:
        # Where nothing comes back, what stands now is charged there.
        _mark_billed(session, credit.invoice, [(charge, None) for charge in credit.charges if not charge.amount.amount])
        if not credit.back:
            continue
        note = _draft(
            session, account, charges, credit.back, InvoiceKind.CREDIT_NOTE, review_id, by, now,
            credits=credit.invoice, reason="Time was put right after it was charged.",
        )  # fmt: skip
        made.append(note)
    return made


def _draft(
    session: Session, account: Account, charges: Charges, lines: Sequence[Charge], kind: InvoiceKind, review_id: int,
    by: Person | None, now: datetime, *, credits: Invoice | None = None, reason: str = "",
) -> Invoice:  # fmt: skip
    bought = (_terms(session, credits) if credits else None) or charges.bought
    invoice = Invoice(
        account_id=account.id, month=charges.month.first, kind=kind, currency=bought.currency, made_at=now,
        review_id=review_id, agreement_id=bought.id, made_by_id=by.id if by else None, reason=reason,
        reference=str(account.billing.get("reference") or ""), credits_id=credits.id if credits else None,
    )  # fmt: skip
    session.add(invoice)
    session.flush()
    written = _write_lines(session, invoice, lines, bought.tax_rate)
    _mark_billed(session, invoice, zip(lines, written, strict=True))
    announce(session, invoice, events.Kind.INVOICE_MADE, by, now)
    return invoice


def _terms(session: Session, invoice: Invoice) -> Agreement | None:
    """The version it was drafted by: what is given back has that one's tax and currency, whatever counts by now."""
    return session.scalar(select(Agreement).where(Agreement.id == invoice.agreement_id))


def _write_lines(session: Session, invoice: Invoice, lines: Sequence[Charge], tax_rate: Decimal) -> list[InvoiceLine]:
    written = [
        InvoiceLine(
            account_id=invoice.account_id, invoice_id=invoice.id, position=position, code=line.code,
            description=line.description, quantity=line.quantity, unit=line.unit, unit_price=line.unit_price,
            amount=line.amount.amount, tax_rate=tax_rate, tickets=line.tickets, decisions=line.decisions,
            work=work, raw_minutes=line.raw_minutes, billed_minutes=line.billed_minutes, corrects_id=line.corrects,
        )
        for position, (line, work) in enumerate(zip(lines, itemised.of_lines(session, lines), strict=True), 1)
    ]  # fmt: skip
    session.add_all(written)
    session.flush()
    add_up(session, invoice)
    return written


def add_up(session: Session, invoice: Invoice) -> None:
    """Tax on the sum of each rate (EN 16931 BR-CO-17), not line by line."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines_of(session, [invoice.id])[invoice.id]:
        by_rate[line.tax_rate] += line.amount
    invoice.net = sum(by_rate.values(), Decimal(0))
    invoice.tax = sum((rounded(net * rate, invoice.currency) for rate, net in by_rate.items()), Decimal(0))
    invoice.total = invoice.net + invoice.tax


def _mark_billed(session: Session, invoice: Invoice, lines: Iterable[tuple[Charge, InvoiceLine | None]]) -> None:
    """Each entry with the line that prices it: the one written here, unless it puts right what another charged."""
    of_account = {"account_id": invoice.account_id, "invoice_id": invoice.id}
    time: list[dict[str, Any]] = []
    tickets: list[dict[str, Any]] = []
    for charge, line in lines:
        priced = {"line_id": charge.priced_with or (line.id if line else None), **of_account}
        time += [{"entry_id": number, "decision_id": charge.decided.get(number), **priced} for number in charge.entries]
        tickets += [{"ticket_id": number, **of_account} for number in charge.tickets if charge.code == USAGE]
    if time:
        session.execute(insert(BilledTime), time)
    if tickets:
        session.execute(insert(BilledTicket), tickets)


def act(session: Session, invoice: Invoice, action: InvoiceAction, *, by: Person, now: datetime, seen: int) -> None:
    """Reviewed, approved with its number, exported, or back to draft; the caller holds the row."""
    by.require(Permission.INVOICE)
    target = require_move(invoice, action, seen)
    DOES[action](session, invoice, by, now)
    _moved(session, invoice, target, by, now)


def _moved(session: Session, invoice: Invoice, target: InvoiceState, by: Person | None, now: datetime) -> None:
    source, invoice.state = invoice.state, target
    invoice.version += 1
    session.flush()
    announce(session, invoice, events.Kind.INVOICE_MOVED, by, now, source=source.value, target=target.value)


def _review(_session: Session, invoice: Invoice, by: Person, now: datetime) -> None:
    invoice.reviewed_at, invoice.reviewed_by_id = now, by.id


def _back(_session: Session, invoice: Invoice, _by: Person, _now: datetime) -> None:
    invoice.reviewed_at = invoice.reviewed_by_id = None


def _approve(session: Session, invoice: Invoice, by: Person, now: datetime) -> None:
    """Its number is the next of its series: whoever comes at the same time waits, and nobody leaves a gap."""
    firm, account = provider.get(session), accounts.by_id(session, invoice.account_id)
    if not firm.billing.get("legal_name"):
        raise Refused(
            "Nobody would know whose invoice that is: give your own legal name and address under billing, in the "
            "provider's part of the file, and run `steward apply`. Then approve it."
        )
    _require_number_of_credited(session, invoice)
    today = firm.calendar.local_date(now)
    bought = _terms(session, invoice)
    invoice.seller, invoice.buyer = dict(firm.billing), {"name": account.name, **account.billing}
    invoice.issue_date = today
    invoice.due_date = today + timedelta(days=bought.payment_days if bought else 14)
    invoice.approved_at, invoice.approved_by_id = now, by.id
    invoice.series = series = f"{firm.billing.get('series') or SERIES}-{today.year}"
    session.flush()
    invoice.sequence = _next_number(session, series)
    invoice.number = f"{series}-{invoice.sequence:04}"
    if invoice.credits_id is not None:
        _credited(session, invoice, by, now)


def _require_number_of_credited(session: Session, note: Invoice) -> None:
    """A credit note names the number of what it credits."""
    credited = session.scalar(select(Invoice).where(Invoice.id == note.credits_id)) if note.credits_id else None
    if credited is not None and credited.number is None:
        raise Refused(f"This gives back some of {credited.key}, which has no number yet. Approve that one first.")


def _next_number(session: Session, series: str) -> int:
    session.execute(upsert(InvoiceSeries).values(name=series, last_number=0).on_conflict_do_nothing())
    row = session.scalars(select(InvoiceSeries).where(InvoiceSeries.name == series).with_for_update(),
                          execution_options={"populate_existing": True}).one()  # fmt: skip
    row.last_number += 1
    session.flush()
    return row.last_number


def _credited(session: Session, note: Invoice, by: Person, now: datetime) -> None:
    """An invoice is credited once credit notes give all of it back; this one is on its way to be approved."""
    query = select(Invoice).where(Invoice.id == note.credits_id).with_for_update()
    invoice = session.scalars(query).one()
    given = select(Invoice).where(Invoice.credits_id == invoice.id, Invoice.state.in_(NUMBERED))
    total = sum((one.total for one in session.scalars(given)), note.total)
    if total >= invoice.total and invoice.state is not InvoiceState.CREDITED:
        _moved(session, invoice, InvoiceState.CREDITED, by, now)


def _discard(_session: Session, _invoice: Invoice, _by: Person, _now: datetime) -> None:
    """It stays as what was thought of; nothing counts it."""


def _export(_session: Session, invoice: Invoice, by: Person, now: datetime) -> None:
    invoice.exported_at, invoice.exported_by_id = now, by.id


def mark_exported(session: Session, invoice: Invoice, now: datetime, *, by: Person | None = None) -> None:
    """Its files were made, by somebody in Slack or on the command line; the caller holds the row."""
    if by:
        by.require(Permission.INVOICE)
    target = require_move(invoice, InvoiceAction.EXPORT, invoice.version)
    invoice.exported_at, invoice.exported_by_id = now, by.id if by else None
    _moved(session, invoice, target, by, now)


DOES = {
    InvoiceAction.REVIEW: _review,
    InvoiceAction.BACK: _back,
    InvoiceAction.APPROVE: _approve,
    InvoiceAction.EXPORT: _export,
    InvoiceAction.DISCARD: _discard,
}


def announce(
    session: Session, invoice: Invoice, kind: events.Kind, by: Person | None, now: datetime, **moved: Any
) -> None:
    """Its card in the billing channel, and what happened."""
    told = {"invoice": invoice.id, "key": invoice.key, "kind": invoice.kind.value, "total": str(invoice.totals[2])}
    event = events.Event(
        kind=kind, at=now, account_id=invoice.account_id, actor_id=by.id if by else None, data=told, **moved
    )
    session.add(event)
    session.flush()
    cards, channel = outbox.refresh(session, Subject.INVOICE, invoice.id), provider.get(session).billing_channel
    for card in cards:
        outbox.reply(session, card, event.id)
    if not cards and channel:
        outbox.open_thread(
            session, Subject.INVOICE, invoice.id, Place.BILLING, channel, account_id=invoice.account_id
        )  # fmt: skip
