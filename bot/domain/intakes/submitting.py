"""From a filled form to a ticket, or to where else it belongs."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import agenda, bypasses, events, outbox, people
from bot.domain.accounts import Account
from bot.domain.base import write
from bot.domain.errors import Refused
from bot.domain.intakes import redirects
from bot.domain.intakes.intake import Disposition, Intake
from bot.domain.intakes.origin import Origin, answer_in_thread, check_origin, claim
from bot.domain.people import Person
from bot.domain.priority import Timing
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.routing import Destination, destination
from bot.domain.tickets import LONGEST_TITLE, SHORTEST_TITLE, Filing, Ticket, file

DISPOSITIONS = {
    Destination.TICKET: Disposition.TICKET,
    Destination.PLANNING_MEETING: Disposition.MEETING,
    Destination.SEPARATE_PROJECT: Disposition.PROJECT,
    Destination.CHANGE_REQUEST: Disposition.CHANGE,
}


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
        claim(session, intake, origin, by)
    if not where.counts_as_ticket:
        intake.asked = redirects.stored(filing)
        session.add(intake)
        session.flush()
        if where is Destination.PLANNING_MEETING:
            asked_by = (filing.primary_contact or by) if by.is_staff else by
            agenda.ask(
                session, intake.id, title=filing.title.strip(), details=intake.details, asked_by=asked_by, by=by,
                account=account, provider=provider, now=now,
            )  # fmt: skip
        else:
            redirects.tell_triage(session, intake, by, account, provider)
        return None
    ticket = _file(session, intake, filing, account=account, provider=provider, requester=by, now=now)
    if not origin:  # with one it is claimed by now
        write(session, intake)  # after its ticket, so that one INSERT says what became of it
    if origin:
        answer_in_thread(session, ticket, origin, by, account)
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
    filing = redirects.filing_of(session, intake)
    ticket = _file(session, intake, filing, account=account, provider=provider, requester=requester, now=now)
    was, intake.disposition = intake.disposition, Disposition.TICKET
    facts = {"intake": intake.id, "was": was.value, "ticket": ticket.id}
    events.record(session, events.Kind.REDIRECT_FILED, account_id=account.id, person=by.id, at=now, data=facts)
    outbox.refresh(session, outbox.Subject.INTAKE, intake.id)
    return ticket
