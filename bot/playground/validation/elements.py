"""Elements: every control and picture that a block may hold. One row of ELEMENTS each."""

from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from . import limits
from .objects import (
    ACTION_ID,
    BOX_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    FOCUS,
    ONE_PICTURE,
    OPTIONS,
    OVERFLOW_OPTION,
    PICTURE,
    PLACEHOLDER,
    SELECT_OPTION,
    TYPE,
    few_at_first,
    initial_is_offered,
    option_values_differ,
    plain,
)
from .rules import (
    Check,
    Report,
    Rule,
    among,
    exactly_one,
    flag,
    items,
    length,
    link,
    not_above,
    number,
    only_with,
    shape,
    text,
)
from .texts import ID, RICH_TEXT

COMMON = ACTION_ID | CONFIRM | FOCUS
SELECT = COMMON | PLACEHOLDER
MULTI = SELECT | {"max_selected_items": number(1)}
TYPED = ACTION_ID | FOCUS | PLACEHOLDER | DISPATCH  # fields one types into
STYLE = {"style": among("primary", "danger")}
LABEL = {"accessibility_label": text(limits.ACCESSIBILITY_LABEL)}
CLOCK_TIME = text(pattern=r"([01]\d|2[0-3]):[0-5]\d")
DECIMAL = text(pattern=r"-?\d+(\.\d+)?")


def calendar_date(value: Any, at: str, report: Report) -> None:
    before = len(report)
    text(pattern=r"\d{4}-\d{2}-\d{2}")(value, at, report)
    if len(report) == before:
        try:
            date.fromisoformat(value)
        except ValueError:
            report.add(at, "failed to match the required format", "wrong_format")


@cache
def zones() -> set[str]:
    return available_timezones()


def time_zone(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, str) or value not in zones():
        report.add(at, "must be a time zone of the IANA database", "wrong_format")


def initial_length(value: dict[str, Any], at: str, report: Report) -> None:
    """What stands in a field from the start has to be something a person could send."""
    most = value.get("max_length", limits.INPUT_LENGTH)
    if length(value.get("initial_value", "")) > most:
        report.add(f"{at}/initial_value", f"must be less than {most + 1} characters", "too_long")


def initial_number(value: dict[str, Any], at: str, report: Report) -> None:
    given = {name: value[name] for name in ("initial_value", "min_value", "max_value") if name in value}
    if not value["is_decimal_allowed"]:
        for name in (name for name, number in given.items() if "." in number):
            report.add(f"{at}/{name}", "must be a whole number", "wrong_format")
    low, first, high = (float(value.get(name, default)) for name, default in NUMBERS.items())
    if "initial_value" in value and not low <= first <= high:
        report.add(f"{at}/initial_value", "must be between min_value and max_value", "wrong_range")


NUMBERS = {"min_value": "-inf", "initial_value": "0", "max_value": "inf"}


def boxes(initial: dict[str, Rule]) -> Rule:
    options = {"options": items(BOX_OPTION, 1, limits.FEW_OPTIONS)}
    return shape(TYPE | options, COMMON | initial, initial_is_offered, option_values_differ)


def static(extra: dict[str, Rule], initial: dict[str, Rule], *checks: Check) -> Rule:
    return shape(TYPE, extra | OPTIONS | initial, exactly_one("options", "option_groups"), initial_is_offered,
                 option_values_differ, *checks)  # fmt: skip


PARAMETER = shape({"name": text(), "value": text()})
TRIGGER = shape({"url": link()}, {"customizable_input_parameters": items(PARAMETER)})
FEEDBACK = shape({"text": plain(limits.BUTTON_TEXT), "value": text(limits.BUTTON_VALUE)}, LABEL)

ELEMENTS: dict[str, Rule] = {
    "button": shape(
        TYPE | {"text": plain(limits.BUTTON_TEXT)},
        ACTION_ID | CONFIRM | STYLE | LABEL
        | {"url": link(limits.BUTTON_URL), "value": text(limits.BUTTON_VALUE, least=0),
           "agent_prompt": text(limits.AGENT_PROMPT), "agent_prompt_display": text()},
        only_with("agent_prompt_display", "agent_prompt"),
    ),
    "workflow_button": shape(
        TYPE | {"text": plain(limits.BUTTON_TEXT), "workflow": shape({"trigger": TRIGGER})},
        ACTION_ID | CONFIRM | STYLE | LABEL,
    ),
    "icon_button": shape(
        TYPE | {"icon": among("trash"), "text": plain(limits.BUTTON_TEXT)},
        ACTION_ID | CONFIRM | LABEL
        | {"value": text(limits.BUTTON_VALUE), "visible_to_user_ids": items(ID, 1, limits.ICON_BUTTON_USERS)},
    ),
    "feedback_buttons": shape(
        TYPE | {"positive_button": FEEDBACK, "negative_button": FEEDBACK}, ACTION_ID
    ),
    "overflow": shape(
        TYPE | {"options": items(OVERFLOW_OPTION, 1, limits.OVERFLOW_OPTIONS)},
        ACTION_ID | CONFIRM, option_values_differ,
    ),
    "checkboxes": boxes({"initial_options": items(BOX_OPTION, 1)}),
    "radio_buttons": boxes({"initial_option": BOX_OPTION}),
    "static_select": static(SELECT, {"initial_option": SELECT_OPTION}),
    "multi_static_select": static(MULTI, {"initial_options": items(SELECT_OPTION, 1)}, few_at_first),
    "external_select": shape(TYPE, SELECT | {"initial_option": SELECT_OPTION, "min_query_length": number(0)}),
    "multi_external_select": shape(
        TYPE, MULTI | {"initial_options": items(SELECT_OPTION, 1), "min_query_length": number(0)}, few_at_first
    ),
    "users_select": shape(TYPE, SELECT | {"initial_user": ID}),
    "multi_users_select": shape(TYPE, MULTI | {"initial_users": items(ID, 1)}, few_at_first),
    "channels_select": shape(TYPE, SELECT | {"initial_channel": ID, "response_url_enabled": flag}),
    "multi_channels_select": shape(TYPE, MULTI | {"initial_channels": items(ID, 1)}, few_at_first),
    "conversations_select": shape(
        TYPE, SELECT | {"initial_conversation": ID, "response_url_enabled": flag, "filter": CONVERSATION_FILTER,
                        "default_to_current_conversation": flag},
    ),
    "multi_conversations_select": shape(
        TYPE, MULTI | {"initial_conversations": items(ID, 1), "filter": CONVERSATION_FILTER,
                       "default_to_current_conversation": flag},
        few_at_first,
    ),
    "datepicker": shape(TYPE, SELECT | {"initial_date": calendar_date}),
    "timepicker": shape(TYPE, SELECT | {"initial_time": CLOCK_TIME, "timezone": time_zone}),
    "datetimepicker": shape(TYPE, COMMON | {"initial_date_time": number(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": shape(
        TYPE,
        TYPED | {"initial_value": text(limits.INPUT_LENGTH, least=0), "multiline": flag,
                 "min_length": number(0, limits.INPUT_LENGTH), "max_length": number(1, limits.INPUT_LENGTH)},
        not_above("min_length", "max_length"),
        initial_length,
    ),
    "email_text_input": shape(TYPE, TYPED | {"initial_value": text(limits.INPUT_LENGTH)}),
    "url_text_input": shape(TYPE, TYPED | {"initial_value": text(limits.INPUT_LENGTH)}),
    "number_input": shape(
        TYPE | {"is_decimal_allowed": flag},
        TYPED | {"initial_value": DECIMAL, "min_value": DECIMAL, "max_value": DECIMAL},
        not_above("min_value", "max_value"),
        initial_number,
    ),
    "rich_text_input": shape(
        TYPE,
        TYPED | {"initial_value": RICH_TEXT, "min_lines": number(1, limits.INPUT_LINES),
                 "max_lines": number(1, limits.INPUT_LINES)},
        not_above("min_lines", "max_lines"),
    ),
    "file_input": shape(
        TYPE, ACTION_ID | {"filetypes": items(text()), "max_files": number(1, limits.FILES)}
    ),
    "image": shape(TYPE | {"alt_text": text(limits.ALT_TEXT)}, PICTURE, ONE_PICTURE),
    "url": shape(TYPE | {"url": link(limits.SOURCE_URL), "text": text()}),
}  # fmt: skip

SELECTS = {name for name in ELEMENTS if name.endswith("_select")}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
IN_SECTION = SELECTS | {"button", "checkboxes", "datepicker", "image", "overflow", "radio_buttons", "timepicker",
                        "workflow_button"}  # fmt: skip
IN_ACTIONS = SELECTS | PICKERS | {"button", "checkboxes", "overflow", "radio_buttons", "workflow_button",
                                  "rich_text_input"}  # fmt: skip
IN_INPUT = SELECTS | PICKERS | {"checkboxes", "radio_buttons", "file_input"} | {
    name for name in ELEMENTS if name.endswith("_input")
}  # fmt: skip
