"""What is looked at before a month is billed: each finding names what is odd, and what puts it right.

KINDS is the table: whether a finding holds the signing up, and what may be done about it in place.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.domain import invoices, people, provider, time
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.business_time import Calendar
from bot.domain.codes import CATEGORIES, Code
from bot.domain.invoices import Charges
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.receipts import digest_of
from bot.domain.time import TimeEntry
from bot.domain.time.doubts import LONG_DAY, LONG_ENTRY
from bot.domain.time.entry import undone
from bot.domain.time.write_offs import WriteOff
from bot.domain.timeliness import is_late
from bot.domain.vagueness import is_vague


class Fix(StrEnum):
    """What puts a finding right, in place."""

    RECODE = "recode"
    NOTE = "note"
    ASSIGN = "assign"
    WRITE_OFF = "write_off"
    CHARGE = "charge"  # what was written off, after all
    WAIVE = "waive"  # it is right as it is: with a reason

    @property
    def label(self) -> str:
        """The word on the button."""
        return {self.NOTE: "Say what was done", self.ASSIGN: "Put on a ticket", self.WRITE_OFF: "Write off",
                self.CHARGE: "Charge after all", self.WAIVE: "It is right"}.get(self, "Recode")  # fmt: skip


class Finding(StrEnum):
    """What was found."""

    VAGUE = "vague"
    CODE = "code"
    MISMATCH = "mismatch"
    LONG_DAY = "long_day"
    LONG_ENTRY = "long_entry"
    DUPLICATE = "duplicate"
    WAITING = "waiting"
    NO_TICKET = "no_ticket"
    LATE = "late"
    STRAGGLER = "straggler"
    UNENTERED = "unentered"
    ENTRY = "entry"
    OFF = "off"


class Kind(NamedTuple):
    """One row: whether it holds up the signing, and its fixes."""

    holds: bool
    fixes: tuple[Fix, ...]


_F = Fix
# fmt: off
KINDS: dict[Finding, Kind] = {
    Finding.VAGUE:      Kind(True,  (_F.NOTE, _F.ASSIGN, _F.WRITE_OFF)),
    Finding.CODE:       Kind(True,  (_F.RECODE, _F.WRITE_OFF)),
    Finding.MISMATCH:   Kind(True,  (_F.RECODE, _F.WAIVE)),
    Finding.LONG_DAY:   Kind(True,  (_F.WAIVE, _F.WRITE_OFF)),
    Finding.LONG_ENTRY: Kind(True,  (_F.WAIVE, _F.WRITE_OFF)),
    Finding.DUPLICATE:  Kind(True,  (_F.WRITE_OFF, _F.WAIVE)),
    Finding.WAITING:    Kind(False, (_F.RECODE, _F.WRITE_OFF)),
    Finding.NO_TICKET:  Kind(False, (_F.ASSIGN, _F.WRITE_OFF)),
    Finding.LATE:       Kind(False, ()),
    Finding.STRAGGLER:  Kind(False, (_F.WRITE_OFF,)),
    Finding.UNENTERED:  Kind(False, ()),
    # Nothing is odd about these: somebody picks one among all entries.
    Finding.ENTRY:      Kind(False, (_F.RECODE, _F.NOTE, _F.ASSIGN, _F.WRITE_OFF)),
    Finding.OFF:        Kind(False, (_F.CHARGE,)),
}
PICKED = frozenset({Finding.ENTRY, Finding.OFF})
# fmt: on
OURS = frozenset(category for category, (_, code) in CATEGORIES.items() if code is Code.INTERNAL)


@dataclass(frozen=True)
class Found:
    """One finding. Its key is the same whenever the same is found."""

    finding: Finding
    entry: TimeEntry | None = None
    person: Person | None = None
    day: date | None = None
    minutes: int = 0
    because: str = ""

    @property
    def key(self) -> str:
        """What it is called where it is waived."""
        about = self.entry.id if self.entry else f"{self.person.id if self.person else 0}:{self.day}"
        return f"{self.finding.value}:{about}"

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What may be done about it."""
        free = self.entry is not None and self.entry.code is Code.INTERNAL  # there is nothing to write off
        return tuple(how for how in KINDS[self.finding].fixes if not (free and how is Fix.WRITE_OFF))


@dataclass(frozen=True)
class Examined:
    """A month of an account: what was found, what was waived, what it costs."""

    month: Month
    charges: Charges | None  # None: no agreement is valid then
    found: list[Found] = field(default_factory=list)
    waived: frozenset[str] = frozenset()
    raw_minutes: int = 0
    taken_back_minutes: int = 0  # of months that are billed
    internal_minutes: int = 0
    written_off_minutes: int = 0

    @property
    def open(self) -> list[Found]:
        """What still holds the signing up."""
        return [one for one in self.found if KINDS[one.finding].holds and one.key not in self.waived]

    @property
    def shown(self) -> list[Found]:
        """What holds it up first, then what is good to know; what was waived is out, and no ticket is told once."""
        held = {one.entry.id for one in self.open if one.entry}
        rest = [one for one in self.found if not KINDS[one.finding].holds]
        told = [one for one in rest if one.finding is Finding.NO_TICKET and one.entry and one.entry.id in held]
        return self.open + [one for one in rest if one not in told]

    def content(self) -> str:
        """What is signed: every line, every entry of it, what waits and what was waived."""
        lines = self.charges.lines if self.charges else []
        credited = list(self.charges.credits) if self.charges else []
        told = {
            "month": str(self.month),
            "terms": self.charges.bought.id if self.charges else None,
            "lines": [[one.code, one.description, str(one.quantity), str(one.unit_price), sorted(one.entries),
                       sorted(one.tickets)] for one in lines],
            "credits": [[one.invoice.id, [[line.code, str(line.amount)] for line in one.charges]] for one in credited],
            "waits": sorted(one.id for one in (self.charges.waiting if self.charges else [])),
            "waived": sorted(self.waived),
            "minutes": [self.raw_minutes, self.taken_back_minutes, self.internal_minutes, self.written_off_minutes],
        }  # fmt: skip
        return json.dumps(told, sort_keys=True)

    @property
    def digest(self) -> str:
        """That in short: a signature is on exactly this."""
        return digest_of(self.content())


def examine(
    session: Session,
    account: Account,
    month: Month,
    bought: Agreement | None,
    today: date | None,
    *,
    waived: Iterable[str],
    waited: Collection[int],
    ended: bool = False,
) -> Examined:
    """Look at everything; a handful of queries, all of this account and month. Without `today`, at no day's length."""
    charges = invoices.of(session, account, month, bought, waited, ended=ended) if bought else None
    entries = standing_in(session, account.id, month)
    off = written_off_among(session, entries)
    kept = [entry for entry in entries if entry.id not in off]
    calendar = provider.get(session).calendar
    team = people.by_ids(session, {entry.person_id for entry in entries})
    found = [
        *(one for entry in kept for one in _of_entry(entry, calendar, month)),
        *_unpriced(charges, kept),
        *_duplicates(kept),
        *_long_days(session, kept, team, month),
        *_waiting(session, charges, kept),
        *(_unentered(session, team, month, today) if today else ()),
    ]
    return Examined(
        month, charges, found, frozenset(waived),
        raw_minutes=sum(entry.minutes for entry in entries),
        taken_back_minutes=_taken_back(session, account, month),
        internal_minutes=sum(entry.minutes for entry in entries if entry.code is Code.INTERNAL),
        written_off_minutes=sum(entry.minutes for entry in entries if entry.id in off),
    )  # fmt: skip


def standing_in(session: Session, account_id: int, month: Month) -> list[TimeEntry]:
    """What counts in that month and was not taken back, day by day."""
    query = select(TimeEntry).where(
        TimeEntry.account_id == account_id, TimeEntry.period == month.first, TimeEntry.reverses_id.is_(None), ~undone
    )
    return list(session.scalars(query.order_by(TimeEntry.work_date, TimeEntry.id)))


def _taken_back(session: Session, account: Account, month: Month) -> int:
    """What was logged for months that are billed, and is put right in this one."""
    before = aliased(TimeEntry)
    query = (
        select(func.coalesce(func.sum(-TimeEntry.minutes), 0))
        .join(before, before.id == TimeEntry.reverses_id)
        .where(TimeEntry.account_id == account.id, TimeEntry.period == month.first, before.period < month.first)
    )
    return int(session.scalars(query).one())


def written_off_among(session: Session, entries: list[TimeEntry]) -> set[int]:
    """Which of these are off the invoices."""
    return set(session.scalars(select(WriteOff.entry_id).where(WriteOff.entry_id.in_([one.id for one in entries]))))


def _of_entry(entry: TimeEntry, calendar: Calendar, month: Month) -> Iterator[Found]:
    on_nothing = not (entry.ticket_id or entry.project_id)
    charged = entry.code is not Code.INTERNAL
    if on_nothing and charged:
        yield Found(Finding.VAGUE if is_vague(entry.note) else Finding.NO_TICKET, entry)
    if (entry.category in OURS) is charged:
        yield Found(Finding.MISMATCH, entry)
    if entry.minutes > LONG_ENTRY:
        yield Found(Finding.LONG_ENTRY, entry)
    if entry.is_first and is_late(calendar, entry.work_date, calendar.local_date(entry.created_at)):
        yield Found(Finding.LATE, entry)
    if Month.of(entry.work_date) < month:
        yield Found(Finding.STRAGGLER, entry)


def _unpriced(charges: Charges | None, kept: list[TimeEntry]) -> Iterator[Found]:
    """Of a code the agreement does not have; without an agreement, all that could be charged."""
    without = {one.id for one in charges.unpriced} if charges else None
    for entry in kept:
        if entry.id in without if without is not None else entry.code is not Code.INTERNAL:
            yield Found(Finding.CODE, entry)


def _duplicates(kept: list[TimeEntry]) -> Iterator[Found]:
    """The same person, work, day and minutes again."""
    seen: set[tuple[Any, ...]] = set()
    for entry in kept:
        same = (entry.person_id, entry.ticket_id, entry.project_id, entry.work_date, entry.minutes)
        if same in seen:
            yield Found(Finding.DUPLICATE, entry)
        seen.add(same)


def _long_days(session: Session, kept: list[TimeEntry], team: dict[int, Person], month: Month) -> Iterator[Found]:
    """More than twelve hours of one person on a day, for whichever accounts; found where this one is among them."""
    here: dict[tuple[int, date], TimeEntry] = {}
    for entry in kept:
        here[entry.person_id, entry.work_date] = entry
    for (person_id, day), minutes in time.long_days(session, list(team), month.first, month.last, LONG_DAY).items():
        if (person_id, day) in here:
            yield Found(Finding.LONG_DAY, here[person_id, day], team[person_id], day, minutes)


def _waiting(session: Session, charges: Charges | None, kept: list[TimeEntry]) -> Iterator[Found]:
    """What no approval, no budget or no price holds, of this month and of those before it."""
    waits = {one.id for one in charges.waiting} if charges else set()
    here = {entry.id for entry in kept}
    before = session.scalars(select(TimeEntry).where(TimeEntry.id.in_(waits - here)).order_by(TimeEntry.id))
    for entry in [*(one for one in kept if one.id in waits), *before]:
        why = "budget" if entry.code is Code.PROJECT else "approval"
        yield Found(Finding.WAITING, entry, minutes=entry.minutes, because=why)


def _unentered(session: Session, team: dict[int, Person], month: Month, today: date) -> Iterator[Found]:
    """Days on which those who worked for this account logged too little, and did not say that this was all."""
    began = time.first_days(session, team)  # of nobody's days before that is anything expected
    missing: dict[int, int] = defaultdict(int)
    days: dict[int, list[date]] = defaultdict(list)
    for person in team.values():
        first = max(month.first, began[person.id])
        for logged in time.days_of(session, person, first, month.last, today):
            if logged.is_wanting:  # as at the end of the day, when they were asked
                missing[person.id] += logged.missing
                days[person.id].append(logged.day)
    for number, minutes in missing.items():
        dates = days[number]
        yield Found(Finding.UNENTERED, None, team[number], dates[0], minutes, because=str(len(dates)))
