"""Seen before? What is like a text, open or closed, with what was done: duplicates are found before they are filed."""

from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.domain.people import Person
from bot.domain.tickets import texts
from bot.domain.tickets.access import seen_by, seen_by_the_team
from bot.domain.tickets.closure import Closure
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import Status

# Measured by bench/search.py on Hadoop's issues, where strangers are like each other too. From LIKELY on, 4 in 10
# duplicates are shown their other and 2 in 10 strangers something; from STRONG on 2 in 10 and 1 in 17.
LIKELY, STRONG = 0.3, 0.5
SHOWN_ON_CARDS = 2
BEFORE_WORK = {Status.NEW, Status.TRIAGE}


class Similar(NamedTuple):
    """A ticket that is like what was asked, and what was done, if a note says so."""

    ticket: Ticket
    score: float
    outcome: str | None

    @property
    def is_strong(self) -> bool:
        """Whether it is worth a question."""
        return self.score >= STRONG


def similar(
    session: Session, actor: Person, text: str, *, account_id: int, limit: int = 3, exclude: int | None = None,
    least: float = LIKELY,
) -> list[Similar]:  # fmt: skip
    """The account's tickets most like a text that this person may know of; its first line weighs more, as a title."""
    return _most_like(session, seen_by(actor), text, account_id, limit, exclude, least)


def seen_before(session: Session, ticket: Ticket) -> list[Similar]:
    """What triage should know of before it begins."""
    if ticket.status not in BEFORE_WORK:
        return []
    text = f"{ticket.title}\n{ticket.details}"
    return _most_like(session, seen_by_the_team(), text, ticket.account_id, SHOWN_ON_CARDS, ticket.id, LIKELY)


def latest_summary():
    """What the note that stands says was done, as a column beside a ticket."""
    standing = select(Closure.summary).where(Closure.ticket_id == Ticket.id).order_by(Closure.id.desc()).limit(1)
    return standing.correlate(Ticket).scalar_subquery()


def _most_like(
    session: Session,
    visible: Select[Ticket],
    text: str,
    account_id: int,
    limit: int,
    exclude: int | None,
    least: float,
) -> list[Similar]:
    title, _, rest = text.partition("\n")
    like = texts.likeness(title, rest, account_id=account_id)
    query = (
        visible.join(like, like.c.ticket_id == Ticket.id)
        .where(Ticket.account_id == account_id, Ticket.id != (exclude or 0), like.c.likeness >= least)
        .add_columns(like.c.likeness, latest_summary())
        .order_by(like.c.likeness.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return [Similar(*row) for row in session.execute(query)]
