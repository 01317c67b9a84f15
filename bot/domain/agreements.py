"""Agreements: what an account has bought. Read here for whether a request may become billable."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Numeric, select, true
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.base import AccountRef, Base, Id
from bot.domain.people import Person


class AgreementType(StrEnum):
    """How the account pays."""

    RETAINER = "retainer"
    TIME_AND_MATERIALS = "time_and_materials"
    FIXED = "fixed"


class Agreement(Base):
    """The account's agreement. Versions from a date on come with billing."""

    __tablename__ = "agreement"

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef] = mapped_column(unique=True)
    type: Mapped[AgreementType]
    starts: Mapped[date]
    included_minutes: Mapped[int] = mapped_column(default=0)
    rollover_cap: Mapped[Decimal] = mapped_column(Numeric(5, 4), default=Decimal(0))
    rate_amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2), default=None)
    rate_currency: Mapped[str | None] = mapped_column(default=None)
    rounding: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    scope: Mapped[list[Any]] = mapped_column(default_factory=list)
    excluded: Mapped[list[Any]] = mapped_column(default_factory=list)

    def may_be_billable(self, related_system: str | None) -> bool:
        """Whether a request about that system may cost extra: hours are charged, or it stands outside the scope."""
        if self.type is AgreementType.TIME_AND_MATERIALS:
            return True
        if not related_system:
            return False
        named = related_system.casefold()
        if any(name.casefold() in named for name in self.excluded):
            return True
        return bool(self.scope) and not any(name.casefold() in named for name in self.scope)


# Looked for once somebody has entered: a subquery that needs their row, and that Postgres takes nothing out of.
_theirs = (
    select(Account, Agreement)
    .outerjoin(Agreement, Agreement.account_id == Account.id)
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


def of(session: Session, account_id: int) -> Agreement | None:
    """The account's agreement, if one was made."""
    account, agreement = session.info.get("came along") or (None, None)
    if account is not None and account.id == account_id:
        return agreement
    return session.scalar(select(Agreement).where(Agreement.account_id == account_id))
