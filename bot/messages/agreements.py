"""Agreements as people read them: the list, one account's versions, and what the billing channel hears of a new one.

Whoever may not see money reads hours, scope and terms, and no amounts.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement, AgreementType, in_force
from bot.domain.burn import Burndown
from bot.domain.codes import Code
from bot.domain.durations import show
from bot.domain.events import Event
from bot.domain.money import Money
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission, Role
from bot.domain.rounding import Mode, Scope
from bot.domain.routing import RequestType
from bot.messages import blocks, burn
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, escape, line, mention, say

OPEN, NEW, LIST, REVIEW = "agreement.open", "agreement.new", "agreement.list", "review.open"
MOST_ROWS = 45  # two a hundred blocks
MOST_VERSIONS = 12  # shown of one account
LONGEST_LIST = 250
HOW = {Mode.NONE: "as logged", Mode.UP: "up", Mode.CLOSEST: "to the nearest", Mode.DOWN: "down"}
WHAT = {Scope.ENTRY: "each entry", Scope.TICKET_DAY: "each ticket and day", Scope.INVOICE_LINE: "each invoice line"}
# What the words of a change are called, without what only those who see money may read.
CHANGED = {
    "type": "type", "included_minutes": "hours", "included_amount": "amount", "rollover_cap": "rollover", "rate_amount": "rate",
    "rate_currency": "currency", "rates": "rates by code", "prices": "prices", "fee_amount": "fee",
    "overage_amount": "rate beyond the allowance", "rounding": "rounding", "scope": "scope", "excluded": "what is out",
    "excluded_types": "types not covered", "ends": "end", "renews": "renewal", "advisory_draws": "advisory work",
    "after_hours_multiplier": "rate after hours", "tax_rate": "tax", "payment_days": "payment days", "tells_client": "what the client is told",
}  # fmt: skip
# fmt: off
ENDS = ":calendar: *{{ account }}*’s agreement {% if renews %}begins its next term after{% else %}ends on{% endif %} {{ ends }}, {% if days > 1 %}in {{ days }} days{% elif days %}tomorrow{% else %}today{% endif %}.{% if renews %} What is to change is best said before.{% else %} Nothing is agreed for the time after it: hours logged then have no price.{% endif %}\n{{ managers or 'Account managers' }}, talk to them. `/review agreements {{ account }}` has its terms; *New version* there goes on from it."
MADE = "{{ actor }} made {% if first %}an agreement for *{{ account }}*{% else %}a new version of *{{ account }}*’s agreement{% endif %}, from {{ starts }} on: {{ type }}{% if hours %}, {{ hours }} a month{% endif %}.{% if changed %} Changed: {{ changed }}.{% endif %}\n`/review agreements {{ account }}` shows all of it."
VERSION_MADE = "Made by {{ who }} on {{ when }}."
# fmt: on
NONE_YET = Mrkdwn("*No agreement yet.* Work is logged all the same; nothing is billed until there is one.")
NO_ACCOUNTS = Mrkdwn("*There are no accounts yet.* An admin adds them with `steward apply`.")
NO_VERSION = "no agreement yet"


def full(when: date) -> str:
    """A date that may be years away: 1 Dec 2026."""
    return f"{when.day} {when:%b %Y}"


def _money(amount: Decimal, agreement: Agreement) -> str:
    return str(Money(amount, agreement.currency))


def _included(agreement: Agreement) -> str:
    return burn.shown(agreement.included, agreement.currency if agreement.buys_money else None)


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def sentence(agreement: Agreement, *, money: bool) -> str:
    """A version in a few words: `Retainer, 40h a month, 150.00 EUR an hour`."""
    told = [agreement.type.label]
    if agreement.buys_money:
        told += [f"{_included(agreement)} of work a month"] if money else []
    elif agreement.type is AgreementType.RETAINER:
        told.append(f"{_included(agreement)} a month")
    if money and agreement.fee_amount:
        told.append(f"{_money(agreement.fee_amount, agreement)} a month")
    if money and agreement.rate_amount is not None:
        told.append(f"{_money(agreement.rate_amount, agreement)} an hour")
    return ", ".join(told)


def terms(agreement: Agreement, *, money: bool) -> list[tuple[str, str]]:
    """All that a version says, as far as it says something."""
    one, rounds, taxed = agreement, agreement.rounds, money and bool(agreement.tax_rate)
    rounding = "as logged" if rounds.mode is Mode.NONE else f"{HOW[rounds.mode]} {rounds.unit}m"
    found = [
        ("Type", one.type.label),
        ("Includes" if one.buys_money else "Hours", _includes(one, money=money)),
        *(_amounts(one) if money else []),
        ("Rounding", f"{rounding}, {WHAT[rounds.scope]}"),
        ("In scope", clip(", ".join(one.scope), LONGEST_LIST)),
        ("Out of scope", clip(", ".join(one.excluded), LONGEST_LIST)),
        ("Not covered", ", ".join(RequestType(kind).label for kind in one.excluded_types)),
        ("Ends", _end(one)),
        ("Invoices", f"due after {one.payment_days} days" + (f", {_percent(one.tax_rate)} tax" if taxed else "")),
        ("Burn-down", "the client is told as well" if one.tells_client else ""),
    ]
    return [(label, text) for label, text in found if text]


def _includes(one: Agreement, *, money: bool) -> str:
    if one.type is not AgreementType.RETAINER:
        return ""
    told = ["an amount of work a month" if one.buys_money and not money else f"{_included(one)} a month"]
    if one.rollover_cap:
        most = burn.shown(int(one.included * one.rollover_cap), one.currency if one.buys_money else None)
        most = _percent(one.rollover_cap) if one.buys_money and not money else most
        told.append(f"up to {most} of what is left go into the next month")
    if one.advisory_draws:
        told.append("advisory work takes from it")
    return "; ".join(told)


def _amounts(one: Agreement) -> list[tuple[str, str]]:
    hourly = [f"{_money(one.rate_amount, one)} an hour"] if one.rate_amount is not None else []
    hourly += [f"{_money(one.overage_amount, one)} beyond the allowance"] if one.overage_amount is not None else []
    hourly += (
        [f"after hours times {one.after_hours_multiplier.normalize():f}"] if one.after_hours_multiplier > 1 else []
    )
    hourly += [f"{_rate_name(told)} {_money(Decimal(told['amount']), one)}" for told in one.rates]
    priced = [f"{RequestType(told['type']).label} {_money(Decimal(told['amount']), one)}" for told in one.prices]
    fee = f"{_money(one.fee_amount, one)} a month" if one.fee_amount is not None else ""
    return [("Rate", ", ".join(hourly)), ("Fee", fee), ("A request", ", ".join(priced))]


def _rate_name(told: dict[str, Any]) -> str:
    code = Code(told["code"]).label
    return f"{code} ({Role(told['role']).label})" if told.get("role") else code


def _end(one: Agreement) -> str:
    if one.ends is None:
        return ""
    return f"renews after {full(one.ends)}" if one.renews else f"on {full(one.ends)}"


def rows(
    accounts: list[Account], known: dict[int, list[Agreement]], today: dict[int, date], actor: Person
) -> list[Block]:
    """One line an account: what counts now, since when, and what comes later."""
    money = actor.may(Permission.SEE_MONEY)
    made = [
        blocks.section(
            _row(account, known[account.id], today[account.id], money=money),
            accessory=blocks.button("Open", OPEN, str(account.id)),
        )
        for account in accounts[:MOST_ROWS]
    ]
    if rest := len(accounts) - MOST_ROWS:
        told = f"And {rest} more. `/review agreements Acme` opens one by its name."
        made += [blocks.context(Mrkdwn(told))] if rest > 0 else []
    return made or [blocks.section(NO_ACCOUNTS)]


def _row(account: Account, versions: list[Agreement], today: date, *, money: bool) -> Mrkdwn:
    now = in_force(versions, today)
    since = f", since {full(now.starts)}" if now else ""
    told = f"{sentence(now, money=money)}{since}" if now else _none_now(versions, today)
    later = [one for one in versions if one.starts > today]
    comes = "".join(f"\nFrom {full(one.starts)}: {sentence(one, money=money)}" for one in later[:2])
    return say("*{{ name }}*\n{{ told }}{{ comes }}", name=line(account.name), told=told, comes=comes)


def _none_now(versions: list[Agreement], today: date) -> str:
    past = [one for one in versions if one.starts <= today]
    return f"ended on {full(past[-1].ends)}" if past and past[-1].ends else NO_VERSION


def window(
    account: Account, versions: list[Agreement], makers: dict[int, Person], down: Burndown | None, today: date,
    actor: Person, approvers: list[Person],
) -> list[Block]:  # fmt: skip
    """One account: who approves its costs, the month, and every version with who made it, the newest first."""
    now, money = in_force(versions, today), actor.may(Permission.SEE_MONEY)
    billed = account.billed_through
    through = f"Billed up to the end of {_month(billed)}." if billed else "Nothing is billed yet."
    make = blocks.button("New version" if versions else "New agreement", NEW, str(account.id), style="primary")
    who = ", ".join(one.name for one in approvers) or "nobody yet, so nothing can be quoted"
    head = say(
        "*{{ name }}*\n{{ through }} Extra cost is approved by {{ who }}.", name=line(account.name), through=through,
        who=who,
    )  # fmt: skip
    body: list[Block] = [blocks.section(head)]
    body += burn.picture(down, money=money) if down else []
    body += blocks.actions([make] if actor.may(Permission.MAKE_AGREEMENTS) else [])
    for one in versions[::-1][:MOST_VERSIONS]:
        body += [blocks.divider(), _version(one, now, today, money=money)]
        body.append(_made(makers.get(one.made_by_id or 0), account.calendar.local_date(one.made_at)))
    return body if versions else [*body, blocks.section(NONE_YET)]


def _month(day: date) -> str:
    month = Month.of(day)
    return f"{month.name} {month.year}"


def _version(one: Agreement, now: Agreement | None, today: date, *, money: bool) -> Block:
    state = "in force" if one is now else "to come" if one.starts > today else "before"
    told = "\n".join(f"{label}: {escape(text)}" for label, text in terms(one, money=money))
    return blocks.section(Mrkdwn(f"*From {full(one.starts)}* · {state}\n{told}"))


def _made(maker: Person | None, when: date) -> Block:
    who = mention(maker.slack_id, maker.name) if maker else Mrkdwn("`steward apply`")
    return blocks.context(say(VERSION_MADE, who=who, when=full(when)))


def told_billing(session: Session, event: Event) -> Mrkdwn:
    """What the billing channel reads of a new version: no amounts, for not all of its readers may see them."""
    actor, facts = people.by_id(session, event.actor_id), event.data
    before, after = facts["before"], facts["after"]
    changed = [name for key, name in CHANGED.items() if before and before.get(key) != after.get(key)]
    kind = AgreementType(after["type"])
    return say(
        MADE, actor=mention(actor.slack_id, actor.name) if actor else "Steward", account=facts["account"],
        first=before is None, starts=full(date.fromisoformat(facts["starts"])), type=kind.label.lower(),
        hours=show(after["included_minutes"]) if after["included_minutes"] else None,
        changed=", ".join(changed),
    )  # fmt: skip


def told_ending(session: Session, event: Event) -> Mrkdwn:
    """What the billing channel reads of one that ends soon, with whom it concerns."""
    facts = event.data
    return say(
        ENDS, account=facts["account"], ends=full(date.fromisoformat(facts["ends"])), days=facts["days"],
        renews=facts["renews"], managers=burn.managers(session),
    )  # fmt: skip


REVIEWS = {  # the words of /review, with what they lead to and who finds something there
    "agreements": ("Agreements", "What each account has bought, and how much of it is used", None),
    "billing": (
        "Billing",
        "The month before it is billed: what needs a look, and who signs",
        Permission.REVIEW_BILLING,
    ),
    "invoices": ("Invoices", "Drafts, numbers, exports and credit notes", Permission.SEE_MONEY),
}


def reviews(actor: Person) -> list[Block]:
    """Bare `/review`: where it leads for this person."""
    return [
        blocks.section(Mrkdwn(f"*{label}*\n{does}"), accessory=blocks.button("Open", REVIEW, word))
        for word, (label, does, needed) in REVIEWS.items()
        if needed is None or actor.may(needed)
    ]
