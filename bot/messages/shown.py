"""Everything the cards and the window of a ticket read, loaded once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import (
    absences,
    agreements,
    burn,
    bypasses,
    changes,
    outbox,
    people,
    projects,
    provider,
    recurring,
    targets,
    tickets,
)
from bot.domain.absences import Away
from bot.domain.accounts import Account
from bot.domain.burn import Burndown
from bot.domain.bypasses import Bypass
from bot.domain.changes import Known
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.priority import Timing
from bot.domain.projects import Project
from bot.domain.recurring import Recurring
from bot.domain.tickets import Attachment, Closure, Linked, Ticket
from bot.domain.tickets.access import seen_by
from bot.messages import links, quotes


@dataclass(frozen=True)
class Shown:
    """Everything a card reads, loaded once."""

    ticket: Ticket
    account: Account
    assignee: Person | None
    reviewer: Person | None
    requester: Person | None
    contact: Person | None
    closure: Closure | None
    files: list[Attachment]
    triage_due: datetime
    book: playbook.Playbook
    follow_ups: list[str] = field(default_factory=list)  # items of the closure note that are no tickets yet
    project: Project | None = None  # what it became, where it was redirected
    rule: Recurring | None = None  # that opened it
    linked: list[Linked] = field(default_factory=list)
    changes: list[Known] = field(default_factory=list)  # those it carries, is blamed on, or is named in
    posts: dict[Place, dict[int, str | None]] = field(default_factory=dict)  # where their cards stand
    bypass: Bypass | None = None
    made_of: outbox.Post | None = None
    made_of_url: str | None = None
    away: Mapping[int, Away] = field(default_factory=dict)
    cost: quotes.Cost | None = None  # what triage reads of what it costs extra
    burn: Burndown | None = None  # how the account's month stands, while the ticket is open
    today: date = date.min  # by the account's calendar

    @property
    def name(self) -> str:
        """Who works on it, as the client reads it."""
        return self.assignee.first_name if self.assignee else "Our team"


def load(session: Session, ticket: Ticket, now: datetime, reader: Person | None = None) -> Shown:
    """Gather what the cards of a ticket say; in a window, only of what its reader may know."""
    among = seen_by(reader) if reader else None
    linked = tickets.links_of(session, [ticket.id], among=among)[ticket.id]
    account, closure, made_of = tickets.around(session, ticket)
    ids = {ticket.assignee_id, ticket.reviewer_id, ticket.requester_id, ticket.primary_contact_id} - {None}
    known = people.by_ids(session, {number for number in ids if number})
    book = playbook.of(session)
    workers = [known.get(id_ or 0) for id_ in (ticket.assignee_id, ticket.reviewer_id)]
    today = account.calendar.local_date(now)
    down = burn.of(session, account, now) if ticket.is_open else None
    bought = down.agreement if down else agreements.of(session, account.id, today) if ticket.is_open else None
    return Shown(
        ticket=ticket,
        account=account,
        assignee=known.get(ticket.assignee_id or 0),
        reviewer=known.get(ticket.reviewer_id or 0),
        requester=known.get(ticket.requester_id or 0),
        contact=known.get(ticket.primary_contact_id or 0),
        closure=closure,
        files=tickets.attachments(session, ticket.id),
        triage_due=targets.triage_due(account.calendar, ticket.created_at, ticket.priority, book.triage_hours),
        book=book,
        follow_ups=tickets.not_filed_yet(session, ticket, closure),
        rule=recurring.of_ticket(session, ticket.id) if ticket.requester_id is None else None,
        project=projects.of_ticket(session, ticket),
        linked=linked,
        changes=changes.around_ticket(session, ticket.id, reader),
        posts=links.by_place(session, [one.other.id for one in linked]),
        bypass=bypasses.of_ticket(session, ticket.id) if ticket.timing is Timing.NOW else None,
        made_of=made_of,
        made_of_url=links.to_message(provider.find(session), made_of) if made_of else None,
        away=absences.away_now(session, workers, now) if ticket.is_open else {},
        cost=quotes.cost_of(session, ticket, bought, down),
        burn=down,
        today=today,
    )
