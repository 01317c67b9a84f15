"""Which version counts on a day, and how a new one is made."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from bot.domain import accounts, events, outbox, people, provider
from bot.domain.accounts import Account
from bot.domain.agreements.agreement import Agreement
from bot.domain.base import for_all_threads
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.outbox import Place, Subject
from bot.domain.people import Person
from bot.domain.roles import Permission

CENTURY = range(2000, 2100)
NEWEST_FIRST = (Agreement.starts.desc(), Agreement.id.desc())

# Looked for once somebody has entered: a subquery that needs their row, and that Postgres takes nothing out of. The
# newest version comes along; where that one has yet to start, `of` asks for the one before.
_newest = (
    select(Agreement).where(Agreement.account_id == Account.id).order_by(*NEWEST_FIRST).limit(1).lateral("newest_one")
)
_version = for_all_threads(aliased(Agreement, _newest))
_theirs = (
    select(Account, _version)
    .outerjoin(_version, true())
    .where(Account.id == people.ENTERED.account_id)
    .offset(0)
    .lateral("theirs")
)
_account, _agreement = (for_all_threads(aliased(entity, _theirs)) for entity in (Account, Agreement))
ENTER = people.ENTER.add_columns(_account, _agreement).outerjoin(_theirs, true())


def enter(session: Session, slack_id: str) -> Person | None:
    """`people.enter` for whoever presses or types: a contact's account and agreement, which forms need, come along."""
    found = people.enter_by(session, ENTER, slack_id)
    return found[0] if found else None


def of(session: Session, account_id: int, day: date) -> Agreement | None:
    """The version that counts for the account on that day, if one is valid then."""
    account, newest = session.info.get("came along") or (None, None)
    if account is not None and account.id == account_id and (newest is None or newest.starts <= day):
        return newest if newest and newest.is_valid(day) else None
    found = session.scalar(_of(Agreement.account_id == account_id, day))
    return found if found and found.is_valid(day) else None


def _of(which: ColumnElement[bool], day: date):
    return select(Agreement).where(which, Agreement.starts <= day).order_by(*NEWEST_FIRST).limit(1)


def of_several(session: Session, account_ids: Iterable[int], day: date) -> dict[int, Agreement]:
    """The same for many accounts at once."""
    query = (
        select(Agreement)
        .where(Agreement.account_id.in_(list(account_ids)), Agreement.starts <= day)
        .order_by(Agreement.account_id, Agreement.starts, Agreement.id)
    )
    newest = {one.account_id: one for one in session.scalars(query)}
    return {number: one for number, one in newest.items() if one.is_valid(day)}


def versions(session: Session, account_id: int) -> list[Agreement]:
    """Those that count, or counted from a day on, the oldest first: what was put right at once is left out."""
    return versions_of(session, [account_id])[account_id]


def versions_of(session: Session, account_ids: Iterable[int]) -> dict[int, list[Agreement]]:
    """The same for many accounts at once; who has none has an empty list."""
    ids = list(account_ids)
    query = select(Agreement).where(Agreement.account_id.in_(ids)).order_by(Agreement.starts, Agreement.id)
    found: dict[int, dict[date, Agreement]] = {number: {} for number in ids}
    for one in session.scalars(query):
        found[one.account_id][one.starts] = one
    return {number: list(by_start.values()) for number, by_start in found.items()}


def in_force(known: list[Agreement], day: date) -> Agreement | None:
    """Of an account's versions the one that counts on that day, if it is valid then."""
    found = next((one for one in reversed(known) if one.starts <= day), None)
    return found if found and found.is_valid(day) else None


def make(
    session: Session, account: Account, *, by: Person, now: datetime, seen: int | None = None, **terms: Any
) -> Agreement:
    """A version from `starts` on. One that starts on the same day as another takes its place: so a slip is put right.

    `terms` are the columns of an agreement; `seen` is the newest version that whoever makes it has read (0: none).
    """
    by.require(Permission.MAKE_AGREEMENTS)
    account = accounts.lock(session, account.id)  # a month that is being locked, or another version, comes before
    known = versions(session, account.id)
    if seen is not None and seen != newest_of(known):
        raise Refused(
            f"Somebody else made a version for {account.name} meanwhile. Close this, look at theirs, and begin again."
        )
    made = Agreement(account_id=account.id, made_by_id=by.id, **terms)
    made.made_at = now
    check_start(session, account, made.starts)
    before = next((one for one in reversed(known) if one.starts <= made.starts), None)
    if before is not None and before.terms == made.terms:
        raise Refused("That is what counts from that day on already. Change something, or press Cancel.")
    session.add(made)
    session.flush()
    _tell(session, account, before, made, by, now)
    return made


def newest_of(known: list[Agreement]) -> int:
    """The number of the version that was made last; 0 where there is none."""
    return max((one.id for one in known), default=0)


def _tell(
    session: Session, account: Account, before: Agreement | None, made: Agreement, by: Person, now: datetime
) -> None:
    told = {"account": account.name, "agreement": made.id, "starts": made.starts.isoformat(),
            "before": before.terms if before else None, "after": made.terms}  # fmt: skip
    event = events.record(session, events.Kind.AGREEMENT_MADE, account_id=account.id, person=by.id, at=now, data=told)
    if channel := provider.get(session).billing_channel:
        outbox.open_thread(session, Subject.EVENT, event.id, Place.BILLING, channel, account_id=None)


def check_start(session: Session, account: Account, starts: date) -> None:
    """Refuse a version that would change what was billed, or that splits a month in two."""
    if starts.year not in CENTURY:
        raise Refused("A version starts in this century. Choose another day.", field="starts")
    if account.billed_through and starts <= account.billed_through:
        month = Month.of(account.billed_through)
        raise Refused(
            f"{account.name} is billed up to the end of {month.name} {month.year}, and that stays as it is. "
            "Start the new version on the first of a later month.",
            field="starts",
        )
    first = session.scalar(
        select(Agreement.starts).where(Agreement.account_id == account.id).order_by(Agreement.starts).limit(1)
    )
    if first is not None and starts > first and starts.day != 1:
        raise Refused("A new version begins with a month. Start it on the first of one.", field="starts")
