"""How changes went: how much went out well, how much was an emergency, how long it took, and what failed.

Counted from what was released, whatever became of it since. What another system's log names is not ours to count.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.changes import Change, ChangeState, Relation, links_of
from bot.domain.changes.links import BLAMED_WITHIN
from bot.domain.changes.states import OUT
from bot.domain.risk import ChangeClass, success_percent
from bot.domain.tickets import Ticket

MOST_EMERGENCIES_PERCENT = 5  # of 17,262 real changes of a bank, 0.2 % were emergencies


@dataclass(frozen=True)
class Failed:
    """A change that was rolled back, or that incidents within seven days are held against."""

    change: Change
    incidents: list[Ticket] = field(default_factory=list)

    @property
    def was_rolled_back(self) -> bool:
        """Whether it was taken back."""
        return self.change.state is ChangeState.ROLLED_BACK


@dataclass(frozen=True)
class Figures:
    """What went out in a period."""

    released: int
    by_class: dict[ChangeClass, int]
    lead_time: timedelta | None  # the median, from made to released
    failed: list[Failed]

    @property
    def success_percent(self) -> float | None:
        """Of what was released, what needed neither a rollback nor an incident."""
        rolled_back = sum(one.was_rolled_back for one in self.failed)
        return success_percent(
            implemented=self.released, rolled_back=rolled_back, incident_within_7_days=len(self.failed) - rolled_back
        )

    @property
    def emergency_percent(self) -> float | None:
        """How much of it could not wait."""
        return 100 * self.by_class[ChangeClass.EMERGENCY] / self.released if self.released else None

    @property
    def too_many_emergencies(self) -> bool:
        """Whether emergencies became a habit."""
        return (self.emergency_percent or 0) > MOST_EMERGENCIES_PERCENT


def figures(session: Session, starts: datetime, ends: datetime, *, account_id: int | None = None) -> Figures:
    """Of what was released from one instant to before another, for one account or all."""
    query = select(Change).where(Change.released_at >= starts, Change.released_at < ends, Change.state.in_(OUT))
    query = query.where(Change.account_id == account_id) if account_id is not None else query
    out = list(session.scalars(query.order_by(Change.released_at, Change.id)))
    counted = Counter(change.change_class for change in out)
    times = [change.released_at - change.created_at for change in out if change.released_at]
    return Figures(
        len(out), {kind: counted[kind] for kind in ChangeClass},
        timedelta(seconds=median(time.total_seconds() for time in times)) if times else None, _failed(session, out),
    )  # fmt: skip


def incidents_of(session: Session, changes: Collection[Change]) -> dict[int, list[Ticket]]:
    """The incidents within seven days of its release that each of these is blamed for."""
    known = {change.id: change for change in changes}
    blamed = [link for link in links_of(session, list(known)) if link.relation is Relation.CAUSED]
    query = select(Ticket).where(Ticket.id.in_({link.ticket_id for link in blamed}))
    tickets = {ticket.id: ticket for ticket in session.scalars(query)} if blamed else {}
    found: dict[int, list[Ticket]] = {number: [] for number in known}
    for link in blamed:
        out, ticket = known[link.change_id].released_at, tickets.get(link.ticket_id)
        if out and ticket and out <= ticket.created_at <= out + BLAMED_WITHIN:
            found[link.change_id].append(ticket)
    return found


def _failed(session: Session, out: list[Change]) -> list[Failed]:
    incidents = incidents_of(session, out)
    found = [Failed(change, incidents[change.id]) for change in out]
    return [one for one in found if one.was_rolled_back or one.incidents]
