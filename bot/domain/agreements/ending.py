"""An agreement that is about to end is told in good time, to those who talk to its client."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import accounts, events, job_runs, outbox, provider
from bot.domain.accounts import Account
from bot.domain.agreements.agreement import Agreement
from bot.domain.agreements.versions import versions_of
from bot.domain.outbox import Place, Subject

JOB = "agreement-told"
NOTICE = (60, 30, 7)  # days before its last one; each is told once, and after a pause only the nearest


class Ending(NamedTuple):
    """An agreement with nothing after it, and how long it still runs."""

    account: Account
    bought: Agreement
    ends: date
    days: int

    @property
    def notice(self) -> int | None:
        """Which of the notices is due."""
        return min((one for one in NOTICE if self.days <= one), default=None)


def tell(session: Session, now: datetime) -> int:
    """Tell of those that end soon, in the billing channel; how many. Any number of workers may look."""
    channel, told = provider.get(session).billing_channel, 0
    if not channel:
        return 0
    for one in _endings(session, now):
        period = f"{one.bought.id}:{one.ends}:{one.notice}"
        if one.notice is None or job_runs.claim(session, JOB, period, now=now) is None:
            continue
        facts = {"account": one.account.name, "ends": one.ends.isoformat(), "days": one.days,
                 "renews": one.bought.renews}  # fmt: skip
        event = events.record(session, events.Kind.AGREEMENT_ENDS, account_id=one.account.id, at=now, data=facts)
        outbox.open_thread(session, Subject.EVENT, event.id, Place.BILLING, channel, account_id=None)
        told += 1
    return told


def _endings(session: Session, now: datetime) -> Iterator[Ending]:
    known = {account.id: account for account in accounts.all_of_them(session)}
    for number, versions in versions_of(session, list(known)).items():
        account, last = known[number], max(versions, key=lambda one: (one.starts, one.id), default=None)
        today = account.calendar.local_date(now)
        if last and last.ends and last.starts <= today <= last.ends:
            yield Ending(account, last, last.ends, (last.ends - today).days)
