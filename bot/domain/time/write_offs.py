"""Time that is not charged although it could be: written off with a reason, for good."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import AccountRef, Base, Id


class WriteOff(Base):
    """One entry that stays in the hours and off the invoices."""

    __tablename__ = "write_off"
    __table_args__ = (UniqueConstraint("entry_id"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    entry_id: Mapped[int] = mapped_column(ForeignKey("time_entry.id"))
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
