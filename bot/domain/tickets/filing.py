"""Filing a ticket: what the form brought becomes a record, its history and its two cards."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import events
from bot.domain.accounts import Account
from bot.domain.base import write
from bot.domain.business_time import working_days_until
from bot.domain.bypass import Criterion
from bot.domain.people import Person
from bot.domain.priority import Assessment, Effect, Timing, Users, assess
from bot.domain.provider import Provider
from bot.domain.routing import Area, RequestType
from bot.domain.tickets.attachment import Attachment
from bot.domain.tickets.cards import open_cards
from bot.domain.tickets.ticket import Ticket

SHORTEST_TITLE, LONGEST_TITLE = 10, 150


class Door(StrEnum):
    """How a request came in."""

    COMMAND = "command"
    BUTTON = "button"
    HOME = "home"
    SHORTCUT = "shortcut"
    MENTION = "mention"
    STAFF = "staff for client"
    SCHEDULE = "schedule"


class CameFrom(StrEnum):
    """Where staff who file for a client had it from."""

    CHAT = "Chat"
    EMAIL = "E-mail"
    CALL = "Call"
    MEETING = "Meeting"


@dataclass(frozen=True)
class Filing:
    """The eight fields of /request and how they came."""

    request_type: RequestType
    title: str
    effect: Effect
    users: Users
    timing: Timing
    details: str = ""
    blocks_revenue: bool = False
    wanted_by: date | None = None
    consequence: str = ""
    related_system: str | None = None
    files: list[dict[str, str]] = field(default_factory=list)
    primary_contact: Person | None = None
    primary_contact_text: str | None = None
    approval_status: str | None = None
    door: Door = Door.COMMAND
    came_from: CameFrom | None = None
    private: bool = False
    criterion: Criterion | None = None  # why it cannot wait for the queue, if somebody says so
    areas: tuple[Area, ...] = ()  # what it is asked to change

    def assess(self, account: Account, today: date) -> Assessment:
        """The priority this would have, with its reasons."""
        return assess(
            self.effect,
            self.users,
            blocks_revenue=self.blocks_revenue,
            business_days=self._business_days(account, today),
            has_consequence=bool(self.consequence.strip()),
        )

    def _business_days(self, account: Account, today: date) -> int | None:
        if self.timing is Timing.BY_DATE and self.wanted_by:
            return working_days_until(account.calendar, today, self.wanted_by)
        return {Timing.NOW: 0, Timing.THIS_WEEK: 5}.get(self.timing)


def file(
    session: Session,
    filing: Filing,
    *,
    account: Account,
    provider: Provider,
    requester: Person | None,
    now: datetime,
    by: Person | None = None,
) -> Ticket:
    """Write the ticket, its first event, and the cards for the client and for triage.

    `by` is who files it for the requester, where that is somebody else; with neither it is the System.
    """
    assessment = filing.assess(account, account.calendar.local_date(now))
    ticket = Ticket(
        account_id=account.id,
        title=filing.title.strip(),
        details=filing.details.strip(),
        request_type=filing.request_type,
        priority=assessment.priority,
        computed_priority=assessment.priority,
        priority_why=assessment.why,
        effect=filing.effect,
        users=filing.users,
        blocks_revenue=filing.blocks_revenue,
        timing=filing.timing,
        wanted_by=filing.wanted_by,
        consequence=filing.consequence.strip(),
        related_system=filing.related_system,
        requester_id=requester.id if requester else None,
        primary_contact_id=filing.primary_contact.id if filing.primary_contact else None,
        primary_contact_text=filing.primary_contact_text,
        approval_status=filing.approval_status,
        created_at=now,
        status_since=now,
        private=filing.private,
        private_reader_id=_private_reader(filing, requester) if filing.private else None,
    )
    session.add(ticket)
    session.flush()
    write(session, *(
        Attachment(ticket_id=ticket.id, account_id=account.id, file_slack_id=file["id"], name=file["name"],
                   permalink=file.get("permalink"))
        for file in filing.files
    ))  # fmt: skip
    write(session, _filed_event(session, ticket, filing, by or requester, assessment, now))
    open_cards(session, ticket, account, provider)
    return ticket


def _private_reader(filing: Filing, requester: Person | None) -> int | None:
    """Who reads it on the client's side: whoever asked, or the contact whom staff filed it for."""
    reader = filing.primary_contact if requester is None or requester.is_staff else requester
    return reader.id if reader else None


def _filed_event(
    session: Session, ticket: Ticket, filing: Filing, by: Person | None, assessment: Assessment, now: datetime
) -> events.Event:
    return events.Event(
        kind=events.Kind.FILED,
        at=now,
        account_id=ticket.account_id,
        ticket_id=ticket.id,
        actor_id=by.id if by else None,
        target=ticket.status.value,
        data={
            "door": filing.door.value,
            "came_from": filing.came_from.value if filing.came_from else None,
            "points": assessment.points,
            "impact": assessment.impact.value,
            "urgency": assessment.urgency.value,
            "priority": assessment.priority.value,
        },
        rule_version=playbook.of(session).version,
    )
