"""Slack's text, safely: everything a person wrote is escaped in one place, here.

Every live mention and link in Slack's text is `<…>`, so escaping `& < >` is what keeps
`<!channel>` in a title from pinging anybody.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

LONGEST_TEXT = 2900  # Slack refuses a section over 3,000


class Mrkdwn(str):
    """Text that is safe already: made here, never by a person."""

    __slots__ = ()


def escape(value: Any) -> Mrkdwn:
    """A person's words as Slack's text shows them, with no power to link or mention."""
    if isinstance(value, Mrkdwn):
        return value
    text = "" if value is None else str(value)
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


_CUT_MARKUP = re.compile(r"(<[^<>]*|&[a-z]*)$")


def width(text: str) -> int:
    """How long Slack may find it: an emoji can count as two characters, so here it does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, longest: int) -> str:
    """As much of it as Slack is sure to take; no character is halved."""
    if width(text) <= longest:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * longest].decode("utf-16-le", "ignore")


def clip(text: str, longest: int) -> str:
    """At most so many characters, the cut shown; our own markup is never cut in its middle."""
    if width(text) <= longest:
        return text
    short = cut(text, longest - 1)
    if isinstance(text, Mrkdwn):
        return Mrkdwn(_CUT_MARKUP.sub("", short).rstrip() + "…")
    return short.rstrip() + "…"


def line(text: str, longest: int = 150) -> Mrkdwn:
    """A person's words on one line, escaped."""
    return escape(clip(" ".join(text.split()), longest))


def link(url: str | None, label: str) -> Mrkdwn:
    """A link we made, or only its label where there is nothing to link to yet."""
    if not url:
        return escape(label)
    return Mrkdwn(f"<{url}|{escape(label).replace('|', '¦')}>")


def mention(slack_id: str | None, name: str) -> Mrkdwn:
    """A person by their Slack id, so that everyone sees the name they know; else the name."""
    return Mrkdwn(f"<@{slack_id}>") if slack_id else escape(name)


def instant(when: datetime) -> Mrkdwn:
    """A time in the reader's own zone."""
    fallback = when.strftime("%d %b %Y %H:%M UTC")
    return Mrkdwn(f"<!date^{int(when.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>")


def clock(when: datetime) -> Mrkdwn:
    """A time within the hour, in the reader's own zone: 14:32."""
    return Mrkdwn(f"<!date^{int(when.timestamp())}^{{time}}|{when:%H:%M} UTC>")


def day(when: date) -> str:
    """A date as people say it: Mon 23 Nov."""
    return f"{when:%a} {when.day} {when:%b}"


def _environment() -> Environment:
    # Autoescape is HTML's and would write it&#39;s; finalize escapes as Slack asks, everywhere, by default.
    environment = Environment(
        finalize=escape,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    environment.filters.update(
        day=lambda iso: day(date.fromisoformat(iso)),
        clock=lambda iso: clock(datetime.fromisoformat(iso)),
        line=line,
        clip=clip,
    )
    return environment


ENVIRONMENT = _environment()


def say(template: str, **facts: Any) -> Mrkdwn:
    """Render one of our own sentences over facts, each escaped."""
    return Mrkdwn(_compiled(template).render(facts).strip())


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return ENVIRONMENT.from_string(template)
