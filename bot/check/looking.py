"""What the checks have in hand: each adds what later ones need."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bot import database
from bot.check.slack import Answer, Slack
from bot.domain import people
from bot.settings import Settings


class Place(NamedTuple):
    """A channel of the setup: whose it is, and the workspace that it is shared with, if it is."""

    channel: str
    name: str
    is_account: bool = False
    team: str | None = None


class Somebody(NamedTuple):
    """A person of the setup; without an account one of the provider's."""

    name: str
    slack_id: str | None
    email: str | None
    account: str | None = None
    channel: str | None = None  # where they are expected to be


class House(NamedTuple):
    """What was applied, as far as Slack has a part in it."""

    team: str
    places: list[Place]
    people: list[Somebody]
    homeless: list[str]  # accounts without a channel


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that can't write, and sees every account."""
    with database.sessions(engine).begin() as session:
        session.execute(text("set transaction read only"))
        people.enter_as_system(session)
        yield session


@dataclass
class Looking:
    """One look at everything."""

    now: Callable[[], float]
    sleep: Callable[[float], None]
    config: Settings | None = None
    engine: Engine | None = None
    migrated: Engine | None = None  # the same, once the schema is known to be this release's
    house: House | None = None
    slack: Slack | None = None
    me: Answer | None = None  # what auth.test told
    channel_names: dict[str, str] = field(default_factory=dict)

    def forget_slack(self) -> None:
        """What is left to ask there would only fail the same way."""
        self.slack = self.me = None

    def forget_the_database(self) -> None:
        """The same for the database."""
        self.close()
        self.engine = self.migrated = self.house = None

    def close(self) -> None:
        """Give back the connection."""
        if self.engine:
            self.engine.dispose()
