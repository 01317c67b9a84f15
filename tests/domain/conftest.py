"""The cast in one database that tests share: each works in a transaction that is taken back."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot import database, embedded
from bot.domain import people, setup
from bot.domain.accounts import Account
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from tests import cast
from tests.cast import by_name
from tests.domain.desk import MONDAY, file_a_ticket, person

# A shared machine pauses now and then; how long a test takes says nothing about the rule.


@pytest.fixture(scope="session")
def cast_template(server_url: str, template: str) -> Iterator[str]:
    """A database with the cast, to be copied."""
    name = f"steward_cast_{os.getpid()}"
    url = embedded.create_database(server_url, name, template=template)
    engine = database.app_engine(url)
    with database.sessions(engine).begin() as session:
        setup.apply(session, setup.read(cast.SETUP), now=MONDAY - timedelta(days=30))
        session.flush()  # its welcome messages were brought a month ago
        session.execute(text("update post set ts = '1793000000.00' || (1000 + id)"))
        session.execute(text("update outbox set done_at = now()"))
    engine.dispose()
    yield name
    embedded.drop_database(server_url, name)


@pytest.fixture(scope="session")
def shared_engine(server_url: str, cast_template: str) -> Iterator[Engine]:
    """The application's engine on a copy to be worked in and taken back."""
    name = f"steward_shared_{os.getpid()}"
    engine = database.app_engine(embedded.create_database(server_url, name, template=cast_template))
    yield engine
    engine.dispose()
    embedded.drop_database(server_url, name)


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """The application's connection; whatever happens on it is taken back."""
    with shared_engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session of the System, in a transaction that is taken back; a refusal inside spoils nothing."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        people.enter_as_system(session)
        yield session


@pytest.fixture
def who(session: Session) -> Callable[[str], Person]:
    """Somebody of the cast by name: `who("Bo")`."""
    return lambda name: person(session, name)


@pytest.fixture
def acme(session: Session) -> Account:
    return by_name(session, "Acme")


@pytest.fixture
def a_ticket(session: Session) -> Callable[..., Ticket]:
    """`a_ticket(status=…)`: Acme's, as it stands after filing; say only what matters."""
    return partial(file_a_ticket, session)


@pytest.fixture
def everything(session: Session) -> Callable[[], dict[str, tuple[int, str]]]:
    """Each table's rows as a count and a sum: a refusal must leave this as it was."""
    names = session.scalars(
        text("select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'")
    ).all()
    query = text(
        " union all ".join(
            f"select '{name}', count(*), md5(string_agg(t::text, '|' order by t::text)) from \"{name}\" t"
            for name in names
        )
    )

    def look() -> dict[str, tuple[int, str]]:
        session.flush()
        return {name: (count, digest) for name, count, digest in session.execute(query)}

    return look


@pytest.fixture
def finance(session: Session, who: Callable[[str], Person]) -> None:
    """Eve is in finance."""
    who("Eve").roles = ["engineer", "finance"]
    session.flush()


@pytest.fixture
def billed_elsewhere(session: Session) -> None:
    """November is the first month that is signed here."""
    cast.is_billed_elsewhere_until_november(session, left_over=1200)
    session.expire_all()


@pytest.fixture
def cast_url(server_url: str, cast_template: str) -> Iterator[str]:
    """A database of one's own with the cast, for tests that have to commit."""
    name = f"steward_own_{os.getpid()}"
    yield embedded.create_database(server_url, name, template=cast_template)
    embedded.drop_database(server_url, name)


@pytest.fixture
def cast_sessions(cast_url: str) -> Iterator[sessionmaker[Session]]:
    engine = database.app_engine(cast_url)
    yield database.sessions(engine)
    engine.dispose()
