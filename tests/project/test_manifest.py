"""The manifest is what Slack takes, asks for what the app uses, and for nothing else."""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk import WebClient

from bot import cli
from bot.playground.webapi import METHODS
from bot.playground.webapi.scopes import BY_KIND, SCOPES
from bot.slack import manifest
from bot.slack.manifest import BadAddress
from tests.project.manifest_rules import MANIFEST as RULES

BOT = Path(__file__).parents[2] / "bot"
SOCKET = manifest.read()
HTTP = manifest.over_http(SOCKET, "https://steward.example.com")
# Methods that the local Slack need not know, and what they take besides the token.
MORE_METHODS = {"apps.connections.open": [], "auth.test": [], "blocks.validate": []}
# docs.slack.dev/reference/events: any message, mention or arrival is only told to an app that may read it.
EVENTS = {
    "app_home_opened": [],
    "app_mention": ["app_mentions:read"],
    "channel_id_changed": ["groups:read"],  # it comes for private channels only
    "member_joined_channel": ["channels:read", "groups:read"],
    "message.channels": ["channels:history"],
    "message.groups": ["groups:history"],
    "message.im": ["im:history"],
}


def mistakes(made: dict[str, Any]) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(RULES).iter_errors(made)]


@pytest.mark.parametrize("made", [SOCKET, HTTP], ids=["socket", "http"])
def test_slack_takes_it(made: dict[str, Any]):
    assert mistakes(made) == []


def bent(path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(SOCKET)
    *steps, last = path.split(".")
    node: Any = made
    for step in steps:
        node = node[int(step) if step.isdigit() else step]
    node[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("display_information.name", "n" * 36),
        ("display_information.description", "d" * 141),
        ("display_information.long_description", "d" * 174),
        ("display_information.long_description", "d" * 4001),
        ("features.bot_user.display_name", "n" * 81),
        ("features.slash_commands", SOCKET["features"]["slash_commands"] * 11),
        ("features.slash_commands.0.command", "/" + "c" * 32),
        ("features.slash_commands.0.command", "request"),
        ("features.slash_commands.0.usage_hint", ""),
        ("features.slash_commands.0.usage_hint", "h" * 1001),
        ("features.slash_commands.0.description", "d" * 2001),
        ("features.shortcuts", SOCKET["features"]["shortcuts"] * 4),
        ("features.shortcuts.0.name", "n" * 25),
        ("features.shortcuts.0.description", "d" * 151),
        ("settings.event_subscriptions.bot_events", ["e"] * 101),
        ("settings.event_subscriptions.request_url", "steward.example.com"),
        ("settings.socket_mode", True),
    ],
)
def test_the_rules_have_teeth(path: str, value: Any):
    assert len(mistakes(bent(path, value))) == 1


def test_over_http_only_the_addresses_differ():
    door = "https://steward.example.com/slack/events"
    expected = copy.deepcopy(SOCKET)
    expected["settings"]["socket_mode_enabled"] = False
    expected["settings"]["event_subscriptions"]["request_url"] = door
    expected["settings"]["interactivity"] |= {"request_url": door, "message_menu_options_url": door}
    expected["features"]["slash_commands"] = [{**one, "url": door} for one in SOCKET["features"]["slash_commands"]]
    assert expected == HTTP


# --- what the app uses


def code() -> Iterator[tuple[Path, ast.AST]]:
    """Our own, without the stand-in for Slack."""
    for path in BOT.rglob("*.py"):
        if "playground" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path, node


def methods_called() -> set[str]:
    """Web API methods by their functions (`client.chat_postMessage`) or their names ("conversations.info")."""
    by_function = {name.replace(".", "_"): name for name in (*METHODS, *MORE_METHODS)}
    found = set()
    for _, node in code():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and hasattr(WebClient, node.func.attr):
            name = node.func.attr
            if name != "api_call" and not name.startswith("_"):
                found.add(by_function.get(name, f"{name}: unknown to the local Slack"))
        if isinstance(node, ast.Constant) and node.value in by_function.values():
            found.add(str(node.value))
    return found


def scopes_of(method: str) -> list[str]:
    if method in BY_KIND:  # channels of both kinds; conversations with people are read, never listed
        families = ["channels", "groups"] + (["im"] if BY_KIND[method] == "history" else [])
        return [f"{family}:{BY_KIND[method]}" for family in families]
    scope = SCOPES.get(method)
    return [scope] if scope else []


def strings() -> set[str]:
    return {node.value for _, node in code() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def needed() -> dict[str, str]:
    """Each scope, and what needs it."""
    features, settings = SOCKET["features"], SOCKET["settings"]
    found = {"commands": "slash commands"} if features["slash_commands"] else {}
    found |= {scope: name for name in settings["event_subscriptions"]["bot_events"] for scope in EVENTS[name]}
    found |= {scope: name for name in sorted(methods_called()) for scope in scopes_of(name)}
    return found | ({"files:read": "a field for files"} if "file_input" in strings() else {})


def test_the_scopes_are_those_that_something_needs_and_no_others():
    assert {"chat.postMessage", "views.open", "conversations.replies", "users.info"} <= methods_called()
    assert set(manifest.scopes(SOCKET)) == set(needed()), needed()


def test_every_method_that_the_app_calls_is_known_to_the_local_slack():
    assert {name for name in methods_called() if "unknown" in name} == set()


def test_nothing_is_asked_for_twice():
    features = SOCKET["features"]
    for names in (
        manifest.scopes(SOCKET),
        SOCKET["settings"]["event_subscriptions"]["bot_events"],
        [command["command"] for command in features["slash_commands"]],
        [shortcut["callback_id"] for shortcut in features["shortcuts"]],
    ):
        assert len(names) == len(set(names))


def test_mentions_in_commands_arrive_as_ids_and_nothing_needs_renewing():
    assert all(command["should_escape"] for command in SOCKET["features"]["slash_commands"])
    assert SOCKET["settings"]["token_rotation_enabled"] is False


def test_the_home_and_the_conversation_with_it_are_open():
    home = SOCKET["features"]["app_home"]
    assert (home["home_tab_enabled"], home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (
        True,
        True,
        False,
    )


# --- the command


def test_the_command_prints_either_of_them(capsys):
    assert cli.main(["manifest"]) == 0
    assert json.loads(capsys.readouterr().out) == SOCKET
    assert cli.main(["manifest", "--url", "https://steward.example.com/"]) == 0
    assert json.loads(capsys.readouterr().out) == HTTP


@pytest.mark.parametrize(
    "address",
    ["http://steward.example.com", "steward.example.com", "https://localhost", "https://", "",
     "https://steward.example.com/slack/events", "https://me:hush@steward.example.com", "https://a b.example.com"],
)  # fmt: skip
def test_an_address_that_slack_cannot_use_is_refused_in_a_sentence(address: str, capsys):
    with pytest.raises(BadAddress):
        manifest.public(address)
    assert cli.main(["manifest", "--url", address]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"steward: Slack sends .*https://steward\.example\.com\.?\n", told.err)
