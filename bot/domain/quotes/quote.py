"""A quote: what work that costs extra would cost, put before the client before it starts.

Its answer is an approval like any other (`Purpose.QUOTE`). What is quoted never changes: another price is another
quote.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import approvals
from bot.domain.agreements import OutOfScope
from bot.domain.approvals import Approval, Decision, Purpose
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import NotFound
from bot.domain.money import Money, for_minutes
from bot.domain.people import Person
from bot.domain.receipts import digest_of


class QuoteState(StrEnum):
    """How it stands."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Quote(Base):
    """So many minutes on a ticket at a price an hour, up to a cap, valid until a day. Tax comes on top."""

    __tablename__ = "quote"
    __table_args__ = (Index("uq_quote_asked", "ticket_id", unique=True, postgresql_where=text("state = 'asked'")),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    minutes: Mapped[int]
    rate_amount: Mapped[Decimal] = mapped_column(Numeric(16, 2))
    rate_currency: Mapped[str]
    cap_minutes: Mapped[int]  # worked up to here without asking again
    valid_until: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    # What of the ticket the allowance covers before any of this counts.
    free_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    reasons: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[QuoteState] = mapped_column(default=QuoteState.ASKED)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    warned_at: Mapped[datetime | None] = mapped_column(default=None)
    used_up_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def price(self) -> Money:
        """Of what was estimated."""
        return for_minutes(self.minutes, self.rate_amount, self.rate_currency)

    @property
    def most(self) -> Money:
        """Of the cap: more is never charged on it."""
        return for_minutes(self.cap_minutes, self.rate_amount, self.rate_currency)

    @property
    def rate(self) -> Money:
        """An hour."""
        return Money(self.rate_amount, self.rate_currency)

    @property
    def why(self) -> list[OutOfScope]:
        """Why it costs extra."""
        return [OutOfScope(reason) for reason in self.reasons]

    @property
    def is_held(self) -> bool:
        """Whether nothing is charged without an approval; hours beyond the allowance are, as the agreement says."""
        return self.why != [OutOfScope.ALLOWANCE]

    @property
    def content_hash(self) -> str:
        """What the client says yes to."""
        told = (self.ticket_id, self.minutes, self.rate_amount, self.rate_currency, self.cap_minutes, self.valid_until,
                self.note)  # fmt: skip
        return digest_of("|".join(map(str, told)))


def find(session: Session, actor: Person, number: int) -> Quote:
    """One that this person may know of."""
    query = select(Quote).where(Quote.id == number)
    query = query if actor.is_staff else query.where(Quote.account_id == actor.account_id)
    if (quote := session.scalar(query)) is None:
        raise NotFound("I can't find that quote. Look at the ticket's newest card.")
    return quote


def on_ticket(session: Session, ticket_id: int) -> list[Quote]:
    """All that was quoted on a ticket, in order."""
    return list(session.scalars(select(Quote).where(Quote.ticket_id == ticket_id).order_by(Quote.id)))


def approved_before(session: Session, quote: Quote) -> list[Quote]:
    """What was approved on its ticket before it was asked."""
    earlier = Quote.ticket_id == quote.ticket_id, Quote.id < quote.id
    return list(session.scalars(select(Quote).where(*earlier, Quote.state == QuoteState.APPROVED).order_by(Quote.id)))


def decided_within(session: Session, account_id: int, start: datetime, end: datetime) -> list[tuple[Quote, Decision]]:
    """What an account's approvers said yes or no to in that time, in order."""
    rows = session.execute(
        select(Quote, Decision)
        .join(Decision, Decision.id == Quote.decision_id)
        .where(Quote.account_id == account_id, Decision.at >= start, Decision.at < end)
        .order_by(Decision.id)
    )
    return [(quote, decision) for quote, decision in rows]


def newest_on(session: Session, ticket_id: int) -> Quote | None:
    """The latest, whatever became of it."""
    return session.scalar(select(Quote).where(Quote.ticket_id == ticket_id).order_by(Quote.id.desc()).limit(1))


def approval_of(session: Session, quote: Quote) -> Approval | None:
    """What was asked with it."""
    return approvals.newest(session, Purpose.QUOTE, [quote.id]).get(quote.id)
