"""A look at a whole house, with the environment that a host would give."""

import socket
from collections.abc import Callable

import pytest
from sqlalchemy import text

from bot import check
from bot.check import Report
from tests.house import House

NAMES = ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_URL", "PORT",
         "STEWARD_PLAYBOOK", "STEWARD_LOG")  # fmt: skip


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Exactly these variables of ours; None leaves one out."""

    def put(**values: str | None) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            if value is not None:
                monkeypatch.setenv(name, value)

    put()
    return put


@pytest.fixture
def set_up(house: House, house_url: str, environment) -> Callable[..., None]:
    """The house's own environment, changed as a test says. Its unused channels are taken out of the setup."""
    with house.owner.begin() as connection:
        connection.execute(text('update provider set channels = \'{"triage": "C0TRIAGE", "leadership": "C0LEADERS"}\''))

    def put(**changed: str | None) -> None:
        environment(**{
            "DATABASE_URL": house_url, "SLACK_BOT_TOKEN": house.slack.token,
            "SLACK_SIGNING_SECRET": house.slack.signing_secret, "SLACK_API_URL": house.slack.api_url, **changed,
        })  # fmt: skip

    put()
    return put


@pytest.fixture
def looks(house: House, set_up) -> Callable[..., Report]:
    """`looks()` is a whole check. Whatever it finds, it changed nothing."""

    def look(**more: object) -> Report:
        before = house.state_of_the_world()
        report = check.run(**{"sleep": pytest.fail, **more})  # type: ignore[arg-type]
        assert house.state_of_the_world() == before
        return report

    return look


def a_closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return asking.getsockname()[1]
