"""Write the reference pages that are nothing but our tables: `python docs/tables.py`.

The pages are committed; tests/project/test_docs.py fails where one no longer says what the code does.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot import metrics
from bot.domain import codes, priority, risk, roles, workflow
from bot.domain.changes import checklist
from bot.domain.releases import audiences
from bot.jobs import SCHEDULE, SWEEPS, Period
from bot.messages import help
from bot.settings import Settings

HERE = Path(__file__).parent


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def workflow_page() -> str:
    """Statuses and moves."""
    statuses = table(
        ["status", "next action owned by", "clock", "side", "the client reads"],
        [
            [
                status.value,
                state.owner.value,
                state.clock.value,
                state.side.value if state.side else "",
                state.client_reads,
            ]
            for status, state in workflow.STATUSES.items()
        ],
    )
    moves = table(
        ["from", "button", "to", "for", "needs"],
        [
            [
                move.source.value,
                move.action.label + (" (More)" if move.seldom else ""),
                move.target.value,
                ", ".join(who.value for who in workflow.Who if who in move.who),
                "; ".join(need.value for need in workflow.Need if need in move.needs),
            ]
            for move in workflow.WORKFLOW
        ],
    )
    return f"""# Workflow

Made from `bot/domain/workflow.py` by `python docs/tables.py`. The buttons, the refusals and the tests read the same tables.

## Statuses

{statuses}

While nobody is assigned, any engineer counts as the assignee, and becomes it by the move.

## Moves

{moves}
"""


def reference_page() -> str:
    """Priority, codes, roles, schedule and settings."""
    levels = list(priority.Level)
    matrix = table(
        ["impact \\ urgency", *(level.value for level in levels)],
        [[impact.value, *(priority.MATRIX[impact, urgency].value for urgency in levels)] for impact in levels],
    )
    points = table(["answer", "points"], [[answer.value, str(worth)] for answer, worth in priority.POINTS.items()])
    categories = table(
        ["category", "default billing code"], [[name, code.label] for name, code in codes.CATEGORIES.values()]
    )
    permissions = table(
        ["to", "may"],
        [
            [permission.value, ", ".join(role.value for role in roles.Role if role in may)]
            for permission, may in roles.PERMISSIONS.items()
        ],
    )
    jobs = table(
        ["job", "cron", "by the clock of, and for", "stands for", "a day off", "a missed one", "looks back", "why"],
        [
            [
                job.name,
                f"`{job.cron}`",
                job.whose.value,
                _STANDS_FOR[job.period],
                job.days_off.value,
                job.catch_up.value,
                _span(job.look_back),
                job.why,
            ]
            for job in SCHEDULE
        ]
        + [[name, "at every tick", "", "", "", "done at the next", "", sweep.why] for name, sweep in SWEEPS.items()],
    )
    commands = table(
        ["typed", "for", "what it does"],
        [[f"`{example}`", side.value, meaning] for command in help.HELP.values() for side, topic in command.topics.items()
         for example, meaning in topic.examples],
    )
    settings = table(
        ["variable", "default", "what for"],
        [
            [name.upper(), _default(field.default), field.description or ""]
            for name, field in Settings.model_fields.items()
        ],
    )
    told = table(
        ["metric", "type", "what it tells", "labels"],
        [[f"`{name}`", kind, says, ", ".join(labels)] for name, kind, says, labels in metrics.described()],
    )
    return f"""# Reference

Made from the code's own tables by `python docs/tables.py`.

## Commands in Slack

`help` after any of them says more of it. Whatever a command can do, a button can too.

{commands}

## Priority

Impact points are added up: high from {priority.HIGH_FROM}, medium from {priority.MEDIUM_FROM}; blocked revenue adds {priority.REVENUE_POINTS}. What holds nobody up is low, however many see it. Urgency is high for *Now* with a consequence, medium up to {priority.SOON_BUSINESS_DAYS} business days, else low.

{points}

{matrix}

## Time

{categories}

A ticket's own billing code wins over the category's.

## Roles

{permissions}

## Schedule

{jobs}

## Environment

{settings}

## Metrics

At `/metrics` of `web` and `socket`; a worker has its own with `steward worker --port 9100`, and under `start` on the port after PORT.

{told}
"""


def changes_page() -> str:
    """Who must decide on a change, by which answers, what is checked, and who is told."""
    deciders = table(
        ["class", *(level.value for level in risk.Level)],
        [
            [kind.value, *(_steps(steps) for steps in rows.values())]
            for kind, rows in risk.APPROVALS.items()
        ],
    )
    answers = {**risk.AREA_POINTS, **risk.BLAST_POINTS, **risk.UNDO_POINTS, **risk.TESTED_POINTS}
    questions = {"Area": "touches", "Blast": "who is hit", "Undo": "how it is undone", "Tested": "tested"}
    points = table(
        ["question", "answer", "points"],
        [[questions[type(answer).__name__], answer.label, str(worth)] for answer, worth in answers.items()],
    )
    checks = table(
        ["when it touches", "check"],
        [["anything", check.asks] for check in checklist.FOR_ALL]
        + [[touch.label, check.asks] for touch, rows in checklist.CHECKLIST.items() for check in rows],
    )
    told = table(
        ["when it touches", "who is told", "when"],
        [[area.label, one.audience.label, one.moment.label] for area, rows in audiences.TELLINGS.items() for one in rows]
        + [["an emergency", one.audience.label, one.moment.label] for one in audiences.EMERGENCY],
    )
    return f"""# Changes and releases

Made from `bot/domain/risk.py`, `changes/checklist.py` and `releases/audiences.py` by `python docs/tables.py`. Forms, refusals and tests read the same tables.

## Who must decide

{deciders}

A step after “then” is asked once the one before it has decided. Neither author nor implementer decides, whoever edited the content is an author too, and one person counts once; a lead may sit in a colleague's place. A decision is bound to the content it was taken on: any edit voids it. It counts for 14 days; 5 business days without one and what was asked expires (both in the playbook). An emergency goes out after the lead on call has decided, and two colleagues look at it within 2 business days; while that is late, its author releases nothing.

A release is approved when every change in it is, and a release approver has decided on the release itself; outside of the release days, or in a freeze, a service owner decides too.

## Risk

{points}

Of several areas the highest counts, each further one adds {risk.FURTHER_AREA}, {risk.MOST_AREA_POINTS} at most. A peak or a freeze adds {risk.PEAK}; a change of the same system that failed in the last {risk.FAILURE_COUNTS_DAYS} days adds {risk.FAILED_LATELY}. Up to {risk.LOW_UP_TO} is low, up to {risk.MEDIUM_UP_TO} medium, above that high.

## Checks

{checks}

## Who is told

{told}

When something that was told of is called off or rolled back, those who were told hear that too.
"""


def _steps(steps: risk.Steps) -> str:
    return ", then ".join(" and ".join(seat.label for seat in step) for step in steps) or "nobody: its template's owner answers"


_STANDS_FOR = {Period.HOUR: "that hour", Period.DAY: "that day", Period.WEEK: "the last whole week",
               Period.MONTH: "the last whole month"}


def _span(span: timedelta) -> str:
    hours = span.seconds // 3600
    return f"{span.days} days" if span.days else f"{hours} hour{'s' if hours > 1 else ''}"


def _default(value: object) -> str:
    return "" if value is None or "Undefined" in str(value) else f"`{value}`"


PAGES: dict[str, Callable[[], str]] = {"workflow.md": workflow_page, "reference.md": reference_page, "changes.md": changes_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
