"""What time is logged on: a ticket, a project, or an account, where the note is the reason."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.domain import accounts, projects, tickets
from bot.domain.accounts import Account
from bot.domain.codes import Category, Code
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.tickets import Ticket

Work = Ticket | Project | Account
T = TypeVar("T")
# What is done for a client and on no ticket is mostly talking with them.
WITHOUT_A_TICKET = Category.CLIENT_COMMUNICATION


def target(work: Work) -> dict[str, Any]:
    """The columns of an entry that say what it was for."""
    return {
        "account_id": work.id if isinstance(work, Account) else work.account_id,
        "ticket_id": work.id if isinstance(work, Ticket) else None,
        "project_id": work.id if isinstance(work, Project) else None,
    }


def target_of(stored: Any) -> dict[str, Any]:
    """The same columns of an entry or a timer."""
    return {"account_id": stored.account_id, "ticket_id": stored.ticket_id, "project_id": stored.project_id}


def own_code(work: Work) -> Code | None:
    """The code the work itself brings along, before its category is asked."""
    if isinstance(work, Project):
        return Code.PROJECT
    return work.code if isinstance(work, Ticket) else None


def with_work(session: Session, actor: Person, entries: Iterable[T]) -> list[tuple[T, Work | None]]:
    """Each entry (or timer) with what it was for; None where the actor may not know of that."""
    listed: list[Any] = list(entries)
    its_tickets = tickets.several(session, actor, {one.ticket_id for one in listed if one.ticket_id})
    its_projects = projects.several(session, actor, {one.project_id for one in listed if one.project_id})
    alone = {one.account_id for one in listed if not (one.ticket_id or one.project_id)}
    its_accounts = accounts.by_ids(session, alone)

    def of(one: Any) -> Work | None:
        if one.ticket_id:
            return its_tickets.get(one.ticket_id)
        return its_projects.get(one.project_id) if one.project_id else its_accounts.get(one.account_id)

    return [(one, of(one)) for one in listed]
