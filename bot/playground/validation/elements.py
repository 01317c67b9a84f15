"""Elements: every control and picture that a block may hold. One row of ELEMENTS each."""

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
    initial_is_offered,
    option_values_differ,
    plain,
)
from .rules import Rule, among, anything, exactly_one, flag, items, not_above, number, shape, text
from .texts import RICH_TEXT

COMMON = ACTION_ID | CONFIRM | FOCUS
SELECT = COMMON | PLACEHOLDER
MULTI = SELECT | {"max_selected_items": number(1)}
TYPED = COMMON | PLACEHOLDER | DISPATCH  # fields one types into
STYLE = {"style": among("primary", "danger")}
LABEL = {"accessibility_label": text(75)}
DATE = text(pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
CLOCK_TIME = text(pattern=r"([01]\d|2[0-3]):[0-5]\d")
ID = text()
DECIMAL = text(pattern=r"-?\d+(\.\d+)?")


def boxes(initial: dict[str, Rule]) -> Rule:
    options = {"options": items(BOX_OPTION, 1, limits.FEW_OPTIONS)}
    return shape(TYPE | options, COMMON | initial, initial_is_offered, option_values_differ)


def static(extra: dict[str, Rule], initial: dict[str, Rule]) -> Rule:
    return shape(TYPE, extra | OPTIONS | initial, exactly_one("options", "option_groups"), initial_is_offered,
                 option_values_differ)  # fmt: skip


FEEDBACK = shape({"text": plain(limits.BUTTON_TEXT), "value": text(limits.BUTTON_VALUE)}, LABEL)

ELEMENTS: dict[str, Rule] = {
    "button": shape(
        TYPE | {"text": plain(limits.BUTTON_TEXT)},
        ACTION_ID | CONFIRM | STYLE | LABEL
        | {"url": text(limits.BUTTON_URL), "value": text(limits.BUTTON_VALUE, least=0), "visible_to_user_ids": anything,
           "alt_text": text(), "agent_prompt": anything, "agent_prompt_display": anything},
    ),
    "workflow_button": shape(
        TYPE | {"text": plain(limits.BUTTON_TEXT), "workflow": anything},
        ACTION_ID | STYLE | LABEL | {"alt_text": text()},
    ),
    "icon_button": shape(
        TYPE | {"icon": text(), "text": plain(limits.BUTTON_TEXT)},
        ACTION_ID | CONFIRM | LABEL
        | {"value": text(limits.BUTTON_VALUE), "alt_text": text(), "visible_to_user_ids": items(ID, 1, 10)},
    ),
    "feedback_buttons": shape(
        TYPE | {"positive_button": FEEDBACK, "negative_button": FEEDBACK}, ACTION_ID | {"alt_text": text()}
    ),
    "overflow": shape(
        TYPE | {"options": items(OVERFLOW_OPTION, 1, limits.OVERFLOW_OPTIONS)},
        ACTION_ID | CONFIRM | {"alt_text": text()}, option_values_differ,
    ),
    "checkboxes": boxes({"initial_options": items(BOX_OPTION, 1)}),
    "radio_buttons": boxes({"initial_option": BOX_OPTION}),
    "static_select": static(SELECT, {"initial_option": SELECT_OPTION}),
    "multi_static_select": static(MULTI, {"initial_options": items(SELECT_OPTION, 1)}),
    "external_select": shape(TYPE, SELECT | {"initial_option": SELECT_OPTION, "min_query_length": number(0)}),
    "multi_external_select": shape(
        TYPE, MULTI | {"initial_options": items(SELECT_OPTION, 1), "min_query_length": number(0)}
    ),
    "users_select": shape(TYPE, SELECT | {"initial_user": ID}),
    "multi_users_select": shape(TYPE, MULTI | {"initial_users": items(ID, 1)}),
    "channels_select": shape(TYPE, SELECT | {"initial_channel": ID, "response_url_enabled": flag}),
    "multi_channels_select": shape(TYPE, MULTI | {"initial_channels": items(ID, 1)}),
    "conversations_select": shape(
        TYPE, SELECT | {"initial_conversation": ID, "response_url_enabled": flag, "filter": CONVERSATION_FILTER,
                        "default_to_current_conversation": flag},
    ),
    "multi_conversations_select": shape(
        TYPE, MULTI | {"initial_conversations": items(ID, 1), "filter": CONVERSATION_FILTER,
                       "default_to_current_conversation": flag},
    ),
    "datepicker": shape(TYPE, SELECT | {"initial_date": DATE}),
    "timepicker": shape(TYPE, SELECT | {"initial_time": CLOCK_TIME, "timezone": text()}),
    "datetimepicker": shape(TYPE, COMMON | {"initial_date_time": number(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": shape(
        TYPE,
        TYPED | {"initial_value": text(limits.INPUT_LENGTH, least=0), "multiline": flag,
                 "min_length": number(0, limits.INPUT_LENGTH), "max_length": number(1, limits.INPUT_LENGTH)},
        not_above("min_length", "max_length"),
    ),
    "email_text_input": shape(TYPE, TYPED | {"initial_value": text(limits.INPUT_LENGTH)}),
    "url_text_input": shape(TYPE, TYPED | {"initial_value": text(limits.INPUT_LENGTH)}),
    "number_input": shape(
        TYPE | {"is_decimal_allowed": flag},
        TYPED | {"initial_value": DECIMAL, "min_value": DECIMAL, "max_value": DECIMAL},
        not_above("min_value", "max_value"),
    ),
    "rich_text_input": shape(
        TYPE, TYPED | {"initial_value": RICH_TEXT, "min_lines": number(1, 100), "max_lines": number(1, 100)}
    ),
    "file_input": shape(
        TYPE, ACTION_ID | CONFIRM | FOCUS | {"filetypes": items(text()), "max_files": number(1, limits.FILES)}
    ),
    "image": shape(TYPE | {"alt_text": text(limits.ALT_TEXT)}, PICTURE, ONE_PICTURE),
    "url": shape(TYPE | {"url": text(3000), "text": text()}),
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
