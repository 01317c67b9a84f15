"""What was asked, of which seats, on which content, and what came of it.

The caller holds the lock of the row that the approval is about. Nothing here sets an outcome by hand: it is counted
from the decisions (`seats.tally`), and the database counts once more (migration 0010).
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import playbook
from bot.domain import accounts, people, provider
from bot.domain.approvals.decision import Decision, decisions_on
from bot.domain.approvals.kinds import Purpose, Standing
from bot.domain.approvals.sitting import Chair, Hall
from bot.domain.base import Base, Id
from bot.domain.business_time import Calendar, add_minutes
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.seats import Outcome, Seat, Tally, Verdict, tally

LONGEST_REASON = 1000
MOST_NAMES = 3
Steps = tuple[tuple[Seat, ...], ...]


class Approval(Base):
    """One question to certain seats, about one content."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_pending", "purpose", "subject_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_approval_purpose_subject_id", "purpose", "subject_id"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[Purpose]
    subject_id: Mapped[int]
    content_hash: Mapped[str]
    steps: Mapped[list[Any]]
    barred: Mapped[dict[str, Any]]  # person id, as text: why they may not
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    state: Mapped[Standing] = mapped_column(default=Standing.PENDING)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")  # how many of its reminders were sent

    @property
    def is_pending(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state is Standing.PENDING

    @property
    def seats(self) -> list[Seat]:
        """Every seat that must decide, in order."""
        return [Seat(name) for step in self.steps for name in step]

    @property
    def barred_ids(self) -> dict[int, str]:
        """Who may not decide, and why."""
        return {int(number): why for number, why in self.barred.items()}

    def open_seats(self, decided: list[Decision], now: datetime, valid_for: timedelta) -> list[Seat]:
        """The seats of the first step that is not complete: whose turn it is."""
        missing = list(self.count(decided, now, valid_for).missing)
        for step in self.steps:
            turn = [seat for seat in map(Seat, step) if seat in missing]
            if turn:
                return turn
        return []

    def count(self, decided: list[Decision], now: datetime, valid_for: timedelta) -> Tally:
        """What the decisions come to at that instant."""
        if self.purpose is Purpose.BILLING_REVIEW:  # a signature stands as long as what was signed does
            valid_for = timedelta.max
        votes = [made.vote for made in decided]
        return tally(
            votes, self.seats, barred=self.barred_ids, content_hash=self.content_hash, now=now, valid_for=valid_for,
            all_speak=self.purpose is Purpose.EMERGENCY_REVIEW,
        )  # fmt: skip


class Settled(NamedTuple):
    """A decision and what the approval came to by it."""

    decision: Decision
    state: Standing


def valid_for(session: Session) -> timedelta:
    """How long a decision counts."""
    return timedelta(days=playbook.of(session).approval_valid_days)


def ask(
    session: Session, purpose: Purpose, subject_id: int, steps: Steps, *, account_id: int | None,
    barred: Mapping[int, str], content_hash: str, by: Person, now: datetime, business_days: float | None = None,
    expires_at: datetime | None = None,
) -> Approval:  # fmt: skip
    """Put it before those who must decide; refused where a seat has nobody left to sit on it."""
    _require_enough(session, steps, account_id, barred, now)
    days = playbook.of(session).approval_expires_days if business_days is None else business_days
    calendar = _calendar(session, account_id)
    approval = Approval(
        account_id=account_id, purpose=purpose, subject_id=subject_id, content_hash=content_hash,
        steps=[[seat.value for seat in step] for step in steps],
        barred={str(number): why for number, why in barred.items()}, asked_by_id=by.id, asked_at=now,
        expires_at=expires_at or add_minutes(calendar, now, days * calendar.minutes_a_day),
    )  # fmt: skip
    session.add(approval)
    session.flush()
    return approval


def _calendar(session: Session, account_id: int | None) -> Calendar:
    return accounts.by_id(session, account_id).calendar if account_id else provider.get(session).calendar


NOBODY_LEFT = {  # by whether somebody may not decide
    True: "nobody is left who is one, as neither author nor implementer decides: choose another implementer, or",
    False: "there is nobody for it, as one person counts once:",
}


def _require_enough(
    session: Session, steps: Steps, account_id: int | None, barred: Mapping[int, str], now: datetime
) -> None:
    """Each seat needs somebody of its own: one person counts once."""
    hall, taken = Hall(session, now), set[int]()
    seats = [(seat, hall.holders(seat, account_id, barred)) for step in steps for seat in step]
    for seat, holders in sorted(seats, key=lambda one: len(one[1])):  # whom only few can fill is filled first
        taker = next((person.id for person in holders if person.id not in taken), None)
        if taker is None:
            why = NOBODY_LEFT[bool(barred)]
            raise Refused(f"This needs {seat.label}, and {why} give somebody that role with `steward apply`.")
        taken.add(taker)


def decide(
    session: Session, approval: Approval, verdict: Verdict, *, by: Person, now: datetime, reason: str = ""
) -> Settled:
    """One person's answer; refused in this order: too late, not theirs, twice, not their turn, no reason."""
    decided, chair = check(session, approval, by=by, now=now)
    if verdict is Verdict.REJECT and len(reason.strip()) < 3:
        raise Refused("Say why, so that the author knows what to change.", field="reason")
    made = Decision(
        account_id=approval.account_id, approval_id=approval.id, person_id=by.id, authority_id=chair.authority.id,
        seat=chair.seat, verdict=verdict, content_hash=approval.content_hash, at=now,
        reason=reason.strip()[:LONGEST_REASON],
    )  # fmt: skip
    session.add(made)
    session.flush()
    outcome = approval.count([*decided, made], now, valid_for(session)).outcome
    if outcome is not Outcome.PENDING:
        end(approval, Standing(outcome.value), now=now)
        session.flush()
    return Settled(made, approval.state)


def check(session: Session, approval: Approval, *, by: Person, now: datetime) -> tuple[list[Decision], Chair]:
    """Refuse who comes too late, may not, or is not asked yet; else what was decided so far, and from which seat."""
    _require_pending(session, approval, by)
    decided = decisions_on(session, [approval.id])[approval.id]
    return decided, _chair(approval, decided, by, Hall(session, now), now, valid_for(session))


def may_decide(session: Session, approval: Approval, person: Person, now: datetime) -> bool:
    """Whether it waits for this person now."""
    try:
        check(session, approval, by=person, now=now)
    except Refused:
        return False
    return True


TOO_LATE = {
    Standing.VOID: "It was edited since you saw it, so nothing is decided on that any more. Look at its newest card.",
    Standing.EXPIRED: "Nobody decided in time, so it expired. Its author can ask again.",
    Standing.WITHDRAWN: "It was withdrawn, so there is nothing left to decide. Open it to read why.",
}


def _too_late(state: Standing) -> str:
    return TOO_LATE[state]


def _require_pending(session: Session, approval: Approval, by: Person) -> None:
    if approval.is_pending:
        return
    if approval.state in TOO_LATE:
        raise Refused(_too_late(approval.state))
    if not (decided := decisions_on(session, [approval.id])[approval.id]):
        raise Refused("This needs nobody’s decision: it is approved by its template. Look at its newest card.")
    last = decided[-1]
    who = people.by_id(session, last.person_id)
    name = "You were" if last.person_id == by.id else f"{who.name if who else 'Somebody'} was"
    raise Refused(f"{name} first: it is {approval.state.value} already. Its card tells how it goes on.")


def _chair(
    approval: Approval, decided: list[Decision], by: Person, hall: Hall, now: datetime, valid: timedelta
) -> Chair:
    if why := approval.barred_ids.get(by.id):
        raise Refused(f"You are its {why}, so somebody else decides. Ask a colleague.")
    if any(made.person_id == by.id for made in decided):
        raise Refused("You have decided on this already: one person counts once. Ask a colleague.")
    open_now = approval.open_seats(decided, now, valid)
    spent = {made.authority_id for made in decided}
    known = {"account_id": approval.account_id, "asked_at": approval.asked_at, "barred": approval.barred_ids}
    may = [one for one in hall.chairs(open_now, by, **known) if one.authority.id not in spent]
    if may:
        return may[0]
    later = [seat for seat in approval.seats if seat not in open_now]
    if hall.chairs(later, by, **known):
        raise Refused(f"Not yet: {_all_of(open_now)} decides first. You are asked once that is done.")
    names = _who_may(open_now, approval, hall)
    raise Refused(f"This waits for {_all_of(open_now)}{names}. Ask them, or mention it in the thread.")


def _who_may(seats: list[Seat], approval: Approval, hall: Hall) -> str:
    """Who that is, where they are few."""
    holders = {who.id: who for seat in seats for who in hall.holders(seat, approval.account_id, approval.barred_ids)}
    names = [who.name for who in holders.values()]
    return f" ({' or '.join(names)})" if 0 < len(names) <= MOST_NAMES else ""


def _all_of(seats: list[Seat]) -> str:
    return " and ".join(dict.fromkeys(seat.label for seat in seats))


def end(approval: Approval, state: Standing, *, now: datetime) -> None:
    """Nobody decides on it any more."""
    approval.state, approval.settled_at = state, now


def still_approved(session: Session, approval: Approval | None, content_hash: str, now: datetime) -> bool:
    """Whether the decisions still carry it now: on exactly this content, each of them valid."""
    if approval is None or approval.state is not Standing.APPROVED or approval.content_hash != content_hash:
        return False
    decided = decisions_on(session, [approval.id])[approval.id]
    return approval.count(decided, now, valid_for(session)).outcome is Outcome.APPROVED


def find(session: Session, actor: Person, number: int) -> Approval:
    """One that this person may know of."""
    query = select(Approval).where(Approval.id == number)
    query = query if actor.is_staff else query.where(Approval.account_id == actor.account_id)
    if (approval := session.scalar(query)) is None:
        raise NotFound("I can't find what that was about. Look at its newest card.")
    return approval


def locked(session: Session, number: int) -> Approval:
    """The row as it stands now, held until this transaction is over; its subject's row is held already."""
    query = select(Approval).where(Approval.id == number).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def pending_of(session: Session, purpose: Purpose, subject_id: int) -> Approval | None:
    """What is asked right now."""
    found = newest(session, purpose, [subject_id]).get(subject_id)
    return found if found and found.is_pending else None


def of_subject(session: Session, purposes: Collection[Purpose], subject_id: int) -> list[Approval]:
    """Everything that was ever asked about it, in order."""
    query = select(Approval).where(Approval.purpose.in_(purposes), Approval.subject_id == subject_id)
    return list(session.scalars(query.order_by(Approval.id)))


def newest(session: Session, purpose: Purpose, subject_ids: list[int]) -> dict[int, Approval]:
    """The latest approval of each subject."""
    latest = select(func.max(Approval.id)).where(Approval.purpose == purpose, Approval.subject_id.in_(subject_ids))
    found = session.scalars(select(Approval).where(Approval.id.in_(latest.group_by(Approval.subject_id))))
    return {approval.subject_id: approval for approval in found}


def waiting_for(session: Session, person: Person, now: datetime) -> list[Approval]:
    """What this person could decide right now, the oldest first."""
    query = select(Approval).where(Approval.state == Standing.PENDING).order_by(Approval.id)
    query = query if person.is_staff else query.where(Approval.account_id == person.account_id)
    pending = list(session.scalars(query))
    decided = decisions_on(session, [approval.id for approval in pending])
    hall, valid = Hall(session, now), valid_for(session)
    return [one for one in pending if _may(one, decided[one.id], person, hall, now, valid)]


def _may(
    approval: Approval, decided: list[Decision], person: Person, hall: Hall, now: datetime, valid: timedelta
) -> bool:
    try:
        _chair(approval, decided, person, hall, now, valid)
    except Refused:
        return False
    return True
