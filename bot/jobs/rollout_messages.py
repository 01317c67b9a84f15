"""What clients are told of a release, at its time."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import releases


def run(session: Session, now: datetime) -> int:
    """Whatever has its time by now."""
    return releases.send_due(session, now)
