"""Recurring rules as the team reads them."""

from bot.domain.business_time import Calendar
from bot.domain.cadence import due_on
from bot.domain.durations import show
from bot.domain.people import Person
from bot.domain.recurring import Recurring
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, day, escape, line

MOST_ROWS = 40  # two blocks each, a hundred in a window
NONE_YET = Mrkdwn(
    "*Nothing recurs yet.* Checks and maintenance can open their tickets by themselves: press *New*, or open a ticket "
    "like the one that should come again and press *Repeat*."
)


def rows(
    rules: list[Recurring], names: dict[int, str], calendars: dict[int, Calendar], owners: dict[int, Person]
) -> list[Block]:
    """By account, each with what can be done with it."""
    made: list[Block] = []
    for rule in rules[:MOST_ROWS]:
        made += [blocks.section(_told(rule, names, calendars, owners)), *blocks.actions(_buttons(rule))]
    if len(rules) > MOST_ROWS:
        more = len(rules) - MOST_ROWS
        made.append(blocks.context(Mrkdwn(f"{more} more. `/ticket recurring Acme` shows those of one client.")))
    return made or [blocks.section(NONE_YET)]


def _told(rule: Recurring, names: dict[int, str], calendars: dict[int, Calendar], owners: dict[int, Person]) -> Mrkdwn:
    owner = owners.get(rule.owner_id or 0)
    coming = "paused" if rule.paused_at else f"next {day(due_on(calendars[rule.account_id], rule.next_on))}"
    facts = [rule.spoken, coming, owner.name if owner and owner.active else "unowned"]
    if rule.estimate_minutes:
        facts.append(show(rule.estimate_minutes))
    return Mrkdwn(f"*{escape(names[rule.account_id])}* · {line(rule.title)}\n{escape(' · '.join(facts))}")


def _buttons(rule: Recurring) -> list[dict[str, object]]:
    value = f"{rule.id}:{rule.version}"
    pause = ("Resume", "recurring.resume") if rule.paused_at else ("Pause", "recurring.pause")
    ends = blocks.button("End", "recurring.end", value, style="danger")
    ends["confirm"] = blocks.confirm("End it?", "It opens no more tickets. Those it opened stay.", "End it", "Not yet")
    return [blocks.button("Change", "recurring.change", value), blocks.button(*pause, value), ends]
