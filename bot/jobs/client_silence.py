"""Reminders to clients who do not answer, and the closing of what stays unanswered."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.tickets import unanswered


def run(session: Session, now: datetime) -> int:
    """Whatever is due now."""
    return unanswered.sweep(session, now)
