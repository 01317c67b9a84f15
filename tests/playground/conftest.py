"""A small workspace: Bo and Lea work here, Ana is a guest, Otto comes from Acme, Dee left."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Steward"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Steward"},
        "slash_commands": [
            {"command": "/request", "description": "File a request", "usage_hint": "[words]", "should_escape": True},
            {"command": "/plain", "description": "Unescaped"},
        ],
        "shortcuts": [
            {"name": "Make a ticket", "type": "message", "callback_id": "from_message", "description": "-"},
            {"name": "New request", "type": "global", "callback_id": "anywhere", "description": "-"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["commands", "chat:write", "app_mentions:read", "channels:read", "groups:read", "im:read",
                    "channels:history", "groups:history", "im:history", "im:write", "users:read", "users:read.email",
                    "files:read", "files:write", "pins:write", "pins:read", "reactions:read", "reactions:write",
                    "channels:join"]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "app_mention", "message.channels", "message.groups", "message.im",
                           "member_joined_channel"]
        },
        "interactivity": {"is_enabled": True},
    },
}  # fmt: skip
PEOPLE = [
    {"id": "U0BO", "name": "Bo", "real_name": "Bo Berg", "email": "bo@northwind.example", "tz": "Europe/London"},
    {"id": "U0LEA", "name": "Lea", "email": "lea@northwind.example"},
    {"id": "U0ANA", "name": "Ana", "guest": True},
    {"id": "U0OTTO", "name": "Otto", "team": "T0ACME", "outsider": True, "email": "otto@acme.example"},
    {"id": "U0DEE", "name": "Dee", "deleted": True, "email": "dee@northwind.example"},
]
CHANNELS = [
    {"id": "C0ACME", "name": "acme", "members": ["U0BO", "U0ANA", "U0OTTO"], "bot_member": True,
     "shared_with": ["T0ACME"]},
    {"id": "C0OPEN", "name": "open", "members": ["U0BO"], "bot_member": False},
    {"id": "C0SECRET", "name": "secret", "private": True, "members": ["U0LEA"], "bot_member": False},
    {"id": "C0TEAM", "name": "team", "private": True, "members": ["U0BO", "U0LEA"], "bot_member": True},
    {"id": "C0OLD", "name": "old", "members": ["U0BO"], "bot_member": True, "archived": True},
    {"id": "C0GONE", "name": "gone", "members": ["U0BO"], "bot_member": True, "deleted": True},
]  # fmt: skip

DEMO = "xoxb-demo"
Start = Callable[..., Slack]


@pytest.fixture
def app() -> Iterator[CannedApp]:
    app = CannedApp()
    yield app
    app.stop()


@pytest.fixture
def start(app: CannedApp) -> Iterator[Start]:
    """Starts a local Slack; `without` takes scopes, events or commands out of the manifest, `also` adds
    events, `bend` changes it as it likes."""
    running: list[Slack] = []

    def start(
        without: tuple[str, ...] = (),
        also: tuple[str, ...] = (),
        socket_mode: bool = False,
        bend: Callable[[dict[str, Any]], None] = lambda manifest: None,
        **options: Any,
    ) -> Slack:
        manifest = copy.deepcopy(MANIFEST)
        if socket_mode:
            manifest["settings"]["socket_mode_enabled"] = True
        bot = manifest["oauth_config"]["scopes"]
        bot["bot"] = [scope for scope in bot["bot"] if scope not in without]
        events = manifest["settings"]["event_subscriptions"]
        events["bot_events"] = [event for event in events["bot_events"] if event not in without] + [*also]
        bend(manifest)
        teams = [{"id": "T0ACME", "name": "Acme"}]
        slack = Slack(manifest, PEOPLE, CHANNELS, other_teams=teams, app_url=app.url, **options).start()
        running.append(slack)
        return slack

    yield start
    for slack in running:
        slack.stop()


@pytest.fixture
def slack(start: Start) -> Slack:
    return start()


@pytest.fixture
def client(slack: Slack) -> WebClient:
    return client_of(slack)


def client_of(slack: Slack, token: str | None = DEMO) -> WebClient:
    return WebClient(token, base_url=slack.api_url, timeout=5, retry_handlers=[])


@pytest.fixture
def bo(slack: Slack) -> Person:
    return slack.person("U0BO", "C0ACME")


@pytest.fixture
def ana(slack: Slack) -> Person:
    return slack.person("U0ANA", "C0ACME")


@pytest.fixture
def otto(slack: Slack) -> Person:
    return slack.person("U0OTTO", "C0ACME")
