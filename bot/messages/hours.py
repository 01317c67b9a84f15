"""Business hours as people read them: the zone, the week, and the next days without."""

from datetime import datetime
from itertools import islice

from bot.domain.business_time import DAY_NAMES, Calendar
from bot.domain.date_ranges import show_day
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, say

SHOWN_ACCOUNTS = 20
SHOWN_CLOSED = 3


def shown(sides: list[tuple[str, Calendar]], now: datetime) -> list[Block]:
    """Each side's hours, as far as a window holds them."""
    body = [blocks.section(_side(name, calendar, now)) for name, calendar in sides[: SHOWN_ACCOUNTS + 1]]
    if more := len(sides) - len(body):
        text = "And {{ more }} more accounts. `/steward hours Acme` shows one of them."
        body.append(blocks.context(say(text, more=more)))
    why = "Targets, reminders and digests count these hours. An admin changes them in the setup file."
    return [*body, blocks.context(Mrkdwn(why))]


def _side(name: str, calendar: Calendar, now: datetime) -> Mrkdwn:
    today = calendar.local_date(now)
    closed = [f"{show_day(day, today)} ({named})" if named else show_day(day, today)
              for day, named in islice(calendar.closures(today), SHOWN_CLOSED)]  # fmt: skip
    return say(
        "*{{ name }}*\n{{ days }}, {{ opens }} to {{ closes }}, {{ zone }} (now {{ now }})\n{{ closed }}",
        name=name, days=week(calendar), opens=f"{calendar.opens:%H:%M}", closes=f"{calendar.closes:%H:%M}",
        zone=calendar.zone, now=f"{now.astimezone(calendar.tz):%a %H:%M}",
        closed=f"Closed next: {', '.join(closed)}" if closed else "No holidays or closed days in the year to come",
    )  # fmt: skip


def week(calendar: Calendar) -> str:
    """`Mon to Fri`, also over the end of a week: `Sun to Thu`; days apart by name."""
    works = [index in calendar.weekdays for index in range(7)]
    if all(works):
        return "Every day"
    begins = [day for day in range(7) if works[day] and not works[day - 1]]
    if len(begins) == 1 and sum(works) > 1:
        return f"{DAY_NAMES[begins[0]]} to {DAY_NAMES[(begins[0] + sum(works) - 1) % 7]}"
    return ", ".join(name for name, work in zip(DAY_NAMES, works, strict=True) if work)
