"""A month that is over is put before those who sign it, account by account."""

from sqlalchemy.orm import Session

from bot.domain import billing
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Open its review and its card, where anything was worked or bought; and of months before that nobody looked at."""
    if run.account is None:
        raise Refused("A billing review is of one account. Run it for each of them.")
    billing.open_due(session, run.account, Month.named(run.period), run.now)
