"""Rich text: sections, lists, quotes and code, made of marked words, links, mentions and dates."""

from . import limits
from .rules import Rule, among, flag, items, link, number, shape, text, typed

TYPE = {"type": text()}
MARKS = ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight", "unlink")
STYLE = {"style": shape({}, dict.fromkeys(MARKS, flag))}
ID = text(pattern=r"[A-Z][A-Z0-9]{1,40}")  # of a person, a channel, a workspace
BORDER = {"border": number(0, 1)}

INLINE: dict[str, Rule] = {
    "text": shape(TYPE | {"text": text()}, STYLE),
    "link": shape(TYPE | {"url": link()}, STYLE | {"text": text(), "unsafe": flag}),
    "emoji": shape(TYPE | {"name": text()}, STYLE | {"unicode": text(), "skin_tone": number(1, 6), "url": link()}),
    "user": shape(TYPE | {"user_id": ID}, STYLE),
    "usergroup": shape(TYPE | {"usergroup_id": ID}, STYLE),
    "channel": shape(TYPE | {"channel_id": ID}, STYLE),
    "team": shape(TYPE | {"team_id": ID}, STYLE),
    "broadcast": shape(TYPE | {"range": among("here", "channel", "everyone")}, STYLE),
    "color": shape(TYPE | {"value": text(pattern=r"#[0-9A-Fa-f]{6}")}, STYLE),
    "date": shape(
        TYPE | {"timestamp": number(0), "format": text()}, STYLE | {"url": link(), "fallback": text()}
    ),
}  # fmt: skip
WORDS = {"elements": items(typed(INLINE), least=0)}
SECTION = shape(TYPE | WORDS)
CODE = {"elements": items(typed(INLINE, {"text", "link"}), least=0)}

PARTS: dict[str, Rule] = {
    "rich_text_section": SECTION,
    "rich_text_list": shape(
        TYPE | {"style": among("bullet", "ordered"),
                "elements": items(typed({"rich_text_section": SECTION}))},
        BORDER | {"indent": number(0, limits.LIST_INDENT), "offset": number(0)},
    ),
    "rich_text_quote": shape(TYPE | WORDS, BORDER),
    "rich_text_preformatted": shape(TYPE | CODE, BORDER | {"language": text()}),
}  # fmt: skip

RICH_TEXT_BLOCK = shape(TYPE | {"elements": items(typed(PARTS))}, {"block_id": text(limits.BLOCK_ID)})
RICH_TEXT = typed({"rich_text": RICH_TEXT_BLOCK})
