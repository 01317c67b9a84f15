"""The app's manifest: `manifest.json` is for Socket Mode, and the one for HTTP is made from it."""

import copy
import json
import re
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "manifest.json"
PATH = "/slack/events"  # all of Slack comes in here
HOST = re.compile(r"https://[^/\s?#@]+\.[^/\s?#@]+/?")
Manifest = dict[str, Any]


class BadAddress(Exception):
    """Slack would not send anything there; the message says what an address looks like."""


def read() -> Manifest:
    """As it is pasted into Slack for an app without a public address."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def over_http(manifest: Manifest, address: str) -> Manifest:
    """The same app, which Slack reaches at this address: `https://steward.example.com`."""
    door = address.rstrip("/") + PATH
    made = copy.deepcopy(manifest)
    settings = made["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = door
    settings["interactivity"] |= {"request_url": door, "message_menu_options_url": door}
    for command in made["features"]["slash_commands"]:
        command["url"] = door
    return made


def public(address: str) -> str:
    """The address itself, if Slack would send anything there; raises BadAddress."""
    if address.startswith("http://"):
        raise BadAddress(
            f"Slack sends to https only: put a certificate before your host, and write https{address[4:]}."
        )
    if not HOST.fullmatch(address):
        raise BadAddress(
            f"Slack sends nothing to {address}: write the address your host answers at from outside, "
            "with nothing after it, as in https://steward.example.com"
        )
    return address


def scopes(manifest: Manifest) -> list[str]:
    """What the bot asks for when it is installed."""
    return list(manifest["oauth_config"]["scopes"]["bot"])
