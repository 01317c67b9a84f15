"""Invoices as people read them: the card, the list, the window, and what is said when one moves on."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, invoices, people, provider
from bot.domain.accounts import Account
from bot.domain.events import Event
from bot.domain.invoices import Invoice, InvoiceAction, InvoiceKind, InvoiceLine, InvoiceState
from bot.domain.money import Money
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.months import Controls, Wanted, named, narrowing, turns
from bot.messages.mrkdwn import LONGEST_TEXT, Mrkdwn, clip, day, escape, instant, mention, say, width

OPEN, LIST, CREDIT = "invoice.open", "invoice.list", "invoice.credit"
IN_LIST = Controls("invoice.list.account", "invoice.list.month", "invoice.list.back", "invoice.list.on")
FILES, MONTHS_FILES = "invoice.files", "invoice.months_files"
PER_PAGE = 40
SHOWN_LINES = 60
SHOWN_TICKETS = 12
SHOWN_WORDS, LONGEST_WORDS = 3, 200
CREDITABLE = frozenset({InvoiceState.APPROVED, InvoiceState.EXPORTED})
# fmt: off
UNITS = {"hour": ("hour", "hours"), "month": ("month", "months"), "ticket": ("ticket", "tickets"), "piece": ("", "")}
CONFIRMED = {
    InvoiceAction.APPROVE: "It gets the next number and never changes again. What is wrong then is credited.",
    InvoiceAction.EXPORT: "It says that its files went to your accounting, or to the client. Nothing is sent by it.",
    InvoiceAction.DISCARD: "Nothing is given back then. It stays in the list as discarded.",
}
NEXT: dict[InvoiceState, str] = {
    InvoiceState.DRAFT:    "Look at it, then press *Reviewed*.",
    InvoiceState.REVIEWED: "*Approve* gives it its number, and fixes it for good.",
    InvoiceState.APPROVED: "*Mark exported* says that its files are on their way.",
    InvoiceState.EXPORTED: "It is on its way. What is wrong is credited.",
    InvoiceState.CREDITED: "All of it was given back.",
    InvoiceState.DISCARDED: "Nothing comes of it. *Credit* on the invoice begins another one.",
}
MOVED: dict[InvoiceState, str] = {
    InvoiceState.DRAFT:    "{{ actor }} put it back to draft.",
    InvoiceState.REVIEWED: "{{ actor }} looked at it: it is right.",
    InvoiceState.APPROVED: "{{ actor }} approved it: it is {{ key }}{% if total %}, {{ total }}{% endif %}.",
    InvoiceState.EXPORTED: "{{ actor }} exported it.",
    InvoiceState.CREDITED: "All of it was given back by credit notes.",
    InvoiceState.DISCARDED: "{{ actor }} discarded it.",
}
# fmt: on
GETS = "*Files* sends you the PDF, or what Xero, QuickBooks or Peppol takes."
STYLES = {InvoiceAction.REVIEW: "primary", InvoiceAction.APPROVE: "primary", InvoiceAction.EXPORT: "primary"}
FIXED = (
    " What is wrong with its hours is put right where they were logged, and counts in the open month; anything else is "
    "credited once it is approved."
)
NONE_YET = Mrkdwn(
    "*There are no invoices yet.* They are drafted when a month was signed by an account manager and somebody in "
    "finance: `/review billing` shows how far that is."
)
NONE_LIKE_THAT = Mrkdwn("*No invoice is like that.* Choose another account or month above.")


def counted(quantity: Decimal, unit: str) -> str:
    """3.5 hours; a quantity without a unit stands alone."""
    number = f"{quantity.quantize(Decimal('0.01')):,}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    one, many = UNITS.get(unit, (unit, unit))
    return f"{number} {one if quantity == 1 else many}".strip()


def heading(session: Session, invoice: Invoice, *, money: bool = True) -> Mrkdwn:
    """Its number, whose, for when, how much, how far."""
    return say(
        "*{{ key }}* · {{ account }}, {{ month }}\n{{ kind }}{% if total %} of {{ total }}{% endif %} · {{ state }}",
        key=invoice.key, account=accounts.by_id(session, invoice.account_id).name, month=named(invoice.period),
        kind=invoice.kind.label, total=invoice.totals[2] if money else None, state=invoice.state.value,
    )  # fmt: skip


def card(session: Session, invoice: Invoice, *, money: bool) -> tuple[Mrkdwn, list[Block]]:
    """Its post. Amounts only where those read it who may."""
    account = accounts.by_id(session, invoice.account_id).name
    text = Mrkdwn(f"{escape(invoice.key)}, {escape(account)}, {named(invoice.period)}: {invoice.state.value}")
    body = [blocks.section(heading(session, invoice, money=money)), blocks.context(Mrkdwn(NEXT[invoice.state]))]
    return text, [*body, *blocks.actions([blocks.button("Open", OPEN, str(invoice.id)), *_moves(invoice)])]


def _moves(invoice: Invoice) -> list[dict[str, Any]]:
    return [_move(invoice, action) for action in invoice.actions]


def value_of(invoice: Invoice) -> str:
    """What a button carries: which invoice, and the version the person sees."""
    return f"{invoice.id}:{invoice.version}"


def _move(invoice: Invoice, action: InvoiceAction) -> dict[str, Any]:
    made = blocks.button(action.label, f"invoice.{action.value}", value_of(invoice), style=STYLES.get(action))
    if told := CONFIRMED.get(action):
        made["confirm"] = blocks.confirm(f"{action.label} {invoice.key}?", told, action.label, "Not yet")
    return made


# --- the window


def window(session: Session, invoice: Invoice, actor: Person) -> list[Block]:
    """Who pays whom, for what, how much; and what its reader may do."""
    lines = invoices.lines_of(session, [invoice.id])[invoice.id]
    body = [blocks.section(heading(session, invoice)), blocks.facts(_facts(session, invoice))]
    told = [_line(one, invoice.currency) for one in lines]
    body += paragraphs("*Lines, without tax*", told, SHOWN_LINES)
    body.append(blocks.section(_totals(invoice, lines)))
    body += _credits(session, invoice)
    if invoice.reason:
        body.append(blocks.section(say("*Why:* {{ reason }}", reason=invoice.reason)))
    body.append(blocks.context(*_history(session, invoice)))
    if invoice.state is InvoiceState.DISCARDED:
        return [*body, blocks.context(Mrkdwn(NEXT[invoice.state]))]
    files = blocks.button("Files", FILES, value_of(invoice))
    if not actor.may(Permission.INVOICE):
        told = Mrkdwn(f"Finance reviews, approves and exports it. {GETS}")
        return [*body, *blocks.actions([files]), blocks.context(told)]
    credit = invoice.kind is InvoiceKind.INVOICE and invoice.state in CREDITABLE
    buttons = [*_moves(invoice), files, *([blocks.button("Credit", CREDIT, value_of(invoice))] if credit else [])]
    fixed = FIXED if invoice.state is InvoiceState.DRAFT and invoice.review_id else ""
    return [*body, *blocks.actions(buttons), blocks.context(Mrkdwn(f"{NEXT[invoice.state]}{fixed} {GETS}"))]


def _facts(session: Session, invoice: Invoice) -> list[tuple[str, Mrkdwn]]:
    firm, account = provider.get(session), accounts.by_id(session, invoice.account_id)
    seller = invoice.seller or firm.billing
    buyer = invoice.buyer or {"name": account.name, **account.billing}
    pairs = [
        ("From", _party(seller, "Not said yet: add `billing` to the provider’s part of the file, and apply")),
        ("To", _party(buyer, account.name)),
        ("State", escape(invoice.state.value.capitalize())),
    ]
    if invoice.issue_date and invoice.due_date:
        pairs += [("Issued", escape(day(invoice.issue_date))), ("Due", escape(day(invoice.due_date)))]
    if invoice.reference:
        pairs.append(("Their reference", escape(invoice.reference)))
    return pairs


def _party(told: dict[str, Any], otherwise: str) -> Mrkdwn:
    parts = [told.get("legal_name") or told.get("name") or otherwise, *told.get("address", ()), told.get("city"),
             told.get("country")]  # fmt: skip
    vat = [f"VAT {told['vat_id']}"] if told.get("vat_id") else []
    return escape(", ".join([part for part in parts if part] + vat))


def _line(line: InvoiceLine, currency: str) -> Mrkdwn:
    named_ = " · ".join(filter(None, (named_tickets(line.tickets, line.decisions), _on_no_ticket(line))))
    return Mrkdwn(
        f"• *{escape(line.description)}*: {counted(line.quantity, line.unit)} at "
        f"{escape(Money(line.unit_price, currency))} = *{escape(Money(line.amount, currency))}*"
        + (f"\n      {named_}" if named_ else "")
    )


def _on_no_ticket(line: InvoiceLine) -> str:
    told = [str(one) for one in invoices.items(line) if one.ticket is None]
    more = f" and {len(told) - SHOWN_WORDS} more" if len(told) > SHOWN_WORDS else ""
    return escape(clip("; ".join(told[:SHOWN_WORDS]), LONGEST_WORDS)) + more


def named_tickets(numbers: Iterable[int], decisions: Iterable[int] = ()) -> str:
    """T-101, T-102 · approved (decision 4)."""
    told = [f"T-{number}" for number in numbers]
    more = f" and {len(told) - SHOWN_TICKETS} more" if len(told) > SHOWN_TICKETS else ""
    approved = ", ".join(map(str, decisions))
    parts = [", ".join(told[:SHOWN_TICKETS]) + more, f"approved by the client (decision {approved})" * bool(approved)]
    return " · ".join(part for part in parts if part)


def _totals(invoice: Invoice, lines: list[InvoiceLine]) -> Mrkdwn:
    net, tax, total = invoice.totals
    rates = ", ".join(f"{(rate * 100).normalize():f} %" for rate in sorted({line.tax_rate for line in lines}) if rate)
    back = "Given back" if invoice.kind is InvoiceKind.CREDIT_NOTE else "Total"
    return Mrkdwn(f"Net {escape(net)} · Tax{f' ({rates})' if rates else ''} {escape(tax)}\n*{back}: {escape(total)}*")


def _credits(session: Session, invoice: Invoice) -> list[Block]:
    """What it credits, or by what it is credited."""
    found = invoices.credited_by(session, invoice.id)
    made = [blocks.section(Mrkdwn(f"*Credited by {escape(one.key)}*: {escape(one.totals[2])}, {one.state.value}"),
                           accessory=blocks.button("Open", OPEN, str(one.id))) for one in found[:10]]  # fmt: skip
    if invoice.credits_id and (credited := session.get(Invoice, invoice.credits_id)):
        opens = blocks.button("Open", OPEN, str(credited.id))
        made.append(blocks.section(Mrkdwn(f"*Credits {escape(credited.key)}*"), accessory=opens))
    return made


def _history(session: Session, invoice: Invoice) -> list[Mrkdwn]:
    steps = [
        ("Drafted", invoice.made_by_id, invoice.made_at), ("Reviewed", invoice.reviewed_by_id, invoice.reviewed_at),
        ("Approved", invoice.approved_by_id, invoice.approved_at),
        ("Exported", invoice.exported_by_id, invoice.exported_at),
    ]  # fmt: skip
    known = people.by_ids(session, {who for _, who, _ in steps if who})
    return [
        say("{{ what }} by {{ who }}, {{ at }}", what=what, at=instant(at),
            who=known[who].name if who in known else "Steward")
        for what, who, at in steps if at
    ]  # fmt: skip


def paragraphs(title: str, told: list[Mrkdwn], most: int) -> list[Block]:
    """Lines under a title, in as few sections as they fit in."""
    rest = len(told) - most
    found = [*told[:most], *([Mrkdwn(f"And {rest} more.")] if rest > 0 else [])]
    sections, made = [], [title]
    for one in found:
        if width("\n".join([*made, one])) > LONGEST_TEXT:
            sections.append("\n".join(made))
            made = []
        made.append(one)
    return [blocks.section(Mrkdwn(text)) for text in [*sections, "\n".join(made)]]


# --- the list, and what is said


def rows(
    session: Session, found: list[Invoice], wanted: Wanted, known: tuple[list[Account], list[Month]]
) -> list[Block]:
    """The newest first; of all `known` accounts and months, those that are wanted."""
    if not known[1]:
        return [blocks.section(NONE_YET)]
    files = []
    if wanted.month and wanted.account is None and found:
        files = [blocks.button("Files of that month", MONTHS_FILES, wanted.month)]
    body = blocks.actions([*narrowing(IN_LIST, wanted, *known), *files])
    for one in found[:PER_PAGE]:
        body.append(blocks.section(heading(session, one), accessory=blocks.button("Open", OPEN, str(one.id))))
    if not found:
        body.append(blocks.section(NONE_LIKE_THAT))
    return [*body, *turns(IN_LIST, wanted, more=len(found) > PER_PAGE)]


def told(session: Session, event: Event) -> Mrkdwn:
    """The sentence in its card’s thread; where that is read by everybody, without the amount."""
    actor = people.by_id(session, event.actor_id)
    who = mention(actor.slack_id, actor.name) if actor else "Steward"
    firm = provider.get(session)
    total = event.data["total"] if firm.billing_channel != firm.triage_channel else None
    return say(MOVED[InvoiceState(event.target or "")], actor=who, key=event.data["key"], total=total)
