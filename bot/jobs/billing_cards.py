"""The cards of months that wait to be signed keep up with time and terms that come in late."""

from sqlalchemy.orm import Session

from bot.domain import billing
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Whatever came in since they were drawn."""
    billing.redraw(session)
