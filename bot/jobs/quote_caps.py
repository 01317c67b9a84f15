"""What a client approved and is nearly, or wholly, used."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import quotes


def run(session: Session, now: datetime) -> int:
    """Whatever is due by now."""
    return quotes.watch(session, now)
