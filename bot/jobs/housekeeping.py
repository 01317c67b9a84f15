"""Clearing away what nothing needs any more: receipts that no repeat can meet, and settled rows of the outbox."""

from sqlalchemy.orm import Session

from bot.domain import outbox, receipts
from bot.jobs.job import Run

AT_ONCE = 20_000  # rows a statement: each stays far below its timeout
MOST = 50  # statements a night


def run(session: Session, _run: Run) -> None:
    """In portions, until nothing is left; what a night does not get done, the next one does."""
    for purge in (receipts.purge, outbox.purge):
        next((None for _ in range(MOST) if purge(session, most=AT_ONCE) < AT_ONCE), None)
