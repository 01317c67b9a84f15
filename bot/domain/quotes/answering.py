"""What becomes of a quote: answered through its approval (`settled`), taken back, or never answered (`lapse`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import approvals, events, people
from bot.domain.approvals import Approval, Hall, Purpose, Standing
from bot.domain.approvals.approval import Settled
from bot.domain.errors import Refused
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.quotes.asking import WAITING_FOR
from bot.domain.quotes.quote import Quote, QuoteState, on_ticket
from bot.domain.quotes.telling import record, reply, tell
from bot.domain.seats import Seat, Verdict
from bot.domain.tickets import Ticket
from bot.domain.workflow import Clearance, Status


def withdraw(session: Session, quote: Quote, ticket: Ticket, *, by: Person, now: datetime) -> None:
    """Take it back; the ticket is as unquoted as before."""
    if quote.state is not QuoteState.ASKED:
        raise Refused(f"That quote is {quote.state.value} already. Look at the ticket's newest card.")
    if not ticket.may_edit(by):
        raise Refused(f"Only whoever works on {ticket.key}, or a lead, takes it back. Ask one of them.")
    if approval := approvals.pending_of(session, Purpose.QUOTE, quote.id):
        approvals.end(approvals.locked(session, approval.id), Standing.WITHDRAWN, now=now)
    _settle(session, quote, ticket, QuoteState.WITHDRAWN, None, by=by, now=now)


def withdraw_of_closed(session: Session, now: datetime) -> int:
    """Whose ticket was closed meanwhile is asked no more; how many. Any number of workers may look."""
    over = select(Quote.id).join(Ticket, Ticket.id == Quote.ticket_id)
    query = over.where(Quote.state == QuoteState.ASKED, Ticket.status == Status.CLOSED).order_by(Quote.id)
    return sum(_withdraw_of_closed(session, number, now) for number in session.scalars(query).all())


def _withdraw_of_closed(session: Session, number: int, now: datetime) -> bool:
    quote, ticket = lock_subject(session, number)
    if quote.state is not QuoteState.ASKED or ticket.is_open:
        return False
    if approval := approvals.pending_of(session, Purpose.QUOTE, quote.id):
        approvals.end(approvals.locked(session, approval.id), Standing.WITHDRAWN, now=now)
    _settle(session, quote, ticket, QuoteState.WITHDRAWN, None, by=None, now=now)
    return True


def lock_subject(session: Session, number: int) -> tuple[Quote, Ticket]:
    """The quote that an approval is about and its ticket, both held; the ticket first, as everybody does."""
    ticket_id = session.scalars(select(Quote.ticket_id).where(Quote.id == number)).one()
    held = {"populate_existing": True}
    ticket = session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update(), execution_options=held)
    quote = session.scalars(select(Quote).where(Quote.id == number).with_for_update(), execution_options=held)
    return quote.one(), ticket.one()


def settled(
    session: Session, subject: tuple[Quote, Ticket], _approval: Approval, result: Settled, *, by: Person, now: datetime
) -> None:
    """The client answered: work may start, or it is theirs again who quoted."""
    quote, ticket = subject
    quote.decision_id = result.decision.id
    if result.decision.verdict is Verdict.APPROVE:
        _settle(session, quote, ticket, QuoteState.APPROVED, Clearance.GIVEN, by=by, now=now)
    else:
        reason = result.decision.reason
        _settle(session, quote, ticket, QuoteState.DECLINED, Clearance.DECLINED, by=by, now=now, reason=reason)


def lapse(session: Session, subject: tuple[Quote, Ticket], _approval: Approval, now: datetime) -> None:
    """Nobody answered while it was valid."""
    quote, ticket = subject
    _settle(session, quote, ticket, QuoteState.EXPIRED, Clearance.LAPSED, by=None, now=now)


def _settle(
    session: Session, quote: Quote, ticket: Ticket, state: QuoteState, clearance: Clearance | None, *,
    by: Person | None, now: datetime, **told: Any,
) -> None:  # fmt: skip
    quote.state, quote.settled_at = state, now
    session.flush()
    ticket.clearance = clearance if clearance is Clearance.GIVEN else _approved_before(session, ticket) or clearance
    if ticket.status is Status.WAITING and ticket.waiting_for == WAITING_FOR:
        ticket.back_from_waiting(session, by, now)
    kind = events.Kind.QUOTE_WITHDRAWN if state is QuoteState.WITHDRAWN else events.Kind.QUOTE_SETTLED
    tell(session, kind, quote, ticket, by=by, now=now, **told)


def _approved_before(session: Session, ticket: Ticket) -> Clearance | None:
    """Without more, what was approved before stands."""
    given = [one for one in on_ticket(session, ticket.id) if one.state is QuoteState.APPROVED]
    if not given:
        return None
    return Clearance.USED_UP if given[-1].used_up_at else Clearance.GIVEN


def remind(
    session: Session, subject: tuple[Quote, Ticket], approval: Approval, now: datetime, *, escalate: bool
) -> None:
    """Once more, in the ticket's thread with the client; the second time triage reads it too."""
    quote, ticket = subject
    approvers = Hall(session, now).holders(Seat.CLIENT, quote.account_id)
    told = {"asked": [people.facts(one) for one in approvers], "until": quote.valid_until.isoformat()}
    event = record(session, events.Kind.QUOTE_REMINDED, quote, ticket, by=None, now=now, approval=approval.id, **told)
    reply(session, ticket, event, (Place.CLIENT, Place.TRIAGE) if escalate else (Place.CLIENT,))
