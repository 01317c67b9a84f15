"""Bypasses: tickets whose client says that they cannot wait for the queue, and what a lead made of it.

Asked for with the request, decided once: by a lead, or by the time running out. The caller holds the ticket's lock.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, outbox, people
from bot.domain.base import AccountRef, Base, Id
from bot.domain.bypass import SHORTEST_JUSTIFICATION, Criterion, Lane, Share, check
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.workflow import CloseReason


class Outcome(StrEnum):
    """How it ended; the value is what people read."""

    CONFIRMED = "confirmed"
    DECLINED = "not urgent"
    LAPSED = "lapsed"


class Bypass(Base):
    """One ticket's claim to go before the queue. No outcome: it waits for a lead until `confirm_by`."""

    __tablename__ = "bypass"
    __table_args__ = (Index("ix_bypass_pending", "confirm_by", postgresql_where=text("outcome is null")),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    criterion: Mapped[Criterion]
    justification: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    confirm_by: Mapped[datetime]
    outcome: Mapped[Outcome | None] = mapped_column(default=None)
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"), default=None
    )  # null: nobody did, in time
    decided_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_pending(self) -> bool:
        """Whether a lead may still decide."""
        return self.outcome is None


def require_reasons(session: Session, criterion: Criterion, justification: str) -> None:
    """Refuse, beside its field, what no lead could decide on."""
    if criterion.value not in playbook.of(session).bypass_criteria:
        raise Refused("That is no reason to go before the queue here. Choose another, or none.", field="criterion")
    if len(justification.strip()) < SHORTEST_JUSTIFICATION:
        raise Refused(
            f"A lead decides by this sentence: write at least {SHORTEST_JUSTIFICATION} characters.",
            field="consequence",
        )


def ask(session: Session, ticket: Ticket, criterion: Criterion, *, by: Person, now: datetime) -> Bypass:
    """Put it before the leads; the ticket keeps its computed priority until one of them confirms."""
    minutes = playbook.of(session).bypass_confirm_minutes
    bypass = Bypass(
        account_id=ticket.account_id,
        ticket_id=ticket.id,
        criterion=criterion,
        justification=ticket.consequence,
        asked_by_id=by.id,
        asked_at=now,
        confirm_by=now + timedelta(minutes=minutes),
    )
    session.add(bypass)
    leads = [who for who in people.staff(session) if who.may(Permission.LEAD_QUEUE)]
    account = accounts.by_id(session, ticket.account_id)
    facts = {
        "criterion": criterion.value,
        "justification": ticket.consequence,
        "confirm_by": bypass.confirm_by.isoformat(),
        "leads": [people.facts(lead) for lead in leads],
        "asked_by": people.facts(by),
        "account": account.name,
    }
    _record(session, ticket, events.Kind.BYPASS_ASKED, facts, (outbox.Place.TRIAGE,), by=by, now=now)
    return bypass


def of_ticket(session: Session, ticket_id: int) -> Bypass | None:
    """The ticket's claim, if it has one."""
    return session.scalar(select(Bypass).where(Bypass.ticket_id == ticket_id))


def decide(session: Session, ticket: Ticket, outcome: Outcome, *, by: Person, now: datetime) -> Bypass:
    """A lead's word. Confirmed in time it is worked as P1; the first decision stands."""
    by.require(Permission.LEAD_QUEUE)
    bypass = of_ticket(session, ticket.id)
    if bypass is None:
        raise Refused(f"Nobody asked that {ticket.key} goes before the queue. Look at its newest card.")
    if bypass.outcome:
        raise Refused(_decided_already(session, ticket, bypass))
    if not ticket.is_open:
        raise Refused(f"{ticket.key} is closed, so nothing is left to decide. Look at its newest card.")
    if outcome is Outcome.CONFIRMED:
        _require_in_time(session, ticket, bypass, now)
    _end(session, ticket, bypass, outcome, by=by, now=now)
    return bypass


def _decided_already(session: Session, ticket: Ticket, bypass: Bypass) -> str:
    if bypass.outcome is Outcome.LAPSED:
        return f"Nobody confirmed it in time, so {ticket.key} is worked in its normal order, {ticket.priority.value}."
    who = people.by_id(session, bypass.decided_by_id)
    said = f"“{bypass.outcome.value}”" if bypass.outcome else "decided"
    return f"{who.name if who else 'Someone'} was first: {said}. {ticket.key} is {ticket.priority.value}."


def _require_in_time(session: Session, ticket: Ticket, bypass: Bypass, now: datetime) -> None:
    book = playbook.of(session)
    minutes = (now - bypass.asked_at).total_seconds() / 60
    verdict = check(
        bypass.criterion, bypass.justification, minutes,
        criteria=book.bypass_criteria, within_min=book.bypass_confirm_minutes,
    )  # fmt: skip
    if verdict.lane is Lane.NORMAL:
        raise Refused(
            f"Too late: it was {verdict.reason}. {ticket.key} is worked in its normal order, {ticket.priority.value}; "
            "take it yourself if it must not wait."
        )


def lapse(session: Session, now: datetime) -> int:
    """What no lead confirmed in time goes on in its normal order; how many. Any number of workers may look."""
    overdue = select(Bypass.ticket_id).where(Bypass.outcome.is_(None), Bypass.confirm_by < now).order_by(Bypass.id)
    return sum(_lapsed(session, number, now) for number in session.scalars(overdue).all())


def _lapsed(session: Session, ticket_id: int, now: datetime) -> bool:
    # The lock is the ticket's, as in every decision; who holds it right now may be the lead who confirms.
    locked = select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True)
    ticket = session.scalar(locked, execution_options={"populate_existing": True})
    bypass = ticket and session.scalar(
        select(Bypass).where(Bypass.ticket_id == ticket_id, Bypass.outcome.is_(None)),
        execution_options={"populate_existing": True},
    )
    if ticket is None or bypass is None:
        return False
    _end(session, ticket, bypass, Outcome.LAPSED, by=None, now=now)
    return True


def _end(
    session: Session, ticket: Ticket, bypass: Bypass, outcome: Outcome, *, by: Person | None, now: datetime
) -> None:
    bypass.outcome, bypass.decided_at, bypass.decided_by_id = outcome, now, by.id if by else None
    before = ticket.priority
    if outcome is Outcome.CONFIRMED and by:
        reason = f"{bypass.criterion.label.lower()}, confirmed by {by.first_name}"
        ticket.set_priority(Priority.P1, f"{reason}; by its answers {before.value}: {ticket.priority_why}")
    ticket.version += 1
    facts = {
        "outcome": outcome.value,
        "criterion": bypass.criterion.value,
        "justification": bypass.justification,
        "minutes": round((now - bypass.asked_at).total_seconds() / 60),
        "priority_before": before.value,
        "priority": ticket.priority.value,
    }
    heard = (outbox.Place.CLIENT, outbox.Place.TRIAGE) if ticket.is_open else ()
    _record(session, ticket, events.Kind.BYPASS_DECIDED, facts, heard, by=by, now=now)


def _record(
    session: Session,
    ticket: Ticket,
    kind: events.Kind,
    facts: dict[str, object],
    heard: tuple[outbox.Place, ...],
    *,
    by: Person | None,
    now: datetime,
) -> None:
    event = events.Event(
        kind=kind,
        at=now,
        account_id=ticket.account_id,
        ticket_id=ticket.id,
        actor_id=by.id if by else None,
        data=facts,
        rule_version=playbook.of(session).version,
    )
    session.add(event)
    session.flush()
    for card in outbox.refresh(session, outbox.Subject.TICKET, ticket.id):
        if card.place in heard:
            outbox.reply(session, card, event.id)


NOT_ACCEPTED = (CloseReason.DUPLICATE, CloseReason.REDIRECTED, CloseReason.WITHDRAWN)


def bypass_share(session: Session, since: datetime, until: datetime) -> Share:
    """Of the tickets filed and accepted in that time, how many were asked to bypass the queue."""
    row = session.execute(
        select(func.count(Ticket.id), func.count(Bypass.id),
               func.count(Bypass.id).filter(Bypass.outcome == Outcome.CONFIRMED))
        .outerjoin(Bypass, Bypass.ticket_id == Ticket.id)
        .where(Ticket.created_at >= since, Ticket.created_at < until, Ticket.source.is_(None),
               or_(Ticket.close_reason.is_(None), Ticket.close_reason.not_in(NOT_ACCEPTED)))
    ).one()  # fmt: skip
    return Share(*row)
