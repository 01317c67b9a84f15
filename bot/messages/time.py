"""What is said about time: right after logging, of a day, and of a week."""

import uuid
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.durations import show
from bot.domain.events import Event
from bot.domain.months import Month
from bot.domain.projects import Project
from bot.domain.tickets import Ticket
from bot.domain.time import Doubt, Logged, TimeEntry, Timer, Work, of_day
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, cut, instant, say
from bot.messages.mrkdwn import day as day_name
from bot.messages.projects import budget_used

Said = tuple[str, list[Block]]


EDIT, UNDO, WEEK, COMPLETE, REOPEN = "time.edit", "time.undo", "time.week", "time.complete", "time.reopen"
OPEN, START, SWITCH = "time.open", "time.start", "time.switch"
STOP, DISCARD, REPORT = "time.stop", "time.discard", "time.report"
WAITS = ":moneybag: It costs extra and the client has not approved it: it is kept, and off the invoice until they do."
NOTHING = "Nothing yet. `/time {% if day %}{{ day }} {% endif %}T-102 45m what you did` is all it takes."
ASKED: dict[Doubt, str] = {
    Doubt.VAGUE: "“{{ note }}” says little at the end of the month. *Edit* adds what was done.",
    Doubt.LATE: "That was some days ago: time is truest on its own day. *Edit* if it was another.",
    Doubt.LONG_ENTRY: "{{ spent }} in one entry. If that is a slip, *Edit* puts it right.",
    Doubt.LONG_DAY: "{{ total }} on that day. If that is a slip, *Edit* puts it right.",
    Doubt.DAY_OFF: "{{ day }} is no working day here. *Edit* if it was another.",
}


def named(work: Work | None) -> dict[str, str]:
    """What time is logged on, as the facts of a sentence: a key and a title; an account has only its name."""
    if isinstance(work, Account):
        return {"key": work.name, "title": "(no ticket)"}
    return {"key": work.key, "title": work.title} if work else {"key": "", "title": ""}


def logged(
    entry: TimeEntry, work: Work, day_total: int, used: int = 0, doubts: list[Doubt] | None = None, *,
    waits: bool = False,
) -> Said:  # fmt: skip
    """What was stored, what is odd about it, and how to put it right or take it back."""
    text = say(
        ":white_check_mark: *{{ spent }}* on *{{ key }}* {{ title }}\n"
        "{{ category }}, {{ code }}{% if after_hours %}, after hours{% endif %}, {{ day }}."
        "{% if note %} “{{ note }}”{% endif %}",
        spent=show(entry.minutes), **named(work), category=entry.category.label, code=entry.code.label,
        day=day_name(entry.work_date), note=entry.note, after_hours=entry.after_hours,
    )  # fmt: skip
    budget = f"Budget: {budget_used(work, used)}. " if isinstance(work, Project) else ""
    if isinstance(work, Project) and used > work.budget_minutes:
        budget += "What goes over it is kept, and off the invoice until the budget grows. "
    total = blocks.context(say("{{ budget }}{{ total }} logged for that day.", budget=budget, total=show(day_total)))
    facts = {
        "note": entry.note, "spent": show(entry.minutes), "total": show(day_total), "day": day_name(entry.work_date)
    }  # fmt: skip
    asked = [blocks.context(say(f":thinking_face: {ASKED[doubt]}", **facts)) for doubt in doubts or []]
    billed = [blocks.context(told)] if (told := _counts_later(entry)) else []
    billed += [blocks.context(Mrkdwn(WAITS))] if waits else []
    edit = blocks.actions([blocks.button("Edit", EDIT, str(entry.id))])
    return text, [blocks.section(text, accessory=_undo(entry)), total, *billed, *asked, *edit]


def _counts_later(entry: TimeEntry) -> Mrkdwn | None:
    """Said where the month of the work is billed: what is stored now is charged in the one that is open."""
    worked, counts = Month.of(entry.work_date), Month.of(entry.period) if entry.period else None
    if counts is None or counts == worked:
        return None
    told = {"worked": f"{worked.name} {worked.year}", "counts": f"{counts.name} {counts.year}"}
    return say("{{ worked }} is billed already, so this counts in {{ counts }}.", **told)


def logged_already(work: Work, minutes: int, typed: str) -> Said:
    """The same line again within two minutes: a slip, or meant?"""
    text = say(
        "You logged {{ spent }} on {{ key }} with the same words a moment ago, so this one is *not* stored. "
        "Was it meant?",
        spent=show(minutes), key=named(work)["key"],
    )  # fmt: skip
    ask = blocks.actions(
        [blocks.button("Log it again", "time.again", cut(typed, 1900))], block_id=f"again-{uuid.uuid4()}"
    )
    return text, [blocks.section(text), *ask]


def day(one: Logged, today: date, entries: list[tuple[TimeEntry, Work | None]], timer: Said | None = None) -> Said:
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
        body.append(blocks.section(say(NOTHING, day=one.day.isoformat() if one.day < today else "")))
    body += [_row(entry, work) for entry, work in entries[:40]]
    called = ("It is not complete", REOPEN) if one.complete else ("My day is complete", COMPLETE)
    doors = [blocks.button(*called, one.day.isoformat()), blocks.button("The week", WEEK, one.day.isoformat())]
    body += blocks.actions([blocks.button("Log time", OPEN, f":{one.day.isoformat()}"), *doors])
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


def asked_for_the_day(session: Session, event: Event) -> Mrkdwn:
    """To somebody alone, at the end of their day: what was logged and what was missing; later, that it is there."""
    told = event.data
    person = people.by_id(session, told["person"]["id"])
    found = of_day(session, person, date.fromisoformat(told["day"])) if person else None
    if found and not found.is_wanting:
        return say(
            ":white_check_mark: {{ logged }} of your {{ day }} is logged{% if complete %}, and it is complete"
            "{% elif missing %}; {{ missing }} is missing to the {{ expected }} of a working day. If there was no "
            "more, call it complete{% endif %}.",
            logged=show(found.minutes), day=day_name(found.day), missing=show(found.missing) if found.missing else "",
            expected=show(found.expected), complete=found.complete,
        )  # fmt: skip
    return say(
        ":hourglass: {% if minutes %}{{ logged }} of your {{ day }} is logged; {{ missing }} is missing to the "
        "{{ expected }} of a working day.{% else %}Nothing of your {{ day }} is logged yet; a working day holds "
        "{{ expected }}.{% endif %}\nLog what you remember now, while it is fresh. If there was no more, call the day "
        "complete: then nobody asks about it again.",
        minutes=told["minutes"], logged=show(told["minutes"]), day=day_name(date.fromisoformat(told["day"])),
        missing=show(told["expected"] - told["minutes"]), expected=show(told["expected"]),
    )  # fmt: skip


def day_buttons(event: Event) -> list[dict[str, object]]:
    """What can be done about that day right there."""
    its_day = event.data["day"]
    return [
        blocks.button("Log time", OPEN, f":{its_day}", style="primary"),
        blocks.button("My day is complete", COMPLETE, its_day),
        blocks.button("My week", WEEK, its_day),
    ]


def _minutes(minutes: int) -> str:
    return show(minutes) if minutes else "–"


def _expected(one: Logged, today: date) -> str:
    if one.away:
        return "away"
    return "–" if one.day > today else _minutes(one.expected)


def _missing(one: Logged) -> str:
    return "complete" if one.complete else _minutes(one.missing)


def runs(timer: Timer, work: Work | None) -> Said:
    """The timer of whoever reads it."""
    text = say(
        ":stopwatch: Your timer runs on *{{ key }}* {{ title }}, since {{ since }}. "
        "`/time stop what you did` logs it.",
        **named(work) if work else {"key": timer.key, "title": ""}, since=instant(timer.started_at),
    )  # fmt: skip
    return text, [blocks.section(text), *blocks.actions(_timer_buttons(timer))]


def runs_elsewhere(timer: Timer, work: Work) -> Said:
    """Another one runs: an offer to log it and start this one."""
    key = named(work)["key"]
    text = say(
        ":stopwatch: Your timer runs on {{ other }} already, since {{ since }}. One runs at a time: "
        "*Stop it* logs what it ran and starts one on *{{ key }}*.",
        other=timer.key, since=instant(timer.started_at), key=key,
    )  # fmt: skip
    over = blocks.button(f"Stop it and start {key}", SWITCH, f"{timer.id}:{key}", style="primary")
    return text, [blocks.section(text), *blocks.actions([over])]


def changed_over(stopped: Said, timer: Timer, work: Work) -> Said:
    """One was logged, and another runs."""
    text, body = runs(timer, work)
    return Mrkdwn(f"{stopped[0]}\n{text}"), [*stopped[1], blocks.divider(), *body]


def _timer_buttons(timer: Timer) -> list[dict[str, object]]:
    return [blocks.button("Stop", STOP, str(timer.id)), blocks.button("Discard", DISCARD, str(timer.id))]


def still_runs(timer: Timer, ticket: Ticket) -> Said:
    """To whoever moved the ticket on while their timer runs on it."""
    text = say(
        ":stopwatch: Your timer still runs on *{{ key }}*, since {{ since }}. *Stop timer* logs it.",
        key=ticket.key, since=instant(timer.started_at),
    )  # fmt: skip
    stop = blocks.button("Stop timer", STOP, str(timer.id))
    return text, [blocks.section(text), *blocks.actions([stop])]


def nothing_logged(ticket: Ticket) -> Said:
    """To whoever moved the ticket on with no time on it that day."""
    text = say(
        ":hourglass: You have logged no time on *{{ key }}* today. If there was any, *Log time* takes a moment.",
        key=ticket.key,
    )  # fmt: skip
    return text, [blocks.section(text), *blocks.actions([blocks.button("Log time", OPEN, str(ticket.id))])]


def forgotten(timer: Timer, work: Work, likely: int | None) -> Mrkdwn:
    """Above the form that asks how long it really was."""
    return say(
        "Your timer on *{{ key }}* ran since {{ since }}, "
        "{% if likely %}past midnight: is {{ likely }} right? Change it below if it is not"
        "{% else %}so nobody but you knows how long you worked. Write it below{% endif %}; `/time discard` drops it.",
        key=named(work)["key"], since=instant(timer.started_at), likely=show(likely) if likely else None,
    )  # fmt: skip


def discarded(timer: Timer) -> str:
    """Nothing came of it."""
    return f"Discarded: nothing is logged on {timer.key}."


def undone(reversal: TimeEntry) -> str:
    """What was taken back."""
    told, key = _counts_later(reversal), f" on T-{reversal.ticket_id}" if reversal.ticket_id else ""
    return f"Undone: {show(-reversal.minutes)}{key} taken back." + (f" {told}" if told else "")


def _row(entry: TimeEntry, work: Work | None) -> Block:
    text = say(
        "*{{ spent }}* {{ key }} {{ title }} · {{ code }}{% if after_hours %}, after hours{% endif %}"
        "{% if note %}\n“{{ note }}”{% endif %}",
        spent=show(entry.minutes), **named(work), code=entry.code.label, note=entry.note,
        after_hours=entry.after_hours,
    )  # fmt: skip
    tools = [blocks.option("Edit", f"{EDIT}:{entry.id}"), blocks.option("Undo", f"{UNDO}:{entry.id}")]
    return blocks.section(text, accessory=blocks.overflow("ticket.more", tools))


def _undo(entry: TimeEntry) -> dict[str, object]:
    return blocks.button("Undo", UNDO, str(entry.id))
