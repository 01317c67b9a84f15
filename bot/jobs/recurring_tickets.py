"""Recurring work opens its tickets before the provider's morning; what goes wrong with one rule stops no other."""

import structlog
from sqlalchemy.orm import Session

from bot.domain import recurring
from bot.jobs.job import Run

log = structlog.get_logger()


def run(session: Session, run: Run) -> None:
    """The rules' days are dates: each opens on the provider's morning of it, for its people do the work."""
    today = run.provider.calendar.local_date(run.now)
    for rule in recurring.waiting(session, today):
        try:
            with session.begin_nested():
                recurring.open_due(session, rule, today=today, provider=run.provider, now=run.now)
        except Exception as error:  # noqa: BLE001  it stays due, and is tried again tomorrow
            log.error("a recurring ticket could not be opened", rule=rule, error=type(error).__name__)
