"""Telling of a month's burn: once each a month and account, and never what is milder than what was told.

The billing channel reads it; the client too, where the account chose so. `told_burn` is the claim: whoever writes
its row, writes the posts.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain import accounts, events, outbox, provider
from bot.domain.accounts import Account
from bot.domain.allowance import Burn
from bot.domain.base import AccountRef, Base, Id
from bot.domain.burn.burndown import Burndown, of_several
from bot.domain.outbox import Place, Subject


class ToldBurn(Base):
    """That a month's burn was told of; once each."""

    __tablename__ = "told_burn"
    __table_args__ = (UniqueConstraint("account_id", "period", "burn"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    period: Mapped[date]
    burn: Mapped[Burn]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))


def watch(session: Session, now: datetime) -> int:
    """Tell what is worth saying and was not told yet; how much that was. Any number of workers may look."""
    known = {account.id: account for account in accounts.all_of_them(session)}
    burning = {
        number: down for number, down in of_several(session, known.values(), now).items() if down.state is not Burn.OK
    }
    told = _told(session, burning)
    return sum(
        _tell(session, known[number], down, now)
        for number, down in burning.items()
        if _is_news(down.state, told[number, down.month.first])
    )


def _told(session: Session, burning: dict[int, Burndown]) -> dict[tuple[int, date], set[Burn]]:
    found: dict[tuple[int, date], set[Burn]] = defaultdict(set)
    months = {down.month.first for down in burning.values()}
    rows = select(ToldBurn).where(ToldBurn.account_id.in_(list(burning)), ToldBurn.period.in_(months))
    for one in session.scalars(rows):
        found[one.account_id, one.period].add(one.burn)
    return found


def _is_news(state: Burn, told: Iterable[Burn]) -> bool:
    """At 100 % nobody needs the 80 % any more."""
    return all(state.rank < one.rank for one in told)


def _tell(session: Session, account: Account, down: Burndown, now: datetime) -> bool:
    with session.begin_nested() as attempt:
        event = events.record(session, events.Kind.BURN_TOLD, account_id=account.id, at=now, data=facts(account, down))
        row = {"account_id": account.id, "period": down.month.first, "burn": down.state, "event_id": event.id}
        ours = session.scalar(insert(ToldBurn).values(row).on_conflict_do_nothing().returning(ToldBurn.id))
        if ours is None:  # another worker, in this very moment
            attempt.rollback()
            return False
    if channel := provider.get(session).billing_channel:
        outbox.open_thread(session, Subject.EVENT, event.id, Place.BILLING, channel, account_id=None)
    if down.agreement.tells_client and account.channel_slack_id:
        outbox.open_thread(
            session, Subject.EVENT, event.id, Place.CLIENT, account.channel_slack_id, account_id=account.id
        )
    return True


def facts(account: Account, down: Burndown) -> dict[str, Any]:
    """What an event keeps of it, in the agreement's unit; `currency` where that is money."""
    runs_out = down.forecast.runs_out
    return {
        "account": account.name, "month": str(down.month), "burn": down.state.value, "used": down.used,
        "available": down.available, "carried": down.carried_in, "promised": down.committed,
        "currency": down.currency, "forecast": down.forecast.minutes,
        "runs_out": runs_out.isoformat() if runs_out else None,
    }  # fmt: skip
