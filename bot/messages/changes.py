"""A change as channels read it: its card for approvers, its card for the client, and what is said in their threads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, changes, people, releases
from bot.domain.accounts import Account
from bot.domain.approvals import Approval, Decision, Hall, Purpose
from bot.domain.changes import Change, ChangeState
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.releases import Release
from bot.domain.risk import Answers, ChangeClass, Level, points, score
from bot.domain.roles import ContactRole
from bot.domain.seats import Seat, Verdict
from bot.messages import approvals as asked
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, escape, instant, line, mention, say

OPEN, RELEASE_NOW = "change.open", "change.release_now"
MARKS = {
    Level.LOW: ":large_green_circle:",
    Level.MEDIUM: ":large_yellow_circle:",
    Level.HIGH: ":red_circle:",
}
_S = ChangeState
# fmt: off
# What the client reads on its card, by how far the change is; of what waits, by whose turn it is.
FOR_CLIENT: dict[ChangeState, str] = {
    _S.DRAFT:       "This was changed since you saw it, so nothing is decided on it for now. We ask you again once it is ready.",
    _S.APPROVED:    "Approved. We plan the day now, and tell you here before anything changes.",
    _S.SCHEDULED:   "Approved and planned{% if when %}: it goes live {{ when }}{% endif %}.",
    _S.RELEASED:    "It is live. We watch it, and tell you once we know that it works.",
    _S.VERIFIED:    "It is live, and it works.",
    _S.ROLLED_BACK: "We took it back: {{ reason }}",
    _S.REJECTED:    "It does not go ahead as it is, so nothing changes.",
    _S.WITHDRAWN:   "We withdrew it, so nothing changes.",
}
BEFORE_GOING = {_S.DRAFT, _S.APPROVED, _S.WITHDRAWN}
THEIR_TURN = "{{ approvers or 'Your approver' }}, please decide by {{ until }}: *Approve* or *Reject*. Reject asks you for a reason. Questions? Write them in this thread."
NOT_THEIR_TURN = "We look at it ourselves first, and ask you then."
WHEN = {False: "once it is approved; we tell you the day here before anything changes", True: "{{ when }}"}
# What is said in a thread when a change reached a state, by who reads it.
MOVED: dict[tuple[ChangeState, Place], str] = {
    (_S.DRAFT, Place.RELEASES):       "{% if why == 'expired' %}Nobody decided in time, so this expired. {{ author }}, ask again if it is still wanted.{% elif why == 'lapsed' %}The approval does not hold any more: it is too old, or its template lost its standing. {{ author }}, ask again if it is still wanted.{% else %}{{ actor }} edited this, so what was approved counts no more. It is a draft again, and everybody is asked anew once it is ready.{% endif %}",
    (_S.APPROVED, Place.RELEASES):    "{{ author }}, this is approved{% if standard %}: it keeps to its template{% endif %}. {% if emergency %}Press *Release now* above.{% else %}It goes out with a release.{% endif %}",
    (_S.APPROVED, Place.TRIAGE):      "{{ change }} is approved, and goes out with a release.",
    (_S.REJECTED, Place.RELEASES):    "{{ author }}, edit it and ask again, or withdraw it.",
    (_S.REJECTED, Place.TRIAGE):      "{{ author }}, {{ change }} was rejected by {{ actor }}: {{ reason }}",
    (_S.WITHDRAWN, Place.RELEASES):   "{{ actor }} withdrew this: {{ reason }}",
    (_S.WITHDRAWN, Place.TRIAGE):     "{{ actor }} withdrew {{ change }}: {{ reason }}",
    (_S.SCHEDULED, Place.RELEASES):   "Planned: it goes out {{ starts }}.",
    (_S.SCHEDULED, Place.TRIAGE):     "{{ change }} is planned: it goes out {{ starts }}.",
    (_S.SCHEDULED, Place.CLIENT):     "Planned: “{{ title }}” goes live {{ starts }}.",
    (_S.RELEASED, Place.RELEASES):    "{{ actor }} released this. Once it is sure to work, it is verified.",
    (_S.RELEASED, Place.TRIAGE):      "{{ change }} is out, released by {{ actor }}.",
    (_S.RELEASED, Place.CLIENT):      "“{{ title }}” is live now. We watch it, and tell you once we know that it works.",
    (_S.VERIFIED, Place.RELEASES):    "{{ actor }} verified this: it works.",
    (_S.VERIFIED, Place.TRIAGE):      "{{ change }} is verified: it works.",
    (_S.VERIFIED, Place.CLIENT):      "“{{ title }}” is live, and it works.",
    (_S.ROLLED_BACK, Place.RELEASES): "{{ actor }} rolled this back: {{ reason }}",
    (_S.ROLLED_BACK, Place.TRIAGE):   "{{ author }}, {{ change }} was rolled back: {{ reason }}",
    (_S.ROLLED_BACK, Place.CLIENT):   "We took “{{ title }}” back: {{ reason }} Everything is as it was before.",
}
# The same, where it was planned before and is not any more.
OFF_THE_PLAN: dict[Place, str] = {
    Place.TRIAGE: "{{ change }} is off the plan{% if withdrawn %}: {{ actor }} withdrew it{% endif %}, so this is back in work.",
    Place.CLIENT: "“{{ title }}” does not go live as planned. {% if withdrawn %}We withdrew it: {{ reason }}{% else %}We tell you here when it does.{% endif %}",
}
ASKED: dict[tuple[bool, Place], str] = {  # by whether it is the review of an emergency
    (False, Place.RELEASES): "{% if asked %}{{ asked }}, this waits for {{ seats }}{% else %}This waits for {{ seats }} now, who has a card in their own channel{% endif %}. Please decide by {{ until }}.",
    (True, Place.RELEASES):  "{{ asked }}, this went out as an emergency. Two of you look at it by {{ until }}: *Approve* or *Reject* on the card above.",
    (False, Place.CLIENT):   "{{ approvers or 'Hello' }}, this was changed since you saw it. Please look at the card again, and decide by {{ until }}.",
}
DECIDED = {
    Verdict.APPROVE: "{{ actor }} approved this as {{ seat }}{% if whose %}, for {{ whose }}{% endif %}.",
    Verdict.REJECT:  "{{ actor }} rejected this as {{ seat }}{% if whose %}, for {{ whose }}{% endif %}: {{ reason }}",
}
REMINDED: dict[Place, str] = {
    Place.RELEASES: "{{ asked or 'Team' }}, {% if escalated %}nobody has decided yet. This still waits for {{ seats }}, or whoever answers for them,{% else %}a reminder: this waits for {{ seats }},{% endif %} by {{ until }}.",
    Place.CLIENT:   "{{ approvers or 'Hello' }}, {% if escalated %}a last reminder: {% else %}a reminder: {% endif %}we need your decision by {{ until }}. *Approve* and *Reject* stand on the card above.",
}
# fmt: on


@dataclass(frozen=True)
class Facts:
    """What cards and windows read of a change besides itself, loaded once."""

    account: Account
    known: dict[int, Person]
    asked: list[Approval]  # everything, in order
    decided: dict[int, list[Decision]]
    hall: Hall
    release: Release | None

    @property
    def pending(self) -> Approval | None:
        """What is asked right now."""
        return next((one for one in reversed(self.asked) if one.is_pending), None)

    def name(self, number: int | None) -> Mrkdwn:
        """A person, as colleagues see them."""
        person = self.known.get(number or 0)
        return mention(person.slack_id, person.name) if person else Mrkdwn("nobody yet")


def load(session: Session, change: Change, now: datetime) -> Facts:
    """Gather it."""
    found = approvals.of_subject(session, {Purpose.CHANGE, Purpose.EMERGENCY_REVIEW}, change.id)
    return Facts(
        account=accounts.by_id(session, change.account_id),
        known=people.by_ids(session, {*change.author_ids, *([change.implementer_id] if change.implementer_id else [])}),
        asked=found,
        decided=approvals.decisions_on(session, [one.id for one in found]),
        hall=Hall(session, now),
        release=releases.find(session, change.release_id),
    )


def risk(answers: Answers, level: Level) -> Mrkdwn:
    """“Risk 6, medium: touches routing 3, hits all agents 2, undo by a tested plan 1.”"""
    found = ", ".join(f"{one.why.replace(':', '')} {one.points}" for one in points(answers))
    return escape(f"Risk {score(answers)}, {level.value}: {found or 'nothing adds to it'}.")


def card(session: Session, change: Change, place: Place, now: datetime) -> tuple[Mrkdwn, list[Block]]:
    """Its post as it should read now: the notification, and the blocks."""
    facts = load(session, change, now)
    made = _client_card if place is Place.CLIENT else _approvers_card
    said = say("{{ key }} {{ title }}: {{ state }}", key=change.key, title=change.title, state=change.state.value)
    return said, made(session, change, facts)


def title_line(change: Change) -> Mrkdwn:
    """Its mark, key and title."""
    return Mrkdwn(f"{MARKS[change.level]} *{change.key}* {line(change.title)}")


def fact_pairs(change: Change, facts: Facts) -> list[tuple[str, Mrkdwn]]:
    """The facts in two columns, for card and window."""
    touches = ", ".join(touch.label.lower() for touch in change.content.touches)
    pairs = [
        ("State", Mrkdwn(f"{change.state.value}, since {instant(change.state_since)}")),
        ("Account", escape(facts.account.name)),
        ("Kind", escape(change.change_class.value)),
        ("By", Mrkdwn(", ".join(facts.name(number) for number in change.author_ids))),
        ("Done by", facts.name(change.implementer_id)),
        ("Touches", escape(touches or "nothing sensitive")),
    ]
    if change.component:
        pairs.append(("System", line(change.component)))
    if facts.release:
        pairs.append(("Goes out with", say("{{ key }}, {{ at }}", key=facts.release.key,
                                           at=instant(facts.release.starts))))  # fmt: skip
    return pairs


def _approvers_card(session: Session, change: Change, facts: Facts) -> list[Block]:
    body = [blocks.section(title_line(change)), blocks.facts(fact_pairs(change, facts))]
    body.append(blocks.paragraph(clip(change.purpose, 500)))
    if change.emergency_reason:
        body.append(
            blocks.section(say(":rotating_light: *Emergency:* {{ why }}", why=clip(change.emergency_reason, 300)))
        )
    if change.reason:
        body.append(blocks.section(say("*Why:* {{ why }}", why=clip(change.reason, 500))))
    body.append(blocks.context(risk(change.answers, change.level)))
    if lines := standing(session, change, facts):
        body.append(blocks.context(*lines))
    return body + blocks.actions(_buttons(session, change, facts))


def standing(session: Session, change: Change, facts: Facts) -> list[Mrkdwn]:
    """What was decided on what counts now, and whose turn it is."""
    counting = [one for one in facts.asked[-2:] if one.content_hash == change.content_hash]
    lines = asked.decisions(session, [made for one in counting for made in facts.decided[one.id]])
    if pending := facts.pending:
        waits = asked.waits_for(session, pending, facts.decided[pending.id], facts.hall)
        lines.append(say(":hourglass_flowing_sand: Waits for {{ seats }}.", seats=waits))
    return lines


def _buttons(session: Session, change: Change, facts: Facts) -> list[dict[str, object]]:
    """What the team decides is decided here; what is left to the client, on its own card."""
    made = asked.buttons(facts.pending) if facts.pending and not is_clients_turn(session, facts) else []
    made += [release_now(change)] if may_go_now(change) else []
    return [*made, blocks.button("Open", OPEN, change.key)]


def may_go_now(change: Change) -> bool:
    """Whether it is an emergency that may go out at once."""
    return change.change_class is ChangeClass.EMERGENCY and change.state is _S.APPROVED and change.release_id is None


def release_now(change: Change) -> dict[str, object]:
    """The button, with a question first."""
    made = blocks.button("Release now", RELEASE_NOW, f"{change.id}:{change.version}", style="primary")
    told = "It goes out at once. Those it concerns are told, and two colleagues review it afterwards."
    return {**made, "confirm": blocks.confirm(f"Release {change.key} now?", told, "Release now", "Not yet")}


def _client_card(session: Session, change: Change, facts: Facts) -> list[Block]:
    body = [blocks.section(Mrkdwn(f"*{change.key}* {line(change.title)}")), *in_plain_words(change, facts)]
    body.append(blocks.section(for_client(session, change, facts)))
    lines = asked.decisions(session, [made for one in facts.asked[-2:] for made in facts.decided[one.id]
                                      if made.seat is Seat.CLIENT and one.content_hash == change.content_hash])  # fmt: skip
    body += [blocks.context(*lines)] if lines else []
    if facts.pending and is_clients_turn(session, facts):
        return body + blocks.actions([*asked.buttons(facts.pending), blocks.button("Open", OPEN, change.key)])
    return body


def in_plain_words(change: Change, facts: Facts) -> list[Block]:
    """What changes, why they are asked, when, and how it is undone."""
    touches = " and ".join(touch.area.label.lower() for touch in change.content.touches if touch.area)
    back, when = change.content.rollback, instant(facts.release.starts) if facts.release else None
    told = [
        ("What changes", clip(change.purpose, 700)),
        ("Why we ask you", f"it touches {touches or 'what your people work with'}, so it goes live only with your yes"),
        ("When", say(WHEN[when is not None], when=when)),
    ]
    if back.steps:
        most = f", in {back.most_minutes} minutes at most" if back.most_minutes else ""
        told.append(("How it is undone, if need be", f"{clip(back.steps, 500)}{most}"))
    return [blocks.section(Mrkdwn("\n".join(f"*{label}:* {escape(text)}" for label, text in told)))]


def is_clients_turn(session: Session, facts: Facts) -> bool:
    """Whether the client's approver may decide now."""
    if facts.pending is None:
        return False
    valid = approvals.valid_for(session)
    return Seat.CLIENT in facts.pending.open_seats(facts.decided[facts.pending.id], facts.hall.now, valid)


def for_client(session: Session, change: Change, facts: Facts) -> Mrkdwn:
    """How it stands, as the client reads it."""
    pending, when = facts.pending, instant(facts.release.starts) if facts.release else None
    if change.state is not _S.ASKED or pending is None:
        return say(FOR_CLIENT.get(change.state, ""), when=when, reason=clip(change.reason, 500))
    if not is_clients_turn(session, facts):
        return Mrkdwn(NOT_THEIR_TURN)
    until = instant(pending.expires_at) if pending.expires_at else None
    return say(THEIR_TURN, approvers=_approvers(session, change.account_id), until=until)


def _approvers(session: Session, account_id: int | None) -> Mrkdwn:
    found = people.contacts(session, account_id) if account_id else []
    ours = [person for person in found if ContactRole.APPROVER in person.roles]
    return Mrkdwn(", ".join(mention(person.slack_id, person.name) for person in ours))


def told(session: Session, event: Event, place: Place) -> Mrkdwn:
    """The sentence of what happened, as that thread reads it."""
    data, change = event.data, changes.of_event(session, event)
    known = people.by_ids(session, {number for number in (event.actor_id, change.author_id) if number})
    facts = {
        "change": change.key, "title": line(data["title"]), "actor": _mention(known.get(event.actor_id or 0)),
        "author": _mention(known.get(change.author_id)),
        "reason": clip(data.get("reason") or "", 1000), "why": data.get("why"), "standard": data.get("template"),
        "starts": _instant(data.get("starts")), "until": _instant(data.get("until")),
        "emergency": change.change_class is ChangeClass.EMERGENCY, "escalated": data.get("escalated"),
        "asked": Mrkdwn(", ".join(mention(one.get("slack_id"), one["name"]) for one in data.get("asked", []))),
        "seats": asked.named(map(Seat, data.get("seats", []))), "approvers": Mrkdwn(""), "whose": None, "seat": None,
    }  # fmt: skip
    if place is Place.CLIENT:
        facts["approvers"] = _approvers(session, event.account_id)
    if event.kind is Kind.APPROVAL_DECIDED:
        authority = data["authority"]
        other = authority.get("id") != event.actor_id
        facts |= {"seat": Seat(data["seat"]).label, "whose": authority.get("name") if other else None}
        return say(DECIDED[Verdict(data["verdict"])], **facts)
    if event.kind is Kind.APPROVAL_ASKED:
        return say(ASKED[data["purpose"] == Purpose.EMERGENCY_REVIEW.value, place], **facts)
    if event.kind is Kind.APPROVAL_REMINDED:
        return say(REMINDED[place], **facts)
    target = ChangeState(event.target or "")
    if event.source == _S.SCHEDULED and place in OFF_THE_PLAN and target in BEFORE_GOING:
        return say(OFF_THE_PLAN[place], **facts, withdrawn=target is _S.WITHDRAWN)
    return say(MOVED[target, place], **facts)


def _mention(person: Person | None) -> Mrkdwn:
    return mention(person.slack_id, person.name) if person else Mrkdwn("Steward")


def _instant(iso: str | None) -> Mrkdwn | None:
    return instant(datetime.fromisoformat(iso)) if iso else None
