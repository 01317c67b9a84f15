"""What the manifest does not declare does not work: each switch, what stops with it, and that it works otherwise."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground import rates
from bot.playground.webapi import METHODS, scopes
from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import Start, client_of
from tests.playground.parts import actions, button, home, modal, section, text_field
from tests.playground.test_chat import refusal

Json = dict[str, Any]
Bend = Callable[[Json], None]


def no(*path: str) -> Bend:
    """Takes one thing out of the manifest."""

    def bend(manifest: Json) -> None:
        for step in path[:-1]:
            manifest = manifest[step]
        del manifest[path[-1]]

    return bend


def off(*path: str) -> Bend:
    def bend(manifest: Json) -> None:
        for step in path[:-1]:
            manifest = manifest[step]
        manifest[path[-1]] = False

    return bend


def without_scope(scope: str) -> Bend:
    return lambda manifest: manifest["oauth_config"]["scopes"]["bot"].remove(scope)


# --- what people do: the sentence they get, and that the app hears nothing


class Room:
    """Ana in front of a message, a window and her Home, all of them with something to press."""

    def __init__(self, slack: Slack, app: CannedApp):
        self.slack, self.app = slack, app
        self.ana, self.bo = slack.person("U0ANA", "C0ACME"), slack.person("U0BO", "C0ACME")

    def posts_a_button(self) -> None:
        block = actions(button("Go"))
        client_of(self.slack).chat_postMessage(channel="C0ACME", text="x", blocks=[block])

    def has_a_window(self) -> None:
        """Opened behind the app's back: whatever the manifest says, somebody may have it open already."""
        ws = self.slack.workspace
        trigger = ws.new_trigger("U0ANA")
        select = {"type": "external_select", "action_id": "find", "min_query_length": 0}
        blocks = [text_field("Name", initial_value="Ana"), section(block_id="s", accessory=select)]
        view = modal(*blocks, notify_on_close=True)
        client_of(self.slack).views_open(trigger_id=trigger, view=view)


def click(room: Room, refused: str) -> None:
    room.posts_a_button()
    room.ana.clicks("Go", refused=refused)


def submit(room: Room, refused: str) -> None:
    room.has_a_window()
    room.ana.submits(refused=refused)


def close(room: Room, refused: str) -> None:
    """Closing always works; what is refused is telling the app."""
    room.has_a_window()
    room.ana.closes()
    if not refused:
        assert room.app.of("view_closed")


def ask_for_options(room: Room, refused: str) -> None:
    room.app.answer = lambda heard: {"options": []} if heard.kind == "block_suggestion" else None
    room.has_a_window()
    view = room.slack.workspace.modals_of("U0ANA")[-1]
    container = {"type": "view", "view_id": view.id}
    room.ana._do("options", refused, container=container, block_id="s", action_id="find", value="a")


def shortcut(room: Room, refused: str) -> None:
    room.bo._do("shortcut", refused, callback_id="anywhere")


def message_shortcut(room: Room, refused: str) -> None:
    ts = room.bo.types("C0ACME", "x")
    room.app.heard.clear()
    room.bo._do("shortcut", refused, callback_id="from_message", channel="C0ACME", ts=ts)


def command(room: Room, refused: str) -> None:
    room.ana.opens("/request", refused=refused)


def write_to_the_app(room: Room, refused: str) -> None:
    room.slack.workspace.open_direct_channel("U0ANA")
    room.ana._do("message", refused, channel="D0ANA", text="hello")


def open_the_home(room: Room, refused: str) -> None:
    room.ana._do("open", refused, home=True)


NOT_INTERACTIVE = "not configured to handle interactive responses"
INTERACTIVITY = ("settings", "interactivity", "is_enabled")
PEOPLE_DO = [
    (off(*INTERACTIVITY), click, NOT_INTERACTIVE),
    (off(*INTERACTIVITY), submit, NOT_INTERACTIVE),
    (off(*INTERACTIVITY), close, "-"),
    (off(*INTERACTIVITY), ask_for_options, NOT_INTERACTIVE),
    (off(*INTERACTIVITY), shortcut, NOT_INTERACTIVE),
    (off(*INTERACTIVITY), message_shortcut, NOT_INTERACTIVE),
    (no("features", "shortcuts"), shortcut, "no such shortcut"),
    (no("features", "shortcuts"), message_shortcut, "no such shortcut"),
    (without_scope("commands"), shortcut, "no such shortcut"),
    (no("features", "slash_commands"), command, "/request is not a valid command"),
    (without_scope("commands"), command, "/request is not a valid command"),
    (off("features", "app_home", "messages_tab_enabled"), write_to_the_app, "off"),
    (off("features", "app_home", "home_tab_enabled"), open_the_home, "Home"),
]


@pytest.mark.parametrize(("bend", "gesture", "words"), PEOPLE_DO)
def test_people_cannot_do_what_is_switched_off(start: Start, app: CannedApp, bend: Bend, gesture, words: str):
    room = Room(start(bend=bend), app)
    gesture(room, words)

    interactions = [heard for heard in app.heard if heard.kind != "event_callback"]
    assert interactions == []


@pytest.mark.parametrize("gesture", sorted({row[1] for row in PEOPLE_DO}, key=lambda one: one.__name__))
def test_people_can_do_what_is_switched_on(start: Start, app: CannedApp, gesture):
    gesture(Room(start(), app), "")

    assert app.heard


# --- what the app does


def post_to(channel: str) -> Callable[[WebClient], Any]:
    return lambda client: client.chat_postMessage(channel=channel, text="x")


def publish(client: WebClient) -> Any:
    return client.views_publish(user_id="U0ANA", view=home(section()))


def file_form(client: WebClient) -> Any:
    """Needs a trigger, but blocks are looked at first."""
    file_input = {"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "file_input"}}
    return client.views_open(trigger_id="x", view=modal(file_input))


APP_DOES = [
    (no("features", "bot_user"), post_to("C0ACME"), "invalid_auth"),
    (off("features", "app_home", "messages_tab_enabled"), post_to("U0ANA"), "messages_tab_disabled"),
    (off("features", "app_home", "home_tab_enabled"), publish, "not_enabled"),
    (without_scope("files:read"), file_form, "invalid_arguments"),
]


@pytest.mark.parametrize(("bend", "call", "error"), APP_DOES)
def test_the_app_cannot_do_what_is_switched_off(start: Start, bend: Bend, call, error: str):
    slack = start(bend=bend)

    assert refusal(call, client_of(slack))["error"] == error
    assert not any(channel.messages for channel in slack.workspace.channels.values())
    assert slack.workspace.views == {}


@pytest.mark.parametrize("call", [post_to("C0ACME"), post_to("U0ANA"), publish])
def test_the_app_can_do_what_is_switched_on(slack: Slack, call):
    assert call(client_of(slack))["ok"]


def test_the_conversation_with_the_app_is_closed_by_its_id_too(start: Start):
    slack = start(bend=off("features", "app_home", "messages_tab_enabled"))
    place = slack.workspace.open_direct_channel("U0ANA")

    assert refusal(post_to(place.id), client_of(slack))["error"] == "messages_tab_disabled"
    assert place.messages == {}


# --- events: those that are declared, by an app that may read what they are about


def types_something(slack: Slack, bo: Person) -> None:
    bo.types("C0ACME", "@Steward hello")


def writes_in_private(slack: Slack, bo: Person) -> None:
    bo.types("C0TEAM", "hello")


def writes_to_the_app(slack: Slack, bo: Person) -> None:
    slack.workspace.open_direct_channel("U0BO")
    bo.types("D0BO", "hello")


EVENTS = [
    ("message.channels", "channels:history", types_something, "channel"),
    ("message.groups", "groups:history", writes_in_private, "group"),
    ("message.im", "im:history", writes_to_the_app, "im"),
    ("app_mention", "app_mentions:read", types_something, "app_mention"),
]


def heard(app: CannedApp) -> set[str]:
    inner = [envelope["event"] for envelope in app.of("event_callback")]
    return {event["type"] for event in inner} | {event.get("channel_type", "") for event in inner}


@pytest.mark.parametrize(("event", "scope", "happens", "kind"), EVENTS)
def test_an_event_needs_its_line_and_its_scope(start: Start, app: CannedApp, event, scope, happens, kind):
    for without in [(event,), (scope,)]:
        app.heard.clear()
        slack = start(without=without)
        happens(slack, slack.person("U0BO", "C0ACME"))
        slack.settle()
        if kind in ("channel", "group", "im"):
            assert not any(e.get("channel_type") == kind for e in app.events("message"))
        else:
            assert not app.events(kind)

    app.heard.clear()
    slack = start()
    happens(slack, slack.person("U0BO", "C0ACME"))
    slack.settle()
    assert kind in heard(app)


# --- scopes and tiers: one table each, and no method without its row

BY_SCOPE = sorted(method for method, scope in scopes.SCOPES.items() if scope)


def test_every_method_is_in_both_tables():
    tabled = [*scopes.SCOPES, *scopes.BY_KIND, *scopes.BY_TYPES]

    assert sorted(tabled) == sorted(METHODS)
    assert sorted([*rates.METHOD_TIERS, *rates.SPECIAL]) == sorted(METHODS)


@pytest.mark.parametrize("method", BY_SCOPE)
def test_a_missing_scope_is_named_by_every_method(start: Start, method: str):
    scope = str(scopes.SCOPES[method])
    slack = start(without=(scope,))
    answer = refusal(client_of(slack).api_call, method, params={"channel": "C0ACME"})

    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert answer["provided"] == ",".join(slack.workspace.manifest.scopes)


@pytest.mark.parametrize("method", [*scopes.BY_KIND, *sorted(scopes.BY_TYPES)])
def test_reading_places_needs_the_scope_of_their_kind(start: Start, method: str):
    kind = scopes.BY_KIND.get(method, "read")
    slack = start(without=(f"groups:{kind}",))
    params = {"channel": "C0TEAM", "types": "public_channel,private_channel"}
    answer = refusal(client_of(slack).api_call, method, params=params)

    assert (answer["error"], answer["needed"]) == ("missing_scope", f"groups:{kind}")


@pytest.mark.parametrize("method", sorted(rates.METHOD_TIERS))
def test_every_tier_has_its_end(start: Start, method: str):
    """One more call than the tier allows is answered with 429 and how long to wait; whatever the call itself says."""
    slack = start(clock=lambda: 1_800_000_000, enforce_tiers=True)
    client = client_of(slack)
    most = rates.TIERS[rates.METHOD_TIERS[method]]
    for _ in range(most):
        assert slack.local.rates.wait_for(method, None) == 0

    with pytest.raises(SlackApiError) as caught:
        client.api_call(method)
    assert caught.value.response.status_code == 429
    wait = int(caught.value.response.headers["Retry-After"])
    assert wait == math.ceil(60 / most)
    slack.advance(wait)
    assert slack.local.rates.wait_for(method, None) == 0


def test_an_app_level_token_opens_connections_and_nothing_else():
    assert [m for m in METHODS if scopes.token_kind(m) == "xapp"] in ([], ["apps.connections.open"])


@pytest.mark.parametrize("limit", [0, 1000])
def test_a_page_has_a_size(client: WebClient, limit: int):
    assert refusal(client.conversations_history, channel="C0ACME", limit=limit)["error"] == "invalid_limit"
    assert client.conversations_history(channel="C0ACME", limit=999)["ok"]
    assert client.conversations_history(channel="C0ACME", limit=1)["ok"]
