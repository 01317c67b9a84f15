"""How a change begins."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.accounts import Account
from bot.domain.changes import posts
from bot.domain.changes.change import Change, record, require_implementer
from bot.domain.changes.content import Content
from bot.domain.changes.links import ChangeLink, Relation
from bot.domain.people import Person
from bot.domain.risk import ChangeClass, Level
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket


def draft(
    session: Session, content: Content, account: Account, *, by: Person, now: datetime, ticket: Ticket | None = None,
    intake_id: int | None = None,
) -> Change:  # fmt: skip
    """Begin one; a ticket carries it, or a request asked for it."""
    by.require(Permission.WORK)
    content.check()
    require_implementer(session, content)
    change = Change(
        account_id=account.id, title=content.title, purpose=content.purpose, author_ids=[by.id], created_at=now,
        state_since=now, change_class=ChangeClass.ROUTINE, score=0, level=Level.LOW, content_hash="",
        intake_id=intake_id,
    )  # fmt: skip
    change._take(content)
    change.assess(session, now)
    session.add(change)
    session.flush()
    if ticket is not None:
        session.add(ChangeLink(
            account_id=account.id, change_id=change.id, ticket_id=ticket.id, relation=Relation.CARRIES,
            by_id=by.id, at=now,
        ))  # fmt: skip
        session.flush()
    event = record(session, change, events.Kind.CHANGE_MADE, by=by, now=now)
    posts.show(session, change, event)
    return change
