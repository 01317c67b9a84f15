"""Every entry of a review's month: one may be put right though nothing was found about it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.billing.findings import Finding, Found, standing_in, written_off_among
from bot.domain.billing.review import BillingReview
from bot.domain.codes import Code
from bot.domain.time import TimeEntry

Named = TypeVar("Named", Code, int)
ALL, OFF, CODE, PERSON = "all", "off", "code", "person"  # what the list may be narrowed to


class Share(NamedTuple):
    """A part of the entries: what the list is narrowed to for it, what it is called, and its minutes."""

    narrowed: str
    label: str
    minutes: int


def entries_of(session: Session, review: BillingReview) -> list[tuple[Found, TimeEntry]]:
    """All that count in it and were not taken back, as what can be put right, in the order of the work."""
    entries = sorted(standing_in(session, review.account_id, review.period), key=_by_work)
    off = written_off_among(session, entries)
    return [(Found(Finding.OFF if entry.id in off else Finding.ENTRY, entry), entry) for entry in entries]


def _by_work(entry: TimeEntry) -> tuple[int, int, date, int]:
    """Tickets, then projects, then what is on neither."""
    kind = 0 if entry.ticket_id else 1 if entry.project_id else 2
    return kind, entry.ticket_id or entry.project_id or 0, entry.work_date, entry.id


def narrow(found: list[tuple[Found, TimeEntry]], narrowed: str) -> list[tuple[Found, TimeEntry]]:
    """Those of a code or a person, or those that were written off; all of them where it names nothing."""
    which, _, about = narrowed.partition(":")
    rules: dict[str, Callable[[Found, TimeEntry], bool]] = {
        OFF: lambda one, _: one.finding is Finding.OFF,
        CODE: lambda _, entry: entry.code.value == about,
        PERSON: lambda _, entry: str(entry.person_id) == about,
    }
    return [pair for pair in found if rules[which](*pair)] if which in rules else found


def shares(session: Session, found: list[tuple[Found, TimeEntry]]) -> list[Share]:
    """Everything, then by code, what was written off, and by person, each with the longest first."""
    by_code: dict[Code, int] = defaultdict(int)
    by_person: dict[int, int] = defaultdict(int)
    for _, entry in found:
        by_code[entry.code] += entry.minutes
        by_person[entry.person_id] += entry.minutes
    off = sum(entry.minutes for one, entry in found if one.finding is Finding.OFF)
    known = people.by_ids(session, set(by_person))
    return [
        Share(ALL, "All entries", sum(by_code.values())),
        *(Share(f"{CODE}:{code.value}", code.label, minutes) for code, minutes in _longest(by_code)),
        *([Share(OFF, "Written off", off)] if off else []),
        *(Share(f"{PERSON}:{number}", known[number].name, minutes) for number, minutes in _longest(by_person)),
    ]


def _longest(minutes: dict[Named, int]) -> list[tuple[Named, int]]:
    return sorted(minutes.items(), key=lambda pair: -pair[1])
