"""The only ways to reach tickets: through the person who asks. Someone else's is simply not found."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.accounts import Account
from bot.domain.base import for_all_threads
from bot.domain.errors import NotFound
from bot.domain.outbox import Post, Subject
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets.attachment import Attachment
from bot.domain.tickets.closure import Closure
from bot.domain.tickets.ticket import Ticket

_KEY = re.compile(r"\s*(?:T-?)?(\d{1,12})\s*", re.IGNORECASE)


def number_of(key: str) -> int:
    """The number in T-102, t102 or 102; anything else is not found, in a sentence."""
    match = _KEY.fullmatch(key)
    if not match:
        raise NotFound(f"“{key.strip()[:40]}” is not a ticket. Tickets look like T-102.")
    return int(match[1])


def seen_by(actor: Person) -> Select[Ticket]:
    """The tickets this person may know of; every query about tickets starts here."""
    query = select(Ticket)
    if not actor.is_staff:
        return query.where(
            Ticket.account_id == actor.account_id, ~Ticket.private | (Ticket.private_reader_id == actor.id)
        )
    if actor.may(Permission.LEAD_QUEUE):
        return query
    theirs = [column == actor.id for column in (Ticket.assignee_id, Ticket.reviewer_id, Ticket.requester_id)]
    return query.where(or_(~Ticket.private, *theirs))


def seen_by_the_team() -> Select[Ticket]:
    """What anyone who reads the triage channel may know of: where a card is drawn, nobody in particular asks."""
    return select(Ticket).where(~Ticket.private)


def visible_to(session: Session, actor: Person, key: str | int, *, lock: bool = False) -> Ticket:
    """The only way to load one ticket: someone else's is simply not found."""
    return visible_with(session, actor, key, lock=lock)[0]


def visible_with(session: Session, actor: Person, key: str | int, *more: Any, lock: bool = False) -> Sequence[Any]:
    """The ticket, and beside it what else is asked in the same breath."""
    number = key if isinstance(key, int) else number_of(key)
    query = seen_by(actor).where(Ticket.id == number).add_columns(*more)
    found = session.execute(query.with_for_update(of=Ticket) if lock else query).one_or_none()
    if found is None:
        raise NotFound(f"I can't find T-{number}. Check the number, or look in /queue.")
    return found


def several(session: Session, actor: Person, numbers: set[int]) -> dict[int, Ticket]:
    """Those of these tickets that the person may know of, for lists."""
    found = session.scalars(seen_by(actor).where(Ticket.id.in_(numbers))) if numbers else []
    return {ticket.id: ticket for ticket in found}


_other = for_all_threads(aliased(Closure))
_LATEST_NOTE = select(func.max(_other.id)).where(_other.ticket_id == bindparam("ticket")).scalar_subquery()
_AROUND = (
    select(Account, Closure, Post)
    .select_from(Account)
    .outerjoin(Closure, Closure.id == _LATEST_NOTE)
    .outerjoin(Post, (Post.subject == Subject.ORIGIN) & (Post.subject_id == bindparam("ticket")))
    .where(Account.id == bindparam("account"))
    .order_by(Post.id)
    .limit(1)
)


def around(session: Session, ticket: Ticket) -> tuple[Account, Closure | None, Post | None]:
    """What every card reads beside it, in one question: whose it is, its latest note, the message it was made of."""
    account, note, made_of = session.execute(_AROUND, {"ticket": ticket.id, "account": ticket.account_id}).one()
    return account, note, made_of


def attachments(session: Session, ticket_id: int) -> list[Attachment]:
    """A ticket's files, in the order they came."""
    listed = select(Attachment).where(Attachment.ticket_id == ticket_id, Attachment.name != "")
    return list(session.scalars(listed.order_by(Attachment.id)))
