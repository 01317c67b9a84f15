"""How changes went, as people read it: a sentence, a table, a chart, and what failed with what came of it."""

from datetime import timedelta

from bot.domain.releases.figures import MOST_EMERGENCIES_PERCENT, Failed, Figures
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, line, say

MOST_FAILED = 20

WENT = (
    "*{{ released }} {{ 'change' if released == 1 else 'changes' }} went out {{ when }}"
    "{% if account %} for {{ account }}{% endif %}.* {{ success }} % needed no rollback and brought no incident within "
    "seven days. Half of them were out within {{ lead }} of their first draft."
)
NOTHING = (
    "*Nothing went out {{ when }}{% if account %} for {{ account }}{% endif %}.* A change begins with `/change`; once "
    "it is approved, it goes out with a `/release`."
)
TOO_MANY = ":warning: *{{ share }} % were emergencies*, more than {{ most }} %. Look at what could have waited."
MORE = "And {{ count }} more: `steward export changes` has them all."


def told(found: Figures, when: str, account: str | None) -> list[Block]:
    """The answer's blocks; `when` and `account` are what was looked at, in words."""
    if not found.released:
        return [blocks.section(say(NOTHING, when=when, account=account))]
    went = say(
        WENT, released=found.released, when=when, account=account, success=percent(found.success_percent),
        lead=lasted(found.lead_time),
    )  # fmt: skip
    body = [blocks.section(went)]
    if found.too_many_emergencies:
        share = percent(found.emergency_percent)
        body.append(blocks.section(say(TOO_MANY, share=share, most=MOST_EMERGENCIES_PERCENT)))
    names = [kind.value.capitalize() for kind in found.by_class]
    counts = list(found.by_class.values())
    rows = [[name, count] for name, count in zip(names, counts, strict=True)]
    body.append(blocks.table([["Class", "Went out"], *rows], numbers=True))
    body.append(blocks.bars("What went out, by class", names, {"Went out": [float(count) for count in counts]}))
    return body + _failed(found.failed)


def _failed(failed: list[Failed]) -> list[Block]:
    if not failed:
        return [blocks.context(Mrkdwn("None of them failed."))]
    told = [f"• {_one(one)}" for one in failed[:MOST_FAILED]]
    if len(failed) > MOST_FAILED:
        told.append(say(MORE, count=len(failed) - MOST_FAILED))
    return [blocks.section(Mrkdwn("\n".join(["*What failed*", *told])))]


def _one(one: Failed) -> Mrkdwn:
    came_of_it = ["rolled back"] if one.was_rolled_back else []
    if one.incidents:
        came_of_it.append("brought " + ", ".join(ticket.key for ticket in one.incidents))
    return Mrkdwn(f"{one.change.key} · {line(one.change.title, 80)} · {escape(' and '.join(came_of_it))}")


def percent(share: float | None) -> str:
    """Without a decimal where there is none."""
    return f"{share or 0:.1f}".removesuffix(".0")


def lasted(time: timedelta | None) -> str:
    """Roughly, as people say it."""
    hours = (time or timedelta()).total_seconds() / 3600
    if hours < 1:
        return "an hour"
    amount, unit = (round(hours), "hour") if hours < 47.5 else (round(hours / 24), "day")
    return f"{amount} {unit}" + ("" if amount == 1 else "s")
