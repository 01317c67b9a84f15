"""What Slack takes as an app's manifest, as far as ours goes: names and limits, written as a JSON Schema.

The facts are those of `manifest.schema.2.0.0.json` in https://github.com/slackapi/manifest-schema (July 2026).
"""

from typing import Any

Schema = dict[str, Any]
YES_OR_NO: Schema = {"type": "boolean"}


def words(shortest: int, longest: int, pattern: str = "") -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest, **({"pattern": pattern} if pattern else {})}


def group(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def several(items: Schema, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def address(longest: int) -> Schema:
    return words(0, longest, r"^https?:\/\/")


COMMAND = group(
    "command", "description",
    command=words(2, 32, r"^\/"), description=words(1, 2000), usage_hint=words(1, 1000), url=address(3000),
    should_escape=YES_OR_NO,
)  # fmt: skip
SHORTCUT = group(
    "name", "type", "callback_id", "description",
    name=words(1, 24), type={"enum": ["message", "global"]}, callback_id=words(1, 255), description=words(1, 150),
)  # fmt: skip
MANIFEST = group(
    "display_information",
    display_information=group(
        "name",
        name=words(1, 35),
        description=words(1, 140),
        long_description=words(175, 4000),
        background_color=words(4, 7, "^#[0-9a-f]+$"),
    ),
    features=group(
        app_home=group(
            home_tab_enabled=YES_OR_NO, messages_tab_enabled=YES_OR_NO, messages_tab_read_only_enabled=YES_OR_NO
        ),
        bot_user=group("display_name", display_name=words(1, 80), always_online=YES_OR_NO),
        slash_commands=several(COMMAND, 50, least=1),
        shortcuts=several(SHORTCUT, 10, least=1),
    ),
    oauth_config=group(scopes=group(bot=several(words(0, 50), 255))),
    settings=group(
        event_subscriptions=group(request_url=address(3500), bot_events=several(words(0, 50), 100)),
        interactivity=group(
            "is_enabled", is_enabled=YES_OR_NO, request_url=address(3500), message_menu_options_url=address(3500)
        ),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)
