"""What is said when somebody goes away or comes back: to them, with what they leave behind, and to triage."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from bot.domain import absences
from bot.domain.absences import Absence
from bot.domain.away import Left
from bot.domain.date_ranges import Days, show, show_day
from bot.domain.events import Event
from bot.domain.people import Person
from bot.messages import blocks, links
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, line, link, mention, say

Said = tuple[Mrkdwn, list[Block]]
URGENT_FIRST = "Hand over what can't wait: open it, and press *Assign*."


def gone(
    left: Left, person: Person, actor: Person, stand_in: Person | None, urls: Mapping[int, str | None], today: date
) -> Said:  # fmt: skip
    """What was stored, how many open tickets wait meanwhile, and how to take it back."""
    text = say(
        ":palm_tree: {{ they }} away *{{ days }}*.{% if stand_in %} {{ stand_in }} stands in.{% endif %}",
        they=_they(person, actor), days=show(left.absence.days, today), stand_in=stand_in and stand_in.name,
    )  # fmt: skip
    body = [blocks.section(text), blocks.section(_left_behind(left, person, actor, urls))]
    doors = [blocks.button("My queue", "queue.mine")] if left.total and person.id == actor.id else []
    return text, [*body, *blocks.actions([*doors, blocks.button("Undo", "away.end", str(left.absence.id))])]


def _they(person: Person, actor: Person) -> str:
    return "You are" if person.id == actor.id else f"{person.name} is"


def _left_behind(left: Left, person: Person, actor: Person, urls: Mapping[int, str | None]) -> Mrkdwn:
    whose = "yours" if person.id == actor.id else "theirs"
    if not left.total:
        return Mrkdwn(f"No open ticket is {whose}, so nothing waits meanwhile.")
    count = "1 open ticket is" if left.total == 1 else f"{left.total} open tickets are"
    rows = [
        f"{ticket.priority.value} {link(urls.get(ticket.id), ticket.key)} {line(ticket.title, 80)}"
        for ticket in left.tickets
    ]
    if left.total > len(rows):
        rows.append(f"and {left.total - len(rows)} more")
    return Mrkdwn("\n".join([f"*{count} {whose}.* {URGENT_FIRST}", *rows]))


def back(absence: Absence, person: Person, actor: Person) -> Mrkdwn:
    """What ended: an absence that ran, or one that was still to come."""
    mine = person.id == actor.id
    if absence.last_day < absence.starts:
        who = "you stay" if mine else f"{person.name} stays"
        return say("Called off: {{ who }}. {{ days }} no longer counts.", who=who, days=_capital(show(absence.days)))
    who = "Welcome back." if mine else f"{person.name} is back."
    return say("{{ who }} The absence was planned until {{ day }}.", who=who, day=show_day(absence.ends))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def coming(planned: list[tuple[Absence, Person]], actor: Person, today: date) -> list[Block]:
    """What is planned and can be ended here."""
    return [
        blocks.section(
            say("{{ they }} away {{ days }}.{% if note %} “{{ note }}”{% endif %}", they=_they(person, actor),
                days=show(absence.days, today), note=absence.note),
            accessory=blocks.button(_end_label(absence, person, actor, today), "away.end", str(absence.id)),
        )
        for absence, person in planned
    ]  # fmt: skip


def _end_label(absence: Absence, person: Person, actor: Person, today: date) -> str:
    if today < absence.starts:
        return "Call off"
    return "I'm back" if person.id == actor.id else "Is back"


def told_triage(session: Session, event: Event) -> Mrkdwn:
    """Who is away and what waits meanwhile; once they are back, that."""
    told, absence = event.data, absences.by_id(session, event.data["absence"])
    days = show(Days(date.fromisoformat(told["starts"]), date.fromisoformat(told["ends"])), event.at.date())
    name = escape(told["person"]["name"])
    if absence.last_day < absence.starts:
        return Mrkdwn(f"~{name} is away {days}~ Called off.")
    if absence.ended_on:
        return Mrkdwn(f"~{name} is away {days}~ Back since {show_day(absence.ended_on)}.")
    stand_in = told["stand_in"]
    deputy = f", and {mention(stand_in.get('slack_id'), stand_in['name'])} stands in" if stand_in else ""
    return Mrkdwn(f":palm_tree: *{name}* is away {days}{deputy}. {_waiting(session, told)}")


def _waiting(session: Session, told: dict) -> Mrkdwn:
    urls = links.to_tickets(session, [item["id"] for item in told["urgent"]])
    urgent = ", ".join(
        f"{link(urls[item['id']], 'T-' + str(item['id']))} {item['priority']}" for item in told["urgent"]
    )
    count = "1 open ticket is" if told["total"] == 1 else f"{told['total']} open tickets are"
    return Mrkdwn(f"{count} theirs" + (f", of them {urgent}." if urgent else "."))
