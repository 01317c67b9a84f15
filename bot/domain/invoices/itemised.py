"""What a line's time went into, as the client reads it: tickets by their titles, what is on none by its note."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.durations import show
from bot.domain.invoices.charge import Charge
from bot.domain.invoices.invoice import InvoiceLine
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry


class Item(NamedTuple):
    """One thing: minutes as they were logged, or taken back; 0 where they are not told."""

    ticket: int | None
    words: str
    minutes: int = 0

    def __str__(self) -> str:
        named = " ".join(filter(None, (f"T-{self.ticket}" if self.ticket else "", self.words)))
        return f"{named} ({show(self.minutes)})" if self.minutes else named


def items(line: InvoiceLine) -> list[Item]:
    """As a line keeps them."""
    return [Item(**told) for told in line.work]


def of_lines(session: Session, lines: Sequence[Charge]) -> list[list[dict[str, Any]]]:
    """For each line what it went into, in the order of the tickets, then of the days."""
    entries = _entries(session, {number for line in lines for number in line.work})
    titles = _titles(session, {number for line in lines for number in line.tickets})
    return [[one._asdict() for one in _of(line, entries, titles)] for line in lines]


def _of(line: Charge, entries: dict[int, Any], titles: dict[int, str]) -> Iterable[Item]:
    of_it, minutes = set(line.work), defaultdict[int | str, int](int)
    for entry in entries.values():
        if entry.id in of_it and (entry.ticket_id or not entry.project_id):
            minutes[entry.ticket_id or entry.note] += 0 if line.is_shared else entry.minutes
    sign = -1 if sum(minutes.values()) < 0 else 1  # what moved elsewhere is no work of an addition
    found = [(number, titles[number], minutes[number]) for number in line.tickets]
    found += [(None, note, spent) for note, spent in minutes.items() if isinstance(note, str) and note]
    yield from (Item(number, words, sign * spent) for number, words, spent in found if sign * spent >= 0)


def _entries(session: Session, ids: set[int]) -> dict[int, Any]:
    columns = (TimeEntry.id, TimeEntry.ticket_id, TimeEntry.project_id, TimeEntry.note, TimeEntry.minutes)
    query = select(*columns).where(TimeEntry.id.in_(ids)).order_by(TimeEntry.work_date, TimeEntry.id)
    return {row.id: row for row in session.execute(query)} if ids else {}


def _titles(session: Session, ids: set[int]) -> dict[int, str]:
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(ids))) if ids else ()
    return {ticket.id: ticket.shared_title for ticket in tickets}
