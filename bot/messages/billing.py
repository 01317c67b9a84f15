"""Billing reviews as people read them outside their window: the card, the list, the Home, and what is said of them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, billing, people
from bot.domain.accounts import Account
from bot.domain.approvals import Decision, Hall
from bot.domain.billing import BillingReview, Examined, ReviewState, Signatures
from bot.domain.durations import show
from bot.domain.events import Event, Kind
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.seats import Seat
from bot.messages import blocks, burn
from bot.messages.blocks import Block
from bot.messages.months import Controls, Wanted, narrowing, turns
from bot.messages.mrkdwn import Mrkdwn, day, escape, instant, mention, say

OPEN, SIGN, LIST, PAGE = "billing.open", "billing.sign", "billing.list", "billing.page"
# Parts of a review, turned to like its pages: all its entries, those of one code or person, and back.
ENTRIES, NARROW, BACK = "billing.entries", "billing.narrow", "billing.back"
PER_PAGE = 15  # each is examined for the list
IN_LIST = Controls("billing.list.account", "billing.list.month", "billing.list.back", "billing.list.on")
ON_HOME = 5
SHOWN_SIGNERS = 3
SHORT_DIGEST = 16

# fmt: off
STANDS = {
    "held":   "{{ count }} {{ 'things hold' if count > 1 else 'thing holds' }} it up",
    "early":  "{{ month }} is not over yet: it is signed from {{ since }} on",
    "later":  "{{ earlier }} is open still and comes first",
    "ready":  "Nothing holds it up: it waits for {{ missing }}",
    "locked": "Locked {{ at }}",
}
SIGNED = "{% if void %}:warning: Signed by {{ names }}, but something changed since, so that counts no more: it is signed anew.{% else %}:pencil2: Signed by {{ names }}.{% endif %}"
TOLD: dict[Kind, str] = {
    Kind.REVIEW_SIGNED:     "{{ actor }} signed for {{ seat }}.",
    Kind.MONTH_LOCKED:      "Both have signed, so {{ month }} is locked and its invoices are drafted. What is put right from now on counts in the month that is open.",
    Kind.APPROVAL_REMINDED: "{{ asked or 'Hello' }}, {% if escalated %}this is the second reminder: {% endif %}one signature is there, yours is missing. Please press *Open* above, look at it, and sign.",
}
# fmt: on
SIDES = {Seat.ACCOUNT: "the account", Seat.FINANCE: "finance"}  # whom a signature speaks for
NONE_YET = Mrkdwn(
    "*There are no billing reviews yet.* On the first working day of a month, one is opened for the month before, for "
    "each account that has an agreement or hours."
)
NONE_LIKE_THAT = Mrkdwn("*No review is like that.* Choose another account or month above.")
NOTHING_OPEN = Mrkdwn(
    "*Billing review*\nEvery month that is over is signed. The next review opens when a new month has begun."
)
NO_AGREEMENT = "No agreement was valid in {{ month }}, so nothing is charged. Add one with `/review agreements`."
ENDED = "The agreement ended before {{ month }}: only what was approved, or is put right, counts. `/review agreements` has it."


def name_of(session: Session, review: BillingReview) -> str:
    """Acme, November 2026."""
    return f"{accounts.by_id(session, review.account_id).name}, {review.period.name} {review.period.year}"


def examined(session: Session, review: BillingReview, now: datetime) -> Examined | None:
    """What stands in it, while that can change."""
    return None if review.state is ReviewState.LOCKED else billing.examined(session, review, now)


def figures(review: BillingReview, stands: Examined | None) -> dict[str, Any]:
    """Of an open month as they are now, of a locked one as they were kept."""
    return billing.figures(stands) if stands else review.figures


def card(session: Session, review: BillingReview, now: datetime, *, money: bool) -> tuple[Mrkdwn, list[Block]]:
    """Its post: the main numbers, what holds it up, who signed. Amounts only where those read it who may."""
    stands = examined(session, review, now)
    signed = billing.signatures(session, review, stands, now)
    told = figures(review, stands)
    said = state(session, review, stands, signed, now)
    head = say("*Billing review: {{ name }}*\n{{ said }}.", name=name_of(session, review), said=said)
    pairs = [("Hours", escape(show(told["raw_minutes"])))]
    if told["billed_minutes"]:
        pairs.append(("Charged", escape(show(told["billed_minutes"]))))
    if (used := allowance(told)) and (money or not told["allowance"].get("currency")):
        pairs.append(("Allowance", used))
    if money and told["net"]:
        pairs.append(("Net", escape(told["net"])))
    body = [
        blocks.section(head),
        blocks.facts(pairs),
        *_asked(session, review, stands, signed, now),
        *signed_by(session, signed),
    ]
    buttons = [blocks.button("Open", OPEN, str(review.id))]
    if may_be_signed(session, review, stands, now):
        buttons.append(sign_button(review, stands))
    text = Mrkdwn(f"Billing review: {escape(name_of(session, review))}. {said}.")
    return text, [*body, *blocks.actions(buttons)]


def _asked(
    session: Session, review: BillingReview, stands: Examined | None, signed: Signatures, now: datetime
) -> list[Block]:
    """Who may give the signatures that are missing: they are told of it when it is posted."""
    if stands is None or _is_early(session, review, now):
        return []
    hall = Hall(session, now)
    gave = {one.person_id for one in signed.made} if not signed.void else set()
    told = [
        Mrkdwn(f"{names} for {SIDES[seat]}") for seat in signed.missing
        if (names := _mentions(hall.holders(seat, review.account_id, gave)))
    ]  # fmt: skip
    return [blocks.context(Mrkdwn(f"To look at and sign: {'; '.join(told)}"))] if told else []


def _mentions(asked: list[Person]) -> Mrkdwn:
    rest = f" or {len(asked) - SHOWN_SIGNERS} more" if len(asked) > SHOWN_SIGNERS else ""
    return Mrkdwn(", ".join(mention(one.slack_id, one.name) for one in asked[:SHOWN_SIGNERS]) + rest)


def state(
    session: Session, review: BillingReview, stands: Examined | None, signed: Signatures, now: datetime
) -> Mrkdwn:
    """What holds it up, or whom it waits for, in a clause."""
    if stands is None:
        return say(STANDS["locked"], at=instant(review.locked_at) if review.locked_at else "")
    if stands.open:
        return say(STANDS["held"], count=len(stands.open))
    if _is_early(session, review, now):
        return say(STANDS["early"], month=review.period.name, since=day(review.period.after.first))
    if earlier := billing.earlier_open(session, review):
        return say(STANDS["later"], earlier=f"{earlier.period.name} {earlier.period.year}")
    return say(STANDS["ready"], missing=seats(signed.missing))


def _is_early(session: Session, review: BillingReview, now: datetime) -> bool:
    return accounts.by_id(session, review.account_id).calendar.local_date(now) <= review.period.last


def may_be_signed(session: Session, review: BillingReview, stands: Examined | None, now: datetime) -> bool:
    """Whether somebody could sign it now."""
    if stands is None or stands.open or _is_early(session, review, now):
        return False
    return billing.earlier_open(session, review) is None


def sign_button(review: BillingReview, stands: Examined | None) -> dict[str, Any]:
    """It carries what the person is shown, so that nobody signs anything else."""
    seen = stands.digest[:SHORT_DIGEST] if stands else ""
    made = blocks.button("Sign", SIGN, f"{review.id}:{seen}", style="primary")
    asked = "You say that these hours and amounts are right. With the second signature the month is locked."
    return {**made, "confirm": blocks.confirm("Sign it?", asked, "Sign", "Not yet")}


def seats(missing: list[Seat]) -> str:
    """Whose signatures are missing, in words."""
    return " and ".join(dict.fromkeys(seat.label for seat in missing))


def signed_by(session: Session, signed: Signatures) -> list[Block]:
    """Who signed, and whether that still counts."""
    if not signed.made:
        return []
    known = people.by_ids(session, {number for one in signed.made for number in (one.person_id, one.authority_id)})
    names = Mrkdwn(", ".join(_signature(one, known) for one in signed.made))
    return [blocks.context(say(SIGNED, names=names, void=signed.void))]


def _signature(made: Decision, known: dict[int, Person]) -> Mrkdwn:
    who, whose = known.get(made.person_id), known.get(made.authority_id)
    stands_in = whose.name if whose and made.authority_id != made.person_id else None
    return say(
        "{{ who }} for {{ seat }}{% if whose %}, in place of {{ whose }}{% endif %}, {{ at }}",
        who=who.name if who else "Somebody", seat=SIDES[made.seat], whose=stands_in, at=instant(made.at),
    )  # fmt: skip


def allowance(told: dict[str, Any]) -> Mrkdwn | None:
    """What of all that was bought in advance is used."""
    found = told["allowance"]
    if not found or not found["available"]:
        return None
    used, available, overage = (
        burn.shown(max(found[name], 0), found.get("currency")) for name in ("used", "available", "overage")
    )
    return escape(f"{used} of {available}" + (f", {overage} beyond" if found["overage"] else ""))


def rows(
    session: Session, reviews: list[BillingReview], wanted: Wanted, known: tuple[list[Account], list[Month]],
    now: datetime,
) -> list[Block]:  # fmt: skip
    """The list: a line a month and account, what holds it up, and who signed; of all `known`, those that are wanted."""
    if not known[1]:
        return [blocks.section(NONE_YET)]
    made = blocks.actions(narrowing(IN_LIST, wanted, *known))
    for review in reviews[:PER_PAGE]:
        stands = examined(session, review, now)
        signed = billing.signatures(session, review, stands, now)
        text = say(
            "*{{ name }}*\n{{ said }}", name=name_of(session, review),
            said=state(session, review, stands, signed, now),
        )  # fmt: skip
        made.append(blocks.section(text, accessory=blocks.button("Open", OPEN, str(review.id))))
        made += signed_by(session, signed)
    if not reviews:
        made.append(blocks.section(NONE_LIKE_THAT))
    return [*made, *turns(IN_LIST, wanted, more=len(reviews) > PER_PAGE)]


def on_home(session: Session, actor: Person) -> list[Block]:
    """What is open, for those who sign it."""
    if not actor.may(Permission.REVIEW_BILLING):
        return []
    listed = billing.listed(session, actor, limit=ON_HOME + 1)
    found = [one for one in listed if one.state is ReviewState.OPEN]
    doors = blocks.actions([blocks.button("All reviews", LIST), blocks.button("Invoices", "invoice.list")])
    if not found:
        return [blocks.section(NOTHING_OPEN), *doors]
    more = f", the first {ON_HOME} of them" if len(found) > ON_HOME else ""
    rows_ = [
        blocks.section(escape(name_of(session, one)), accessory=blocks.button("Open", OPEN, str(one.id)))
        for one in found[:ON_HOME]
    ]
    return [blocks.section(Mrkdwn(f"*Billing reviews to sign*{more}")), *rows_, *doors]


def told(session: Session, event: Event) -> Mrkdwn:
    """The sentence in its card’s thread."""
    actor, facts = people.by_id(session, event.actor_id), event.data
    asked = Mrkdwn(" and ".join(mention(one["slack_id"], one["name"]) for one in facts.get("asked", [])))
    return say(
        TOLD[event.kind],
        actor=mention(actor.slack_id, actor.name) if actor else "Steward",
        seat=SIDES[Seat(facts["seat"])] if "seat" in facts else "", asked=asked or None,
        escalated=facts.get("escalated", False), month=_month(session, facts),
    )  # fmt: skip


def _month(session: Session, facts: dict[str, Any]) -> str:
    found = session.get(BillingReview, facts["review"])
    return found.period.name if found else "the month"
