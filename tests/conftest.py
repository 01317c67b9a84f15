"""Real Postgres for every test: one server for all workers, one fresh database per test."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from bot import database, embedded, logs, playbook
from bot.settings import normalise_database_url
from tests.house import House, furnish, running

DATA = Path(__file__).parent.parent / ".steward" / "test-pg18"


logs.configure("warning")
hypothesis.settings.register_profile("unhurried", deadline=None)  # speed is bench/'s to measure
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A running server: DATABASE_URL's, else an embedded one that all workers share."""
    if given := os.environ.get("DATABASE_URL"):
        yield normalise_database_url(given)
        return
    with embedded.server(DATA, durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """A migrated database with the default playbook, copied for each test."""
    name = f"steward_template_{os.getpid()}"
    embedded.drop_database(server_url, name)  # of a run that was killed
    url = embedded.create_database(server_url, name)
    database.migrate(url)
    engine = database.owner_engine(url)
    with Session(engine) as session, session.begin():
        playbook.seed(session, playbook.from_file())
    engine.dispose()
    yield name
    embedded.drop_database(server_url, name)


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A fresh, migrated database, as its owner."""
    name = f"steward_test_{os.getpid()}"
    yield embedded.create_database(server_url, name, template=template)
    embedded.drop_database(server_url, name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The application's engine: bounded, and held by row security."""
    engine = database.app_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def owner(database_url: str) -> Iterator[Engine]:
    """The schema owner's engine, to look behind row security."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """`sessions.begin()`, as the application has it."""
    return database.sessions(engine)


@pytest.fixture
def counts(owner: Engine):
    """How many rows each table holds: a refusal must leave this as it was."""

    def count() -> dict[str, int]:
        with owner.connect() as connection:
            tables = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
            return {name: connection.scalar(text(f'select count(*) from "{name}"')) for name in tables}

    return count


@pytest.fixture(scope="session")
def furnished(server_url: str, template: str) -> Iterator[str]:
    """A database with the cast, copied for each house."""
    name = f"steward_furnished_{os.getpid()}"
    embedded.drop_database(server_url, name)
    furnish(embedded.create_database(server_url, name, template=template))
    yield name
    embedded.drop_database(server_url, name)


@pytest.fixture
def house_url(server_url: str, furnished: str) -> Iterator[str]:
    """The house's database, as its owner."""
    name = f"steward_house_{os.getpid()}"
    yield embedded.create_database(server_url, name, template=furnished)
    embedded.drop_database(server_url, name)


@pytest.fixture
def house(house_url: str) -> Iterator[House]:
    """Everything, running: the local Slack, the app, the cast. Slack has to understand all that the app says."""
    with running(house_url) as house:
        yield house
        house.was_understood()


@pytest.fixture
def socket_house(house_url: str) -> Iterator[House]:
    """The same over Socket Mode."""
    with running(house_url, socket_mode=True) as house:
        yield house
        house.was_understood()
