"""What a month's review is computed from: everything is asked for once, however many tickets there are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.domain import agreements, burn, people, quotes
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.approvals import Decision
from bot.domain.business_time import Calendar
from bot.domain.codes import Category, Code
from bot.domain.intakes import Disposition, Intake
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.quotes import Quote
from bot.domain.reviews import lives
from bot.domain.reviews.lives import Life
from bot.domain.tickets import Closure
from bot.domain.time import TimeEntry

NO_REQUEST = (Disposition.TICKET, Disposition.WITHDRAWN)


@dataclass(frozen=True)
class Worked:
    """Minutes that one person logged on one ticket under one category and code, what was taken back left out."""

    person_id: int
    ticket_id: int | None
    category: Category
    code: Code
    minutes: int


@dataclass(frozen=True)
class Records:
    """An account's month, and enough of the one before to compare it with."""

    account: Account
    month: Month
    start: datetime
    end: datetime
    began_before: datetime  # the start of the month before
    lives: list[Life]
    people: dict[int, Person]
    summaries: dict[int, str]  # of closure notes, as they stood at the month's end
    elsewhere: dict[str, int]  # what was asked for and is no ticket, by what became of it
    worked: list[Worked]
    agreement: Agreement | None
    drawn: int  # from the allowance, as the agreement counts it
    carried: int  # into it, from the month before; of a month that is locked nothing is known any more
    decided: list[tuple[Quote, Decision]]  # what was quoted, and what the client said

    @property
    def calendar(self) -> Calendar:
        """Business time is the client's."""
        return self.account.calendar


def load(session: Session, account: Account, month: Month) -> Records:
    """Gather it, in one transaction of the caller's."""
    calendar = account.calendar
    start, end = month.window(calendar)
    began_before = month.before.window(calendar)[0]
    found = lives.of_account(session, account.id, worked=(month.first, month.last), since=began_before, until=end)
    worked = _worked(session, account.id, month)
    bought = agreements.of(session, account.id, month.last)
    is_locked = account.billed_through is not None and month.last <= account.billed_through
    decided = quotes.decided_within(session, account.id, start, end)
    ids = {decision.person_id for _, decision in decided} | {
        id_ for life in found for id_ in (life.ticket.assignee_id, life.ticket.requester_id) if id_
    }
    return Records(
        account=account,
        month=month,
        start=start,
        end=end,
        began_before=began_before,
        lives=found,
        people=people.by_ids(session, ids | {entry.person_id for entry in worked}),
        summaries=_summaries(session, _closed(found, start, end), end),
        elsewhere=_elsewhere(session, account.id, start, end),
        worked=worked,
        agreement=bought,
        drawn=burn.used_in(session, bought, [month]).get(month, 0) if bought else 0,
        carried=burn.carry_into(session, account, month, bought) if bought and not is_locked else 0,
        decided=decided,
    )


def _worked(session: Session, account_id: int, month: Month) -> list[Worked]:
    by = (TimeEntry.person_id, TimeEntry.ticket_id, TimeEntry.category, TimeEntry.code)
    rows = session.execute(
        select(*by, func.sum(TimeEntry.minutes))
        .where(TimeEntry.account_id == account_id, TimeEntry.work_date.between(month.first, month.last))
        .group_by(*by)
        .having(func.sum(TimeEntry.minutes) != 0)
        .order_by(*by)
    )
    return [Worked(person, ticket, category, code, int(minutes)) for person, ticket, category, code, minutes in rows]


def _closed(found: list[Life], start: datetime, end: datetime) -> list[int]:
    return [life.ticket.id for life in found if life.closed_within(start, end)]


def _summaries(session: Session, ids: list[int], end: datetime) -> dict[int, str]:
    rows = session.execute(
        select(Closure.ticket_id, Closure.summary)
        .ext(distinct_on(Closure.ticket_id))
        .where(Closure.ticket_id.in_(ids), Closure.at < end)
        .order_by(Closure.ticket_id, Closure.id.desc())
    )
    return dict(rows.all())


def _elsewhere(session: Session, account_id: int, start: datetime, end: datetime) -> dict[str, int]:
    rows = session.execute(
        select(Intake.disposition, func.count())
        .where(Intake.account_id == account_id, Intake.at >= start, Intake.at < end)
        .where(Intake.disposition.not_in(NO_REQUEST))
        .group_by(Intake.disposition)
        .order_by(Intake.disposition)
    )
    return {disposition.value: count for disposition, count in rows}
