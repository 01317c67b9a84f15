"""The monthly billing review: what was found, two signatures, and then the month is locked and its invoices drafted.

Signing is an approval (`Purpose.BILLING_REVIEW`) of exactly what stands: whatever changes afterwards voids the first
signature. Once both are there the account's month is closed; what comes later counts in the next one.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import accounts, agreements, approvals, events, invoices, outbox
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.approvals import Approval, Purpose, Standing
from bot.domain.approvals.approval import Settled
from bot.domain.base import AccountRef, Base, Id
from bot.domain.billing.findings import Examined, examine
from bot.domain.errors import Refused
from bot.domain.invoices import Charges
from bot.domain.months import Month
from bot.domain.outbox import Subject
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.seats import Seat, Verdict
from bot.domain.time import TimeEntry

SEATS = ((Seat.ACCOUNT, Seat.FINANCE),)
EXPIRES_AFTER = 60  # business days: a signature that waits so long is asked for anew


class ReviewState(StrEnum):
    """How far it is."""

    OPEN = "open"
    LOCKED = "locked"


class BillingReview(Base):
    """One month of one account; `figures` is what it came to when it was locked."""

    __tablename__ = "billing_review"
    __table_args__ = (UniqueConstraint("account_id", "month"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    month: Mapped[date]
    opened_at: Mapped[datetime]
    state: Mapped[ReviewState] = mapped_column(default=ReviewState.OPEN)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    locked_at: Mapped[datetime | None] = mapped_column(default=None)
    figures: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")

    @property
    def period(self) -> Month:
        """Its month."""
        return Month.of(self.month)


class WaivedFinding(Base):
    """Somebody looked at a finding and said why it is right."""

    __tablename__ = "waived_finding"
    __table_args__ = (UniqueConstraint("review_id", "finding"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    review_id: Mapped[int] = mapped_column(ForeignKey("billing_review.id"))
    finding: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    @property
    def entry_id(self) -> int | None:
        """The entry it is about; none where it is about somebody's days."""
        about = self.finding.partition(":")[2]
        return int(about) if about.isdecimal() else None


def examined(session: Session, review: BillingReview, now: datetime) -> Examined:
    """What stands in it now, with all that is good to know."""
    account = accounts.by_id(session, review.account_id)
    return _examined(session, review, account, account.calendar.local_date(now))


def _to_sign(session: Session, review: BillingReview) -> Examined:
    """What stands in it, as far as it is signed: it costs three statements less for each person who worked."""
    return _examined(session, review, accounts.by_id(session, review.account_id), None)


def _examined(session: Session, review: BillingReview, account: Account, today: date | None) -> Examined:
    month = review.period
    bought = _latest(session, account, month)
    waived = session.scalars(select(WaivedFinding.finding).where(WaivedFinding.review_id == review.id))
    return examine(
        session, account, month, bought, today, waived=waived, waited=_waited(session, review),
        ended=bought is not None and not bought.share_of(month),
    )  # fmt: skip


def bought_in(session: Session, account: Account, month: Month) -> Agreement | None:
    """The agreement that a month is billed by, though it may begin or end within it."""
    bought = _latest(session, account, month)
    return bought if bought and bought.share_of(month) else None


def _latest(session: Session, account: Account, month: Month) -> Agreement | None:
    """The version of that month, though it may have ended before."""
    return _newest(agreements.versions(session, account.id), month)


def _newest(versions: list[Agreement], month: Month) -> Agreement | None:
    known = [one for one in versions if one.starts <= month.last]
    return known[-1] if known else None


def _waited(session: Session, review: BillingReview) -> list[int]:
    """What could not be charged by the month that was locked last."""
    figures = session.scalar(
        select(BillingReview.figures)
        .where(BillingReview.account_id == review.account_id, BillingReview.month < review.month,
               BillingReview.state == ReviewState.LOCKED)
        .order_by(BillingReview.month.desc()).limit(1)
    )  # fmt: skip
    return (figures or {}).get("waiting", [])


def sign(session: Session, review: BillingReview, *, by: Person, now: datetime, seen: str | None = None) -> Approval:
    """One of the two signatures on what stands now; the second one locks the month. The caller holds the review.

    `seen` is the beginning of the digest of what the person was shown.
    """
    account = _check(session, review, by, now)
    approval = approvals.pending_of(session, Purpose.BILLING_REVIEW, review.id)
    if approval is not None:  # this signature may be the last: what is looked at is what will be locked
        _hold(session, account)
    if missing := unreviewed(session, account, review.period):
        raise Refused(
            f"{missing[0].name} came up meanwhile, and comes first. Open /review billing: it is there in a moment."
        )
    stands = _to_sign(session, review)
    content = stands.digest
    if seen is not None and not content.startswith(seen):
        raise Refused("Something changed since you saw it. Open the review again, look at it, and sign then.")
    if stands.open:
        left = len(stands.open)
        raise Refused(
            f"{left} thing{'s hold' if left > 1 else ' holds'} this up. Settle what is listed first, then sign."
        )
    if approval is not None and approval.content_hash != content:
        approvals.end(approvals.locked(session, approval.id), Standing.VOID, now=now)
        session.flush()
        approval = None
    if approval is None:
        approval = approvals.ask(
            session, Purpose.BILLING_REVIEW, review.id, SEATS, account_id=account.id, barred={}, content_hash=content,
            by=by, now=now, business_days=EXPIRES_AFTER,
        )  # fmt: skip
    result = approvals.decide(session, approvals.locked(session, approval.id), Verdict.APPROVE, by=by, now=now)
    _settled(session, review, stands, approval, result, by, now)
    return approval


def _check(session: Session, review: BillingReview, by: Person, now: datetime) -> Account:
    by.require(Permission.REVIEW_BILLING)
    account = accounts.by_id(session, review.account_id)
    if review.state is ReviewState.LOCKED:
        raise Refused(f"{account.name}’s {review.period.name} is locked already. /review invoices has what came of it.")
    if account.calendar.local_date(now) <= review.period.last:
        raise Refused(f"{review.period.name} is not over yet. Sign it from the first of next month on.")
    if (earlier := earlier_open(session, review)) is not None:
        raise Refused(f"{earlier.period.name} is open still. Sign that first: months are billed in their order.")
    return account


def earlier_open(session: Session, review: BillingReview) -> BillingReview | None:
    """The month of that account that is signed before this one."""
    query = _open_of(review).where(BillingReview.month < review.month).order_by(BillingReview.month)
    return session.scalar(query.limit(1))


def unreviewed(session: Session, account: Account, month: Month) -> list[Month]:
    """Those before that one that are billed here, in which something was worked or bought, and that nobody looks at."""
    left = set(_months_before(account, month)) - {
        Month.of(day) for day in session.scalars(
            select(BillingReview.month).where(BillingReview.account_id == account.id, BillingReview.month < month.first)
        )
    }  # fmt: skip
    if not left:
        return []
    of_them = TimeEntry.account_id == account.id, TimeEntry.period.in_([one.first for one in left])
    worked = {Month.of(day) for day in session.scalars(select(TimeEntry.period).distinct().where(*of_them))}
    known = agreements.versions(session, account.id)
    return sorted(one for one in left if one in worked or ((bought := _newest(known, one)) and bought.share_of(one)))


def _months_before(account: Account, month: Month) -> Iterator[Month]:
    """From the one in which they were first served on, by UTC as the trigger has it, or after what is billed."""
    if account.billed_through:
        return Month.of(account.billed_through).after.until(month)
    served = account.live_since.astimezone(UTC).date() if account.live_since else month.first
    return Month.of(served).until(month)


def _open_of(review: BillingReview) -> Select[BillingReview]:
    return select(BillingReview).where(
        BillingReview.account_id == review.account_id, BillingReview.state == ReviewState.OPEN
    )


def _settled(
    session: Session, review: BillingReview, stands: Examined, approval: Approval, result: Settled, by: Person,
    now: datetime,
) -> None:  # fmt: skip
    """A signature came: the second one locks the month as it stands, the account being held by then."""
    facts = {"review": review.id, "approval": approval.id, "seat": result.decision.seat.value}
    event = events.record(
        session, events.Kind.REVIEW_SIGNED, account_id=review.account_id, person=by.id, at=now, data=facts
    )
    told = [event]
    if result.state is Standing.APPROVED:
        told.append(_lock(session, review, stands, by, now))
    review.version += 1
    session.flush()
    for card in outbox.refresh(session, Subject.BILLING_REVIEW, review.id):
        for one in told:
            outbox.reply(session, card, one.id)


def _hold(session: Session, account: Account) -> None:
    """Nothing is added any more: entries under way are in, or go to the next month."""
    query = select(Account).where(Account.id == account.id).with_for_update()
    session.scalars(query, execution_options={"populate_existing": True}).one()


def _lock(session: Session, review: BillingReview, stands: Examined, by: Person, now: datetime) -> events.Event:
    """The month is closed, and its invoices are drafted."""
    account = accounts.by_id(session, review.account_id)
    account.billed_through = review.period.last
    account.billed_carry = stands.charges.allowance.carry_out if stands.charges and stands.charges.allowance else 0
    review.state, review.locked_at = ReviewState.LOCKED, now
    review.figures = figures(stands)
    session.flush()
    for later in session.scalars(_open_of(review)):  # the next one waited for this one
        outbox.refresh(session, Subject.BILLING_REVIEW, later.id)
    if stands.charges is not None:
        invoices.draft(session, account, stands.charges, review_id=review.id, by=None, now=now)
    told = {"review": review.id, "month": str(review.period)}
    return events.record(session, events.Kind.MONTH_LOCKED, account_id=account.id, person=by.id, at=now, data=told)


def figures(stands: Examined) -> dict[str, Any]:
    """What it comes to, as it is kept once it is locked: minutes, and amounts with their currency."""
    charges = stands.charges
    return {
        "net": str(charges.net) if charges else None,
        "raw_minutes": stands.raw_minutes,
        "taken_back_minutes": stands.taken_back_minutes,
        "charged_minutes": sum(line.raw_minutes for line in charges.lines) if charges else 0,
        "billed_minutes": sum(line.billed_minutes for line in charges.lines if line.raw_minutes) if charges else 0,
        "internal_minutes": stands.internal_minutes,
        "written_off_minutes": stands.written_off_minutes,
        "waiting": [one.id for one in charges.waiting] if charges else [],
        "waiting_minutes": sum(one.minutes for one in charges.waiting) if charges else 0,
        "allowance": _allowance(charges) if charges and charges.allowance else None,
    }


def _allowance(charges: Charges) -> dict[str, Any]:
    """In the agreement's unit; with its currency where that is money."""
    bought, midway = charges.bought, charges.midway
    found = asdict(charges.allowance) if charges.allowance else {}
    expected = {"midway": midway.day.isoformat(), "forecast": midway.forecast} if midway else {}
    return found | {"currency": bought.currency if bought.buys_money else None} | expected
