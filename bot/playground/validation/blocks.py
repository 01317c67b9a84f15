"""Blocks: one row of BLOCKS each, and which of them each surface shows."""

from . import limits
from .data import DATA_TABLE, DATA_VISUALIZATION, TABLE
from .elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from .objects import ONE_PICTURE, PICTURE, TYPE, plain, words
from .rules import (
    Rule,
    among,
    at_least_one,
    at_most_one,
    exactly_one,
    flag,
    items,
    link,
    number,
    only_with,
    shape,
    text,
    typed,
)
from .texts import RICH_TEXT, RICH_TEXT_BLOCK

BLOCK_ID = {"block_id": text(limits.BLOCK_ID)}
IMAGE = typed(ELEMENTS, {"image"})
CONTEXT_ITEMS = {"image": ELEMENTS["image"], "plain_text": plain(limits.TEXT), "mrkdwn": words(limits.TEXT)}

STATES = ("in_progress", "complete", "error")
TASK = {"task_id": text(), "title": text()}
TASK_EXTRAS = {"details": RICH_TEXT, "output": RICH_TEXT, "sources": items(typed(ELEMENTS, {"url"}), 0)}
PLANNED_TASK = shape(  # only in a plan may a task still wait, and there it needs no type
    TASK | {"status": among("pending", *STATES)}, BLOCK_ID | TASK_EXTRAS | {"type": among("task_card")}
)
ICONS = (
    "archive book bookmark bot bug calendar call caret-left caret-right check clipboard code comment compass copy cube "
    "download edit email eye-closed eye-open file flag folder gear globe heart help image info key lightbulb link map "
    "mobile new-window pin plus refine refresh rocket save screen share sparkle star star-filled tag thumbs-down "
    "thumbs-up trash upload user warning"
)
# Where the documentation and Slack's own validator name different ones, those that both name.
IN_CONTAINER = {"actions", "context", "divider", "header", "image", "section", "table", "video"}

BLOCKS: dict[str, Rule] = {
    "section": shape(
        TYPE,
        BLOCK_ID | {"text": words(limits.SECTION_TEXT), "fields": items(words(limits.FIELD_TEXT), 1, limits.FIELDS),
                    "accessory": typed(ELEMENTS, IN_SECTION), "expand": flag},
        at_least_one("text", "fields"),
    ),
    "divider": shape(TYPE, BLOCK_ID),
    "header": shape(TYPE | {"text": plain(limits.HEADER_TEXT)}, BLOCK_ID | {"level": number(1, 4)}),
    "actions": shape(
        TYPE | {"elements": items(typed(ELEMENTS, IN_ACTIONS), 1, limits.ACTIONS)}, BLOCK_ID
    ),
    "context": shape(TYPE | {"elements": items(typed(CONTEXT_ITEMS), 1, limits.CONTEXT)}, BLOCK_ID),
    "context_actions": shape(
        TYPE | {"elements": items(typed(ELEMENTS, {"feedback_buttons", "icon_button"}), 1, limits.CONTEXT_ACTIONS)},
        BLOCK_ID,
    ),
    "input": shape(
        TYPE | {"label": plain(limits.INPUT_LABEL), "element": typed(ELEMENTS, IN_INPUT)},
        BLOCK_ID | {"hint": plain(limits.INPUT_HINT), "optional": flag, "dispatch_action": flag},
    ),
    "image": shape(
        TYPE | {"alt_text": text(limits.ALT_TEXT)}, BLOCK_ID | PICTURE | {"title": plain(limits.IMAGE_TITLE)},
        ONE_PICTURE,
    ),
    "markdown": shape(TYPE | {"text": text(limits.MARKDOWN_TOTAL)}, BLOCK_ID),
    "rich_text": RICH_TEXT_BLOCK,
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "alert": shape(
        TYPE | {"text": words(limits.ALERT_TEXT)},
        BLOCK_ID | {"level": among("default", "info", "success", "warning", "error")},
    ),
    "video": shape(
        TYPE | {"alt_text": text(limits.ALT_TEXT), "title": plain(limits.VIDEO_TITLE),
                "thumbnail_url": link(limits.VIDEO_URL, "https?"), "video_url": link(limits.VIDEO_URL, "https")},
        BLOCK_ID | {"author_name": text(limits.VIDEO_AUTHOR), "description": plain(limits.VIDEO_DESCRIPTION),
                    "provider_icon_url": link(limits.VIDEO_LINK, "https?"),
                    "provider_name": text(limits.VIDEO_PROVIDER), "title_url": link(limits.VIDEO_LINK, "https")},
    ),
    "card": shape(
        TYPE,
        BLOCK_ID | {"title": words(limits.CARD_TITLE), "subtitle": words(limits.CARD_TITLE),
                    "body": words(limits.CARD_BODY), "subtext": words(limits.CARD_BODY), "hero_image": IMAGE,
                    "icon": IMAGE, "slack_icon": shape({"type": among("icon"), "name": among(*ICONS.split())}),
                    "actions": items(typed(ELEMENTS, {"button"}), 1, limits.CARD_ACTIONS)},
        at_least_one("hero_image", "title", "actions", "body"), at_most_one("icon", "slack_icon"),
    ),
    "task_card": shape(TYPE | TASK | {"status": among(*STATES)}, BLOCK_ID | TASK_EXTRAS),
}  # fmt: skip

BLOCKS["carousel"] = shape(TYPE | {"elements": items(typed(BLOCKS, {"card"}), 1, limits.CAROUSEL)}, BLOCK_ID)
BLOCKS["plan"] = shape(TYPE | {"title": text()}, BLOCK_ID | {"tasks": items(PLANNED_TASK, 0, limits.PLAN_TASKS)})
BLOCKS["container"] = shape(
    TYPE | {"child_blocks": items(typed(BLOCKS, IN_CONTAINER), 1, limits.CONTAINER_BLOCKS)},
    BLOCK_ID | {"title": plain(limits.CONTAINER_TITLE), "rich_text_title": RICH_TEXT, "icon": IMAGE,
                "width": among("narrow", "standard", "wide", "full"),
                "subtitle": words(limits.CONTAINER_TITLE), "default_collapsed": flag, "is_collapsible": flag,
                "has_header_divider": flag},
    exactly_one("title", "rich_text_title"), only_with("default_collapsed", "is_collapsible"),
)  # fmt: skip

EVERYWHERE = {"actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
SURFACES = {
    "message": EVERYWHERE | {"carousel", "container", "context_actions", "data_table", "data_visualization",
                             "markdown", "plan", "table", "task_card"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"carousel", "container", "data_table", "data_visualization", "table"},
}  # fmt: skip
