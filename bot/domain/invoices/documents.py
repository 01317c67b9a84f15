"""From an invoice as it is stored to the document that other systems and people read (`invoicing`)."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.accounts import Account
from bot.domain.invoices.invoice import NUMBERED, Invoice, InvoiceKind, InvoiceLine, InvoiceState, lines_of
from bot.domain.invoices.itemised import items
from bot.domain.invoicing.document import Document, Kind, Line, Party, Preceding, TaxCategory, Unit
from bot.domain.money import rounded
from bot.domain.months import Month
from bot.domain.provider import Provider

KINDS = {InvoiceKind.INVOICE: Kind.INVOICE, InvoiceKind.CREDIT_NOTE: Kind.CREDIT_NOTE}
UNITS = {"hour": Unit.HOUR, "month": Unit.MONTH}
PLAIN = ("legal_name", "city", "postal_code", "country", "vat_id", "registration", "email", "iban", "bic")


def numbered(session: Session, month: Month | None, account: Account | None) -> list[Invoice]:
    """What was approved of a month and account, or of all, by number."""
    query = select(Invoice).where(Invoice.state.in_(NUMBERED)).order_by(Invoice.series, Invoice.sequence)
    query = query.where(Invoice.month == month.first) if month else query
    return list(session.scalars(query.where(Invoice.account_id == account.id) if account else query))


def to_export(session: Session, found: list[Invoice]) -> list[Invoice]:
    """Those of them that are on nobody’s way yet, held, with their accounts before them as by who signs."""
    for account_id in sorted({one.account_id for one in found}):
        accounts.lock(session, account_id)
    ids = [one.id for one in found if one.state is InvoiceState.APPROVED]
    query = select(Invoice).where(Invoice.id.in_(ids), Invoice.state == InvoiceState.APPROVED).order_by(Invoice.id)
    return list(session.scalars(query.with_for_update()))


def documents(session: Session, found: list[Invoice]) -> list[Document]:
    """Each as a document."""
    lines = lines_of(session, [one.id for one in found])
    credited = {one.credits_id for one in found if one.credits_id}
    known = {one.id: one for one in session.scalars(select(Invoice).where(Invoice.id.in_(credited)))}
    firm, whose = provider.get(session), accounts.by_ids(session, {one.account_id for one in found})
    return [document(firm, whose[one.account_id], one, lines[one.id], known.get(one.credits_id or 0)) for one in found]


def document(
    firm: Provider, account: Account, invoice: Invoice, lines: list[InvoiceLine], credited: Invoice | None
) -> Document:
    """One; a draft has no parties yet, so those of today stand on it."""
    seller, buyer = invoice.seller or firm.billing, invoice.buyer or {"name": account.name, **account.billing}
    issued = invoice.issue_date or firm.calendar.local_date(invoice.made_at)
    due = invoice.due_date or issued
    preceding = None
    if credited is not None and credited.number and credited.issue_date:
        preceding = Preceding(credited.number, credited.issue_date)
    return Document(
        currency=invoice.currency, seller=party(seller), buyer=party(buyer),
        lines=tuple(_line(one, invoice.currency, taxes=bool(seller.get("vat_id"))) for one in lines),
        issued=issued, due=due, kind=KINDS[invoice.kind], number=invoice.number, series=invoice.series or "",
        period=(invoice.period.first, invoice.period.last), buyer_reference=invoice.reference, note=invoice.reason,
        preceding=preceding, terms_days=(due - issued).days,
    )  # fmt: skip


def party(told: dict[str, Any]) -> Party:
    """Who sells or buys, as the set-up names them; an address in Peppol is written `0088:5790000435944`."""
    scheme, _, endpoint = (told.get("endpoint") or "").partition(":")
    facts = {key: told.get(key) or "" for key in PLAIN}
    return Party(
        name=told.get("name") or facts["legal_name"], address=tuple(told.get("address") or ()),
        endpoint=endpoint, endpoint_scheme=scheme if endpoint else "", **facts,
    )  # fmt: skip


def _line(line: InvoiceLine, currency: str, *, taxes: bool) -> Line:
    quantity, price = _multiplied(line, currency)
    category = TaxCategory.STANDARD if line.tax_rate else TaxCategory.ZERO if taxes else TaxCategory.OUTSIDE
    unit = UNITS.get(line.unit, Unit.ONE) if price == line.unit_price else Unit.ONE
    return Line(
        position=line.position, description=line.description, quantity=quantity, unit_price=price,
        unit=unit, code=line.code, tax=category, rate=line.tax_rate,
        tickets=tuple(f"T-{number}" for number in line.tickets),
        work=tuple(map(str, items(line))), worked_minutes=line.raw_minutes,
        approvals=tuple(f"decision {number}" for number in line.decisions),
    )  # fmt: skip


def _multiplied(line: InvoiceLine, currency: str) -> tuple[Decimal, Decimal]:
    """Quantity and price whose product is the line’s amount: hours are whole minutes, which four digits can’t hold."""
    quantity = line.quantity
    if line.unit == "hour":
        quantity = Decimal(int((line.quantity * 60).to_integral_value())) / 60
    if rounded(quantity * line.unit_price, currency) == line.amount:
        return quantity, line.unit_price
    return Decimal(1), line.amount
