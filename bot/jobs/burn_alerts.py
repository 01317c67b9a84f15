"""Whose hours run low: told once each a month and account; and which project's budget does."""

from sqlalchemy.orm import Session

from bot.domain import burn
from bot.domain.time import budgets
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Whatever is worth saying by now."""
    burn.watch(session, run.now)
    budgets.tell(session, run.now)
