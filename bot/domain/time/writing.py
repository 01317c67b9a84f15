"""Time is logged in a sentence and corrected by reversal: no entry is changed or removed, here or in the database."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from bot.connection import NOBODY_WAITS
from bot.domain import agreements, events, recurring, tickets
from bot.domain.accounts import Account
from bot.domain.base import write
from bot.domain.codes import Category, Code, default_code
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.time.entry import TimeEntry, undone
from bot.domain.time.work import WITHOUT_A_TICKET, Work, own_code, target, target_of
from bot.domain.time.write_offs import WriteOff

LONGEST_REASON = 300
NO_REASON = "put right"
EARLIEST_YEAR = 2000
NO_NOTE = (
    "Say in the note what it was for, as in “went through the renewal terms”: without a ticket, that is the reason."
)


def log(
    session: Session,
    work: Work,
    *,
    by: Person,
    minutes: int,
    work_date: date,
    now: datetime,
    today: date,
    category: Category | None = None,
    code: Code | None = None,
    note: str = "",
    number: int | None = None,
    instead_of: TimeEntry | None = None,
    reason: str = "",
    after_hours: bool = False,
) -> TimeEntry:
    """Log time on a ticket, a project or an account. Only what cannot be true is refused; what is closed takes time.

    With the `number` that `Before` drew for it nothing is waited for.
    """
    by.require(Permission.LOG_TIME)
    _require_come(work_date, today)
    if isinstance(work, Account) and not note.strip():
        raise Refused(NO_NOTE, field="note")
    category = category or usual_category(session, work)
    entry = TimeEntry(
        person_id=by.id,
        **target(work),
        work_date=work_date,
        minutes=minutes,
        category=category,
        code=code or usual_code(session, work, category, work_date),
        note=note.strip(),
        created_at=now,
        replaces_id=instead_of.id if instead_of else None,
        reason=reason,
        after_hours=after_hours,
    )
    if number is None:
        session.add(entry)
        session.flush()
    else:
        entry.id = number
        write(session, entry)
    if instead_of:
        _stay_written_off(session, instead_of, entry)
    _record(session, events.Kind.TIME_LOGGED, entry, by, now)
    return entry


def _require_come(work_date: date, today: date) -> None:
    if work_date > today:
        raise Refused("That day has not come yet. Pick today or an earlier day.", field="work_date")
    if work_date.year < EARLIEST_YEAR:
        raise Refused("That is too long ago. Pick the day on which you did it.", field="work_date")


def usual_category(session: Session, work: Work | None) -> Category:
    """Work that recurs is monitoring and maintenance; without a ticket it is talking; the rest resolves tickets."""
    if isinstance(work, Account):
        return WITHOUT_A_TICKET
    recurs = isinstance(work, Ticket) and work.requester_id is None and recurring.of_ticket(session, work.id)
    return Category.MONITORING_MAINTENANCE if recurs else Category.TICKET_RESOLUTION


def usual_code(session: Session, work: Work, category: Category, day: date) -> Code:
    """The ticket's own, or what its category says; out of scope where the agreement does not cover the ticket.

    So what is logged before anybody asked the client is kept, and off the invoice until they approve it.
    """
    own = own_code(work)
    code = default_code(category, own)
    if own is None and code is Code.INCLUDED and isinstance(work, Ticket):
        bought = agreements.of(session, work.account_id, day)
        if bought and bought.beyond(system=work.related_system, kind=work.request_type, code=None):
            return Code.OUT_OF_SCOPE
    return code


class Before(NamedTuple):
    """What a line of `/time` wants to know before it is logged."""

    again: bool  # an equal standing entry was made just now: perhaps the same line sent twice
    minutes: int  # of that day so far
    number: int  # the entry's, drawn ahead


def before(
    session: Session, work: Work | str, *, by: Person, minutes: int, note: str, since: datetime, work_date: date
) -> tuple[Work, Before]:
    """The work and what was logged before, `since` then; of a ticket's key both are one question."""
    _take_turns(session, by)
    on = {"ticket_id": tickets.number_of(work)} if isinstance(work, str) else target(work)
    mine = and_(TimeEntry.person_id == by.id, TimeEntry.reverses_id.is_(None), ~undone)
    equal = [getattr(TimeEntry, name) == number for name, number in on.items()]
    equal += [TimeEntry.minutes == minutes, TimeEntry.note == note.strip(), TimeEntry.created_at > since,
              TimeEntry.work_date == work_date]  # fmt: skip
    day = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(mine, TimeEntry.work_date == work_date)
    number = func.nextval(func.pg_get_serial_sequence(TimeEntry.__tablename__, "id"))
    asked = exists().where(mine, *equal), day.scalar_subquery(), number
    if isinstance(work, str):
        ticket, *found = tickets.visible_with(session, by, work, *asked)
        return ticket, Before(*found)
    return work, Before(*session.execute(select(*asked)).one())


def _take_turns(session: Session, person: Person) -> None:
    """One line at a time per person: two equal lines at once must not both find nothing."""
    people = Person.__table__
    session.execute(
        select(people.c.id).where(people.c.id == person.id).with_for_update(key_share=True),
        execution_options=NOBODY_WAITS,
    )


def own(session: Session, entry_id: int, *, by: Person) -> TimeEntry:
    """One's own standing entry; the caller's turn lasts until it commits."""
    _take_turns(session, by)
    entry = session.scalar(select(TimeEntry).where(TimeEntry.id == entry_id, TimeEntry.person_id == by.id))
    if entry is None or entry.reverses_id is not None:
        raise NotFound("I can't find that entry among yours. /time today shows them.")
    if later := session.scalars(select(TimeEntry).where(TimeEntry.reverses_id == entry.id)).one_or_none():
        what = "corrected" if later.reason else "undone"
        raise Refused(f"That entry was {what} already. Look at /time today: it is not in your day any more.")
    return entry


def reverse(session: Session, entry_id: int, *, by: Person, now: datetime, reason: str = "") -> TimeEntry:
    """Undo one's own entry by an equal and opposite one; the history keeps both."""
    return _reverse(session, own(session, entry_id, by=by), by, now, reason)


def _reverse(session: Session, entry: TimeEntry, by: Person, now: datetime, reason: str) -> TimeEntry:
    reversal = TimeEntry(
        account_id=entry.account_id,
        person_id=entry.person_id,
        ticket_id=entry.ticket_id,
        project_id=entry.project_id,
        work_date=entry.work_date,
        minutes=-entry.minutes,
        category=entry.category,
        code=entry.code,
        note=entry.note,
        created_at=now,
        reverses_id=entry.id,
        reason=reason,
        after_hours=entry.after_hours,
    )
    session.add(reversal)
    session.flush()
    _record(session, events.Kind.TIME_REVERSED, reversal, by, now)
    return reversal


def correct(
    session: Session, entry_id: int, work: Work, *, by: Person, minutes: int, work_date: date, category: Category,
    code: Code | None, note: str, reason: str, now: datetime, today: date, after_hours: bool = False,
) -> TimeEntry:  # fmt: skip
    """Put one's own entry right: it is reversed and another stands in its place, both in one transaction."""
    _require_come(work_date, today)
    entry = own(session, entry_id, by=by)
    code = code or usual_code(session, work, category, work_date)
    told = (target(work), minutes, work_date, category, code, note.strip(), after_hours)
    stands = (
        target_of(entry), entry.minutes, entry.work_date, entry.category, entry.code, entry.note, entry.after_hours
    )  # fmt: skip
    if told == stands:
        raise Refused("It says so already. Change what was wrong, or press Cancel.", field="minutes")
    reason = reason.strip()[:LONGEST_REASON] or NO_REASON
    reverse(session, entry_id, by=by, now=now, reason=reason)
    return log(
        session, work, by=by, minutes=minutes, work_date=work_date, now=now, today=today, category=category, code=code,
        note=note, instead_of=entry, reason=reason, after_hours=after_hours,
    )  # fmt: skip


def amend(
    session: Session, entry: TimeEntry, *, by: Person, now: datetime, reason: str, code: Code | None = None,
    note: str | None = None, ticket: Ticket | None = None,
) -> TimeEntry:  # fmt: skip
    """Put somebody's standing entry right in a review: it stays theirs, and the history tells who did it."""
    by.require(Permission.REVIEW_BILLING)
    require_standing(session, entry)
    _reverse(session, entry, by, now, reason)
    replacement = TimeEntry(
        account_id=entry.account_id, person_id=entry.person_id, work_date=entry.work_date, minutes=entry.minutes,
        category=entry.category, code=code or entry.code, note=entry.note if note is None else note.strip(),
        created_at=now, replaces_id=entry.id, reason=reason,
        ticket_id=ticket.id if ticket else entry.ticket_id, project_id=None if ticket else entry.project_id,
        after_hours=entry.after_hours,
    )  # fmt: skip
    session.add(replacement)
    session.flush()
    _record(session, events.Kind.TIME_LOGGED, replacement, by, now)
    return replacement


def require_standing(session: Session, entry: TimeEntry) -> None:
    """Refuse what its author put right meanwhile; until the end of the transaction they wait."""
    session.execute(select(Person.id).where(Person.id == entry.person_id).with_for_update(key_share=True))
    if session.scalar(select(TimeEntry.id).where(TimeEntry.reverses_id == entry.id)):
        raise Refused("That entry was put right meanwhile. Open the review again.")


def _stay_written_off(session: Session, before: TimeEntry, entry: TimeEntry) -> None:
    """Putting it right does not charge the client for what was given to them."""
    off = session.scalar(select(WriteOff).where(WriteOff.entry_id == before.id))
    if off is not None and entry.account_id == before.account_id:
        again = WriteOff(account_id=off.account_id, entry_id=entry.id, reason=off.reason, by_id=off.by_id, at=off.at)
        session.add(again)
        session.flush()


def _record(session: Session, kind: events.Kind, entry: TimeEntry, by: Person, now: datetime) -> None:
    write(
        session,
        events.Event(
            kind=kind,
            at=now,
            account_id=entry.account_id,
            ticket_id=entry.ticket_id,
            actor_id=by.id,
            data={"entry": entry.id, "minutes": entry.minutes, "code": entry.code.value, "note": entry.note}
            | ({"reason": entry.reason} if entry.reason else {}),
        ),
    )
