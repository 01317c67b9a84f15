"""What a client approved and is nearly, or wholly, used; and what is asked on tickets that are closed."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import quotes


def run(session: Session, now: datetime) -> int:
    """Whatever is due by now."""
    return quotes.watch(session, now) + quotes.withdraw_of_closed(session, now)
