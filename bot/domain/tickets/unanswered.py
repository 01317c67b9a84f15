"""Tickets that wait for a client who does not answer: reminded and in the end closed, by the System.

A wait begins when the ticket comes to the client, or with the client's last message there, whichever is later.
What was sent is read from the history, so that each step comes once however many workers look.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from bot import playbook
from bot.domain import accounts, outbox, people
from bot.domain.accounts import Account
from bot.domain.business_time import add_minutes, days_between
from bot.domain.events import Event, Kind
from bot.domain.silence import Step, closes_after, step
from bot.domain.tickets.effects import asked_of
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import STATUSES, Clearance, Side, Status

WITH_CLIENT = tuple(status for status, state in STATUSES.items() if state.side is Side.CLIENT)
AT_ONCE = 50  # rows locked by one sweep; what is left is done at the next tick


class Wait(NamedTuple):
    """One ticket's waiting: since when, for how long, and what is due."""

    ticket: Ticket
    account: Account
    since: datetime
    business_days: float
    due: Step


def sweep(session: Session, now: datetime) -> int:
    """Remind or close whatever is due; how many. Any number of workers may sweep at once."""
    standing = session.scalars(_waiting()).all()
    due = [wait.ticket.id for wait in waits(session, standing, now) if wait.due is not Step.NONE]
    return sum(_follow_up(session, number, now) for number in due[:AT_ONCE])


def _waiting() -> Select[Ticket]:
    """Those whose thread stands in the client's channel: an import that nobody announced stays silent.

    A quote has a validity and reminders of its own.
    """
    root = select(outbox.Post.id).where(
        outbox.Post.subject == outbox.Subject.TICKET,
        outbox.Post.subject_id == Ticket.id,
        outbox.Post.place == outbox.Place.CLIENT,
        outbox.Post.ts.is_not(None),
    )
    unquoted = Ticket.clearance.is_distinct_from(Clearance.ASKED)
    return select(Ticket).where(Ticket.status.in_(WITH_CLIENT), unquoted, root.exists()).order_by(Ticket.id)


def _follow_up(session: Session, number: int, now: datetime) -> bool:
    """Look again under the lock, and do it. Whoever has the ticket in hand right now ends the silence anyway."""
    query = _waiting().where(Ticket.id == number).with_for_update(of=Ticket, skip_locked=True)
    ticket = session.scalar(query, execution_options={"populate_existing": True})
    if ticket is None:
        return False
    (wait,) = waits(session, [ticket], now)
    if wait.due is Step.AUTO_CLOSE:
        ticket.close_unanswered(session, now=now)
    elif wait.due is not Step.NONE:
        _remind(session, wait, now)
    return wait.due is not Step.NONE


def waits(session: Session, tickets: Sequence[Ticket], now: datetime) -> list[Wait]:
    """How long each has waited, and the step that is due; two queries however many."""
    known = {account.id: account for account in accounts.all_of_them(session)}
    history = _said(session, tickets)
    return [_wait(session, ticket, known[ticket.account_id], history.get(ticket.id, []), now) for ticket in tickets]


class _Said(NamedTuple):
    event: Event
    stands_in_slack: bool


def _said(session: Session, tickets: Sequence[Ticket]) -> dict[int | None, list[_Said]]:
    """The client's messages and our reminders, per ticket, oldest first."""
    reply = aliased(outbox.Post)
    rows = session.execute(
        select(Event, reply.ts)
        .outerjoin(reply, (reply.subject == outbox.Subject.EVENT) & (reply.subject_id == Event.id)
                   & (reply.place == outbox.Place.CLIENT))
        .where(Event.ticket_id.in_([ticket.id for ticket in tickets]),
               Event.kind.in_([Kind.CLIENT_WROTE, Kind.REMINDED]))
        .order_by(Event.id)
    )  # fmt: skip
    said: dict[int | None, list[_Said]] = {}
    for event, ts in rows:
        said.setdefault(event.ticket_id, []).append(_Said(event, ts is not None))
    return said


def _wait(session: Session, ticket: Ticket, account: Account, said: list[_Said], now: datetime) -> Wait:
    written = [one.event.at for one in said if one.event.kind is Kind.CLIENT_WROTE]
    since = max([ticket.status_since, *written])
    reminded = [one for one in said if one.event.kind is Kind.REMINDED and one.event.at > since]
    waited = days_between(account.calendar, since, now)
    rule = playbook.of(session).silence_days
    sent = {Step(one.event.data["step"]): days_between(account.calendar, since, one.event.at) for one in reminded}
    due = step(waited, sent, remind_after=rule.reminders, close_after=rule.close)
    on_its_way = any(not one.stands_in_slack for one in reminded)  # nothing follows what nobody could read yet
    return Wait(ticket, account, since, waited, Step.NONE if on_its_way else due)


def _remind(session: Session, wait: Wait, now: datetime) -> None:
    """One nudge in the client's thread: whom it waits for, for what, and until when."""
    ticket, calendar, book = wait.ticket, wait.account.calendar, playbook.of(session)
    days = closes_after(wait.business_days, book.silence_days.close)
    closes = add_minutes(calendar, wait.since, days * calendar.minutes_a_day)
    event = Event(
        kind=Kind.REMINDED,
        at=now,
        account_id=ticket.account_id,
        ticket_id=ticket.id,
        source=ticket.status.value,
        data={
            "step": wait.due.value,
            "since": wait.since.isoformat(),
            "whom": people.facts(asked_of(ticket, session)) or ticket.waiting_whom,
            "what": ticket.waiting_for if ticket.status is Status.WAITING else None,
            "closes": calendar.local_date(closes).isoformat(),
        },
        rule_version=book.version,
    )
    session.add(event)
    session.flush()
    for card in outbox.posts_of(session, outbox.Subject.TICKET, ticket.id):
        if card.place is outbox.Place.CLIENT:
            outbox.reply(session, card, event.id)
