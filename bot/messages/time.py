"""What is said about time: right after logging, and of a day."""

import uuid
from datetime import date

from bot.domain.durations import show
from bot.domain.projects import Project
from bot.domain.time import TimeEntry, Work
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, cut, say
from bot.messages.mrkdwn import day as day_name
from bot.messages.projects import budget_used

Said = tuple[str, list[Block]]


def logged(entry: TimeEntry, work: Work, day_total: int, used: int = 0) -> Said:
    """What was stored, and how to take it back."""
    text = say(
        ":white_check_mark: *{{ spent }}* on *{{ key }}* {{ title }}\n{{ category }}, {{ code }}, {{ day }}."
        "{% if note %} “{{ note }}”{% endif %}",
        spent=show(entry.minutes), key=work.key, title=work.title, category=entry.category.label,
        code=entry.code.label, day=day_name(entry.work_date), note=entry.note,
    )  # fmt: skip
    budget = f"Budget: {budget_used(work, used)}. " if isinstance(work, Project) else ""
    total = blocks.context(say("{{ budget }}{{ total }} logged for that day.", budget=budget, total=show(day_total)))
    return text, [blocks.section(text, accessory=_undo(entry)), total]


def logged_already(work: Work, minutes: int, typed: str) -> Said:
    """The same line again within two minutes: a slip, or meant?"""
    text = say(
        "You logged {{ spent }} on {{ key }} with the same words a moment ago, so this one is *not* stored. "
        "Was it meant?",
        spent=show(minutes), key=work.key,
    )  # fmt: skip
    ask = blocks.actions(
        [blocks.button("Log it again", "time.again", cut(typed, 1900))], block_id=f"again-{uuid.uuid4()}"
    )
    return text, [blocks.section(text), *ask]


def day(today: date, entries: list[TimeEntry], found: dict[tuple[int | None, int | None], Work], expected: int) -> Said:
    """A day as a list, with what is missing against the working hours."""
    total = sum(entry.minutes for entry in entries)
    missing = max(expected - total, 0)
    summary = say(
        "*{{ day }}:* {{ total }} logged"
        "{% if missing %}, {{ missing }} to the {{ expected }} of a working day{% endif %}.",
        day=day_name(today), total=show(total), missing=show(missing) if missing else "", expected=show(expected),
    )  # fmt: skip
    body = [blocks.section(summary)]
    if not entries:
        body.append(blocks.section(Mrkdwn("Nothing yet. `/time T-102 45m what you did` is all it takes.")))
    body += [_row(entry, found.get((entry.ticket_id, entry.project_id))) for entry in entries[:40]]
    return summary, body


def _row(entry: TimeEntry, work: Work | None) -> Block:
    text = say(
        "*{{ spent }}* {{ key }} {{ title }} · {{ code }}{% if note %}\n“{{ note }}”{% endif %}",
        spent=show(entry.minutes), key=work.key if work else "", title=work.title if work else "",
        code=entry.code.label, note=entry.note,
    )  # fmt: skip
    return blocks.section(text, accessory=_undo(entry))


def _undo(entry: TimeEntry) -> dict[str, object]:
    return blocks.button("Undo", "time.undo", str(entry.id))
