"""What commands reach for: the database, and the time there."""

from datetime import timedelta

from bot import database, settings
from bot.clock import Clock, read_offset, system_clock


class Failed(Exception):
    """A command could not do its work; the message says what to do next."""


def config() -> settings.DatabaseSettings:
    return settings.read(settings.DatabaseSettings)


def engine() -> database.Engine:
    made = database.app_engine(config().database_url, pool_size=1, statement_timeout_ms=None)
    database.require_safe_role(made)
    return made


def clock() -> Clock:
    """The playground's clock where one was moved, else the machine's."""
    asked = engine()
    offset = read_offset(asked)
    asked.dispose()
    return lambda: system_clock() + timedelta(seconds=offset)
