"""What time is logged on: a ticket, a project, or an account, where the note is the reason."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.domain import accounts, projects, tickets
from bot.domain.accounts import Account
from bot.domain.codes import Category, Code
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.tickets import Ticket
from bot.domain.time.entry import TimeEntry

Work = Ticket | Project | Account


def target(work: Work) -> dict[str, int | None]:
    """The columns of an entry that say what it was for."""
    return {
        "account_id": work.id if isinstance(work, Account) else work.account_id,
        "ticket_id": work.id if isinstance(work, Ticket) else None,
        "project_id": work.id if isinstance(work, Project) else None,
    }


def target_of(entry: TimeEntry) -> dict[str, int | None]:
    """The same columns as they were stored."""
    return {"account_id": entry.account_id, "ticket_id": entry.ticket_id, "project_id": entry.project_id}


def own_code(work: Work) -> Code | None:
    """The code the work itself brings along, before its category is asked."""
    if isinstance(work, Project):
        return Code.PROJECT
    return work.code if isinstance(work, Ticket) else None


def with_work(session: Session, actor: Person, entries: Iterable[TimeEntry]) -> list[tuple[TimeEntry, Work | None]]:
    """Each entry with what it was for; None where the actor may not know of that."""
    listed = list(entries)
    found_tickets = tickets.several(session, actor, {one.ticket_id for one in listed if one.ticket_id})
    found_projects = projects.several(session, actor, {one.project_id for one in listed if one.project_id})
    alone = {one.account_id for one in listed if not (one.ticket_id or one.project_id)}
    found_accounts = accounts.by_ids(session, alone)

    def of(entry: TimeEntry) -> Work | None:
        if entry.ticket_id:
            return found_tickets.get(entry.ticket_id)
        if entry.project_id:
            return found_projects.get(entry.project_id)
        return found_accounts.get(entry.account_id)

    return [(entry, of(entry)) for entry in listed]


# What is done for a client and on no ticket is mostly talking with them.
WITHOUT_A_TICKET = Category.CLIENT_COMMUNICATION
