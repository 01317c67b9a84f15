"""A scheduled job runs once for its period, however many workers look at the clock."""

from sqlalchemy.orm import Session

from bot.domain import job_runs
from tests.domain.desk import MONDAY, one_waits_for_the_other


def claim(session: Session, job: str = "daily-digest", period: str = "2026-11-23", **more) -> int | None:
    return job_runs.claim(session, job, period, now=MONDAY, **more)


def test_a_period_is_claimed_once(session):
    assert claim(session)
    assert claim(session) is None


def test_another_job_period_or_account_is_another_run(session):
    runs = [claim(session), claim(session, job="other"), claim(session, period="2026-11-24"), claim(session, account=1)]
    assert len(set(runs)) == 4
    assert None not in runs


def test_of_two_workers_one_has_it(cast_sessions, cast_url):
    first, second = one_waits_for_the_other(cast_sessions, cast_url, claim, claim)
    assert first is not None
    assert second is None


def test_a_run_that_failed_may_be_claimed_again(cast_sessions):
    with cast_sessions() as session:
        assert claim(session)
        session.rollback()
    with cast_sessions.begin() as session:
        assert claim(session)
