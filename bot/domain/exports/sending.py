"""Invoice files that somebody asks for in Slack: of which invoices, in which format, and to whom.

Each is a post to that person. Its bytes are made when it is delivered, of invoices that never change once they have
their numbers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import events, outbox
from bot.domain.errors import Refused
from bot.domain.events import Event
from bot.domain.exports import invoices
from bot.domain.exports.invoices import FORMATS, PDF
from bot.domain.invoices import NUMBERED, Invoice
from bot.domain.invoices.documents import documents, numbered
from bot.domain.months import Month
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.roles import Permission

TO_BE = "Draft"  # in place of a number that is still to come
MOST = 200  # invoices a post: made and uploaded well within a delivery's lease


class Asked(NamedTuple):
    """What somebody wants to be sent: one of `parts` files."""

    person: Person
    invoices: list[Invoice]
    how: str
    part: int
    parts: int


def formats_of(found: Sequence[Invoice]) -> list[str]:
    """What can be had of them: a draft is for people's eyes only."""
    return [PDF, *FORMATS] if all(one.state in NUMBERED for one in found) else [PDF]


def of_month(session: Session, actor: Person, month: Month) -> list[Invoice]:
    """What has a number; refused where there is nothing yet."""
    actor.require(Permission.SEE_MONEY)
    if found := numbered(session, month, None):
        return found
    raise Refused(f"No invoice of {month.name} {month.year} has a number yet. Approve one, then ask again.")


def lacking(session: Session, found: Sequence[Invoice]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The formats that can’t be made: what each of these invoices lacks for them. A draft, once it has its number."""
    made = [replace(one, number=one.number or TO_BE) for one in documents(session, list(found))]
    told = {how: invoices.lacking(session, made, how) for how in FORMATS}
    return {how: missing for how, missing in told.items() if missing}


def send(
    session: Session, found: Sequence[Invoice], how: str, *, to: Person, now: datetime, marks: bool = False
) -> int:
    """Their files go to that person, and are exported with it if that is wanted; in how many posts."""
    to.require(Permission.SEE_MONEY)
    _require_writable(session, found, how)
    ids = [one.id for one in found]
    parts = [ids[start : start + MOST] for start in range(0, len(ids), MOST)]
    for number, part in enumerate(parts, 1):
        told = {"invoices": part, "format": how, "part": number, "parts": len(parts)}
        whose = found[0].account_id if len(found) == 1 else None
        event = events.record(
            session, events.Kind.INVOICE_FILE_ASKED, account_id=whose, person=to.id, at=now, data=told
        )
        outbox.open_thread(
            session, Subject.INVOICE_FILE, event.id, Place.BILLING, to.slack_id or "", account_id=whose
        )  # fmt: skip
    if marks:
        invoices.mark(session, list(found), now, by=to)
    return len(parts)


def _require_writable(session: Session, found: Sequence[Invoice], how: str) -> None:
    if how not in formats_of(found):
        raise Refused("A draft goes to nobody else yet. Approve it, then choose that format again.", field="how")
    if how in lacking(session, found):
        raise Refused("That file can’t be made yet. Open Files again: it says what is missing.", field="how")


def asked(session: Session, event_id: int) -> Asked:
    """What a post was asked for."""
    event = session.scalars(select(Event).where(Event.id == event_id)).one()
    person = session.scalars(select(Person).where(Person.id == event.actor_id)).one()
    ids = event.data["invoices"]
    query = select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.series, Invoice.sequence)
    return Asked(person, list(session.scalars(query)), event.data["format"], event.data["part"], event.data["parts"])
