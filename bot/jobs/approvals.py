"""What waits for a decision: reminders, escalation, and the end of what nobody decided in time."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import deciding


def run(session: Session, now: datetime) -> int:
    """Whatever is due by now."""
    return deciding.sweep(session, now)
