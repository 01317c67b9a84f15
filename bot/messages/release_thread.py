"""What is said in a release's thread when something became of it: one sentence, from the event alone."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.releases import ReleaseState
from bot.domain.seats import Seat, Verdict
from bot.messages import rollout
from bot.messages.mrkdwn import Mrkdwn, clip, instant, mention, say

LONGEST_FACT = 1000
_S = ReleaseState

# fmt: off
MOVED: dict[ReleaseState, str] = {
    _S.ASKED:       "{{ asked or 'Approvers' }}, {{ actor }} asks whether {{ release }} may go out. Please press *Approve* or *Reject* on the card above.",
    _S.APPROVED:    "It may go out now. Next: *Schedule* on the card above.",
    _S.SCHEDULED:   "{{ actor }} scheduled it for {{ window }}. Its tickets are planned, and those it concerns are told in time.",
    _S.RELEASED:    "{{ actor }} released it. Look whether it works, then press *Verified* or *Roll back* on the card above.",
    _S.VERIFIED:    "{{ actor }} looked: it works.",
    _S.ROLLED_BACK: "{{ actor }} rolled it back: {{ reason }}",
    _S.WITHDRAWN:   "{{ actor }} withdrew it: {{ reason }} Its changes stay as they are, and can go out with another release.",
}
BACK_TO_DRAFT: dict[str, str] = {
    "rejected": "It is a draft again. Edit it and ask anew, or withdraw it.",
    "edited":   "{{ actor }} edited it, so nothing that was decided or planned counts any more. Ask for approval again.",
    "expired":  "Nobody decided in time, so it is a draft again. Ask for approval again.",
    "":         "{{ why }} now, so nothing that was decided or planned for this release counts any more. Ask for approval again once it is put right.",
}
DECIDED: dict[Verdict, str] = {
    Verdict.APPROVE: "{{ actor }} approved{% if stands_in %} for {{ authority }}{% endif %}, as {{ seat }}.",
    Verdict.REJECT:  "{{ actor }} rejected it{% if stands_in %} for {{ authority }}{% endif %}: {{ reason }}",
}
REMINDED = "{{ asked or 'Approvers' }}, {% if escalated %}this is the second reminder: {% endif %}this release still waits for {{ seats }}.{% if until %} Undecided, it expires {{ until }}.{% endif %}"
# fmt: on


def told(session: Session, event: Event, place: Place) -> Mrkdwn:
    """What is said when something became of it: in its own thread, or in those of what clients were told ahead."""
    if place is Place.CLIENT:
        return rollout.moved(event)
    return _SENTENCES[event.kind](session, event)


def _moved(session: Session, event: Event) -> Mrkdwn:
    target, data = ReleaseState(event.target or ""), event.data
    sentence = MOVED.get(target) or BACK_TO_DRAFT.get(data.get("why", ""), BACK_TO_DRAFT[""])
    starts, ends = (datetime.fromisoformat(data[name]) if name in data else None for name in ("starts", "ends"))
    return say(
        sentence, actor=_actor(session, event), asked=_mentioned(data), release=data["release"],
        reason=_sentence(data.get("reason")), why=data.get("why"),
        window=rollout.window(starts, ends) if starts and ends else None,
    )  # fmt: skip


def _decided(session: Session, event: Event) -> Mrkdwn:
    data = event.data
    authority = data["authority"]
    return say(
        DECIDED[Verdict(data["verdict"])], actor=_actor(session, event), reason=clip(data["reason"], LONGEST_FACT),
        stands_in=authority.get("id") not in {None, event.actor_id}, seat=Seat(data["seat"]).label,
        authority=mention(authority.get("slack_id"), authority.get("name", "somebody")),
    )  # fmt: skip


def _reminded(_session: Session, event: Event) -> Mrkdwn:
    data = event.data
    until = instant(datetime.fromisoformat(data["until"])) if data["until"] else None
    seats = " and ".join(Seat(name).label for name in data["seats"])
    return say(REMINDED, asked=_mentioned(data), escalated=data["escalated"], seats=seats, until=until)


_SENTENCES = {Kind.RELEASE_MOVED: _moved, Kind.APPROVAL_DECIDED: _decided, Kind.APPROVAL_REMINDED: _reminded}


def _actor(session: Session, event: Event) -> Mrkdwn:
    actor = people.by_id(session, event.actor_id)
    return mention(actor.slack_id, actor.name) if actor else Mrkdwn("Steward")


def _mentioned(data: dict[str, Any]) -> Mrkdwn:
    return Mrkdwn(", ".join(mention(one.get("slack_id"), one["name"]) for one in data.get("asked", [])))


def _sentence(reason: str | None) -> str:
    """A person's words, ended, so that another sentence can follow."""
    said = clip(reason or "", LONGEST_FACT)
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
