"""Intakes: everything that was asked for, whatever became of it.

Redirects count here and never in ticket metrics.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import outbox, people
from bot.domain.accounts import Account
from bot.domain.base import AccountRef, Base, Id
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Timing
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.routing import Destination, RequestType, destination
from bot.domain.tickets import CameFrom, Door, Filing, Ticket, file

SHORTEST_TITLE, LONGEST_TITLE = 10, 150


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
}


class Intake(Base):
    """One request as it came: through which door, how long the form took, what became of it."""

    __tablename__ = "intake"

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


def check(filing: Filing, *, by: Person, account: Account) -> None:
    """Refuse what triage could not begin with, beside its field."""
    if by.is_staff:
        by.require(Permission.FILE_FOR_CLIENT)
        if filing.came_from is None:
            raise Refused("Say where the request came from.", field="came_from")
    elif by.account_id != account.id:
        raise Refused("You can file requests for your own organisation.", field="account")
    if not SHORTEST_TITLE <= len(filing.title.strip()) <= LONGEST_TITLE:
        raise Refused(f"Between {SHORTEST_TITLE} and {LONGEST_TITLE} characters, please.", field="title")
    if filing.timing is Timing.NOW and not filing.consequence.strip():
        raise Refused("One sentence on what happens if it waits: that is what makes it urgent.", field="consequence")
    if filing.timing is Timing.BY_DATE and filing.wanted_by is None:
        raise Refused("Pick the date.", field="wanted_by")


def submit(
    session: Session,
    filing: Filing,
    *,
    by: Person,
    account: Account,
    provider: Provider,
    now: datetime,
    opened_at: datetime | None = None,
) -> Ticket | None:
    """Record the intake and, where it belongs in the queue, file the ticket; None is a redirect."""
    check(filing, by=by, account=account)
    if filing.wanted_by and filing.wanted_by < account.calendar.local_date(now):
        raise Refused("That date has passed. Pick today or a later day.", field="wanted_by")
    where = destination(filing.request_type, project_over_hours=playbook.of(session).project_over_hours)
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
    session.add(intake)
    if not where.counts_as_ticket:
        _tell_triage(session, intake, by, account, provider)
        return None
    ticket = file(session, filing, account=account, provider=provider, requester=by, now=now)
    intake.ticket_id = ticket.id
    return ticket


def _tell_triage(session: Session, intake: Intake, by: Person, account: Account, provider: Provider) -> None:
    """What goes elsewhere is still asked for: the team reads it, or it would be lost."""
    session.flush()
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
            },
        )


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
