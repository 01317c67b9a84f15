"""An invoice: drafted from a month that was signed, reviewed, approved with its number, exported, perhaps credited.

With its number it is fixed, here and in the database: what was wrong is credited by a credit note.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import accounts
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound, Refused
from bot.domain.money import Money
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission


class InvoiceKind(StrEnum):
    """What it asks for, or gives back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def label(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ").capitalize()


class InvoiceState(StrEnum):
    """How far it is."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    EXPORTED = "exported"
    CREDITED = "credited"
    DISCARDED = "discarded"


class InvoiceAction(StrEnum):
    """What finance does to it; the value is part of the button's action id."""

    REVIEW = "review"
    BACK = "back"
    APPROVE = "approve"
    EXPORT = "export"
    DISCARD = "discard"

    @property
    def label(self) -> str:
        """The word on the button."""
        said = {self.REVIEW: "Reviewed", self.BACK: "Back to draft", self.EXPORT: "Mark exported"}
        return said.get(self, self.value.capitalize())


# fmt: off
MOVES: dict[tuple[InvoiceState, InvoiceAction], InvoiceState] = {
    (InvoiceState.DRAFT,    InvoiceAction.REVIEW):  InvoiceState.REVIEWED,
    (InvoiceState.DRAFT,    InvoiceAction.DISCARD): InvoiceState.DISCARDED,
    (InvoiceState.REVIEWED, InvoiceAction.APPROVE): InvoiceState.APPROVED,
    (InvoiceState.REVIEWED, InvoiceAction.BACK):    InvoiceState.DRAFT,
    (InvoiceState.APPROVED, InvoiceAction.EXPORT):  InvoiceState.EXPORTED,
}
# fmt: on
NUMBERED = frozenset({InvoiceState.APPROVED, InvoiceState.EXPORTED, InvoiceState.CREDITED})


class InvoiceSeries(Base):
    """The last number given in a series; whoever takes the next one holds the row until their invoice is there."""

    __tablename__ = "invoice_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")


class Invoice(Base):
    """One, of one account and month. A credit note's amounts are what is given back, as positive figures."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("series", "sequence"),
        Index("ix_invoice_month", "month", "account_id"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    month: Mapped[date]
    kind: Mapped[InvoiceKind]
    currency: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[InvoiceState] = mapped_column(default=InvoiceState.DRAFT)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("billing_review.id"), default=None)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), default=None)
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), default=None)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    reference: Mapped[str] = mapped_column(default="", server_default="")
    series: Mapped[str | None] = mapped_column(default=None)
    sequence: Mapped[int | None] = mapped_column(default=None)
    number: Mapped[str | None] = mapped_column(default=None)
    issue_date: Mapped[date | None] = mapped_column(default=None)
    due_date: Mapped[date | None] = mapped_column(default=None)
    seller: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
    buyer: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
    net: Mapped[Decimal] = mapped_column(Numeric(16, 3), default=Decimal(0))
    tax: Mapped[Decimal] = mapped_column(Numeric(16, 3), default=Decimal(0))
    total: Mapped[Decimal] = mapped_column(Numeric(16, 3), default=Decimal(0))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    exported_at: Mapped[datetime | None] = mapped_column(default=None)
    exported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)

    @property
    def key(self) -> str:
        """Its number; a draft has none yet."""
        return self.number or f"Draft {self.id}"

    @property
    def period(self) -> Month:
        """The month it is for."""
        return Month.of(self.month)

    @property
    def totals(self) -> tuple[Money, Money, Money]:
        """Without tax, the tax, and what is to be paid."""
        net, tax, total = (Money(amount, self.currency) for amount in (self.net, self.tax, self.total))
        return net, tax, total

    @property
    def actions(self) -> list[InvoiceAction]:
        """What may become of it now; what a signed month came to is not discarded."""
        kept = {InvoiceAction.DISCARD} if self.review_id else set()
        return [action for state, action in MOVES if state is self.state and action not in kept]


class InvoiceLine(Base):
    """What is charged at one price: hours of a code, a fee, tickets of a type.

    `corrects_id` is the line that it gives back some of, or, on an invoice, whose time turned out to be more.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("invoice_id", "position"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    position: Mapped[int]
    code: Mapped[str]  # a billing code, or fee, overage, usage
    description: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    unit: Mapped[str]  # hour, month or ticket
    unit_price: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    amount: Mapped[Decimal] = mapped_column(Numeric(16, 3))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(6, 4))
    tickets: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    decisions: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    work: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")  # see `itemised`
    raw_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    billed_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_line.id"), index=True, default=None)


class BilledTime(Base):
    """That an entry is charged on an invoice, or put right on it: each one once.

    `line_id` is the line it is priced and rounded with: its own, or the one that it puts right. `decision_id` is the
    approval it stands on.
    """

    __tablename__ = "billed_time"
    __table_args__ = (UniqueConstraint("entry_id"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    entry_id: Mapped[int] = mapped_column(ForeignKey("time_entry.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("invoice_line.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), default=None)


class BilledTicket(Base):
    """That a ticket is charged by its type: each one once."""

    __tablename__ = "billed_ticket"
    __table_args__ = (UniqueConstraint("ticket_id"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> Invoice:
    """The only way to load one: for those who may see money. Held, with its account before it as by who signs."""
    actor.require(Permission.SEE_MONEY)
    query = select(Invoice).where(Invoice.id == number)
    if lock and (account_id := session.scalar(query.with_only_columns(Invoice.account_id))):
        accounts.lock(session, account_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("I can't find that invoice. /review invoices lists them.")
    return found


def lines_of(session: Session, ids: list[int]) -> dict[int, list[InvoiceLine]]:
    """The lines of each, in their order."""
    found: dict[int, list[InvoiceLine]] = {number: [] for number in ids}
    query = select(InvoiceLine).where(InvoiceLine.invoice_id.in_(ids)).order_by(InvoiceLine.position)
    for line in session.scalars(query):
        found[line.invoice_id].append(line)
    return found


def listed(
    session: Session, actor: Person, *, account_id: int | None = None, month: Month | None = None, limit: int = 40,
    offset: int = 0,
) -> list[Invoice]:  # fmt: skip
    """The newest first."""
    actor.require(Permission.SEE_MONEY)
    query = select(Invoice).order_by(Invoice.month.desc(), Invoice.id.desc())
    if account_id is not None:
        query = query.where(Invoice.account_id == account_id)
    if month is not None:
        query = query.where(Invoice.month == month.first)
    return list(session.scalars(query.limit(limit).offset(offset)))


def of_review(session: Session, actor: Person, review_id: int) -> list[Invoice]:
    """What a locked month came to: its invoice and its credit notes."""
    actor.require(Permission.SEE_MONEY)
    return list(session.scalars(select(Invoice).where(Invoice.review_id == review_id).order_by(Invoice.id)))


def credited_by(session: Session, invoice_id: int) -> list[Invoice]:
    """The credit notes on an invoice, drafts too, but none that was discarded."""
    of_it = Invoice.credits_id == invoice_id, Invoice.state != InvoiceState.DISCARDED
    return list(session.scalars(select(Invoice).where(*of_it).order_by(Invoice.id)))


class Given(NamedTuple):
    """What credit notes give back of a line, drafts too: finance by hand gives no minutes."""

    minutes: int
    amount: Decimal


def given_back(session: Session, ids: Collection[int]) -> dict[int, Given]:
    """By line; those of which nothing is given back are not in it."""
    query = (
        select(InvoiceLine.corrects_id, func.sum(InvoiceLine.billed_minutes), func.sum(InvoiceLine.amount))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.corrects_id.in_(ids), Invoice.kind == InvoiceKind.CREDIT_NOTE,
            Invoice.state != InvoiceState.DISCARDED,
        )
        .group_by(InvoiceLine.corrects_id)
    )  # fmt: skip
    return {number: Given(int(minutes), amount) for number, minutes, amount in session.execute(query) if number}


def months(session: Session, actor: Person) -> list[Month]:
    """The months that have invoices, the newest first."""
    actor.require(Permission.SEE_MONEY)
    return [Month.of(day) for day in session.scalars(select(Invoice.month).distinct().order_by(Invoice.month.desc()))]


def require_move(invoice: Invoice, action: InvoiceAction, seen: int) -> InvoiceState:
    """Where the action leads; refused where it does not go with how far it is, or somebody was faster."""
    if seen != invoice.version:
        raise Refused(f"{invoice.key} changed meanwhile. Open it again with /review invoices.")
    if action not in invoice.actions:
        raise Refused(
            f"{invoice.key} is {invoice.state.value}, so “{action.label}” is no step from there. Open it again."
        )
    return MOVES[invoice.state, action]
