"""Which version counts on a day, and how a new one is made."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.agreements.agreement import Agreement
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.domain.people import Person

NEWEST_FIRST = (Agreement.starts.desc(), Agreement.id.desc())

# Looked for once somebody has entered: a subquery that needs their row, and that Postgres takes nothing out of. The
# newest version comes along; where that one has yet to start, `of` asks for the one before.
_newest = (
    select(Agreement).where(Agreement.account_id == Account.id).order_by(*NEWEST_FIRST).limit(1).lateral("newest_one")
)
_version = aliased(Agreement, _newest)
_theirs = (
    select(Account, _version)
    .outerjoin(_version, true())
    .where(Account.id == people.ENTERED.account_id)
    .offset(0)
    .lateral("theirs")
)
_account, _agreement = aliased(Account, _theirs), aliased(Agreement, _theirs)
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
    return {one.account_id: one for one in session.scalars(query) if one.is_valid(day)}


def versions(session: Session, account_id: int) -> list[Agreement]:
    """Those that count, or counted from a day on, the oldest first: what was put right at once is left out."""
    query = select(Agreement).where(Agreement.account_id == account_id).order_by(Agreement.starts, Agreement.id)
    return list({one.starts: one for one in session.scalars(query)}.values())


def check_start(session: Session, account: Account, starts: date) -> None:
    """Refuse a version that would change what was billed, or that splits a month in two."""
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
