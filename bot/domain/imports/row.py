"""What came in from elsewhere, as it stood there: nothing is lost by our mapping."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import AccountRef, Base, Id


class ImportedRow(Base):
    """One foreign record: its raw lines, and the ticket it became or why it became none."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[AccountRef]
    source: Mapped[str]
    source_key: Mapped[str]
    raw: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    rejected_because: Mapped[str | None] = mapped_column(default=None)
