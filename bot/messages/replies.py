"""What is said in a thread when something happened: one sentence a move and audience, from the event alone."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.tickets import Ticket
from bot.domain.workflow import Action
from bot.messages.mrkdwn import Mrkdwn, clip, mention, say

LONGEST_FACT = 1000

# fmt: off
REPLIES: dict[tuple[Action, Place], str] = {
    (Action.ASSIGN, Place.TRIAGE):
        "{{ assignee }}, this one is yours, from {{ actor }}.{% if reason %} {{ reason }}{% endif %}",
    (Action.START, Place.CLIENT):
        "{{ worker }} is working on this now.",
    (Action.ASK_CLIENT, Place.CLIENT):
        "{{ whom or requester }}, {{ actor }} asks: {{ reason }}\nPlease answer here in the thread.",
    (Action.SCHEDULE, Place.CLIENT):
        "Planned: work starts on {{ planned_start | day }}.",
    (Action.SEND_TO_REVIEW, Place.TRIAGE):
        "{{ reviewer }}, please check this before the client sees it.{% if reason %} {{ reason }}{% endif %}",
    (Action.REJECT, Place.TRIAGE):
        "{{ owner }}, {{ actor }} sent this back: {{ reason }}",
    (Action.APPROVE, Place.CLIENT):
        "{{ requester }}, this is done and checked: {{ summary }}\nPlease confirm by {{ confirm_by | day }}: *Close* above if it is right, *Reopen* if not.",
    (Action.SEND_TO_CLIENT, Place.CLIENT):
        "{{ requester }}, this is done: {{ summary }}\nPlease confirm by {{ confirm_by | day }}: *Close* above if it is right, *Reopen* if not.",
    (Action.CLOSE, Place.CLIENT):
        "Closed by {{ name }}.{% if summary %} {{ summary }}{% endif %}{% if reason %} {{ reason }}{% endif %}",
    (Action.CLOSE, Place.TRIAGE):
        "Closed by {{ actor }}{% if close_reason %} as {{ close_reason | replace('_', ' ') }}{% endif %}.{% if reason %} {{ reason }}{% endif %}",
    (Action.REOPEN, Place.CLIENT):
        "Reopened by {{ name }}: {{ reason }}",
    (Action.REOPEN, Place.TRIAGE):
        "{{ owner }}, {{ actor }} reopened this: {{ reason }}",
}
JOINED = "{{ name }} is new in {{ account }}'s channel and is now its requester. Not right? An admin can change it with `steward apply`."
FOLLOWED = "{{ follower }} follows this from here on."
REDIRECTED = ":calendar: {{ asked_by }} of {{ account }} asks for a planning meeting: *{{ title }}*{% if details %}\n{{ details }}{% endif %}\nNo ticket was opened. Put it on the agenda of the next planning meeting."
# fmt: on


def reply(session: Session, event: Event, place: Place, ticket: Ticket | None) -> Mrkdwn:
    """The sentence for an event, as this audience reads it."""
    actor = people.by_id(session, event.actor_id)
    if event.kind is Kind.PERSON_JOINED:
        return say(JOINED, **event.data)
    if event.kind is Kind.FOLLOWED:
        return say(FOLLOWED, follower=_told(event.data["follower"]))
    owner = people.by_id(session, ticket.assignee_id if ticket else None)
    asked_by = people.by_id(session, ticket.primary_contact_id or ticket.requester_id) if ticket else None
    known = {
        "actor": mention(actor.slack_id, actor.name) if actor else "Steward",
        "name": actor.first_name if actor else "Steward",
        "owner": mention(owner.slack_id, owner.name) if owner else "Team",
        "worker": owner.first_name if owner else "Our team",
        "requester": mention(asked_by.slack_id, asked_by.name) if asked_by and not asked_by.is_staff else "Hello",
        "reason": None, "whom": None, "summary": None, "close_reason": None,
    }  # fmt: skip
    hidden = ticket is not None and ticket.private and place is Place.TRIAGE
    facts = {key: _told(value) for key, value in event.data.items() if not hidden or _may_all_read(key, value)}
    return say(REPLIES[Action(event.action or ""), place], **{**known, **facts})


def _may_all_read(key: str, value: object) -> bool:
    """Of a private ticket the triage channel reads who and when, never what was written."""
    return isinstance(value, dict) or key in {"planned_start", "confirm_by", "close_reason"}


def redirected(snapshot: dict[str, Any]) -> Mrkdwn:
    """What triage reads of a request that is not a ticket."""
    return say(REDIRECTED, **{key: _told(value) for key, value in snapshot.items()})


def _told(value: object) -> object:
    if isinstance(value, str):
        return clip(value, LONGEST_FACT)  # a long one must not push out what there is to do
    if isinstance(value, dict) and "name" in value:
        return mention(value.get("slack_id"), value["name"])
    return value
