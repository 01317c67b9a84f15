"""Quotes as people read them: the client's card, what triage hears of it, and what a ticket's card says of its cost.

Triage reads hours: prices are for the client, and for whoever may see money.
"""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import people, quotes
from bot.domain.agreements import Agreement, OutOfScope
from bot.domain.approvals import Hall, decisions_on
from bot.domain.burn import Burndown
from bot.domain.durations import show
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.quotes import Extra, Quote, QuoteState
from bot.domain.seats import Seat
from bot.domain.tickets import Ticket
from bot.domain.workflow import Clearance
from bot.messages import approvals as asked
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.controls import value_of
from bot.messages.mrkdwn import Mrkdwn, day, escape, line, mention, say

OPEN, WITHDRAW = "quote.open", "quote.withdraw"
STANDING = frozenset({Clearance.ASKED, Clearance.GIVEN})  # nothing is to be asked of the client now
# fmt: off
WHY: dict[OutOfScope, str] = {
    OutOfScope.SYSTEM:    "{{ system or 'What it is about' }} is outside the agreement",
    OutOfScope.TYPE:      "the agreement does not cover this type of request",
    OutOfScope.CODE:      "it is charged as out of scope",
    OutOfScope.ALLOWANCE: "it takes more hours than are left this month",
}
STANDS: dict[QuoteState, str] = {
    QuoteState.ASKED:     "{{ approvers or 'Your approver' }}, please decide by {{ until }}: *Approve* or *Reject*. {% if before %}This is on top of the {{ before }} that you approved before. {% endif %}{% if worked %}{{ worked }} of it is done already, and is charged only if you approve.{% else %}Nothing of it is started{% if held %}, and nothing is charged,{% endif %} before you do.{% endif %} Questions? Write them in this thread.",
    QuoteState.APPROVED:  "Approved. We go ahead, and ask you again before it takes more than {{ all }}.",
    QuoteState.DECLINED:  "Declined: we do not go ahead with it{% if held %}, and nothing of it is charged{% endif %}.{% if before %} The {{ before }} that you approved before stand.{% endif %}",
    QuoteState.EXPIRED:   "Nobody answered by {{ until }}, so this is off. Write here if you still want it.",
    QuoteState.WITHDRAWN: "We took this back{% if held %}, and nothing of it is charged{% endif %}.{% if before %} The {{ before }} that you approved before stand.{% endif %}",
}
TRIAGE: dict[Kind, str] = {
    Kind.QUOTED:            "{{ actor }} quoted {{ minutes }}, at most {{ cap }}. It waits for the client’s approval.",
    Kind.QUOTE_WITHDRAWN:   "{{ actor }} took the quote of {{ minutes }} back.",
    Kind.QUOTE_REMINDED:    "Nobody on the client’s side has answered the quote of {{ minutes }} yet. It is valid until {{ until }}. Perhaps a call helps.",
    Kind.QUOTE_NEARLY_USED: "{{ owner }}, {{ spent }} of the {{ approved }} that were approved are used. Ask for more with *Quote* before it runs out.",
    Kind.QUOTE_USED_UP:     "{{ owner }}, all {{ approved }} that were approved are used ({{ spent }}). Please stop here and ask for more with *Quote*. What is logged beyond is kept{% if held %}, and stays off the invoice until it is approved{% else %}, and is charged as hours beyond the allowance{% endif %}.",
}
SETTLED: dict[QuoteState, str] = {
    QuoteState.APPROVED: "{{ owner }}, {{ actor }} approved {{ minutes }}, at most {{ cap }}. You can start.",
    QuoteState.DECLINED: "{{ owner }}, {{ actor }} declined the {{ minutes }}: {{ reason }}",
    QuoteState.EXPIRED:  "{{ owner }}, nobody answered the quote of {{ minutes }} in time, so it expired. Ask again with *Quote*, or close the ticket.",
}
REMINDED = "{{ asked or 'Hello' }}, a reminder: we need your answer to the quote above by {{ until }}. *Approve* and *Reject* stand on it."
CLEARED: dict[Clearance, str] = {
    Clearance.ASKED:    ":hourglass: Quoted {{ minutes }}, waits for the client’s approval until {{ until }}{% if approved %}. Of the {{ approved }} approved before, {{ spent }} used{% endif %}",
    Clearance.GIVEN:    ":white_check_mark: Approved: {{ given }}, at most {{ approved }}; {{ spent }} used",
    Clearance.DECLINED: ":no_entry: The client declined the {{ minutes }}",
    Clearance.LAPSED:   ":no_entry: The quote of {{ minutes }} expired unanswered",
    Clearance.USED_UP:  ":octagonal_sign: All that was approved is used: {{ spent }} of {{ approved }}. Work stops until more is approved",
}
# fmt: on


def why(reasons: list[OutOfScope], system: str | None) -> Mrkdwn:
    """Why it costs extra, as one clause."""
    return Mrkdwn(" and ".join(say(WHY[reason], system=line(system or "", 60)) for reason in reasons))


def client_card(session: Session, quote: Quote, ticket: Ticket, now: datetime) -> list[Block]:
    """The price, what it is for, until when; and the buttons while it is asked."""
    approvers = Hall(session, now).holders(Seat.CLIENT, quote.account_id)
    approval = quotes.approval_of(session, quote)
    head = say(
        "*{{ key }} costs extra: {{ price }}*\n{{ title }}", key=ticket.key, price=quote.price, title=ticket.title
    )
    body = [blocks.section(head)]
    if quote.note:
        body.append(blocks.section(Mrkdwn(">" + escape(quote.note).replace("\n", "\n>"))))
    more = quote.cap_minutes > quote.minutes
    pairs = [
        ("Hours", escape(f"{show(quote.minutes)} at {quote.rate} an hour")),
        (
            "At most",
            escape(
                f"{show(quote.cap_minutes)}, {quote.most}"
                if more
                else f"{show(quote.cap_minutes)}; we ask before it takes more"
            ),
        ),
        ("Why", why(quote.why, ticket.related_system)),
        ("Valid until", escape(day(quote.valid_until))),
    ]
    body.append(blocks.facts(pairs))
    named = Mrkdwn(" or ".join(mention(one.slack_id, one.name) for one in approvers))
    so_far, is_held = _so_far(session, quote), quote.is_held
    stands = say(
        STANDS[quote.state], approvers=named if approvers else None, until=day(quote.valid_until),
        before=show(so_far.approved) if so_far.approved else None, all=show(so_far.approved + quote.cap_minutes),
        worked=show(so_far.beyond) if so_far.beyond and is_held else None, held=is_held,
    )  # fmt: skip
    body.append(blocks.section(stands))
    if approval is not None:
        made = decisions_on(session, [approval.id])[approval.id]
        body += [blocks.context(said) for said in asked.decisions(session, made)]
    body.append(blocks.context(Mrkdwn("Prices are without tax.")))
    waits = approval is not None and approval.is_pending
    return body + (blocks.actions(asked.buttons(approval, quote)) if approval and waits else [])


def _so_far(session: Session, quote: Quote) -> quotes.Spending:
    """What was approved on the ticket before this was asked, and what was worked."""
    return quotes.spending(session, quote.ticket_id, quotes.approved_before(session, quote))


def told(session: Session, event: Event, place: Place, ticket: Ticket | None) -> Mrkdwn:
    """What became of a quote, in the ticket's threads."""
    actor, facts = people.by_id(session, event.actor_id), event.data
    owner = people.by_id(session, ticket.assignee_id if ticket else None)
    known = {
        "actor": mention(actor.slack_id, actor.name) if actor else "Steward",
        "owner": mention(owner.slack_id, owner.name) if owner else "Team",
        "reason": line(facts.get("reason") or "", 500),
        "held": facts.get("held", True),
        "until": day(date.fromisoformat(facts["until"])) if "until" in facts else "",
        "asked": Mrkdwn(" or ".join(mention(one["slack_id"], one["name"]) for one in facts.get("asked", []))) or None,
        **{name: show(facts[name]) for name in ("minutes", "cap", "spent", "approved") if name in facts},
    }  # fmt: skip
    if event.kind is Kind.QUOTE_REMINDED and place is Place.CLIENT:
        return say(REMINDED, **known)
    if event.kind is Kind.QUOTE_SETTLED:
        return say(SETTLED[QuoteState(facts["state"])], **known)
    return say(TRIAGE[event.kind], **known)


KINDS = frozenset(TRIAGE) | {Kind.QUOTE_SETTLED}


class Cost(NamedTuple):
    """What triage reads of what a ticket costs extra, and whether asking the client is the next step."""

    text: Mrkdwn
    is_to_be_asked: bool


def cost_of(session: Session, ticket: Ticket, bought: Agreement | None, down: Burndown | None) -> Cost | None:
    """Approved, asked for, or that it has to be asked for before work starts; None where nothing costs extra."""
    if not ticket.is_open:
        return None
    if ticket.clearance is not None:
        return _cleared(session, ticket, ticket.clearance)
    found = quotes.priced(ticket, bought, lambda: quotes.left_for(session, ticket, down))
    return Cost(_costs_extra(found, ticket), ticket.status in quotes.WAITS_IN) if found else None


def on_card(cost: Cost | None, ticket: Ticket) -> list[Block]:
    """With **Quote** beside it where that is the next step; the ticket's window has the button among the others."""
    if cost is None or not cost.is_to_be_asked:
        return in_window(cost)
    return [blocks.section(cost.text, accessory=blocks.button("Quote", OPEN, value_of(ticket)))]


def in_window(cost: Cost | None) -> list[Block]:
    """As the ticket's window says it."""
    return [blocks.context(cost.text)] if cost else []


def _cleared(session: Session, ticket: Ticket, clearance: Clearance) -> Cost | None:
    found = quotes.on_ticket(session, ticket.id)
    if not found:
        return None
    newest, so_far = found[-1], quotes.spending(session, ticket.id, found)
    given = sum(one.minutes for one in found if one.state is QuoteState.APPROVED)
    text = say(
        CLEARED[clearance], minutes=show(newest.minutes), given=show(given), until=day(newest.valid_until),
        approved=show(so_far.approved) if so_far.approved else None,
        spent=show(so_far.spent) if so_far.spent else "nothing",
    )  # fmt: skip
    return Cost(text, clearance not in STANDING and ticket.status in quotes.WAITS_IN)


def _costs_extra(found: Extra, ticket: Ticket) -> Mrkdwn:
    beyond = f" by {show(found.minutes)}" if found.reasons == [OutOfScope.ALLOWANCE] else ""
    return say(
        ":moneybag: This costs extra: {{ why }}{{ beyond }}. *Quote* asks the client before it starts.",
        why=why(found.reasons, ticket.related_system), beyond=beyond,
    )  # fmt: skip
