"""The price is put before the client, before anybody starts or goes on; the caller holds the ticket's lock."""

from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from sqlalchemy.orm import Session

from bot.domain import accounts, agreements, approvals, events
from bot.domain.agreements import Agreement, OutOfScope
from bot.domain.approvals import Hall, Purpose
from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.quotes.pricing import beyond
from bot.domain.quotes.quote import Quote, QuoteState, newest_on, on_ticket
from bot.domain.quotes.spending import spending
from bot.domain.quotes.telling import tell
from bot.domain.seats import Seat
from bot.domain.tickets import Ticket
from bot.domain.workflow import Clearance, Status

VALID_DAYS = 14  # a quote's, unless somebody says otherwise
LONGEST_CAP = 60 * 2000
WAITING_FOR = "your approval of the extra cost"
WAITS_IN = frozenset({Status.TRIAGE, Status.SCHEDULED, Status.IN_PROGRESS, Status.WAITING})


def propose(
    session: Session, ticket: Ticket, *, minutes: int, cap_minutes: int, valid_until: date, note: str, by: Person,
    now: datetime, seen: int | None = None,
) -> Quote:  # fmt: skip
    """Put a price before the client's approvers, in the ticket's thread; it waits for them, unless hours are left."""
    check(session, ticket, by=by, now=now, seen=seen)
    account = accounts.by_id(session, ticket.account_id)
    today = account.calendar.local_date(now)
    if not 0 < minutes <= cap_minutes <= LONGEST_CAP:
        raise Refused("The most it may take is at least the estimate. Make it the same, or more.", field="cap")
    if not today <= valid_until <= today + timedelta(days=366):
        raise Refused("Choose a day from today on, at most a year away.", field="valid_until")
    bought = _require_agreement(session, account.id, today)
    estimate = ticket.estimate_minutes or minutes
    found = beyond(session, ticket, now, estimate=estimate)
    earlier = on_ticket(session, ticket.id)
    beyond_hours = found is not None and found.reasons == [OutOfScope.ALLOWANCE]
    rate = bought.overage_rate if beyond_hours else bought.rate(Code.OUT_OF_SCOPE)
    if rate is None:
        raise Refused(f"{account.name}’s agreement has no rate to quote. Add one with /review agreements first.")
    made = Quote(
        account_id=account.id, ticket_id=ticket.id, minutes=minutes, rate_amount=rate, rate_currency=bought.currency,
        cap_minutes=cap_minutes, valid_until=valid_until, made_by_id=by.id, made_at=now,
        free_minutes=_free(earlier, estimate - minutes) if beyond_hours else 0, note=note.strip(),
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
    if not _goes_on(session, ticket, earlier):
        approver = Hall(session, now).holders(Seat.CLIENT, account.id)[0]
        ticket.wait_for_the_client(session, WAITING_FOR, approver, by=by, now=now)
    tell(session, events.Kind.QUOTED, made, ticket, by=by, now=now, approval=approval.id)
    return made


def _free(earlier: list[Quote], minutes: int) -> int:
    """What the allowance covers of the ticket counts once, however often more is asked for."""
    return 0 if any(one.state is QuoteState.APPROVED for one in earlier) else max(minutes, 0)


def _goes_on(session: Session, ticket: Ticket, earlier: list[Quote]) -> bool:
    """Who asks before all is used works on within what was approved."""
    found = spending(session, ticket.id, earlier)
    return ticket.status is Status.IN_PROGRESS and found.spent < found.approved


def check(session: Session, ticket: Ticket, *, by: Person, now: datetime, seen: int | None = None) -> None:
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
    approvers = Hall(session, now).holders(Seat.CLIENT, ticket.account_id)
    account = accounts.by_id(session, ticket.account_id)
    if not approvers:
        raise Refused(
            f"{account.name} has nobody who approves a cost yet. Name an approver among its contacts in the file for "
            "`steward apply`, then press Quote again."
        )
    _require_agreement(session, account.id, account.calendar.local_date(now))
    if ticket.private and ticket.private_reader_id not in {one.id for one in approvers}:
        raise Refused(
            f"{ticket.key} is private, and whoever reads it on their side approves nothing. "
            "Ask their approver directly, or file the work as a request of its own."
        )
    newest = newest_on(session, ticket.id)
    if newest and newest.state is QuoteState.ASKED:
        raise Refused(f"{ticket.key} has a quote already that waits for an answer. Withdraw that one first.")


def _require_agreement(session: Session, account_id: int, today: date) -> Agreement:
    bought = agreements.of(session, account_id, today)
    if bought is None:
        raise Refused("This account has no agreement to quote from. Add one with /review agreements first.")
    return bought
