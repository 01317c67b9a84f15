"""Recurring work: monitoring and maintenance that opens its tickets by itself.

A rule says what, for whom and how often. `open_due` opens the ticket of the latest day that has come, once,
however many workers look; days missed before it are not made up for.
"""

from datetime import date, datetime
from itertools import dropwhile

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, events, people
from bot.domain.base import AccountRef, Base, Id
from bot.domain.cadence import Cadence, days_of, due_on, spoken
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.routing import RequestType
from bot.domain.tickets import LONGEST_TITLE, SHORTEST_TITLE, Door, Filing, Ticket, file


class Recurring(Base):
    """One rule. `first_on` says the weekday or the day of the month, `next_on` the next day it comes round."""

    __tablename__ = "recurring"

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    title: Mapped[str]
    request_type: Mapped[RequestType]
    cadence: Mapped[Cadence]
    first_on: Mapped[date]
    next_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    details: Mapped[str] = mapped_column(default="")
    related_system: Mapped[str | None] = mapped_column(default=None)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    estimate_minutes: Mapped[int | None] = mapped_column(default=None)
    code: Mapped[Code | None] = mapped_column(default=None)
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def spoken(self) -> str:
        """How often, as people say it."""
        return spoken(self.cadence, self.first_on)


class RecurringRun(Base):
    """One day of a rule, claimed once, and the ticket opened for it."""

    __tablename__ = "recurring_run"
    __table_args__ = (UniqueConstraint("recurring_id", "due_on"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    recurring_id: Mapped[int] = mapped_column(ForeignKey("recurring.id"))
    due_on: Mapped[date]
    at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True, default=None)


def make(
    session: Session, account_id: int, *, title: str, details: str, request_type: RequestType,
    related_system: str | None, owner: Person | None, estimate_minutes: int | None, code: Code | None,
    cadence: Cadence, first_on: date, by: Person, now: datetime,
) -> Recurring:  # fmt: skip
    """A new rule; its first ticket opens on the morning of its first day."""
    by.require(Permission.WORK)
    _require_later(session, account_id, first_on, now)
    rule = Recurring(
        account_id=account_id, title=_title(title), details=details.strip(), request_type=request_type,
        related_system=related_system, owner_id=_owner(owner), estimate_minutes=estimate_minutes, code=code,
        cadence=cadence, first_on=first_on, next_on=first_on, created_at=now, created_by_id=by.id,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    _record(session, rule, "made", by, now)
    return rule


def change(
    session: Session, rule: Recurring, *, title: str, details: str, owner: Person | None, estimate_minutes: int | None,
    code: Code | None, cadence: Cadence, next_on: date, by: Person, now: datetime, seen: int,
) -> None:  # fmt: skip
    """Other words, another owner, another rhythm; the caller holds the row's lock."""
    _check(rule, by, seen)
    if (cadence, next_on) != (rule.cadence, rule.next_on):  # else the 31st would become the 28th in February
        _require_later(session, rule.account_id, next_on, now)
        rule.cadence, rule.first_on, rule.next_on = cadence, next_on, next_on
    rule.title, rule.details, rule.owner_id = _title(title), details.strip(), _owner(owner)
    rule.estimate_minutes, rule.code = estimate_minutes, code
    _record(session, rule, "changed", by, now)


def pause(session: Session, rule: Recurring, *, by: Person, now: datetime, seen: int) -> None:
    """It opens nothing until it is resumed; the caller holds the row's lock."""
    _check(rule, by, seen)
    if rule.paused_at:
        raise Refused("It is paused already. Press Resume to go on.")
    rule.paused_at = now
    _record(session, rule, "paused", by, now)


def resume(session: Session, rule: Recurring, *, by: Person, now: datetime, seen: int) -> None:
    """It goes on with the next day after today: what fell into the pause is not made up for."""
    _check(rule, by, seen)
    if not rule.paused_at:
        raise Refused("It is not paused. Look at its newest row in `/ticket recurring`.")
    calendar = accounts.by_id(session, rule.account_id).calendar
    today = calendar.local_date(now)
    coming = dropwhile(lambda day: day < rule.next_on or due_on(calendar, day) <= today,
                       days_of(rule.cadence, rule.first_on, calendar))  # fmt: skip
    rule.paused_at, rule.next_on = None, next(coming)
    _record(session, rule, "resumed", by, now)


def end(session: Session, rule: Recurring, *, by: Person, now: datetime, seen: int) -> None:
    """It opens nothing any more; its tickets stay. The caller holds the row's lock."""
    _check(rule, by, seen)
    rule.ended_at = now
    _record(session, rule, "ended", by, now)


def _check(rule: Recurring, by: Person, seen: int) -> None:
    by.require(Permission.WORK)
    if rule.version != seen or rule.ended_at:
        raise Refused("That rule changed meanwhile. Open the list again with /ticket recurring.")


def _title(title: str) -> str:
    if not SHORTEST_TITLE <= len(title.strip()) <= LONGEST_TITLE:
        raise Refused(f"Write between {SHORTEST_TITLE} and {LONGEST_TITLE} characters, please.", field="title")
    return title.strip()


def _owner(owner: Person | None) -> int | None:
    if owner and not owner.may(Permission.WORK):
        raise Refused(f"{owner.name} does not work on tickets. Choose an engineer or a lead.", field="assignee")
    return owner.id if owner else None


def _require_later(session: Session, account_id: int, day: date, now: datetime) -> None:
    if day <= accounts.by_id(session, account_id).calendar.local_date(now):
        raise Refused("Pick tomorrow or a later day: tickets open early in the morning.", field="first_on")


def _record(session: Session, rule: Recurring, what: str, by: Person, now: datetime) -> None:
    rule.version += 1
    facts = {"rule": rule.id, "what": what, "title": rule.title, "cadence": rule.spoken, "next_on": str(rule.next_on)}
    session.add(
        events.Event(
            kind=events.Kind.RECURRING_CHANGED, at=now, account_id=rule.account_id, actor_id=by.id, data=facts,
            rule_version=playbook.of(session).version,
        )
    )  # fmt: skip
    session.flush()


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> Recurring:
    """The only way to load one; rules are the team's, clients see the tickets."""
    query = select(Recurring).where(Recurring.id == number, Recurring.ended_at.is_(None))
    rule = session.scalar(query.with_for_update() if lock else query) if actor.is_staff else None
    if rule is None:
        raise NotFound("I can't find that rule. /ticket recurring lists what there is.")
    return rule


def listed(session: Session, actor: Person, account_ids: list[int]) -> list[Recurring]:
    """The live rules of these accounts, the next to come first."""
    if not actor.is_staff:
        return []
    query = select(Recurring).where(Recurring.account_id.in_(account_ids), Recurring.ended_at.is_(None))
    return list(session.scalars(query.order_by(Recurring.account_id, Recurring.next_on, Recurring.id)))


def of_ticket(session: Session, ticket_id: int) -> Recurring | None:
    """The rule that opened a ticket."""
    return session.scalar(
        select(Recurring)
        .join(RecurringRun, RecurringRun.recurring_id == Recurring.id)
        .where(RecurringRun.ticket_id == ticket_id)
    )


def waiting(session: Session, today: date) -> list[int]:
    """The rules that may have something to open."""
    live = Recurring.paused_at.is_(None) & Recurring.ended_at.is_(None)
    return list(session.scalars(select(Recurring.id).where(live, Recurring.next_on <= today).order_by(Recurring.id)))


def open_due(session: Session, number: int, *, today: date, provider: Provider, now: datetime) -> Ticket | None:
    """Open the ticket of the latest day that has come; None where there is none or somebody was faster."""
    rule = session.scalars(
        select(Recurring).where(Recurring.id == number).with_for_update(), execution_options={"populate_existing": True}
    ).one()
    if rule.paused_at or rule.ended_at:
        return None
    account = accounts.by_id(session, rule.account_id)
    latest = None
    for day in days_of(rule.cadence, rule.first_on, account.calendar):
        if due_on(account.calendar, day) > today:
            rule.next_on = day
            break
        latest = day if day >= rule.next_on else None
    if latest is None:
        return None
    claimed = session.scalar(
        insert(RecurringRun)
        .values(account_id=account.id, recurring_id=rule.id, due_on=latest, at=now)
        .on_conflict_do_nothing()
        .returning(RecurringRun.id)
    )
    return _open(session, rule, claimed, account, provider, now) if claimed else None


def _open(
    session: Session, rule: Recurring, claimed: int, account: accounts.Account, provider: Provider, now: datetime
) -> Ticket:
    filing = Filing(
        request_type=rule.request_type, title=rule.title, details=rule.details, related_system=rule.related_system,
        effect=Effect.NONE, users=Users.ONE, timing=Timing.WHENEVER, door=Door.SCHEDULE,
    )  # fmt: skip
    ticket = file(session, filing, account=account, provider=provider, requester=None, now=now)
    owner = people.by_id(session, rule.owner_id)
    ticket.assignee_id = owner.id if owner and owner.may(Permission.WORK) else None  # gone: anybody may take it
    ticket.estimate_minutes, ticket.code = rule.estimate_minutes, rule.code
    run = session.scalars(select(RecurringRun).where(RecurringRun.id == claimed)).one()
    run.ticket_id = ticket.id
    session.flush()
    return ticket
