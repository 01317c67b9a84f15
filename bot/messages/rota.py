"""The rota as people read it: who has which duty now and in the weeks to come, and who took over."""

from datetime import date, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from bot.domain.date_ranges import Days, show, show_day
from bot.domain.events import Event
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.rota import Rota
from bot.domain.turns import WEEK, Duty, Turn, monday_of
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, line, mention, say

SHOWN_WEEKS = 5  # this one and four more
NOBODY = Mrkdwn("*nobody*; a lead decides")
NOT_KEPT = "Nobody takes turns at this yet. A lead presses *Change the rota*, or it stands in the setup file."


def shown(rota: Rota, actor: Person, today: date) -> list[Block]:
    """Every duty, today and by week, with what this person can do about it."""
    body: list[Block] = []
    for duty in Duty:
        body += [*_duty(rota, duty, today), blocks.divider()]
    return [*body, *blocks.actions(_controls(rota, actor, today))]


def _duty(rota: Rota, duty: Duty, today: date) -> list[Block]:
    if not rota.is_kept(duty):
        return [blocks.section(Mrkdwn(f"*{duty.label}*\n{NOT_KEPT}"))]
    now = rota.on(duty, today)
    weeks = groupby(rota.turns(duty, today, SHOWN_WEEKS), key=lambda turn: monday_of(turn.starts))
    rows = [f"{_week(monday, today)}: {_turns(rota, list(turns))}" for monday, turns in weeks]
    heading = f"*{duty.label} today: {_who(rota, now) if now.person else NOBODY.replace('*', '')}*"
    return [blocks.section(Mrkdwn("\n".join([heading, *rows])))]


def _week(monday: date, today: date) -> str:
    return "This week" if monday == monday_of(today) else f"From {show_day(monday)}"


def _turns(rota: Rota, turns: list[Turn]) -> str:
    """The turns of one week: mostly one person; otherwise who follows whom, and from when."""
    first, *rest = [f"{_who(rota, turn)}{_why(rota, turn)}" for turn in turns]
    later = [f"from {show_day(turn.starts)} {said}" for turn, said in zip(turns[1:], rest, strict=True)]
    return ", ".join([first, *later])


def _who(rota: Rota, turn: Turn) -> Mrkdwn:
    person = rota.people.get(turn.person or 0)
    return escape(person.name) if person else NOBODY


def _why(rota: Rota, turn: Turn) -> str:
    """Why it is not whoever has the turn."""
    whose = rota.people.get(turn.whose or 0)
    if whose is None or turn.person == turn.whose:
        return ""
    if turn.handed_over:
        return f" (for {escape(whose.name)})"
    return f" ({escape(whose.name)} {'is away' if whose.may(Permission.WORK) else 'has left'})"


def _controls(rota: Rota, actor: Person, today: date) -> list[dict[str, object]]:
    leads = actor.may(Permission.CHANGE_ROTA)
    has_some = any(turn.person == actor.id and turn.ends >= today
                   for duty in Duty for turn in rota.turns(duty, today, SHOWN_WEEKS))  # fmt: skip
    return [
        *[blocks.button("Hand over", "rota.hand_over")] * (leads or has_some),
        *[blocks.button("Change the rota", "rota.change")] * leads,
        blocks.button("I'm away", "away.open"),
        blocks.button("Business hours", "hours.open"),
    ]


def told_triage(_session: Session, event: Event) -> Mrkdwn:
    """Who took over what, for how long, and what they should know."""
    told = event.data
    to, had = told["to"], told["had"]
    days = show(Days(date.fromisoformat(told["starts"]), date.fromisoformat(told["ends"])), event.at.date())
    return say(
        ":arrows_counterclockwise: {{ to }} takes over *{{ duty }}*{% if had %} from {{ had }}{% endif %}, {{ days }}."
        "{% if note %} “{{ note }}”{% endif %}",
        to=mention(to.get("slack_id"), to["name"]), had=had.get("name"), days=days, note=line(told["note"], 500),
        duty=Duty(told["duty"]).label.lower(),
    )  # fmt: skip


def sunday_of(day: date) -> date:
    """The last day of its week: until when a turn runs."""
    return monday_of(day) + timedelta(days=WEEK - 1)
