"""Months that wait to be signed keep up with time and terms that come in late: their cards, and months before them."""

from sqlalchemy.orm import Session

from bot.domain import billing
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Whatever came in since they were opened, and drawn."""
    billing.open_all_late(session, run.now)
    billing.redraw(session)
