"""A month that is over is put before those who sign it, account by account."""

from sqlalchemy.orm import Session

from bot.domain import billing
from bot.domain.errors import Refused
from bot.domain.months import Month
from bot.jobs.job import Run


def run(session: Session, run: Run) -> None:
    """Open the month’s review and its card; where nothing was worked and nothing bought, there is none."""
    if run.account is None:
        raise Refused("A billing review is of one account. Run it for each of them.")
    billing.open_for(session, run.account, Month.named(run.period), run.now)
