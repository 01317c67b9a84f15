"""What the tests of quotes, invoices and reviews share: time logged as it was, months lived through."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import billing, invoices, quotes, time
from bot.domain.agreements import Agreement, AgreementType
from bot.domain.approvals import Purpose, pending_of
from bot.domain.billing import BillingReview
from bot.domain.codes import Category, Code
from bot.domain.deciding import decide
from bot.domain.invoices import Invoice, InvoiceAction
from bot.domain.months import Month
from bot.domain.projects import Project
from bot.domain.quotes import Quote
from bot.domain.seats import Verdict
from bot.domain.tickets import Ticket
from bot.domain.time import TimeEntry
from tests.cast import by_name
from tests.domain.desk import MONDAY, file_a_ticket, person

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
TODAY = MONDAY.date()
AFTER = datetime.fromisoformat("2026-12-01T12:00:00+00:00")
LATER = datetime.fromisoformat("2027-01-04T12:00:00+00:00")


def worked(
    session: Session, work: Any, minutes: int, *, by: str = "Bo", day: date = TODAY, code: Code | None = None,
    note: str = "rebuilt the search index", now: datetime | None = None, category: Category | None = None,
    after_hours: bool = False,
) -> TimeEntry:  # fmt: skip
    """An entry, logged the same day unless it is said when."""
    at = now or datetime.combine(day, MONDAY.timetz())
    entry = time.log(
        session, work, by=person(session, by), minutes=minutes, work_date=day, now=at, today=at.date(), note=note,
        code=code, category=category, after_hours=after_hours,
    )  # fmt: skip
    session.refresh(entry)
    return entry


def bought(session: Session, account: str = "Acme", *, starts: date = date(2026, 11, 1), **terms: Any) -> Agreement:
    """Another version of the account's agreement; the months before it are billed, and left nothing over."""
    of = by_name(session, account)
    of.billed_through, of.billed_carry = starts - timedelta(days=1), 0
    told = {"type": AgreementType.RETAINER, "rate_currency": "EUR", "rate_amount": Decimal(150)} | terms
    made = Agreement(account_id=by_name(session, account).id, starts=starts, **told)
    session.add(made)
    session.flush()
    return made


def quoted(session: Session, ticket: Ticket, minutes: int = 120, cap: int | None = None, *, by: str = "Bo") -> Quote:
    """A quote that waits for its answer."""
    return quotes.propose(
        session, ticket, minutes=minutes, cap_minutes=cap or minutes, valid_until=date(2026, 12, 7),
        note="The export in their own format", by=person(session, by), now=MONDAY,
    )  # fmt: skip


def answers(
    session: Session, quote: Quote, who: str = "Cleo", verdict: Verdict = Verdict.APPROVE, reason: str = "",
    now: datetime = MONDAY,
) -> None:  # fmt: skip
    """Its answer."""
    approval = pending_of(session, Purpose.QUOTE, quote.id)
    assert approval is not None
    decide(session, person(session, who), approval.id, verdict, now=now, reason=reason)


def project_of(session: Session, budget: int | None) -> Project:
    """One of Acme’s, with so many minutes to spend."""
    bo, filed = person(session, "Bo").id, file_a_ticket(session)
    made = Project(
        account_id=filed.account_id, name="New brand", owner_id=bo, budget_minutes=budget, approval="Given",
        created_at=MONDAY, created_by_id=bo, state_since=MONDAY, from_ticket_id=filed.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def reviewed(session: Session, month: Month = NOVEMBER, account: str = "Acme", now: datetime = AFTER) -> BillingReview:
    """The month's review."""
    review = billing.open_for(session, by_name(session, account), month, now)
    assert review is not None
    return review


def signed(session: Session, review: BillingReview, now: datetime = AFTER) -> list[Invoice]:
    """Both signatures, and the invoices that came of it."""
    for who in ("Sam", "Eve"):
        billing.sign(session, review, by=person(session, who), now=now + timedelta(minutes=1))
    query = select(Invoice).where(Invoice.review_id == review.id).order_by(Invoice.id)
    return list(session.scalars(query))


def corrects(
    session: Session, entry: TimeEntry, minutes: int, code: Code | None = None, now: datetime = AFTER, on: Any = None
) -> TimeEntry:
    """It was as long, or of that code: the entry that stands now."""
    work = on or time.with_work(session, person(session, "Maya"), [entry])[0][1]
    return time.correct(
        session, entry.id, work, by=person(session, "Bo"), minutes=minutes, work_date=entry.work_date,
        category=entry.category, code=code or entry.code, note="other words", reason="again", now=now,
        today=now.date(),
    )  # fmt: skip


def numbered(session: Session, *made: Invoice, now: datetime = AFTER) -> None:
    """Each reviewed and approved."""
    for invoice in made:
        for action in (InvoiceAction.REVIEW, InvoiceAction.APPROVE):
            invoices.act(session, invoice, action, by=person(session, "Eve"), now=now, seen=invoice.version)
