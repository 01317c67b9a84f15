"""Whom and what a row of a timesheet means here: people, accounts, tickets, projects. What it meets nobody by is said.

People and accounts are few and read once; tickets, projects and entries are looked up for a batch of rows at a time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.codes import Category, Code, default_code
from bot.domain.imports.copying import Connection
from bot.domain.imports.foreign import Unreadable
from bot.domain.imports.timesheets import OWN, Worked
from bot.domain.time import TimeEntry

_TICKET, _PROJECT = re.compile(r"T-?(\d{1,12})", re.IGNORECASE), re.compile(r"PR-?(\d{1,12})", re.IGNORECASE)

SOURCES = "select distinct source from ticket where source is not null"
TICKETS = """
select id, account_id, code, source_key from ticket where id = any(%s) or source = any(%s) and source_key = any(%s)
"""
PROJECTS = "select id, account_id from project where id = any(%s)"
# An entry that was logged here has no source: its number is its key.
ENTRIES = """
select coalesce(source_key, id::text), minutes, work_date,
       not exists (select from time_entry as back where back.reverses_id = time_entry.id)
from time_entry where source = %(source)s and source_key = any(%(keys)s)
   or %(is_ours)s and source is null and id = any(%(ids)s)
"""


class Who(NamedTuple):
    """Somebody of the team."""

    id: int
    name: str
    zone: str


class Account(NamedTuple):
    """A client."""

    id: int
    name: str
    billed_through: date | None = None


class Found(NamedTuple):
    """A ticket or a project: whose it is, and the code its time has."""

    id: int
    account_id: int
    code: Code | None = None


class Stored(NamedTuple):
    """An entry that is there already."""

    minutes: int
    work_date: date
    stands: bool


@dataclass
class Known:
    """Who and what there is here, and how it is found by what people call it."""

    team: str  # our workspace
    now: datetime
    people: dict[str, list[Who]]
    accounts: dict[str, Account]
    sources: list[str]  # the systems whose tickets were imported
    account: Account | None = None  # whose all rows are
    tickets: dict[str, list[Found]] = field(default_factory=dict)
    projects: dict[str, Found] = field(default_factory=dict)
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)

    @cached_property
    def accounts_by_id(self) -> dict[int, Account]:
        """The same accounts by their numbers."""
        return {account.id: account for account in self.accounts.values()}

    def entry(self, row: Worked, source: str) -> TimeEntry | None:
        """What the row becomes; None where it is there already. Raises Unreadable with what to do."""
        who = self._who(row.person)
        day = _day(row.when, who)
        if day > self.now.astimezone(ZoneInfo(who.zone)).date():
            raise Unreadable(f"{day} has not come yet; correct the day")
        if there := self.stored.get((source, row.key)):
            if (there.minutes, there.work_date) == (row.minutes, day):
                return None
            raise Unreadable(
                f"it is here with {there.minutes} minutes on {there.work_date}; correct that entry in Slack instead"
            )
        account, work = self._work(row)
        if row.replaces and (before := self.stored.get((source, row.replaces))) and before.stands:
            raise Unreadable(f"it replaces entry {row.replaces}, which stands here; undo that one in Slack first")
        self.stored[source, row.key] = Stored(row.minutes, day, stands=True)
        category = row.category or Category.TICKET_RESOLUTION
        return TimeEntry(
            account_id=account.id, person_id=who.id, work_date=day, minutes=row.minutes, category=category,
            code=row.code or default_code(category, work.code if work else None), created_at=row.logged_at or self.now,
            note=row.note, after_hours=row.after_hours, source=source, source_key=row.key,
            ticket_id=work.id if work and not row.project else None,
            project_id=work.id if work and row.project else None,
        )  # fmt: skip

    def is_billed(self, entry: TimeEntry) -> bool:
        """Whether the month of the work is locked, so that it counts in the one that is open."""
        through = self.accounts_by_id[entry.account_id].billed_through
        return through is not None and entry.work_date <= through

    def _who(self, names: Sequence[str]) -> Who:
        for name in filter(None, names):
            found = self.people.get(name.strip().casefold(), [])
            if len(found) > 1:
                raise Unreadable(f"{len(found)} people are called “{name}”; write the e-mail address or Slack id")
            if found:
                return found[0]
        called = next(filter(None, names), "")
        if not called:
            raise Unreadable("it does not say who worked; write a name, an e-mail address or a Slack id")
        raise Unreadable(f"nobody in the team is “{called[:80]}”; add them with `steward apply`, or correct the name")

    def _work(self, row: Worked) -> tuple[Account, Found | None]:
        named = self._named(row.account) if row.account else None
        if self.account and named and named != self.account:
            raise Unreadable(f"it is {named.name}’s, and only {self.account.name}’s are asked for; leave out --account")
        account = named or self.account
        work = self._project(row.project) if row.project else self._ticket(row.ticket, account)
        if account is None:
            if work is None:
                raise Unreadable("it names neither account nor ticket; say whose it is with --account")
            return self.accounts_by_id[work.account_id], work
        if work and work.account_id != account.id:
            raise Unreadable(f"{row.project or row.ticket} is not {account.name}’s; correct the key or the account")
        return account, work

    def _named(self, name: str) -> Account:
        if found := self.accounts.get(name.strip().casefold()):
            return found
        there = ", ".join(one.name for one in self.accounts.values()) or "none yet"
        raise Unreadable(f"there is no account “{name[:80]}”; write one of: {there}")

    def _project(self, key: str) -> Found:
        if found := self.projects.get(key.casefold()):
            return found
        raise Unreadable(f"there is no project “{key[:80]}”; correct its key, or leave it out")

    def _ticket(self, key: str, account: Account | None) -> Found | None:
        if not key:
            return None
        found = self.tickets.get(key.casefold(), [])
        if account and len(found) > 1:  # two systems count alike: whose it is decides
            found = [one for one in found if one.account_id == account.id]
        if len(found) == 1:
            return found[0]
        if found:
            raise Unreadable(f"{len(found)} tickets were called “{key[:80]}”; write ours, as in T-102")
        raise Unreadable(f"there is no ticket “{key[:80]}”; import it first, or write ours, as in T-102")

    def look_up(self, connection: Connection, rows: Iterable[tuple[Worked, str]]) -> None:
        """Find what a batch of rows names; what an earlier one named is let go."""
        batch = list(rows)
        ours = [row for row, _ in batch if row.steward in {"", self.team}]
        self.tickets = self._find_tickets(connection, {row.ticket for row, _ in batch} - {""}, ours)
        self.projects, self.stored = {}, {}
        numbers = _numbers(_PROJECT, (row.project for row in ours))
        for id_, account_id in connection.execute(PROJECTS, [list(numbers.values())]):
            found = Found(id_, account_id, Code.PROJECT)
            self.projects |= {written: found for written, number in numbers.items() if number == id_}
        by_source = defaultdict(set)
        for row, source in batch:
            by_source[source] |= {row.key, row.replaces} - {""}
        for source, keys in by_source.items():
            ids = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]
            asked = {"source": source, "keys": list(keys), "ids": ids, "is_ours": source == f"{OWN} {self.team}"}
            for key, *facts in connection.execute(ENTRIES, asked):
                self.stored[source, key] = Stored(*facts)

    def _find_tickets(self, connection: Connection, written: set[str], ours: list[Worked]) -> dict[str, list[Found]]:
        """By what rows call them: ours, or else what came from elsewhere. T-102 of another Steward is not ours."""
        numbers = _numbers(_TICKET, (row.ticket for row in ours))
        by_key, by_source_key = defaultdict(list), defaultdict(list)
        asked = [list(numbers.values()), self.sources, list(written)]
        for id_, account_id, code, source_key in connection.execute(TICKETS, asked):
            one = Found(id_, account_id, Code(code) if code else None)
            for key in (key for key, number in numbers.items() if number == id_):
                by_key[key].append(one)
            if source_key in written:
                by_source_key[source_key.casefold()].append(one)
        return by_source_key | by_key


def _numbers(pattern: re.Pattern[str], written: Iterable[str]) -> dict[str, int]:
    matched = {key.casefold(): pattern.fullmatch(key) for key in written if key}
    return {key: int(match[1]) for key, match in matched.items() if match}


def _day(when: date | datetime, who: Who) -> date:
    """The day on which the work began, where its person is; without a zone it is theirs already."""
    if not isinstance(when, datetime):
        return when
    return when.astimezone(ZoneInfo(who.zone)).date() if when.tzinfo else when.date()


def known(connection: Connection, account: str | None, now: datetime) -> Known:
    """The team and the accounts as they are; with `account`, all rows are that one's."""
    firm = connection.execute("select team_slack_id, timezone from provider").fetchone()
    team, zone = firm or ("", "UTC")
    people: dict[str, list[Who]] = defaultdict(list)
    query = "select id, name, coalesce(timezone, %s), slack_id, email from person where account_id is null"
    for id_, name, of_theirs, *others in connection.execute(query, [zone]):
        for called in {called.casefold() for called in (name, *others) if called}:
            people[called].append(Who(id_, name, of_theirs))
    listed = [Account(*row) for row in connection.execute("select id, name, billed_through from account order by name")]
    accounts = {one.name.casefold(): one for one in listed}
    sources = [source for (source,) in connection.execute(SOURCES)]
    return Known(team, now, people, accounts, sources, accounts.get((account or "").strip().casefold()))
