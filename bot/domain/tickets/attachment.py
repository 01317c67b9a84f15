"""Files that came with a request or a message."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import AccountRef, Base, Id


class Attachment(Base):
    """A file that came with a request; it stays in Slack. One that was taken back has lost its name."""

    __tablename__ = "attachment"

    id: Mapped[Id] = mapped_column(init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[AccountRef]
    file_slack_id: Mapped[str]
    name: Mapped[str]
    permalink: Mapped[str | None] = mapped_column(default=None)
