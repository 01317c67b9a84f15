"""docs/real-slack.md, followed to the letter: the same commands, variables, setup file and manifest."""

import json
import os
import re
import shlex
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import cli, embedded
from bot.domain import setup
from bot.domain.setup import SetupFile
from bot.settings import Settings
from tests.driver import Slack
from tests.test_processes import a_free_port, comes_up, ends_cleanly, environment, files_a_request, process

SLOWEST = 60.0  # seconds until three processes have come up, on a machine that has other things to do
ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "real-slack.md").read_text(encoding="utf-8")
FIRST_PART = GUIDE.partition("## Clients in their own Slack")[0]
COMMANDS = re.findall(r"^python3 run\.py (.+)$", FIRST_PART, re.MULTILINE)
FILE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
EXPORTS = {
    mode: dict(re.findall(r"^export (\w+)=(.*)$", block, re.MULTILINE))
    for mode, block in zip(("socket", "http"), re.findall(r"```sh\n(export.*?)```", GUIDE, re.DOTALL), strict=True)
}
HOOKS = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))


def test_the_steps_stand_in_the_order_in_which_they_are_tried_here():
    assert [words.split()[0] for words in COMMANDS] == ["manifest", "manifest", "migrate", "apply", "check", "start"]
    assert set(EXPORTS["socket"]) == {"DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}
    assert set(EXPORTS["http"]) == {"DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "PORT"}


def command(name: str) -> list[str]:
    """As the guide writes it, each word."""
    return shlex.split(next(words for words in COMMANDS if words.split()[0] == name))


def a_workspace(made: dict[str, Any], wanted: SetupFile) -> Slack:
    """The people and channels that somebody has before they read the guide; Steward is in none of them."""
    account = wanted.accounts[0]
    everybody = [(one.slack, one.name, False) for one in wanted.people]
    everybody += [(one.slack, one.name, True) for one in account.contacts]
    team = [one.slack for one in wanted.people]
    people = [
        {"id": id_, "name": name.lower(), "real_name": name, "team": wanted.provider.team, "guest": guest}
        for id_, name, guest in everybody
    ]
    clients = [one.slack for one in account.contacts]
    channels = [
        {"id": wanted.provider.channels["triage"], "name": "triage", "private": True, "members": team},
        {"id": account.channel, "name": "acme", "private": True, "members": [*team, *clients]},
    ]
    return Slack(made, people, channels, team={"id": wanted.provider.team, "name": "Your firm"})


@contextmanager
def a_database(server_url: str) -> Iterator[str]:
    name = f"steward_guide_{os.getpid()}"
    embedded.drop_database(server_url, name)
    yield embedded.create_database(server_url, name)
    embedded.drop_database(server_url, name)


class Terminal:
    """What somebody types into, and reads from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def exports(self, **values: str) -> None:
        for name, value in values.items():
            self._monkeypatch.setenv(name, value)

    def runs(self, words: list[str], *, ends_with: int = 0) -> str:
        """What it prints; nothing goes wrong beside."""
        code, told = cli.main(words), self._capsys.readouterr()
        assert code == ends_with, told
        assert bool(told.err) == bool(ends_with), told
        return told.out


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A shell, with nothing of ours in its environment yet."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Terminal(monkeypatch, capsys)


def tells(address: str, words: str) -> None:
    """It is counted once it is written down, a moment after it can be read in Slack."""
    deadline = time.monotonic() + SLOWEST
    said = ""
    while words not in said:
        assert time.monotonic() < deadline, said
        with urllib.request.urlopen(address, timeout=10) as told:
            said = told.read().decode()


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_from_nothing_to_the_first_ticket(mode: str, server_url: str, here: Terminal, tmp_path: Path):
    printed = here.runs(shlex.split(COMMANDS[("socket", "http").index(mode)]))
    (tmp_path / command("apply")[1]).write_text(FILE, encoding="utf-8")
    wanted = setup.read(FILE)
    triage, acme = wanted.provider.channels["triage"], wanted.accounts[0].channel or ""
    with a_database(server_url) as url, a_workspace(json.loads(printed), wanted) as slack:
        port = a_free_port(and_the_next=True)  # the worker's
        values = {"DATABASE_URL": url, "SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token,
                  "SLACK_SIGNING_SECRET": slack.signing_secret, "PORT": str(port)}  # fmt: skip
        # Besides what the guide exports: where this Slack is, and a port that is free here.
        given = {name: values[name] for name in {*EXPORTS[mode], "PORT"}} | {"SLACK_API_URL": slack.api_url}
        here.exports(**given)
        here.runs(command("migrate"))
        here.runs(["apply", str(tmp_path / command("apply")[1])])
        assert here.runs(command("check"), ends_with=1).count("type /invite @Steward") == 2
        you = slack.person(wanted.people[0].slack, triage)
        client = slack.person(wanted.accounts[0].contacts[0].slack or "", acme)
        for channel in (triage, acme):
            you.opens("/invite @Steward", channel=channel)
        checked = here.runs(command("check"))
        assert "✗" not in checked
        assert checked.endswith("Everything is in place.\n")
        log, address = tmp_path / "start.log", f"http://127.0.0.1:{given['PORT']}"
        with process(command("start")[0], environment(**given), log) as started:
            comes_up(address, started, log, within=SLOWEST)
            if mode == "http":
                slack.app_url = f"{address}/slack/events"
                assert slack.verify_url().ok
            client.sees("New request", within=SLOWEST)
            files_a_request(client, "The help centre is empty")
            you.sees("nobody yet", within=SLOWEST)
            you.clicks("Take it", on="The help centre is empty")
            client.sees("Checking scope, priority, completeness", within=SLOWEST)
            counted = 'steward_deliveries_total{method="chat.update",outcome="brought"}'
            tells(f"http://127.0.0.1:{int(given['PORT']) + 1}/metrics", counted)
            assert ends_cleanly(started) == [0]
        assert "Traceback" not in log.read_text()


def test_start_asks_for_what_the_way_it_chooses_needs(here: Terminal, capsys: pytest.CaptureFixture[str]):
    here.exports(DATABASE_URL="postgresql://h/d", SLACK_BOT_TOKEN="xoxb-1")
    assert cli.main(["start"]) == 1
    assert "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set." in capsys.readouterr().err
