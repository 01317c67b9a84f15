"""Which scheduled job ran for which period: claimed once, in the transaction that writes its posts."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import Base, Id

EVERY_ACCOUNT = 0


class JobRun(Base):
    """One job, one account (0: all of them), one local period."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "account", "period"),)

    id: Mapped[Id] = mapped_column(init=False)
    job: Mapped[str]
    period: Mapped[str]
    at: Mapped[datetime]
    account: Mapped[int] = mapped_column(default=EVERY_ACCOUNT)


def claim(session: Session, job: str, period: str, *, now: datetime, account: int = EVERY_ACCOUNT) -> int | None:
    """The run's id if it is ours, None if somebody has it: two workers never both post."""
    return session.execute(
        insert(JobRun)
        .values(job=job, account=account, period=period, at=now)
        .on_conflict_do_nothing()
        .returning(JobRun.id)
    ).scalar_one_or_none()


def claimed(session: Session, job: str, periods: Collection[str]) -> set[str]:
    """Those of these periods that ran already: looking is cheaper than claiming in vain, tick by tick."""
    return set(session.scalars(select(JobRun.period).where(JobRun.job == job, JobRun.period.in_(periods))))
