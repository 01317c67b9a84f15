"""Whose hours run low: told once each a month and account."""

from sqlalchemy.orm import Session

from bot.domain import burn
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Whatever is worth saying by now."""
    burn.watch(session, run.now)
