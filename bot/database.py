"""How the processes reach Postgres: bounded in every direction, as a role that row security holds.

The URL's own user owns the schema and runs migrations. Web and worker act as `steward_app`,
set when the connection opens, so that no reset or pooled check-out can lose it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, QueuePool, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot.connection import wait_less

APP_ROLE = "steward_app"
STATEMENT_TIMEOUT_MS = 1500
LOCK_TIMEOUT_MS = 1000  # the shorter one, so that a held row is told apart from a slow database
POOL_WAIT_SECONDS = 0.5
IDLE_TIMEOUT_MS = 10_000  # what stands still inside a transaction loses it, and with it the rows that others wait for

# A server that vanished without a word is noticed in seconds, not in the kernel's two hours.
GONE_IN_SECONDS = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_commits: ContextVar[list[float] | None] = ContextVar("commits", default=None)
# SQLSTATEs of a server that goes or comes: connection exceptions, and shutdown, crash, start-up.
GOING = ("08", "57P")
AWAY, NO_ROOM, HELD = "it does not answer", "it has no room left", "somebody else holds the row"
TROUBLES = {
    "53100": NO_ROOM,
    "40P01": HELD,  # a deadlock, of which Postgres let the other one go on
    "55P03": HELD,
    "57014": "it took too long",
    "25P03": "this process stood still inside a transaction",
}


class DeadlinePassed(Exception):
    """The work was ready to be stored after Slack stopped waiting, so it was not stored."""


class UnsafeRole(Exception):
    """The application's role could see past row security; the message says how to mend it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within it, a commit later than `seconds` from now is refused: the person has been told it failed."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float | None:
    """How long until the deadline; None outside of one."""
    limit = _deadline.get()
    return None if limit is None else limit - time.monotonic()


@contextmanager
def noting_commits() -> Iterator[list[float]]:
    """The list gets an entry as soon as a commit begins within: from then on something may be stored."""
    begun: list[float] = []
    token = _commits.set(begun)
    try:
        yield begun
    finally:
        _commits.reset(token)


def is_away(error: OperationalError) -> bool:
    """Whether the server was not there or went in the middle, as against a statement that it refused."""
    state = _state(error)  # none where no connection came about
    return error.connection_invalidated or state is None or state.startswith(GOING)


def trouble(error: SQLAlchemyError) -> str:
    """What is wrong with the database, in a few words."""
    if isinstance(error, PoolTimeout):
        return "all connections are in use"
    known = TROUBLES.get(_state(error) or "")
    if known or (isinstance(error, OperationalError) and is_away(error)):
        return known or AWAY
    return type(getattr(error, "orig", None) or error).__name__


def _state(error: SQLAlchemyError) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def owner_engine(url: str) -> Engine:
    """For migrations, backup and `apply`'s checks: the schema's owner, one connection at a time."""
    return create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, hide_parameters=True)


def app_engine(url: str, *, pool_size: int = 8, statement_timeout_ms: int | None = STATEMENT_TIMEOUT_MS) -> Engine:
    """For everything that people do. `statement_timeout_ms=None` is for long work such as imports."""
    options = f"-c role={APP_ROLE}"
    if statement_timeout_ms:
        options += f" -c statement_timeout={statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS}"
        options += f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS if statement_timeout_ms else 30,
        hide_parameters=True,  # they hold what people wrote
        connect_args={"options": options, "application_name": "steward", **GONE_IN_SECONDS},
    )
    wait_less(engine)
    return engine


def in_use(engine: Engine) -> int:
    """How many of the pool's connections somebody holds."""
    return engine.pool.checkedout() if isinstance(engine.pool, QueuePool) else 0


def sessions(engine: Engine) -> sessionmaker[Session]:
    """`sessions(engine).begin()` is the unit of work."""
    maker = sessionmaker(engine, expire_on_commit=False)
    event.listen(maker, "before_commit", _before_commit)
    event.listen(maker, "after_flush", _after_flush)
    return maker


def _before_commit(session: Session) -> None:
    limit, begun = _deadline.get(), _commits.get()
    if limit is not None and time.monotonic() > limit:
        raise DeadlinePassed
    if begun is not None and not session.in_nested_transaction():  # the end of a savepoint stores nothing
        begun.append(time.monotonic())


def _after_flush(session: Session, _context: object) -> None:
    session.info["wrote"] = True


def migrate(url: str) -> None:
    """Bring the schema to its newest revision; two releases at once take turns."""
    _alembic(url, lambda config: command.upgrade(config, "head"))


def is_migrated(engine: Engine) -> bool:
    """Whether the database stands at this release's revision."""
    script = ScriptDirectory.from_config(alembic_config())
    older = {revision.revision for revision in script.walk_revisions()} - {script.get_current_head()}
    with engine.connect() as connection:
        try:
            stands_at = connection.execute(text("select version_num from alembic_version")).scalar()
        except ProgrammingError:
            return False
    # A revision that this release does not know is a newer one's, and every migration tolerates its predecessor.
    return stands_at is not None and stands_at not in older


def alembic_config() -> Config:
    """Alembic as pyproject.toml sets it up; there is no alembic.ini."""
    return Config(toml_file=str(Path(__file__).parent.parent / "pyproject.toml"))


def _alembic(url: str, run: Callable[[Config], None]) -> None:
    engine = create_engine(url, poolclass=NullPool)
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        run(config)
    engine.dispose()


def require_safe_role(engine: Engine) -> None:
    """Refuse to start as a superuser or with BYPASSRLS: the second wall would be air."""
    with engine.connect() as connection:
        row = connection.execute(
            text("select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        ).one()
    if row[1]:
        raise UnsafeRole(f"The role {row[0]} sees past row-level security. Run `steward migrate`, and start again.")


def in_words(error: DBAPIError | psycopg.Error) -> str:
    """What Postgres refused, in a sentence that says what to do."""
    told = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    unprepared = f'role "{APP_ROLE}"' in told or "relation" in told
    if unprepared and "does not exist" in told:
        return "The database is not set up yet. Run `steward migrate` first."
    what = "can't be reached" if "connect" in told else "refused"
    return f"The database {what}: {told.splitlines()[0] if told else 'no answer'}"
