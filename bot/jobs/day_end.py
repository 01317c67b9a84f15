"""Whoever does the work is asked at the end of their day for what is not logged yet."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.time import nudges


def run(session: Session, now: datetime) -> int:
    """Those whose day has ended by now; and where it was logged since, the question says so."""
    return nudges.ask(session, now) + nudges.settle(session, now)
