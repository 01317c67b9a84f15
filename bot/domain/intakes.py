"""Intakes: everything that was asked for, whatever became of it.

Redirects count here and never in ticket metrics.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, agenda, bypasses, events, outbox, people, tickets
from bot.domain.accounts import Account
from bot.domain.base import AccountRef, Base, Id
from bot.domain.bypass import Criterion
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.routing import Area, Destination, RequestType, destination
from bot.domain.tickets import LONGEST_TITLE, SHORTEST_TITLE, CameFrom, Door, Filing, Ticket, file


class Disposition(StrEnum):
    """What became of an intake."""

    TICKET = "ticket"
    DUPLICATE = "duplicate"
    DEFLECTED = "deflected"
    MEETING = "meeting"
    CHANGE = "change"
    PROJECT = "project"
    WITHDRAWN = "withdrawn"


DISPOSITIONS = {
    Destination.TICKET: Disposition.TICKET,
    Destination.PLANNING_MEETING: Disposition.MEETING,
    Destination.SEPARATE_PROJECT: Disposition.PROJECT,
    Destination.CHANGE_REQUEST: Disposition.CHANGE,
}


@dataclass(frozen=True)
class Origin:
    """The message a request is made of: where it stands, and who of our people wrote it."""

    channel: str
    ts: str
    thread_ts: str | None = None
    author: str | None = None  # None: an app's words, or nobody's

    @property
    def root_ts(self) -> str:
        """The message whose thread it is in, or begins."""
        return self.thread_ts or self.ts

    @property
    def is_private(self) -> bool:
        """Whether it was said to Steward alone: nobody else could open it."""
        return self.channel.startswith("D")


class Intake(Base):
    """One request as it came: through which door, how long the form took, what became of it."""

    __tablename__ = "intake"
    __table_args__ = (UniqueConstraint("message_channel", "message_ts"),)  # a message becomes something once

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    disposition: Mapped[Disposition]
    door: Mapped[Door]
    at: Mapped[datetime]
    request_type: Mapped[RequestType | None] = mapped_column(default=None)
    title: Mapped[str | None] = mapped_column(default=None)
    details: Mapped[str] = mapped_column(default="")
    came_from: Mapped[CameFrom | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    asked: Mapped[dict[str, Any]] = mapped_column(
        default_factory=dict
    )  # of a redirect: the whole form, to be filed yet
    message_channel: Mapped[str | None] = mapped_column(default=None)
    message_ts: Mapped[str | None] = mapped_column(default=None)


def check(filing: Filing, *, by: Person, account: Account) -> None:
    """Refuse what triage could not begin with, beside its field."""
    if by.is_staff:
        by.require(Permission.FILE_FOR_CLIENT)
        if filing.came_from is None:
            raise Refused("Say where the request came from.", field="came_from")
    elif by.account_id != account.id:
        raise Refused("You can file requests for your own organisation.", field="account")
    if not SHORTEST_TITLE <= len(filing.title.strip()) <= LONGEST_TITLE:
        raise Refused(
            f"Between {SHORTEST_TITLE} and {LONGEST_TITLE} characters, please. Say what is wrong or wanted.",
            field="title",
        )
    if filing.timing is Timing.NOW and not filing.consequence.strip():
        raise Refused(
            "Write a sentence on what happens if it waits: that is what makes it urgent.", field="consequence"
        )
    if filing.timing is Timing.BY_DATE and filing.wanted_by is None:
        raise Refused("Pick the date.", field="wanted_by")


def where_it_belongs(session: Session, filing: Filing) -> Destination:
    """The queue, or another place."""
    limit = playbook.of(session).project_over_hours
    return destination(filing.request_type, sensitive_areas=filing.areas, project_over_hours=limit)


def submit(
    session: Session,
    filing: Filing,
    *,
    by: Person,
    account: Account,
    provider: Provider,
    now: datetime,
    opened_at: datetime | None = None,
    origin: Origin | None = None,
) -> Ticket | None:
    """Record the intake and, where it belongs in the queue, file the ticket; None is a redirect."""
    check(filing, by=by, account=account)
    if origin:
        check_origin(session, origin, by=by, account=account)
    if filing.wanted_by and filing.wanted_by < account.calendar.local_date(now):
        raise Refused("That date has passed. Pick today or a later day.", field="wanted_by")
    if filing.criterion:
        bypasses.require_reasons(session, filing.criterion, filing.consequence)
    where = where_it_belongs(session, filing)
    intake = Intake(
        account_id=account.id,
        person_id=by.id,
        disposition=DISPOSITIONS[where],
        door=filing.door,
        at=now,
        request_type=filing.request_type,
        title=filing.title.strip(),
        details=filing.details.strip(),
        came_from=filing.came_from,
        opened_at=opened_at,
    )
    if origin:
        _claim(session, intake, origin, by)
    session.add(intake)
    if not where.counts_as_ticket:
        intake.asked = _stored(filing)
        session.flush()
        if where is Destination.PLANNING_MEETING:
            asked_by = (filing.primary_contact or by) if by.is_staff else by
            agenda.ask(
                session, intake.id, title=filing.title.strip(), details=intake.details, asked_by=asked_by, by=by,
                account=account, provider=provider, now=now,
            )  # fmt: skip
        else:
            _tell_triage(session, intake, by, account, provider)
        return None
    ticket = _file(session, intake, filing, account=account, provider=provider, requester=by, now=now)
    if origin:
        _answer_in_thread(session, ticket, origin, by, account)
    return ticket


def _file(
    session: Session,
    intake: Intake,
    filing: Filing,
    *,
    account: Account,
    provider: Provider,
    requester: Person,
    now: datetime,
) -> Ticket:
    ticket = file(session, filing, account=account, provider=provider, requester=requester, now=now)
    if filing.criterion:
        bypasses.ask(session, ticket, filing.criterion, by=requester, now=now)
    intake.ticket_id = ticket.id
    return ticket


# How the parts of a filing that are no plain text come back from the record.
_READ: dict[str, Callable[[Any], Any]] = {
    "request_type": RequestType,
    "effect": Effect,
    "users": Users,
    "timing": Timing,
    "wanted_by": date.fromisoformat,
    "door": Door,
    "came_from": CameFrom,
    "criterion": Criterion,
    "areas": lambda names: tuple(Area(name) for name in names),
}


def _stored(filing: Filing) -> dict[str, Any]:
    facts = {part.name: getattr(filing, part.name) for part in fields(filing)}
    contact = filing.primary_contact
    when = filing.wanted_by.isoformat() if filing.wanted_by else None
    return {**facts, "wanted_by": when, "primary_contact": contact.id if contact else None}


def _filing_of(session: Session, intake: Intake) -> Filing:
    known = {part.name for part in fields(Filing)}
    facts = {name: _READ[name](value) if value and name in _READ else value
             for name, value in intake.asked.items() if name in known}  # fmt: skip
    return Filing(**{**facts, "primary_contact": people.by_id(session, intake.asked.get("primary_contact"))})


def visible_to(session: Session, actor: Person, number: int, *, lock: bool = False) -> Intake:
    """The only way to load one intake: someone else's is simply not found."""
    query = select(Intake).where(Intake.id == number)
    query = query if actor.is_staff else query.where(Intake.account_id == actor.account_id)
    intake = session.scalar(query.with_for_update() if lock else query)
    if intake is None:
        raise NotFound("I can't find that request. Look at the newest posts in the triage channel.")
    return intake


def file_as_ticket(
    session: Session, intake: Intake, *, by: Person, account: Account, provider: Provider, now: datetime
) -> Ticket:
    """A lead takes a redirected request into the queue after all, once, as its own requester asked it."""
    by.require(Permission.LEAD_QUEUE)
    if intake.ticket_id:
        raise Refused(f"It is filed already, as T-{intake.ticket_id}. Open that one with /ticket.")
    requester = people.by_id(session, intake.person_id)
    if requester is None or not intake.asked:
        raise Refused("There is nothing to file here. Ask for it again with /request.")
    filing = _filing_of(session, intake)
    ticket = _file(session, intake, filing, account=account, provider=provider, requester=requester, now=now)
    was, intake.disposition = intake.disposition, Disposition.TICKET
    facts = {"intake": intake.id, "was": was.value, "ticket": ticket.id}
    events.record(session, events.Kind.REDIRECT_FILED, account_id=account.id, person=by.id, at=now, data=facts)
    outbox.refresh(session, outbox.Subject.INTAKE, intake.id)
    return ticket


def check_origin(session: Session, origin: Origin, *, by: Person, account: Account | None = None) -> None:
    """Refuse a message that is not theirs to bring, that a ticket follows already, or that nobody wrote.

    `account` is whose the request will be, once that is chosen.
    """
    root = outbox.root_at(session, origin.channel, origin.root_ts)
    if root is not None and root.subject is outbox.Subject.TICKET:
        key = next((f"T-{number}" for number in tickets.several(session, by, {root.subject_id})), "A ticket")
        raise Refused(f"{key} follows that thread already. Write there, and our team reads it.")
    if origin.author is None:
        raise Refused("I can do that with what a person wrote; this is an app's. Press New request instead.")
    there = accounts.by_channel(session, origin.channel)
    own = origin.author == by.slack_id if origin.is_private else there is not None and there.id == by.account_id
    if not (by.is_staff or own):
        raise Refused("That message is not in your organisation's channel. Press New request and write it there.")
    if account and there and there.id != account.id:
        # Its words, and the answer in its thread, would cross from one client to another.
        raise Refused(f"That message is from {there.name}'s channel, so choose {there.name}.", field="account")


def made_of(session: Session, origin: Origin) -> Intake | None:
    """What became of a message."""
    return session.scalar(
        select(Intake).where(Intake.message_channel == origin.channel, Intake.message_ts == origin.ts)
    )


def became(session: Session, intake: Intake | None, by: Person) -> str:
    """What became of a message, as a sentence to somebody who would make it a request again."""
    if intake is not None and intake.disposition is Disposition.MEETING:
        return "That message is on the agenda of the next planning meeting already."
    number = intake.ticket_id if intake else None
    if number and number in tickets.several(session, by, {number}):
        return f"T-{number} came of that message already."
    return "That message was made a request already."


def _claim(session: Session, intake: Intake, origin: Origin, by: Person) -> None:
    """Of two at once the database lets one through; the other is told what became of it."""
    intake.message_channel, intake.message_ts = origin.channel, origin.ts
    try:
        with session.begin_nested():
            session.add(intake)
            session.flush()
    except IntegrityError:
        said = became(session, made_of(session, origin), by)
        raise Refused(f"{said} Nothing was filed twice; open what is there with /ticket.") from None


def _answer_in_thread(session: Session, ticket: Ticket, origin: Origin, by: Person, account: Account) -> None:
    """Whoever reads the message also reads what it became; to clients in their own words."""
    theirs = origin.channel == account.channel_slack_id or not by.is_staff
    root = outbox.adopt(
        session,
        ticket.id,
        outbox.Place.CLIENT if theirs else outbox.Place.TRIAGE,
        origin.channel,
        origin.root_ts,
        account_id=account.id,
        snapshot={"ts": origin.ts, "private": origin.is_private},
    )
    session.flush()
    if filed := events.last_move(session, ticket.id):
        outbox.reply(session, root, filed.id)


def duplicate(
    session: Session,
    ticket: Ticket,
    *,
    by: Person,
    door: Door,
    now: datetime,
    title: str,
    details: str,
    opened_at: datetime | None = None,
    request_type: RequestType | None = None,
    came_from: CameFrom | None = None,
) -> Intake:
    """Somebody asked for what a ticket asks for already: counted, and no second ticket."""
    intake = Intake(
        account_id=ticket.account_id,
        person_id=by.id,
        disposition=Disposition.DUPLICATE,
        door=door,
        at=now,
        request_type=request_type,
        title=title.strip(),
        details=details.strip(),
        came_from=came_from,
        opened_at=opened_at,
        ticket_id=ticket.id,
    )
    session.add(intake)
    return intake


def _tell_triage(session: Session, intake: Intake, by: Person, account: Account, provider: Provider) -> None:
    """What goes elsewhere is still asked for: the team reads it, or it would be lost."""
    if provider.triage_channel:
        outbox.open_thread(
            session,
            outbox.Subject.INTAKE,
            intake.id,
            outbox.Place.TRIAGE,
            provider.triage_channel,
            account_id=account.id,
            snapshot={
                "title": intake.title,
                "details": intake.details,
                "account": account.name,
                "asked_by": people.facts(by),
                "disposition": intake.disposition.value,
                **_facts(intake.asked),
            },
        )


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    """What triage reads of the form besides its words."""
    return {
        "areas": [Area(area).label for area in asked["areas"]],
        "effect": asked["effect"],
        "users": asked["users"],
        "timing": asked["wanted_by"] or asked["timing"],
        "consequence": asked["consequence"],
        "system": asked["related_system"],
        "files": len(asked["files"]),
    }


def redirected(session: Session, ticket: Ticket, disposition: Disposition) -> None:
    """A ticket turned out to belong elsewhere: what was asked for counts there, and no longer as a ticket."""
    for intake in session.scalars(select(Intake).where(Intake.ticket_id == ticket.id)):
        intake.disposition = disposition


def abandon(
    session: Session, *, by: Person, account_id: int, door: Door, opened_at: datetime | None, now: datetime
) -> None:
    """A form was opened and closed without sending it: counted, for it says something about the form."""
    session.add(
        Intake(
            account_id=account_id,
            person_id=by.id,
            disposition=Disposition.WITHDRAWN,
            door=door,
            at=now,
            opened_at=opened_at,
        )
    )
