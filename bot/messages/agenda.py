"""The agenda of planning meetings as people read it: its cards, what is said in their threads, and the list."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, people
from bot.domain.accounts import Account
from bot.domain.agenda import AgendaItem
from bot.domain.events import Event, Kind
from bot.domain.intakes import Intake
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, day, escape, line, mention, say

PLAN, DECIDE = "agenda.plan", "agenda.decide"
MOST_ROWS = 40  # two blocks each, a hundred in a window
LONGEST_FACT = 1000

# fmt: off
CARDS: dict[Place, str] = {
    Place.TRIAGE: ":calendar: {{ asked_by }} of {{ account }} asks for a planning meeting: *{{ title }}*{% if details %}\n{{ details }}{% endif %}",
    Place.CLIENT: ":calendar: {% if decision %}Your planning meeting talked about *{{ title }}*{% elif planned_for %}On the agenda of your planning meeting on {{ planned_for }}: *{{ title }}*{% else %}On the agenda of your next planning meeting: *{{ title }}*{% endif %}",
}
DECIDED = "*Decided:* {{ decision }}"
STATES: dict[Place, str] = {
    Place.TRIAGE: "{% if decision %}Decided with the client, says {{ changed_by }}.{% elif planned_for %}Planned for {{ planned_for }} by {{ changed_by }}. After the meeting, press *Decided*.{% else %}No day yet. No ticket was opened: plan it, and write down afterwards what was decided.{% endif %}",
    Place.CLIENT: "Asked by {{ asked_by }}. {% if decision %}What is to be done now begins as a request of its own.{% else %}Planning is talked about, not queued.{% endif %}",
}
REPLIES: dict[Kind, str] = {
    Kind.AGENDA_PLANNED: "{{ asked_by }}, {% if before %}this moved from {{ before | day }} to {{ planned_for | day }}.{% else %}we talk about this in your planning meeting on {{ planned_for | day }}.{% endif %}",
    Kind.AGENDA_DECIDED: "{{ asked_by }}, this was decided: {{ decision }}",
}
# fmt: on
NONE_YET = Mrkdwn(
    "*The agenda is empty.* It fills when somebody asks to plan something: `/request Plan the move to the new help "
    "desk`, with *Planning* as its request type."
)
NONE_OF_THEIRS = "*Nothing of “{{ named }}” is on the agenda.* `/ticket agenda` shows all that is open."
NONE_YET_FOR_CLIENTS = Mrkdwn(
    "*Nothing is on your agenda.* To talk something through before anybody works on it, press *New request* or write "
    "`/request Plan the spring campaign`, and choose *Planning* as its request type."
)


def card(session: Session, item: AgendaItem, place: Place) -> tuple[Mrkdwn, list[Block]]:
    """An item's post as it should read now: its notification, and its blocks."""
    asked_by, changed_by = people.by_id(session, item.asked_by_id), people.by_id(session, item.changed_by_id)
    facts = {
        "asked_by": _mention(asked_by), "account": accounts.by_id(session, item.account_id).name,
        "title": item.title, "details": clip(item.details, LONGEST_FACT), "decision": item.decision,
        "planned_for": day(item.planned_for) if item.planned_for else None, "changed_by": _mention(changed_by),
    }  # fmt: skip
    said = say(CARDS[place], **facts)
    body = [blocks.section(said)]
    if place is Place.TRIAGE and (wanted := _wanted(session, item)):
        body.append(blocks.context(wanted))
    if item.decision:
        body.append(blocks.section(say(DECIDED, **facts)))
    body.append(blocks.context(say(STATES[place], **facts)))
    if place is Place.TRIAGE and item.is_open:
        body += blocks.actions(buttons(item))
    return said, body


def _mention(person: Person | None) -> Mrkdwn:
    return mention(person.slack_id, person.name) if person else Mrkdwn("somebody")


def _wanted(session: Session, item: AgendaItem) -> Mrkdwn:
    """What the form said besides the words."""
    asked = session.scalars(select(Intake.asked).where(Intake.id == item.intake_id)).one()
    by_date = asked.get("wanted_by")
    wanted = f"by {day(date.fromisoformat(by_date))}" if by_date else (asked.get("timing") or "").lower()
    facts = [("Wanted", wanted), ("System", asked.get("related_system"))]
    return Mrkdwn(" · ".join(f"{label}: {line(value)}" for label, value in facts if value))


def told_client(_session: Session, event: Event) -> Mrkdwn:
    """The sentence in its thread when it got a day, another day, or a decision."""
    asked_by = event.data["asked_by"]
    who = mention(asked_by.get("slack_id"), asked_by.get("name", "Hello"))
    return say(REPLIES[event.kind], **{**event.data, "asked_by": who})


def buttons(item: AgendaItem) -> list[dict[str, object]]:
    """What the team does with an item; each carries the version that was seen."""
    value = f"{item.id}:{item.version}"
    label = "Change the day" if item.planned_for else "Plan it"
    return [blocks.button(label, PLAN, value), blocks.button("Decided", DECIDE, value)]


def rows(
    items: list[AgendaItem], known: dict[int, Account], asked_by: dict[int, Person], actor: Person, named: str
) -> list[Block]:
    """What is open, all of it or of one `named` account, with what its reader may do."""
    made: list[Block] = []
    for item in items[:MOST_ROWS]:
        made.append(blocks.section(_told(item, known[item.account_id], asked_by.get(item.asked_by_id), actor)))
        made += blocks.actions(buttons(item)) if actor.may(Permission.PLAN_WITH_CLIENTS) else []
    if len(items) > MOST_ROWS:
        narrower = " `/ticket agenda acme` shows those of one client." if actor.is_staff else ""
        made.append(blocks.context(Mrkdwn(f"These are the first {MOST_ROWS}.{narrower}")))
    return made or [blocks.section(_nothing(actor, named))]


def _nothing(actor: Person, named: str) -> Mrkdwn:
    if not actor.is_staff:
        return NONE_YET_FOR_CLIENTS
    return say(NONE_OF_THEIRS, named=named) if named else NONE_YET


def _told(item: AgendaItem, account: Account, asked_by: Person | None, actor: Person) -> Mrkdwn:
    asked_on = day(account.calendar.local_date(item.created_at))
    facts = [
        f"planned for {day(item.planned_for)}" if item.planned_for else "no day yet",
        f"asked by {asked_by.name if asked_by else 'somebody'} on {asked_on}",
    ]
    heading = f"*{escape(account.name)}* · {line(item.title)}" if actor.is_staff else f"*{line(item.title)}*"
    details = f"\n{line(item.details, 200)}" if item.details else ""
    return Mrkdwn(f"{heading}{details}\n{escape(' · '.join(facts))}")
