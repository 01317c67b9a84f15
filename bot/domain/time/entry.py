"""A time entry, and what stands of a person's."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, SmallInteger, exists, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.domain.base import Base, Id, for_all_threads
from bot.domain.codes import Category, Code
from bot.domain.durations import LONGEST
from bot.domain.people import Person


class TimeEntry(Base):
    """Minutes somebody worked on a day; never changed.

    A reversal carries negative minutes and names what it undoes; a correction is one and an entry that replaces it.
    """

    __tablename__ = "time_entry"
    __table_args__ = (
        Index("ix_time_entry_account_work_date", "account_id", "work_date"),
        Index("ix_time_entry_person_work_date", "person_id", "work_date"),
        Index(
            "uq_time_entry_source_source_key",
            "source",
            "source_key",
            unique=True,
            postgresql_where=text("source is not null"),
        ),
        Index("ix_time_entry_account_id_period", "account_id", "period"),
        CheckConstraint(f"abs(minutes) between 1 and {LONGEST}", name="minutes_bounded"),
        CheckConstraint("(minutes < 0) = (reverses_id is not null)", name="only_reversals_are_negative"),
    )

    id: Mapped[Id] = mapped_column(init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    work_date: Mapped[date]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[Category]
    code: Mapped[Code]
    created_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True, default=None)
    note: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("time_entry.id"), unique=True, default=None)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True, default=None)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("time_entry.id"), unique=True, default=None)
    # Why it was taken back, or stands in another's place. The database knows the default too: while an update is
    # rolled out, the version before goes on logging.
    reason: Mapped[str] = mapped_column(default="", server_default="")
    source: Mapped[str | None] = mapped_column(default=None)  # an import's name; null: logged here
    source_key: Mapped[str | None] = mapped_column(default=None)
    after_hours: Mapped[bool] = mapped_column(default=False, server_default="false")  # outside working hours
    # The first of the month it is billed in: its own, or the first that was still open. The database says which.
    period: Mapped[date] = mapped_column(server_default=FetchedValue(), init=False)

    @property
    def is_first(self) -> bool:
        """Whether it was written down here, and stands in no other's place: only then is it early or late."""
        return self.replaces_id is None and self.source is None


# Whether another entry took this one back. Made once: an alias is dear.
undone = exists().where(for_all_threads(aliased(TimeEntry)).reverses_id == TimeEntry.id)


def standing(session: Session, person: Person, work_date: date) -> list[TimeEntry]:
    """A person's entries of a day, without those that were undone and what undid them."""
    return list(
        session.scalars(
            select(TimeEntry)
            .where(
                TimeEntry.person_id == person.id,
                TimeEntry.work_date == work_date,
                TimeEntry.reverses_id.is_(None),
                ~undone,
            )
            .order_by(TimeEntry.id)
        )
    )
