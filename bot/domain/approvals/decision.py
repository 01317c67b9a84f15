"""One person's answer: who, from which seat, on which content, when and why. Never changed, in code and by trigger."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import Base, Id
from bot.domain.seats import Seat, Verdict, Vote


class Decision(Base):
    """Approve or Reject. `authority_id` is whose seat it was: the person's own, or that of whoever named them."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("approval_id", "person_id"),  # one person counts once
        UniqueConstraint("approval_id", "authority_id"),  # and so does the seat of whoever has a delegate
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seat: Mapped[Seat]
    verdict: Mapped[Verdict]
    content_hash: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")

    @property
    def vote(self) -> Vote:
        """As the count reads it."""
        return Vote(self.person_id, self.seat, self.verdict, self.content_hash, self.at)


def decisions_on(session: Session, approval_ids: list[int]) -> dict[int, list[Decision]]:
    """The decisions on each, in the order they were taken."""
    found: dict[int, list[Decision]] = {number: [] for number in approval_ids}
    if approval_ids:
        query = select(Decision).where(Decision.approval_id.in_(approval_ids)).order_by(Decision.id)
        for made in session.scalars(query):
            found[made.approval_id].append(made)
    return found
