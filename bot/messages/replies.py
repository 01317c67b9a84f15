"""What is said in a thread when something happened: one sentence a move and audience, from the event alone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import outbox, people, provider
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.silence import Step
from bot.domain.tickets import Ticket
from bot.domain.workflow import Action, Status
from bot.messages import (
    agenda,
    agreements,
    away,
    billing,
    blocks,
    burn,
    bypasses,
    changes,
    invoices,
    links,
    projects,
    quotes,
    release_thread,
    rota,
    time,
)
from bot.messages.mrkdwn import Mrkdwn, clip, escape, line, link, mention, say

LONGEST_FACT = 1000

# fmt: off
AWAY = "{% if away_until %}\n:palm_tree: Away until {{ away_until | day }}{% if stand_in %}; {{ stand_in }} stands in{% endif %}.{% endif %}"
REPLIES: dict[tuple[Action, Place], str] = {
    (Action.ASSIGN, Place.TRIAGE):
        "{{ assignee }}, this one is yours, from {{ actor }}.{% if reason %} {{ reason }}{% endif %}" + AWAY,
    (Action.START, Place.CLIENT):
        "{{ worker }} is working on this now.",
    (Action.ASK_CLIENT, Place.CLIENT):
        "{{ whom or requester }}, {{ actor }} asks: {{ reason }}\nPlease answer here in the thread.",
    (Action.SCHEDULE, Place.CLIENT):
        "Planned: work starts on {{ planned_start | day }}.",
    (Action.SEND_TO_REVIEW, Place.TRIAGE):
        "{{ reviewer }}, please check this before the client sees it.{% if reason %} {{ reason }}{% endif %}" + AWAY,
    (Action.REJECT, Place.TRIAGE):
        "{{ owner }}, {{ actor }} sent this back: {{ reason }}",
    (Action.APPROVE, Place.CLIENT):
        "{{ requester }}, this is done and checked: {{ summary }}\nPlease confirm by {{ confirm_by | day }}: *Close* above if it is right, *Reopen* if not.",
    (Action.SEND_TO_CLIENT, Place.CLIENT):
        "{{ requester }}, this is done: {{ summary }}\nPlease confirm by {{ confirm_by | day }}: *Close* above if it is right, *Reopen* if not.",
    (Action.CLOSE, Place.CLIENT):
        "{% if duplicate_of %}This is the same as {{ duplicate_of }}, so it goes on there; what is written here reaches it as well.{% elif became %}{{ key }} became project {{ became }}: {{ became_name }}.{% else %}Closed by {{ name }}.{% endif %}{% if summary %} {{ summary }}{% endif %}{% if reason %} {{ reason }}{% endif %}",
    (Action.CLOSE, Place.TRIAGE):
        "Closed by {{ actor }}{% if duplicate_of %}: the same as {{ duplicate_of }}{% elif close_reason %} as {{ close_reason | replace('_', ' ') }}{% endif %}{% if became %}: project {{ became }}, {{ became_name }}{% endif %}.{% if reason %} {{ reason }}{% endif %}",
    (Action.REOPEN, Place.CLIENT):
        "Reopened by {{ name }}: {{ reason }}",
    (Action.REOPEN, Place.TRIAGE):
        "{{ owner }}, {{ actor }} reopened this: {{ reason }}",
}
JOINED = "{{ name }} is new in {{ account }}'s channel and is now its requester. Not right? An admin can change it with `steward apply`."
MERGED: dict[tuple[Kind, Place], str] = {
    (Kind.MERGED_IN, Place.TRIAGE): "{{ actor }} merged {{ other }} {{ title }} into this.",
    (Kind.MERGED_IN, Place.CLIENT): "{{ asker or 'Somebody' }} asked for the same in {{ other }}; both go on here.",
    (Kind.UNMERGED, Place.TRIAGE):  "{{ actor }} took {{ other }} {{ title }} out again: it goes on by itself.",
    (Kind.UNMERGED, Place.CLIENT):  "{{ other }} is a matter of its own after all, and goes on in its own thread.",
}
FOLLOWED = "{{ follower }} follows this from here on."
# What Steward does by itself reads differently from the same move by a person.
BY_ITSELF: dict[tuple[Action, Place], str] = {
    (Action.CLOSE, Place.CLIENT):
        "{{ requester }}, we did not hear back, so this is closed{% if confirmed_by_silence %} as it stands{% endif %}.\nNot right? Press *Reopen* above by {{ reopen_until | day }}, and it comes back to us.",
    (Action.CLOSE, Place.TRIAGE):
        "Closed by Steward: the client was reminded and did not answer.",
}
LATER = " If we hear nothing, it closes on {{ closes | day }}; you can reopen it then."
REMINDERS: dict[Status, str] = {
    Status.WAITING:
        "{{ whom or requester }}, {% if last %}a last reminder: {% endif %}we still need this from you: {{ what or 'an answer to the question above' }}\nPlease answer here in the thread." + LATER,
    Status.CLIENT_REVIEW:
        "{{ whom or requester }}, {% if last %}a last reminder: {% endif %}please look at what we did, and press *Close* above if it is right, *Reopen* if not." + LATER,
}
MADE_OF = {
    Place.CLIENT: "This is now {{ ticket }}. Its own thread follows it to the end: please write there.",
    Place.TRIAGE: "This is now {{ ticket }}, filed by {{ actor }}.",
}
FOLLOWED_UP = "{{ actor }} filed the follow-ups: {{ keys | join(', ') }}."
PROJECT_MOVED = {
    "active": "Project {{ project }} has started: {{ project_name }}.",
    "done": "Project {{ project }} is done: {{ project_name }}.",
    "dropped": "Project {{ project }} was dropped: {{ project_name }}. Ask us here if that surprises you.",
}
# fmt: on


def reply(session: Session, event: Event, place: Place, ticket: Ticket | None) -> Mrkdwn:
    """The sentence for an event, as this audience reads it."""
    if event.change_id:
        return changes.told(session, event, place)
    if event.release_id:
        return release_thread.told(session, event, place)
    if event.kind is Kind.BURN_TOLD:
        return burn.told(session, event, place)
    if event.kind in quotes.KINDS:
        return quotes.told(session, event, place, ticket)
    actor = people.by_id(session, event.actor_id)
    if event.kind is Kind.PERSON_JOINED:
        return say(JOINED, **event.data)
    if event.kind is Kind.FOLLOWED:
        return say(FOLLOWED, follower=_told(event.data["follower"]))
    if (event.kind, place) in MERGED:
        return _merged(session, event, place, ticket, actor)
    if event.kind is Kind.FILED and ticket:
        who = mention(actor.slack_id, actor.name) if actor else "Steward"
        return say(MADE_OF[place], ticket=_linked(session, ticket.id, place), actor=who)
    if event.kind in _WITHOUT_A_TICKET:
        return _WITHOUT_A_TICKET[event.kind](session, event)
    owner = people.by_id(session, ticket.assignee_id if ticket else None)
    asked_by = people.by_id(session, ticket.primary_contact_id or ticket.requester_id) if ticket else None
    if event.kind is Kind.FOLLOWED_UP:
        return say(FOLLOWED_UP, actor=mention(actor.slack_id, actor.name) if actor else "Steward", **event.data)
    if event.kind is Kind.PROJECT_MOVED:
        return say(PROJECT_MOVED[event.target or ""], **event.data)
    known = {
        "actor": mention(actor.slack_id, actor.name) if actor else "Steward",
        "name": actor.first_name if actor else "Steward",
        "owner": mention(owner.slack_id, owner.name) if owner else "Team",
        "worker": owner.first_name if owner else "Our team",
        "requester": mention(asked_by.slack_id, asked_by.name) if asked_by and not asked_by.is_staff else "Hello",
        "key": ticket.key if ticket else "", "reason": None, "whom": None, "summary": None, "close_reason": None,
        "duplicate_of": None, "became": None, "became_name": None, "away_until": None, "stand_in": None,
    }  # fmt: skip
    hidden = ticket is not None and ticket.private and place is Place.TRIAGE
    facts = {
        key: None if hidden and not _may_all_read(key, value) else _told(value) for key, value in event.data.items()
    }
    if number := event.data.get("duplicate_of"):
        facts["duplicate_of"] = _linked(session, number, place)
    if event.kind in {Kind.BYPASS_ASKED, Kind.BYPASS_DECIDED}:
        made = bypasses.ASKED if event.kind is Kind.BYPASS_ASKED else bypasses.told(event.data, place)
        return say(made, **{**known, **facts, "criterion": bypasses.criterion(event.data)})
    if event.kind is Kind.REMINDED:
        last = event.data["step"] == Step.REMINDER_2.value
        return say(REMINDERS[Status(event.source or "")], **{**known, **facts, "last": last})
    if event.actor_id is None and (made := BY_ITSELF.get((Action(event.action or ""), place))):
        return say(made, **{**known, **facts})
    return say(REPLIES[Action(event.action or ""), place], **{**known, **facts})


def _merged(session: Session, event: Event, place: Place, ticket: Ticket | None, actor: Person | None) -> Mrkdwn:
    return say(
        MERGED[event.kind, place],
        actor=mention(actor.slack_id, actor.name) if actor else "Steward",
        asker=_told(event.data["asker"]) or None,
        other=_linked(session, event.data["other"], place),
        title="" if ticket and ticket.private else line(event.data["title"]),
    )


def _linked(session: Session, number: int, place: Place) -> Mrkdwn:
    """A ticket's key, linked to its card in the same channel."""
    post = outbox.roots_of_many(session, outbox.Subject.TICKET, [number], place).get(number)
    return link(links.permalink(provider.find(session), post), f"T-{number}")


def controls(event: Event, place: Place) -> list[dict[str, Any]]:
    """What can be done about it right there."""
    if event.kind is Kind.MERGED_IN and place is Place.TRIAGE:
        return [blocks.button("Undo", "ticket.unmerge", f"{event.data['other']}:{event.data['version']}")]
    if event.kind is Kind.DAY_ASKED:
        return time.day_buttons(event)
    return []


def _may_all_read(key: str, value: object) -> bool:
    """Of a private ticket the triage channel reads who and when, never what was written."""
    return isinstance(value, dict) or key in {"planned_start", "confirm_by", "close_reason", "duplicate_of"}


_WITHOUT_A_TICKET: dict[Kind, Callable[[Session, Event], Mrkdwn]] = {
    Kind.WENT_AWAY: away.told_triage,
    Kind.DAY_ASKED: time.asked_for_the_day,
    Kind.DUTY_HANDED_OVER: rota.told_triage,
    Kind.AGENDA_PLANNED: agenda.told_client,
    Kind.AGENDA_DECIDED: agenda.told_client,
    Kind.BUDGET_TOLD: projects.told_owner,
    Kind.AGREEMENT_MADE: agreements.told_billing,
    Kind.AGREEMENT_ENDS: agreements.told_ending,
    Kind.REVIEW_SIGNED: billing.told,
    Kind.MONTH_LOCKED: billing.told,
    Kind.APPROVAL_REMINDED: billing.told,
    Kind.INVOICE_MOVED: invoices.told,
}


def _told(value: object) -> object:
    if isinstance(value, str):
        return clip(value, LONGEST_FACT)  # a long one must not push out what there is to do
    if isinstance(value, dict) and "name" in value:
        return mention(value.get("slack_id"), value["name"])
    if isinstance(value, list):
        return Mrkdwn(", ".join(escape(_told(one)) for one in value))
    return value
