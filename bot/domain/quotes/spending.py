"""What was worked on approved quotes: warned about at 80 %, stopped at 100 %; and which entries an approval covers."""

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import events, outbox
from bot.domain.codes import Code
from bot.domain.outbox import Place, Subject
from bot.domain.quotes.quote import Quote, QuoteState
from bot.domain.quoting import is_nearly_used, is_used_up
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from bot.domain.time.entry import undone
from bot.domain.time.places import Placed, in_order
from bot.domain.time.write_offs import kept, written_off
from bot.domain.workflow import Clearance

CHARGED = (Code.OUT_OF_SCOPE, Code.INCLUDED, Code.ADVISORY)


class Spending(NamedTuple):
    """On one ticket, in minutes: what costs extra so far, and what was approved in all."""

    spent: int
    approved: int

    @property
    def beyond(self) -> int:
        """Worked without an approval."""
        return max(self.spent - self.approved, 0)


def spending(session: Session, ticket_id: int, quotes: Collection[Quote]) -> Spending:
    """Of these quotes on one ticket, those that were approved."""
    given = [one for one in quotes if one.state is QuoteState.APPROVED]
    free = sum(one.free_minutes for one in given)
    codes = CHARGED if free else (Code.OUT_OF_SCOPE,)
    query = select(func.coalesce(func.sum(TimeEntry.minutes), 0))
    total = session.scalars(query.where(TimeEntry.ticket_id == ticket_id, TimeEntry.code.in_(codes), kept)).one()
    return Spending(max(int(total) - free, 0), sum(one.cap_minutes for one in given))


def watch(session: Session, now: datetime) -> int:
    """Warn where 80 % of what was approved is used, stop where all is; how many. Any number of workers may look."""
    query = (
        select(Quote.ticket_id)
        .where(Quote.state == QuoteState.APPROVED, Quote.used_up_at.is_(None))
        .distinct().order_by(Quote.ticket_id)
    )  # fmt: skip
    return sum(_watch(session, number, now) for number in session.scalars(query).all())


def _watch(session: Session, ticket_id: int, now: datetime) -> bool:
    query = select(Quote).where(Quote.ticket_id == ticket_id, Quote.state == QuoteState.APPROVED).order_by(Quote.id)
    found = spending(session, ticket_id, list(session.scalars(query)))
    if not is_nearly_used(found.spent, found.approved):
        return False
    ticket = session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).one()
    given = list(session.scalars(query.with_for_update(), execution_options={"populate_existing": True}))
    found, newest = spending(session, ticket_id, given), given[-1]
    if is_used_up(found.spent, found.approved):
        return _stop(session, ticket, newest, given, found, now)
    if newest.warned_at is not None or not is_nearly_used(found.spent, found.approved):
        return False
    newest.warned_at = now
    _tell(session, events.Kind.QUOTE_NEARLY_USED, ticket, newest, found, now)
    return True


def _stop(session: Session, ticket: Ticket, newest: Quote, given: list[Quote], found: Spending, now: datetime) -> bool:
    if newest.used_up_at is not None:
        return False
    for one in given:
        one.used_up_at = one.used_up_at or now
    if ticket.is_open and ticket.clearance is Clearance.GIVEN:
        ticket.clearance = Clearance.USED_UP
        ticket.version += 1
    _tell(session, events.Kind.QUOTE_USED_UP, ticket, newest, found, now)
    return True


def _tell(session: Session, kind: events.Kind, ticket: Ticket, quote: Quote, found: Spending, now: datetime) -> None:
    event = events.Event(
        kind=kind, at=now, account_id=ticket.account_id, ticket_id=ticket.id,
        data={"quote": quote.id, "spent": found.spent, "approved": found.approved, "held": quote.is_held},
    )  # fmt: skip
    session.add(event)
    session.flush()
    for card in outbox.refresh(session, Subject.TICKET, ticket.id):
        if card.place is Place.TRIAGE and card.parent_id is None:
            outbox.reply(session, card, event.id)


def covered(session: Session, ticket_ids: Collection[int]) -> dict[int, Quote]:
    """The standing entries on these tickets that an approval covers, each with its quote: in the order they were made.

    An entry that would go over what is approved is not covered, and waits for the next approval.
    """
    by_ticket: dict[int, list[Quote]] = {}
    approved = select(Quote).where(Quote.ticket_id.in_(list(ticket_ids)), Quote.state == QuoteState.APPROVED)
    for one in session.scalars(approved.order_by(Quote.id)):
        by_ticket.setdefault(one.ticket_id, []).append(one)
    found: dict[int, Quote] = {}
    spent: dict[int, int] = {}
    for one in in_order(_logged_on(session, by_ticket)):
        before = spent.get(one.of, 0)
        if quote := _band(by_ticket[one.of], before, before + one.minutes):
            spent[one.of], found[one.id] = before + one.minutes, quote
    return found


class Price(NamedTuple):
    """What a quote is about: work on a ticket at a price."""

    ticket_id: int
    rate: Decimal
    currency: str


def caps(session: Session, ticket_ids: Collection[int]) -> list[tuple[Price, int]]:
    """The minutes that were approved of these tickets at each price."""
    priced = (Quote.ticket_id, Quote.rate_amount, Quote.rate_currency)
    query = (
        select(*priced, func.sum(Quote.cap_minutes))
        .where(Quote.ticket_id.in_(ticket_ids), Quote.state == QuoteState.APPROVED)
        .group_by(*priced)
    )
    return [(Price(number, rate, currency), int(minutes)) for number, rate, currency, minutes in session.execute(query)]


def _logged_on(session: Session, ticket_ids: Collection[int]) -> Iterator[Placed]:
    """All of these tickets, as it counts against what was approved; what was written off uses up nothing."""
    columns = (TimeEntry.id, TimeEntry.ticket_id, TimeEntry.code, TimeEntry.minutes, TimeEntry.replaces_id)
    query = select(*columns, ~(undone | written_off)).where(
        TimeEntry.ticket_id.in_(ticket_ids), TimeEntry.reverses_id.is_(None)
    )
    for number, ticket_id, code, minutes, replaces_id, stands in session.execute(query):
        yield Placed(number, ticket_id if code is Code.OUT_OF_SCOPE else None, minutes, replaces_id, stands)


def _band(quotes: list[Quote], start: int, end: int) -> Quote | None:
    """The quote within whose cap those minutes end, caps adding up; the cheapest, where they begin within another's."""
    touched, cap = [], 0
    for one in quotes:
        cap += one.cap_minutes
        if start < cap:
            touched.append(one)
        if end <= cap:
            return min(touched, key=lambda quote: quote.rate_amount)
    return None
