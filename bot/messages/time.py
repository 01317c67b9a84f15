"""What is said about time: right after logging, of a day, and of a week."""

import uuid
from datetime import date, timedelta

from bot.domain.durations import show
from bot.domain.projects import Project
from bot.domain.time import Doubt, Logged, TimeEntry, Timer, Work
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, cut, instant, say
from bot.messages.mrkdwn import day as day_name
from bot.messages.projects import budget_used

Said = tuple[str, list[Block]]


EDIT, UNDO, WEEK, COMPLETE, REOPEN = "time.edit", "time.undo", "time.week", "time.complete", "time.reopen"
STOP, DISCARD, REPORT = "time.stop", "time.discard", "time.report"
ASKED: dict[Doubt, str] = {
    Doubt.VAGUE: "“{{ note }}” says little at the end of the month. *Edit* adds what was done.",
    Doubt.LATE: "That was some days ago: time is truest on its own day. *Edit* if it was another.",
    Doubt.LONG_ENTRY: "{{ spent }} in one entry. If that is a slip, *Edit* puts it right.",
    Doubt.LONG_DAY: "{{ total }} on that day. If that is a slip, *Edit* puts it right.",
    Doubt.DAY_OFF: "{{ day }} is no working day here. *Edit* if it was another.",
}


def logged(entry: TimeEntry, work: Work, day_total: int, used: int = 0, doubts: list[Doubt] | None = None) -> Said:
    """What was stored, what is odd about it, and how to put it right or take it back."""
    text = say(
        ":white_check_mark: *{{ spent }}* on *{{ key }}* {{ title }}\n{{ category }}, {{ code }}, {{ day }}."
        "{% if note %} “{{ note }}”{% endif %}",
        spent=show(entry.minutes), key=work.key, title=work.title, category=entry.category.label,
        code=entry.code.label, day=day_name(entry.work_date), note=entry.note,
    )  # fmt: skip
    budget = f"Budget: {budget_used(work, used)}. " if isinstance(work, Project) else ""
    total = blocks.context(say("{{ budget }}{{ total }} logged for that day.", budget=budget, total=show(day_total)))
    facts = {
        "note": entry.note, "spent": show(entry.minutes), "total": show(day_total), "day": day_name(entry.work_date)
    }  # fmt: skip
    asked = [blocks.context(say(f":thinking_face: {ASKED[doubt]}", **facts)) for doubt in doubts or []]
    edit = blocks.actions([blocks.button("Edit", EDIT, str(entry.id))])
    return text, [blocks.section(text, accessory=_undo(entry)), total, *asked, *edit]


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


def day(
    one: Logged, entries: list[TimeEntry], found: dict[tuple[int | None, int | None], Work], timer: Said | None = None
) -> Said:
    """A day as a list, with what is missing against the working hours."""
    summary = say(
        "*{{ day }}:* {{ total }} logged"
        "{% if missing %}, {{ missing }} to the {{ expected }} of a working day{% endif %}"
        "{% if complete %}, and complete{% endif %}.",
        day=day_name(one.day), total=show(one.minutes), missing=show(one.missing) if one.missing else "",
        expected=show(one.expected), complete=one.complete,
    )  # fmt: skip
    body = [blocks.section(summary), *(timer[1] if timer else [])]
    if not entries:
        body.append(blocks.section(Mrkdwn("Nothing yet. `/time T-102 45m what you did` is all it takes.")))
    body += [_row(entry, found.get((entry.ticket_id, entry.project_id))) for entry in entries[:40]]
    called = ("It is not complete", REOPEN) if one.complete else ("My day is complete", COMPLETE)
    doors = [blocks.button(*called, one.day.isoformat()), blocks.button("The week", WEEK, one.day.isoformat())]
    body += blocks.actions([blocks.button("Log time", "time.open"), *doors])
    return summary, body


def week(days: list[Logged], today: date) -> Said:
    """Seven days as a table: what is logged, what was expected, what is missing."""
    total, missing = sum(one.minutes for one in days), sum(one.missing for one in days)
    summary = say(
        "*{{ first }} to {{ last }}:* {{ total }} logged{% if missing %}, {{ missing }} missing{% endif %}.",
        first=day_name(days[0].day), last=day_name(days[-1].day), total=show(total),
        missing=show(missing) if missing else "",
    )  # fmt: skip
    rows = [["Day", "Logged", "Expected", "Missing"]]
    rows += [[str(day_name(one.day)), _minutes(one.minutes), _expected(one, today), _missing(one)] for one in days]
    before = blocks.button("The week before", WEEK, (days[0].day - timedelta(days=1)).isoformat())
    report = blocks.button("Where hours went", REPORT)
    return summary, [blocks.section(summary), blocks.table(rows, numbers=True), *blocks.actions([before, report])]


def _minutes(minutes: int) -> str:
    return show(minutes) if minutes else "–"


def _expected(one: Logged, today: date) -> str:
    if one.away:
        return "away"
    return "–" if one.day > today else _minutes(one.expected)


def _missing(one: Logged) -> str:
    return "complete" if one.complete else _minutes(one.missing)


def runs(timer: Timer, work: Work) -> Said:
    """The timer of whoever reads it."""
    text = say(
        ":stopwatch: Your timer runs on *{{ key }}* {{ title }}, since {{ since }}. "
        "`/time stop what you did` logs it.",
        key=work.key, title=work.title, since=instant(timer.started_at),
    )  # fmt: skip
    return text, [blocks.section(text), *blocks.actions(_timer_buttons(timer))]


def _timer_buttons(timer: Timer) -> list[dict[str, object]]:
    return [blocks.button("Stop", STOP, str(timer.id)), blocks.button("Discard", DISCARD, str(timer.id))]


def forgotten(timer: Timer, work: Work) -> Mrkdwn:
    """Above the form that asks how long it really was."""
    return say(
        "Your timer on *{{ key }}* ran since {{ since }}, so nobody but you knows how long you worked. "
        "Write it below; `/time discard` drops it.",
        key=work.key, since=instant(timer.started_at),
    )  # fmt: skip


def discarded(timer: Timer) -> str:
    """Nothing came of it."""
    return f"Discarded: nothing is logged on {timer.key}."


def undone(reversal: TimeEntry) -> str:
    """What was taken back."""
    return f"Undone: {show(-reversal.minutes)} taken back."


def _row(entry: TimeEntry, work: Work | None) -> Block:
    text = say(
        "*{{ spent }}* {{ key }} {{ title }} · {{ code }}{% if note %}\n“{{ note }}”{% endif %}",
        spent=show(entry.minutes), key=work.key if work else "", title=work.title if work else "",
        code=entry.code.label, note=entry.note,
    )  # fmt: skip
    tools = [blocks.option("Edit", f"{EDIT}:{entry.id}"), blocks.option("Undo", f"{UNDO}:{entry.id}")]
    return blocks.section(text, accessory=blocks.overflow("ticket.more", tools))


def _undo(entry: TimeEntry) -> dict[str, object]:
    return blocks.button("Undo", UNDO, str(entry.id))
