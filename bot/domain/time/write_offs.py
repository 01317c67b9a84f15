"""Time that is not charged although it could be: written off with a reason, for good."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import AccountRef, Base, Id
from bot.domain.time.entry import TimeEntry


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


written_off = exists().where(WriteOff.entry_id == TimeEntry.id)
# Neither written off nor what took back something that was.
kept = ~exists().where(WriteOff.entry_id.in_([TimeEntry.id, TimeEntry.reverses_id]))
