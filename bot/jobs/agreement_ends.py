"""Agreements that end soon are told of while there is time to talk."""

from sqlalchemy.orm import Session

from bot.domain import agreements
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Whatever is worth saying today."""
    agreements.tell_of_endings(session, run.now)
