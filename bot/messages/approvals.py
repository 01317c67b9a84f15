"""Approvals as people read them: who decides, what was decided, and what waits for somebody on their Home."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import approvals, billing, changes, people, quotes, tickets
from bot.domain.approvals import Approval, Decision, Delegation, Hall, Purpose
from bot.domain.changes import Change
from bot.domain.durations import show
from bot.domain.people import Person
from bot.domain.quotes import Quote
from bot.domain.releases import Release, changes_in, visible_to
from bot.domain.releases.release import highest
from bot.domain.risk import ChangeClass, Steps
from bot.domain.roles import ContactRole, Permission, Role
from bot.domain.seats import Seat, Verdict
from bot.messages import billing as reviews
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, day, escape, instant, line, say
from bot.messages.overview import Desk, Overview

APPROVE, REJECT, DELEGATE, TAKE_BACK = "approval.approve", "approval.reject", "approval.delegate", "approval.take_back"
SHOWN_ROWS = 4
DECIDERS = frozenset({Role.LEAD.value, Role.SERVICE_OWNER.value, Role.APPROVER.value, ContactRole.APPROVER.value})
VERBS = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected"}
MARKS = {Verdict.APPROVE: ":white_check_mark:", Verdict.REJECT: ":no_entry:"}
WHAT = {
    Purpose.CHANGE: "Change",
    Purpose.EMERGENCY_REVIEW: "Review of an emergency that is out already",
    Purpose.RELEASE: "Release",
    Purpose.QUOTE: "Extra cost, without tax",
    Purpose.BILLING_REVIEW: "One has signed this month; your signature is missing",
}
NOTHING = Mrkdwn(
    "*Waits for your decision: 0*\nNothing waits for you. When a change, a release or an extra cost needs your yes, "
    "it stands here, with everything you need to decide."
)
REVIEWED = " Two colleagues review it afterwards."


def buttons(approval: Approval, quote: Quote | None = None) -> list[dict[str, Any]]:
    """Approve and Reject. Its number is the version too: it is bound to one content. Who spends money is asked once."""
    yes = blocks.button("Approve", APPROVE, str(approval.id), style="primary")
    if quote:
        yes["confirm"] = blocks.confirm("Approve the cost?", f"{price(quote)}, without tax.", "Approve", "Not yet")
    return [yes, blocks.button("Reject", REJECT, str(approval.id), style="danger")]


def named(seats: Iterable[Seat]) -> str:
    """Seats as a list in words: a lead and a service owner."""
    return " and ".join(dict.fromkeys(seat.label for seat in seats))


def label(seat: str) -> str:
    """A seat as it is stored, in words."""
    return Seat(seat).label


def decides(actor: Person) -> bool:
    """Whether decisions are part of their role."""
    return bool(DECIDERS & set(actor.roles))


def who_decides(steps: Steps, change_class: ChangeClass) -> str:
    """The table's row as a sentence: “A lead decides, then the client’s approver.”"""
    if not steps:
        return "Nobody has to approve it: it keeps to its template."
    first, *later = [named(step) for step in steps]
    verb = "decides" if len(set(steps[0])) == 1 else "decide"
    said = f"{first} {verb}" + "".join(f", then {step}" for step in later)
    return f"{said[:1].upper()}{said[1:]}." + (REVIEWED if change_class is ChangeClass.EMERGENCY else "")


def waits_for(session: Session, approval: Approval, decided: list[Decision], hall: Hall) -> str:
    """Whose turn it is, in words."""
    return named(approval.open_seats(decided, hall.now, approvals.valid_for(session)))


def decision(made: Decision, known: dict[int, Person]) -> Mrkdwn:
    """Who, as whom, when and why: “Maya approved as a lead, for Sam”."""
    who, authority = known.get(made.person_id), known.get(made.authority_id)
    return say(
        "{{ mark }} {{ who }} {{ verb }} as {{ seat }}{% if whose %}, for {{ whose }}{% endif %}, {{ at }}"
        "{% if reason %}: “{{ reason }}”{% endif %}",
        mark=MARKS[made.verdict], who=who.name if who else "Somebody", verb=VERBS[made.verdict], seat=made.seat.label,
        whose=authority.name if authority and made.authority_id != made.person_id else None, at=instant(made.at),
        reason=line(made.reason, 300),
    )  # fmt: skip


def decisions(session: Session, made: list[Decision]) -> list[Mrkdwn]:
    """A line for each."""
    known = people.by_ids(session, {number for one in made for number in (one.person_id, one.authority_id)})
    return [decision(one, known) for one in made]


def waiting(desk: Desk) -> Overview:
    """The Home’s section: what this person could decide now, each with its buttons."""
    reviews_months = desk.actor.may(Permission.REVIEW_BILLING)  # who stands in for such a person may not
    found = [
        one for one in approvals.waiting_for(desk.session, desk.actor, desk.now)
        if one.purpose is not Purpose.BILLING_REVIEW or reviews_months
    ]  # fmt: skip
    if not found:
        return Overview([blocks.section(NOTHING)] if decides(desk.actor) else [])
    number = min(desk.page, (len(found) - 1) // SHOWN_ROWS)
    shown = found[number * SHOWN_ROWS : (number + 1) * SHOWN_ROWS]
    known = changes.several(desk.session, desk.actor, {one.subject_id for one in shown if _is_of_change(one)})
    heading = Mrkdwn(f"*Waits for your decision: {len(found)}*")
    body = [blocks.section(heading, accessory=blocks.button("Delegate", DELEGATE))]
    for one in shown:
        body += _row(desk, one, known.get(one.subject_id) if _is_of_change(one) else None)
    return Overview(body, number, len(found) > (number + 1) * SHOWN_ROWS)


def _is_of_change(approval: Approval) -> bool:
    return approval.purpose in {Purpose.CHANGE, Purpose.EMERGENCY_REVIEW}


def _row(desk: Desk, approval: Approval, change: Change | None) -> list[Block]:
    last, quote = instant(approval.expires_at) if approval.expires_at else None, None
    if change is not None:
        opens = [blocks.button("Open", "change.open", change.key)]
        text = f"*{change.key}* {line(change.title, 100)}\n{_risk(change)}"
    elif approval.purpose is Purpose.RELEASE:
        release = visible_to(desk.session, desk.actor, approval.subject_id)
        opens, text = [blocks.button("Open", "release.open", release.key)], _release(desk, release)
    elif approval.purpose is Purpose.QUOTE:
        quote = quotes.find(desk.session, desk.actor, approval.subject_id)
        ticket = tickets.several(desk.session, desk.actor, {quote.ticket_id}).get(quote.ticket_id)
        if ticket is None:
            return []
        opens = [blocks.button("Open", "ticket.open", ticket.key)]
        before = sum(one.cap_minutes for one in quotes.approved_before(desk.session, quote))
        more = f", on top of the {show(before)} approved before" if before else ""
        text = f"*{ticket.key}* {line(ticket.title, 100)}\n{escape(price(quote))}{more}"
        last = Mrkdwn(day(quote.valid_until))  # as on its card: it ends with that day
    elif approval.purpose is Purpose.BILLING_REVIEW:
        review = billing.visible_to(desk.session, desk.actor, approval.subject_id)
        opens = [blocks.button("Open", reviews.OPEN, str(review.id))]
        text = f"*{escape(reviews.name_of(desk.session, review))}*"
    else:
        return []
    said = Mrkdwn(f"{text}\n{escape(WHAT[approval.purpose])}{f' · until {last}' if last else ''}")
    decide = [] if approval.purpose is Purpose.BILLING_REVIEW else buttons(approval, quote)  # signed beside its figures
    return [blocks.section(said), *blocks.actions([*decide, *opens])]


def price(quote: Quote) -> str:
    """As one clause: `2h: 300.00 EUR, at most 3h (450.00 EUR)`."""
    most = f", at most {show(quote.cap_minutes)} ({quote.most})" if quote.cap_minutes > quote.minutes else ""
    return f"{show(quote.minutes)}: {quote.price}{most}"


def _risk(change: Change) -> Mrkdwn:
    return say(
        "{{ kind }}, risk {{ score }} ({{ level }})",
        kind=change.change_class.value.capitalize(), score=change.score, level=change.level.value,
    )  # fmt: skip


def _release(desk: Desk, release: Release) -> Mrkdwn:
    packed = changes_in(desk.session, release.id)
    return say(
        "*{{ key }}* {{ name }}\n{{ starts }}, {{ changes }}, highest risk {{ level }}",
        key=release.key, name=line(release.name, 100), starts=instant(release.starts), level=highest(packed).value,
        changes=clip(", ".join(change.key for change in packed), 200),
    )  # fmt: skip


def delegations(given: list[Delegation], known: dict[int, Person]) -> list[Block]:
    """Whom they have named, each with a way to take it back."""
    rows = []
    for one in given:
        to = known.get(one.delegate_id)
        text = say(
            "*{{ name }}* decides for you from {{ starts }} to {{ ends }}.",
            name=to.name if to else "Somebody", starts=day(one.starts), ends=day(one.ends),
        )  # fmt: skip
        rows.append(blocks.section(text, accessory=blocks.button("Take back", TAKE_BACK, str(one.id))))
    return rows
