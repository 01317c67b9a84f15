"""From what a person types to what Slack stores: escaped, with mentions and links resolved."""

import re

from .records import Channel, Person

MARKS = re.compile(r"<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>|https?://[^\s<>|]+|[@#][\w.-]+")
BROADCASTS = {"@here": "<!here>", "@channel": "<!channel>", "@everyone": "<!everyone>"}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Names:
    """Who and what can be mentioned, by the names people type."""

    def __init__(self, people: list[Person], channels: list[Channel], bot: tuple[str, str]):
        self.people = {p.name.lower().replace(" ", "."): (p.id, p.handle) for p in people}
        self.people |= {p.name.lower().split()[0]: (p.id, p.handle) for p in people if p.name}
        self.people |= {bot[1].lower(): (bot[0], bot[1].lower())}
        self.handles = dict(self.people.values())
        self.channels = {c.name.lower(): (c.id, c.name) for c in channels if c.kind == "channel"}
        self.channel_names = dict(self.channels.values())

    def message(self, text: str) -> str:
        """`@Bo` → `<@U0BO>`, as it is stored in a message."""
        return self._resolve(text, labelled=False, broadcasts=True)

    def command(self, text: str) -> str:
        """`@Bo` → `<@U0BO|bo>`, as a command with `should_escape` receives it."""
        return self._resolve(text, labelled=True, broadcasts=False)

    def _resolve(self, text: str, labelled: bool, broadcasts: bool) -> str:
        parts, at = [], 0
        for match in MARKS.finditer(text):
            parts += [escape(text[at : match.start()]), self._mark(match[0], labelled, broadcasts)]
            at = match.end()
        return "".join(parts) + escape(text[at:])

    def _mark(self, mark: str, labelled: bool, broadcasts: bool) -> str:
        if mark.startswith("http"):
            return f"<{escape(mark)}>"
        if mark.startswith("<@"):
            return self._mention("@", mark[2:-1], self.handles.get(mark[2:-1]), labelled) or escape(mark)
        if mark.startswith("<#"):
            return self._mention("#", mark[2:-1], self.channel_names.get(mark[2:-1]), True) or escape(mark)
        if broadcasts and mark in BROADCASTS:
            return BROADCASTS[mark]
        return self._named(mark, labelled)

    def _named(self, mark: str, labelled: bool) -> str:
        name, tail = mark[1:].lower(), ""
        known = self.people if mark[0] == "@" else self.channels
        if name not in known and name.rstrip(".") in known:  # a full stop ends the sentence, not the name
            name, tail = name.rstrip("."), mark[1 + len(name.rstrip(".")) :]
        if name not in known:
            return escape(mark)
        target, label = known[name]
        return self._mention(mark[0], target, label, labelled or mark[0] == "#") + tail

    def _mention(self, sign: str, target: str, label: str | None, labelled: bool) -> str:
        if label is None:
            return ""
        return f"<{sign}{target}|{label}>" if labelled else f"<{sign}{target}>"
