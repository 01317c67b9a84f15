"""Out of scope, early: why work costs extra and how much, before anybody starts it; and the question to the client.

The caller holds the ticket's lock. The answer comes through the approval (`settled`), or never (`lapse`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, agreements, approvals, burn, events, outbox, people, time
from bot.domain.agreements import Agreement, OutOfScope
from bot.domain.approvals import Approval, Hall, Purpose, Standing
from bot.domain.approvals.approval import Settled
from bot.domain.burn import Burndown
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.errors import Refused
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.quotes.quote import Quote, QuoteState, newest_on
from bot.domain.quoting import quote
from bot.domain.seats import Seat, Verdict
from bot.domain.tickets import Ticket
from bot.domain.workflow import Action, Clearance, Status

VALID_DAYS = 14  # a quote's, unless somebody says otherwise
LONGEST_CAP = 60 * 2000
WAITING_FOR = "your approval of the extra cost"
WAITS_IN = frozenset({Status.TRIAGE, Status.SCHEDULED, Status.IN_PROGRESS, Status.WAITING})


@dataclass(frozen=True)
class Extra:
    """What of a ticket costs extra: why, how many minutes, how many are free, at which price an hour."""

    reasons: list[OutOfScope]
    minutes: int
    free: int
    rate: Decimal | None
    currency: str


def beyond(
    session: Session, ticket: Ticket, now: datetime, *, estimate: int | None = None, code: Code | None = None
) -> Extra | None:
    """What the client has to approve before it starts; None where nothing costs extra, or nothing was agreed yet."""
    account = accounts.by_id(session, ticket.account_id)
    bought = agreements.of(session, account.id, account.calendar.local_date(now))
    return priced(
        ticket, bought, lambda: _left(burn.of(session, account, now, without=ticket.id)), estimate=estimate, code=code
    )  # fmt: skip


def _left(down: Burndown | None) -> int | None:
    return down.minutes_left if down else None


def left_for(session: Session, ticket: Ticket, down: Burndown | None) -> int | None:
    """What is left of the allowance for this ticket, where what it is promised itself is counted in already."""
    if down is None:
        return None
    promised = (ticket.estimate_minutes or 0) if ticket.status in burn.PROMISED else 0
    spent = sum(time.minutes_by_code(session, ticket.id).values()) if promised else 0
    return down.minutes_left + max(promised - spent, 0)


def priced(
    ticket: Ticket, bought: Agreement | None, left: Callable[[], int | None], *, estimate: int | None = None,
    code: Code | None = None,
) -> Extra | None:  # fmt: skip
    """What of a ticket costs extra by that agreement; the hours that are left are only asked for where they matter."""
    if bought is None:
        return None
    estimate, code = estimate or ticket.estimate_minutes or 0, code or ticket.code
    if reasons := bought.beyond(system=ticket.related_system, kind=ticket.request_type, code=code):
        return Extra(reasons, estimate, 0, bought.rate(Code.OUT_OF_SCOPE), bought.currency)
    hours = left() if estimate and (code or Code.INCLUDED) in bought.draws else None
    more = 0 if hours is None else quote(estimate, hours, Decimal(0), bought.currency).minutes
    if not more:
        return None
    return Extra([OutOfScope.ALLOWANCE], more, estimate - more, bought.overage_rate, bought.currency)


def check_start(
    session: Session,
    ticket: Ticket,
    action: Action,
    now: datetime,
    *,
    estimate: int | None = None,
    code: Code | None = None,
) -> None:
    """Refuse to start what goes beyond the hours that are left; what is out of scope its own move refuses."""
    if action is not Action.START or ticket.clearance is not None:
        return
    found = beyond(session, ticket, now, estimate=estimate, code=code)
    if found and found.reasons == [OutOfScope.ALLOWANCE]:
        account = accounts.by_id(session, ticket.account_id)
        raise Refused(
            f"That is {show(found.minutes)} more than {account.name} has left this month, so they approve it before "
            "it starts. Cancel, open the ticket and press Quote.",
            field="estimate",
        )


def propose(
    session: Session, ticket: Ticket, *, minutes: int, cap_minutes: int, valid_until: date, note: str, by: Person,
    now: datetime, seen: int | None = None,
) -> Quote:  # fmt: skip
    """Put a price before the client's approvers, in the ticket's thread; the ticket waits for their answer."""
    check(session, ticket, by=by, seen=seen)
    account = accounts.by_id(session, ticket.account_id)
    today = account.calendar.local_date(now)
    if not 0 < minutes <= cap_minutes <= LONGEST_CAP:
        raise Refused("The most it may take is at least the estimate. Make it the same, or more.", field="cap")
    if not today <= valid_until <= today + timedelta(days=366):
        raise Refused("Choose a day from today on, at most a year away.", field="valid_until")
    bought = _require_agreement(session, account.id, today)
    estimate = ticket.estimate_minutes or minutes
    found = beyond(session, ticket, now, estimate=estimate)
    beyond_hours = found is not None and found.reasons == [OutOfScope.ALLOWANCE]
    rate = bought.overage_rate if beyond_hours else bought.rate(Code.OUT_OF_SCOPE)
    if rate is None:
        raise Refused(f"{account.name}’s agreement has no rate to quote. Add one with /review agreements first.")
    made = Quote(
        account_id=account.id, ticket_id=ticket.id, minutes=minutes, rate_amount=rate, rate_currency=bought.currency,
        cap_minutes=cap_minutes, valid_until=valid_until, made_by_id=by.id, made_at=now,
        free_minutes=max(estimate - minutes, 0) if beyond_hours else 0, note=note.strip(),
        reasons=[reason.value for reason in (found.reasons if found else [OutOfScope.CODE])],
    )  # fmt: skip
    session.add(made)
    session.flush()
    ends = datetime.combine(valid_until + timedelta(days=1), time_of_day(0), account.calendar.tz)
    approval = approvals.ask(
        session, Purpose.QUOTE, made.id, ((Seat.CLIENT,),), account_id=account.id, barred={by.id: "author"},
        content_hash=made.content_hash, by=by, now=now, expires_at=ends,
    )  # fmt: skip
    ticket.clearance = Clearance.ASKED
    ticket.estimate_minutes = estimate
    if not beyond_hours:
        ticket.code = Code.OUT_OF_SCOPE
    approver = Hall(session, now).holders(Seat.CLIENT, account.id)[0]
    ticket.wait_for_the_client(session, WAITING_FOR, approver, by=by, now=now)
    _tell(session, events.Kind.QUOTED, made, ticket, by=by, now=now, approval=approval.id)
    return made


def check(session: Session, ticket: Ticket, *, by: Person, seen: int | None = None) -> None:
    """Refuse to quote on what is closed or new, on what is quoted already, or for whom it is not."""
    if seen is not None:
        ticket.require_unchanged(session, by, seen)
    if not ticket.may_edit(by):
        raise Refused(f"Only whoever works on {ticket.key}, or a lead, quotes on it. Ask one of them.")
    if ticket.status not in WAITS_IN:
        raise Refused(
            f"{ticket.key} is {ticket.status.value}, and a quote goes out while it is sorted out or in work. "
            "Take it first, or reopen it."
        )
    newest = newest_on(session, ticket.id)
    if newest and newest.state is QuoteState.ASKED:
        raise Refused(f"{ticket.key} has a quote already that waits for an answer. Withdraw that one first.")


def _require_agreement(session: Session, account_id: int, today: date) -> Agreement:
    bought = agreements.of(session, account_id, today)
    if bought is None:
        raise Refused("This account has no agreement to quote from. Add one with /review agreements first.")
    return bought


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
    ticket.clearance = clearance
    if ticket.status is Status.WAITING and ticket.waiting_for == WAITING_FOR:
        ticket.back_from_waiting(session, by, now)
    kind = events.Kind.QUOTE_WITHDRAWN if state is QuoteState.WITHDRAWN else events.Kind.QUOTE_SETTLED
    _tell(session, kind, quote, ticket, by=by, now=now, **told)


def remind(
    session: Session, subject: tuple[Quote, Ticket], approval: Approval, now: datetime, *, escalate: bool
) -> None:
    """Once more, in the ticket's thread with the client; the second time triage reads it too."""
    quote, ticket = subject
    approvers = Hall(session, now).holders(Seat.CLIENT, quote.account_id)
    told = {"asked": [people.facts(one) for one in approvers], "until": quote.valid_until.isoformat()}
    event = _event(session, events.Kind.QUOTE_REMINDED, quote, ticket, by=None, now=now, approval=approval.id, **told)
    _reply(session, ticket, event, (Place.CLIENT, Place.TRIAGE) if escalate else (Place.CLIENT,))


def _tell(
    session: Session, kind: events.Kind, quote: Quote, ticket: Ticket, *, by: Person | None, now: datetime, **told: Any
) -> None:
    """Its card in the client's thread, the ticket's cards, and a sentence in triage."""
    event = _event(session, kind, quote, ticket, by=by, now=now, **told)
    quote.version += 1
    session.flush()
    if kind is events.Kind.QUOTED:
        root = _roots(session, ticket).get(Place.CLIENT)
        if root is not None:
            outbox.reply(session, root, quote.id, subject=Subject.QUOTE)
        elif channel := accounts.by_id(session, quote.account_id).channel_slack_id:
            outbox.open_thread(session, Subject.QUOTE, quote.id, Place.CLIENT, channel, account_id=quote.account_id)
    else:
        outbox.refresh(session, Subject.QUOTE, quote.id)
    outbox.refresh(session, Subject.TICKET, ticket.id)
    _reply(session, ticket, event, (Place.TRIAGE,))


def _event(
    session: Session, kind: events.Kind, quote: Quote, ticket: Ticket, *, by: Person | None, now: datetime, **told: Any
) -> events.Event:
    facts = {
        "quote": quote.id, "state": quote.state.value, "minutes": quote.minutes, "cap": quote.cap_minutes,
        "price": str(quote.price), "most": str(quote.most), "reasons": quote.reasons, "decision": quote.decision_id,
    }  # fmt: skip
    event = events.Event(
        kind=kind, at=now, account_id=quote.account_id, ticket_id=ticket.id, actor_id=by.id if by else None,
        data=facts | told,
    )  # fmt: skip
    session.add(event)
    session.flush()
    return event


def _roots(session: Session, ticket: Ticket) -> dict[Place, outbox.Post]:
    posts = outbox.posts_of(session, Subject.TICKET, ticket.id)
    return {post.place: post for post in posts if post.parent_id is None}


def _reply(session: Session, ticket: Ticket, event: events.Event, places: tuple[Place, ...]) -> None:
    for place, root in _roots(session, ticket).items():
        if place in places:
            outbox.reply(session, root, event.id)
