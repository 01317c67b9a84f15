"""The way to the database: bounded in every direction, and nothing stored after the person was told it failed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from bot import database
from bot.database import DeadlinePassed, app_engine, deadline

MOVE = text("insert into job_run (job, period, at, account) values ('j', 'p', now(), 0)")


def stored(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return session.scalar(text("select count(*) from job_run"))


def test_a_commit_that_comes_too_late_is_refused_and_stores_nothing(sessions):
    with deadline(-1), pytest.raises(DeadlinePassed), sessions.begin() as session:
        session.execute(MOVE)
    assert stored(sessions) == 0


def test_a_commit_in_time_is_stored(sessions):
    with deadline(60), sessions.begin() as session:
        session.execute(MOVE)
    assert stored(sessions) == 1


def test_without_a_deadline_work_may_take_its_time(sessions):
    with sessions.begin() as session:
        session.execute(MOVE)
    assert stored(sessions) == 1


def test_a_deadline_ends_with_its_block_and_the_outer_one_holds_again(sessions):
    with deadline(-1):
        with deadline(60), sessions.begin() as session:
            session.execute(MOVE)
        with pytest.raises(DeadlinePassed), sessions.begin() as session:
            session.execute(text("select 1"))
    assert stored(sessions) == 1


def test_a_deadline_is_left_behind_by_an_error_too(sessions):
    with pytest.raises(DeadlinePassed), deadline(-1), sessions.begin():
        pass
    assert stored(sessions) == 0


def test_an_error_takes_everything_back(sessions):
    def fail_halfway() -> None:
        with sessions.begin() as session:
            session.execute(MOVE)
            raise LookupError

    with pytest.raises(LookupError):
        fail_halfway()
    assert stored(sessions) == 0


@pytest.mark.parametrize(("setting", "longest"), [("statement_timeout", "1500ms"), ("lock_timeout", "1s")])
def test_no_statement_and_no_lock_is_waited_for_longer_than_a_click_can(engine: Engine, setting, longest):
    with engine.connect() as connection:
        assert connection.scalar(text(f"show {setting}")) == longest


def test_a_statement_that_takes_too_long_is_cut_off(database_url):
    engine = app_engine(database_url, pool_size=1, statement_timeout_ms=20)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="statement timeout"):
        connection.execute(text("select pg_sleep(5)"))
    engine.dispose()


def test_long_work_may_ask_for_no_limit(database_url):
    engine = app_engine(database_url, pool_size=1, statement_timeout_ms=None)
    with engine.connect() as connection:
        assert connection.scalar(text("show statement_timeout")) == "0"
        assert connection.scalar(text("select current_user")) == database.APP_ROLE
    engine.dispose()


def test_of_two_that_wait_for_each_other_one_goes_on_and_the_other_hears_that_it_is_held(sessions):
    with sessions.begin() as session:
        session.execute(MOVE)
        session.execute(text("insert into job_run (job, period, at, account) values ('j', 'q', now(), 0)"))
    both = Barrier(2)

    def takes(periods: str) -> str:
        try:
            with sessions.begin() as session:
                session.execute(text("set local lock_timeout = '30s'"))
                for number, period in enumerate(periods):
                    session.execute(text("select 1 from job_run where period = :period for update"), {"period": period})
                    if not number:
                        both.wait()
        except OperationalError as error:
            return database.trouble(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(takes, ("pq", "qp"))) == ["done", database.HELD]


def test_a_full_pool_says_so_soon_and_never_grows(database_url):
    engine = app_engine(database_url, pool_size=1)
    with engine.connect(), pytest.raises(TimeoutError):
        engine.connect()
    engine.dispose()


def test_no_reset_loses_the_role(engine: Engine):
    with engine.connect() as connection:
        for statement in ("reset role", "reset all", "discard all"):
            connection.commit()
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))
            assert connection.scalar(text("select current_user")) == database.APP_ROLE


def test_a_connection_that_died_in_the_pool_is_replaced(engine: Engine, owner: Engine):
    with engine.connect() as connection:
        pid = connection.scalar(text("select pg_backend_pid()"))
    with owner.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with engine.connect() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) != pid


def test_the_owners_engine_holds_one_connection(database_url):
    engine = database.owner_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("select current_user")) != database.APP_ROLE
        assert engine.pool.status().startswith("Pool size: 1")
    engine.dispose()


def test_it_knows_whether_it_is_migrated(engine: Engine, owner: Engine):
    assert database.is_migrated(engine)
    with owner.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    assert database.is_migrated(engine)  # a newer release migrated already; this one goes on
    with owner.begin() as connection:
        connection.execute(text("drop table alembic_version"))
    assert not database.is_migrated(engine)
