"""Links between the tickets of one client: what follows up, repeats, blocks or merely belongs beside what.

`link` and `unlink` are the verbs; both tickets' histories and cards tell of it. `links_of` is the query for cards
and lists: one round trip, however many tickets.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, and_, or_, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot import playbook
from bot.domain import events, outbox
from bot.domain.base import AccountRef, Base, Id, for_all_threads
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets.access import seen_by
from bot.domain.tickets.ticket import Ticket

LONGEST_NOTE = 500
CANDIDATES = 20


class LinkKind(StrEnum):
    """How one ticket stands to another; the value is what its side reads."""

    RELATES_TO = "relates to"
    FOLLOWS_UP = "follows up"
    DUPLICATE_OF = "duplicate of"
    BLOCKED_BY = "blocked by"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return self.value.capitalize()

    @property
    def from_the_other_side(self) -> str:
        """What the ticket reads that the link points to."""
        return _OTHER_SIDE[self]

    @property
    def is_mutual(self) -> bool:
        """Whether both sides read the same."""
        return self.from_the_other_side == self.value


_OTHER_SIDE = {
    LinkKind.RELATES_TO: "relates to",
    LinkKind.FOLLOWS_UP: "followed up by",
    LinkKind.DUPLICATE_OF: "has the duplicate",
    LinkKind.BLOCKED_BY: "blocks",
}
BY_HAND = (LinkKind.RELATES_TO, LinkKind.FOLLOWS_UP, LinkKind.BLOCKED_BY)  # duplicates are merged, not only linked


class TicketLink(Base):
    """One link. It is ended, never deleted; while it stands, there is no second one like it."""

    __tablename__ = "ticket_link"
    __table_args__ = (
        Index(
            "uq_ticket_link_live", "from_id", "to_id", "kind", unique=True, postgresql_where=text("ended_at is null")
        ),
        Index("ix_ticket_link_to_id", "to_id"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[LinkKind]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)  # null: the System
    note: Mapped[str] = mapped_column(default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True)
class Linked:
    """A link as one of its tickets reads it: `wording` and the other ticket's key make the sentence."""

    link_id: int
    other: Ticket
    kind: LinkKind
    wording: str
    note: str


def link(
    session: Session, ticket: Ticket, other: Ticket, kind: LinkKind, *, by: Person | None, now: datetime, note: str = ""
) -> TicketLink:
    """Link a ticket to another of the same client; the caller holds neither row, or both in the order of their ids.

    What was merged as a duplicate stands for the ticket it was merged into: compare `to_id` with what was asked.
    """
    if by:
        by.require(Permission.WORK)
    if ticket.account_id != other.account_id:
        raise Refused(
            f"{other.key} belongs to another client; only tickets of one client are linked. Choose one of this client.",
            field="ticket",
        )
    target = merged_into(session, other)
    lock(session, ticket.id, target.id)
    if merged_into(session, other).id != target.id:
        raise Refused(f"{other.key} was merged a moment ago. Send it once more.", field="ticket")
    _require_new(session, ticket, other, target, kind)
    first, second = sorted((ticket.id, target.id)) if kind.is_mutual else (ticket.id, target.id)
    made = TicketLink(
        account_id=ticket.account_id, from_id=first, to_id=second, kind=kind, at=now, by_id=by.id if by else None,
        note=note.strip()[:LONGEST_NOTE],
    )  # fmt: skip
    session.add(made)
    session.flush()
    _tell_both(session, events.Kind.LINKED, made, by, now)
    return made


def unlink(session: Session, link_id: int, *, by: Person, now: datetime) -> TicketLink:
    """End a link the person may see; a second press finds it ended."""
    by.require(Permission.WORK)
    ends = _visible(session, by, link_id)
    if ends.kind is LinkKind.DUPLICATE_OF:
        raise Refused("These were merged, and merging is not undone by a click. Reopen the ticket that was closed.")
    end(session, ends, by=by, now=now)
    return ends


def end(session: Session, made: TicketLink, *, by: Person | None, now: datetime) -> None:
    """It no longer stands; the caller holds neither ticket's row, or both in the order of their ids."""
    lock(session, made.from_id, made.to_id)
    session.refresh(made)
    if made.ended_at:
        raise Refused("That link was removed already. Open the ticket again to see what stands.")
    made.ended_at = now
    session.flush()
    _tell_both(session, events.Kind.UNLINKED, made, by, now)


def _visible(session: Session, actor: Person, link_id: int) -> TicketLink:
    known = seen_by(actor).with_only_columns(Ticket.id)
    found = session.scalar(
        select(TicketLink).where(TicketLink.id == link_id, TicketLink.from_id.in_(known), TicketLink.to_id.in_(known))
    )
    if found is None:
        raise NotFound("I can't find that link. Open the ticket again with /ticket.")
    return found


def merged_into(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that stands for this one: itself, unless it was merged as a duplicate."""
    survivor = ticket
    while found := session.scalar(
        select(Ticket)
        .join(TicketLink, TicketLink.to_id == Ticket.id)
        .where(TicketLink.from_id == survivor.id, TicketLink.kind == LinkKind.DUPLICATE_OF, _lives())
    ):
        survivor = found  # ends: a merge into what was merged goes to its survivor, so there are no circles
    return survivor


def _lives() -> ColumnElement[bool]:
    return TicketLink.ended_at.is_(None)


def lock(session: Session, *numbers: int) -> None:
    """Both rows, always in the same order: A→B and B→A at once take turns instead of waiting for each other."""
    session.flush()
    session.scalars(
        select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()


def _require_new(session: Session, ticket: Ticket, other: Ticket, target: Ticket, kind: LinkKind) -> None:
    if target.id == ticket.id:
        why = "A ticket can't be linked to itself." if other.id == ticket.id else f"{other.key} was merged into this."
        raise Refused(f"{why} Choose another ticket.", field="ticket")
    standing = session.scalars(
        select(TicketLink).where(TicketLink.from_id.in_([ticket.id, target.id]), TicketLink.kind == kind, _lives())
    ).all()
    for made in standing:
        if {made.from_id, made.to_id} == {ticket.id, target.id}:
            wording = kind.value if made.from_id == ticket.id else kind.from_the_other_side
            raise Refused(
                f"That link stands already: {ticket.key} {wording} {target.key}. Choose another ticket.", field="ticket"
            )
        if kind is LinkKind.DUPLICATE_OF and made.from_id == ticket.id:
            raise Refused(f"{ticket.key} was merged into T-{made.to_id} already. Look at that one.", field="ticket")


def _tell_both(session: Session, kind: events.Kind, made: TicketLink, by: Person | None, now: datetime) -> None:
    """Each history says it from its own side, and both cards show it."""
    sides = {made.from_id: (made.to_id, made.kind.value), made.to_id: (made.from_id, made.kind.from_the_other_side)}
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(sides)).order_by(Ticket.id)).all():
        other, wording = sides[ticket.id]
        ticket.version += 1
        session.add(
            events.Event(
                kind=kind, at=now, account_id=ticket.account_id, ticket_id=ticket.id, actor_id=by.id if by else None,
                data={"link": made.id, "kind": made.kind.value, "wording": wording, "other": other, "note": made.note},
                rule_version=playbook.of(session).version,
            )
        )  # fmt: skip
        session.flush()
        outbox.refresh(session, outbox.Subject.TICKET, ticket.id)


_at_the_end = for_all_threads(aliased(Ticket))  # made once: SQLAlchemy works out its columns anew for each alias


def links_of(
    session: Session, ticket_ids: list[int], *, among: Select[Ticket] | None = None
) -> dict[int, list[Linked]]:
    """Every live link of these tickets, each as that ticket reads it; `among` holds it to what a reader may know."""
    if not ticket_ids:
        return {}
    other = _at_the_end
    ours = and_(TicketLink.from_id.in_(ticket_ids), other.id == TicketLink.to_id)
    theirs = and_(TicketLink.to_id.in_(ticket_ids), other.id == TicketLink.from_id)
    query = select(TicketLink, other).join(other, or_(ours, theirs)).where(_lives()).order_by(TicketLink.id)
    if among is not None:
        query = query.where(other.id.in_(among.with_only_columns(Ticket.id)))
    found: dict[int, list[Linked]] = {number: [] for number in ticket_ids}
    for made, at_the_end in session.execute(query):
        points_there = at_the_end.id == made.to_id
        wording = made.kind.value if points_there else made.kind.from_the_other_side
        own = made.from_id if points_there else made.to_id
        found[own].append(Linked(made.id, at_the_end, made.kind, wording, made.note))
    return found


def candidates(session: Session, actor: Person, ticket: Ticket, typed: str) -> list[Ticket]:
    """What it could be linked to, for a picker: the same client's, open ones first, then the newest."""
    query = seen_by(actor).where(Ticket.account_id == ticket.account_id, Ticket.id != ticket.id)
    if words := typed.strip():
        number = words.upper().removeprefix("T-")
        same = Ticket.title.icontains(words, autoescape=True)
        query = query.where(same | (Ticket.id == int(number)) if number.isdecimal() and len(number) < 13 else same)
    return list(session.scalars(query.order_by(Ticket.closed_at.is_not(None), Ticket.id.desc()).limit(CANDIDATES)))
