"""A billing review in its window: the numbers, what will be charged, and each finding with what puts it right."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import billing, invoices
from bot.domain.billing import KINDS, BillingReview, Examined, Finding, Fix, Found, ReviewState
from bot.domain.durations import show
from bot.domain.invoices import Charge, Charges, Invoice
from bot.domain.money import Money
from bot.domain.people import Person
from bot.messages import billing as messages
from bot.messages import blocks, burn
from bot.messages.billing_found import TITLES, Known
from bot.messages.blocks import Block
from bot.messages.invoices import OPEN as OPEN_INVOICE
from bot.messages.invoices import counted, named_tickets, paragraphs
from bot.messages.invoices import heading as invoice_heading
from bot.messages.mrkdwn import Mrkdwn, day, escape, line, say

FIX = "billing.fix"
PER_PAGE = 30  # two blocks each, a hundred in a window
SHOWN_LINES = 40
SHOWN_ROWS = 12
ALL_WELL = Mrkdwn("*Nothing was found.* Every entry has its ticket, its words and its price.")
ORDER = {finding: place for place, finding in enumerate(KINDS)}
SETTLED = {Fix.WAIVE: "It is right", Fix.WRITE_OFF: "Written off"}
DANGER = {Fix.WRITE_OFF: "danger"}


def window(session: Session, review: BillingReview, actor: Person, page: int, now: datetime) -> list[Block]:
    """Numbers first, then the lines, then what was found."""
    stands = messages.examined(session, review, now)
    signed = billing.signatures(session, review, stands, now)
    told = messages.figures(review, stands)
    said = messages.state(session, review, stands, signed, now)
    head = say("*{{ name }}*\n{{ said }}.", name=messages.name_of(session, review), said=said)
    body = [blocks.section(head), blocks.facts(_numbers(told, stands))]
    body += messages.signed_by(session, signed)
    if stands is None or review.state is ReviewState.LOCKED:
        body += blocks.actions(_all_entries(review, told))
        return body + _settled(session, review, actor) + _invoices(session, review, actor)
    sign = messages.may_be_signed(session, review, stands, now) and billing.may_sign(
        session, review, signed, actor, now
    )
    body += blocks.actions([*([messages.sign_button(review, stands)] if sign else []), *_all_entries(review, told)])
    body += _lines(review, stands)
    body += _settled(session, review, actor)
    return [*body, blocks.divider(), *_findings(session, review, actor, stands, page)]


def _all_entries(review: BillingReview, told: dict[str, Any]) -> list[dict[str, Any]]:
    """The way to each entry, where there is any."""
    button = blocks.button("All entries", messages.ENTRIES, f"{review.id}:0:{billing.ALL}")
    return [button] if told["raw_minutes"] else []


def _numbers(told: dict[str, Any], stands: Examined | None) -> list[tuple[str, Mrkdwn]]:
    """Labelled figures; at most ten."""
    raw = told["raw_minutes"]
    back = told.get("taken_back_minutes")  # months that were locked before it was counted have none
    pairs = [("Logged", show(raw) + (f"; {show(back)} of earlier months taken back" if back else ""))]
    if told["charged_minutes"]:
        pairs.append(("Charged", f"{show(told['charged_minutes'])} {_rounded(told)}"))
    if told["internal_minutes"]:
        share = round(100 * told["internal_minutes"] / raw) if raw else 0
        pairs.append(("Our own affairs", f"{show(told['internal_minutes'])}, {share} %"))
    if told["written_off_minutes"]:
        pairs.append(("Written off", show(told["written_off_minutes"])))
    if told["waiting_minutes"]:
        pairs.append(("Not approved", show(told["waiting_minutes"])))
    if used := messages.allowance(told):
        pairs.append(("Allowance", used))
        pairs += _expected(told["allowance"])
        if carried := told["allowance"]["carry_out"]:
            said = burn.shown(carried, told["allowance"].get("currency"))
            pairs.append(("Carried into the next month", said))
    if told["net"]:
        pairs.append(("Net", told["net"]))
    if stands and stands.charges and (credited := _credited(stands.charges)):
        pairs.append(("Credit notes", credited))
    return [(label, escape(value)) for label, value in pairs]


def _expected(allowance: dict[str, Any]) -> list[tuple[str, str]]:
    """Forecast and actual: what half a month led to expect, and what it came to."""
    if "forecast" not in allowance:
        return []
    expected, used = allowance["forecast"], max(allowance["used"], 0)
    said, currency = burn.shown(expected, allowance.get("currency")), allowance.get("currency")
    more = used - expected
    came = f"it came to {burn.shown(abs(more), currency)} {'more' if more > 0 else 'less'}" if more else "as it came"
    return [(f"Forecast on {day(date.fromisoformat(allowance['midway']))}", f"{said}, {came}")]


def _rounded(told: dict[str, Any]) -> str:
    more = told["billed_minutes"] - told["charged_minutes"]
    if not more:
        return "as logged"
    return f"as {show(told['billed_minutes'])} ({'+' if more > 0 else ''}{show(more)} by rounding)"


def _credited(charges: Charges) -> str:
    """In the currencies of what is credited, which may be another one by now."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for one in (one for credit in charges.credits for one in credit.back):
        totals[one.currency] += one.amount.amount
    return ", ".join(str(Money(total, currency)) for currency, total in totals.items())


# --- what will be charged


def _lines(review: BillingReview, stands: Examined) -> list[Block]:
    charges = stands.charges
    if charges is None:
        return [blocks.section(say(messages.NO_AGREEMENT, month=review.period.name))]
    ended = [blocks.section(say(messages.ENDED, month=review.period.name))] if charges.ended else []
    told = [_line(one) for one in charges.lines]
    told += [
        Mrkdwn(f"{_line(one)} · given back on {escape(credit.invoice.key)}")
        for credit in charges.credits for one in credit.back
    ]  # fmt: skip
    if not told:
        why = "all of it is in the price, or our own affair" if stands.raw_minutes else "nothing was logged"
        return ended or [blocks.section(Mrkdwn(f"*Nothing is charged:* {why}."))]
    return ended + paragraphs("*What will be charged, without tax*", told, SHOWN_LINES)


def _line(one: Charge) -> Mrkdwn:
    named = f"\n      {named_tickets(one.tickets, one.decisions)}" if one.tickets or one.decisions else ""
    return Mrkdwn(
        f"• *{escape(one.description)}*: {counted(one.quantity, one.unit)} at "
        f"{escape(Money(one.unit_price, one.currency))} = *{escape(one.amount)}*{named}"
    )


# --- what was settled


def _settled(session: Session, review: BillingReview, actor: Person) -> list[Block]:
    """With the reason and who gave it: whoever signs reads what was written off, and what was called right."""
    done = billing.settled_in(session, review)
    known = Known(session, actor, [one.entry for one in done if one.entry])
    told = [_reason(one, known) for one in done]
    return paragraphs(f"*Settled: {len(done)}*", told, SHOWN_ROWS) if done else []


def _reason(one: billing.Settled, known: Known) -> Mrkdwn:
    said = say(
        "{{ how }}: “{{ reason }}” ({{ by }})", how=SETTLED[one.how], reason=line(one.reason, 200), by=one.by.name
    )
    return Mrkdwn(f"• {known.entry(one.entry)}\n{said}" if one.entry else f"• {said}")


# --- what was found


def _findings(session: Session, review: BillingReview, actor: Person, stands: Examined, page: int) -> list[Block]:
    found = sorted(stands.shown, key=lambda one: ORDER[one.finding])
    if not found:
        return [blocks.section(ALL_WELL)]
    fixable, to_know = [one for one in found if one.fixes], [one for one in found if not one.fixes]
    last = max(len(fixable) - 1, 0) // PER_PAGE
    page = min(max(page, 0), last)
    shown = fixable[page * PER_PAGE : (page + 1) * PER_PAGE]
    known = Known(session, actor, [one.entry for one in (*shown, *to_know) if one.entry])
    body: list[Block] = []
    for finding, group in groupby(shown, key=lambda one: one.finding):
        body.append(_heading(finding, sum(one.finding is finding for one in fixable)))
        for one in group:
            body += [blocks.section(known.told(one)), *blocks.actions(_fixes(review, one))]
    if page == last:
        for finding, group in groupby(to_know, key=lambda one: one.finding):
            title, why = TITLES[finding]
            told = [Mrkdwn(f"• {known.told(one)}") for one in group]
            body += paragraphs(f"*{title}: {len(told)}*\n{why}", told, SHOWN_ROWS)
    return body + blocks.actions(_turns(review, page, last))


def _heading(finding: Finding, count: int) -> Block:
    title, why = TITLES[finding]
    mark = ":octagonal_sign:" if KINDS[finding].holds else ":information_source:"
    return blocks.section(Mrkdwn(f"{mark} *{title}: {count}*\n{why}"))


def _fixes(review: BillingReview, one: Found) -> list[dict[str, Any]]:
    return [
        blocks.button(how.label, f"{FIX}.{how.value}", f"{review.id}:{one.key}", style=DANGER.get(how))
        for how in one.fixes
    ]


def _turns(review: BillingReview, page: int, last: int) -> list[dict[str, Any]]:
    turns = [blocks.button("Previous", f"{messages.PAGE}.back", f"{review.id}:{page - 1}")] if page else []
    more = [blocks.button("Next", f"{messages.PAGE}.on", f"{review.id}:{page + 1}")] if page < last else []
    return turns + more


# --- what came of it


def _invoices(session: Session, review: BillingReview, actor: Person) -> list[Block]:
    """A locked month’s invoices."""
    found: list[Invoice] = invoices.of_review(session, actor, review.id)
    if not found:
        return [blocks.section(Mrkdwn("*No invoice:* nothing was to be charged."))]
    return [
        blocks.section(invoice_heading(session, one), accessory=blocks.button("Open", OPEN_INVOICE, str(one.id)))
        for one in found
    ]
