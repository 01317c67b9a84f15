"""Composition objects: texts, options, confirmations and the like."""

from typing import Any

from . import limits
from .rules import Report, Rule, among, at_least_one, exactly_one, flag, items, link, shape, text, typed

TYPE = {"type": text()}


def plain(most: int) -> Rule:
    """A plain_text object and nothing else."""
    return typed({"plain_text": shape(TYPE | {"text": text(most)}, {"emoji": flag})})


def words(most: int) -> Rule:
    """A text object of either kind."""
    mrkdwn = shape(TYPE | {"text": text(most)}, {"verbatim": flag})
    return typed({"plain_text": plain(most), "mrkdwn": mrkdwn})


ACTION_ID = {"action_id": text(limits.ACTION_ID)}
PLACEHOLDER = {"placeholder": plain(limits.PLACEHOLDER)}
FOCUS = {"focus_on_load": flag}

CONFIRM = {
    "confirm": shape(
        {
            "title": plain(limits.CONFIRM_TITLE),
            "text": words(limits.CONFIRM_TEXT),
            "confirm": plain(limits.CONFIRM_BUTTON),
            "deny": plain(limits.CONFIRM_BUTTON),
        },
        {"style": among("primary", "danger")},
    )
}

DISPATCH = {
    "dispatch_action_config": shape(
        {"trigger_actions_on": items(among("on_enter_pressed", "on_character_entered"), 1, 2)}
    )
}


def option(words_allowed: Rule, description: Rule, url: bool = False) -> Rule:
    extra = {"description": description} | ({"url": link(limits.OPTION_URL)} if url else {})
    return shape({"text": words_allowed, "value": text(limits.OPTION_VALUE)}, extra)


SELECT_OPTION = option(plain(limits.OPTION_TEXT), plain(limits.OPTION_DESCRIPTION))
BOX_OPTION = option(words(limits.OPTION_TEXT), words(limits.OPTION_DESCRIPTION))  # boxes and radios may use mrkdwn
OVERFLOW_OPTION = option(plain(limits.OPTION_TEXT), plain(limits.OPTION_DESCRIPTION), url=True)

OPTION_GROUP = shape({"label": plain(limits.OPTION_TEXT), "options": items(SELECT_OPTION, 1, limits.OPTIONS)})
OPTIONS = {
    "options": items(SELECT_OPTION, 1, limits.OPTIONS),
    "option_groups": items(OPTION_GROUP, 1, limits.OPTION_GROUPS),
}
# What an app answers to an external select: no options at all is a fair answer there.
SUGGESTIONS = shape({}, {"options": items(SELECT_OPTION, 0, limits.OPTIONS), "option_groups": OPTIONS["option_groups"]},
                    exactly_one("options", "option_groups"))  # fmt: skip

SLACK_FILE = shape({}, {"id": text(pattern=r"F[A-Z0-9]{8,}"), "url": link(limits.IMAGE_URL, "https?")},
                   exactly_one("id", "url"))  # fmt: skip
PICTURE = {"image_url": link(limits.IMAGE_URL, "https?"), "slack_file": SLACK_FILE}
ONE_PICTURE = exactly_one("image_url", "slack_file")

CONVERSATION_FILTER = shape(
    {},
    {
        "include": items(among("im", "mpim", "private", "public"), 1),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)


def initial_is_offered(value: dict[str, Any], at: str, report: Report) -> None:
    """A first choice has to be one of the choices, word for word."""
    grouped = [o for group in value.get("option_groups", []) for o in group["options"]]
    offered = value.get("options", []) + grouped
    if "initial_option" in value and value["initial_option"] not in offered:
        report.add(f"{at}/initial_option", "must be one of the provided options", "not_offered")
    for index, chosen in enumerate(value.get("initial_options", [])):
        if chosen not in offered:
            report.add(f"{at}/initial_options/{index}", "must be one of the provided options", "not_offered")


def option_values_differ(value: dict[str, Any], at: str, report: Report) -> None:
    """Also across groups: the value is all that the app hears."""
    for name in ("options", "option_groups"):
        lists = [value.get("options", [])] if name == "options" else [g["options"] for g in value.get(name, [])]
        values = [option["value"] for options in lists for option in options]
        if len(set(values)) < len(values):
            report.add(f"{at}/{name}", "option values must be unique", "duplicate")


def few_at_first(value: dict[str, Any], at: str, report: Report) -> None:
    """What is chosen from the start may not be more than can be chosen."""
    for name in (name for name in value if name.startswith("initial_")):
        most = value.get("max_selected_items")
        if most is not None and isinstance(value[name], list) and len(value[name]) > most:
            report.add(f"{at}/{name}", f"no more than {most} items allowed", "too_many_items")
