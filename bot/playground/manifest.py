"""What the app declared: a command, shortcut, event or scope that is not in the manifest does not work."""

from dataclasses import dataclass, field
from typing import Any

# Every event this server can send. Slack delivers one only to an app that may also read what it is about: any one of
# these scopes is enough.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),  # needs none
    "app_mention": ("app_mentions:read",),
    "channel_id_changed": ("groups:read",),  # only private channels change theirs
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}


class UnknownEvent(ValueError):
    """The manifest asks for an event that would never come."""


@dataclass(frozen=True)
class Manifest:
    name: str = "App"
    bot_name: str = "App"
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    shortcuts: tuple[dict[str, Any], ...] = ()
    has_bot: bool = False
    scopes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    interactive: bool = False
    socket_mode: bool = False
    home_tab: bool = False
    messages_tab: bool = False
    messages_read_only: bool = False

    def has_scope(self, *any_of: str) -> bool:
        return any(scope in self.scopes for scope in any_of)

    def shortcut(self, callback_id: str) -> dict[str, Any] | None:
        return next((s for s in self.shortcuts if s["callback_id"] == callback_id), None)


def read_manifest(manifest: dict[str, Any]) -> Manifest:
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    name = manifest.get("display_information", {}).get("name", "App")
    scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    events = settings.get("event_subscriptions", {}).get("bot_events", [])
    if unknown := [event for event in events if event not in EVENT_SCOPES]:
        raise UnknownEvent(
            f"The local Slack does not send {', '.join(unknown)}; take it out of the manifest, or teach it to."
        )
    return Manifest(
        name=name,
        bot_name=features.get("bot_user", {}).get("display_name", name),
        has_bot="bot_user" in features,
        commands={c["command"]: c for c in features.get("slash_commands", [])},
        shortcuts=tuple(features.get("shortcuts", [])),
        scopes=tuple(scopes),
        events=tuple(e for e in events if not EVENT_SCOPES[e] or any(s in scopes for s in EVENT_SCOPES[e])),
        interactive=settings.get("interactivity", {}).get("is_enabled", False),
        socket_mode=settings.get("socket_mode_enabled", False),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        messages_read_only=home.get("messages_tab_read_only_enabled", False),
    )
