"""What a search shows: a ticket a row, and above all what was done about it."""

from bot.domain.people import Person
from bot.domain.tickets import Hit, Similar, Ticket
from bot.domain.workflow import CloseReason
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, instant, line, link

LONGEST_OUTCOME = 200
ENDED_AS = {
    CloseReason.DUPLICATE: "closed as a duplicate",
    CloseReason.REDIRECTED: "handed on, outside the queue",
    CloseReason.WITHDRAWN: "withdrawn",
    CloseReason.NO_RESPONSE: "closed without an answer",
}


def done(ticket: Ticket, outcome: str | None, longest: int = LONGEST_OUTCOME) -> Mrkdwn:
    """What was done in a line; nothing where nobody wrote it down."""
    if outcome and not ticket.close_reason:
        return line(outcome, longest)
    return Mrkdwn(ENDED_AS[ticket.close_reason]) if ticket.close_reason else Mrkdwn("")


def standing(ticket: Ticket) -> Mrkdwn:
    """How it stands, and since when."""
    return Mrkdwn(f"{ticket.status.value} {'' if ticket.closed_at else 'since '}{instant(ticket.status_since)}")


def alike(one: Similar) -> Mrkdwn:
    """A ticket that may be the same, with what was done."""
    outcome = done(one.ticket, one.outcome)
    told = f"*{one.ticket.key}* {line(one.ticket.title, 120)}\n{standing(one.ticket)}"
    return Mrkdwn(f"{told}\n>{outcome}" if outcome else told)


def seen_before(found: list[Similar], urls: dict[int, str | None]) -> list[Block]:
    """On triage's card: what to look at before anybody begins."""
    return [blocks.context(*(_seen_before(one, urls.get(one.ticket.id)) for one in found))] if found else []


def _seen_before(one: Similar, url: str | None) -> Mrkdwn:
    outcome = done(one.ticket, one.outcome, 120)
    told = f":mag: Seen before? *{link(url, one.ticket.key)}* {line(one.ticket.title, 80)} · {standing(one.ticket)}"
    return Mrkdwn(f"{told}, “{outcome}”" if outcome else told)


def rows(hits: list[Hit], accounts: dict[int, str], urls: dict[int, str | None], actor: Person) -> list[Block]:
    """A row a ticket, each opening on a click."""
    return [
        blocks.section(
            _row(hit, accounts, urls, actor), accessory=blocks.button("Open", "ticket.open", str(hit.ticket.id))
        )
        for hit in hits
    ]


def _row(hit: Hit, accounts: dict[int, str], urls: dict[int, str | None], actor: Person) -> Mrkdwn:
    ticket = hit.ticket
    facts = [escape(accounts[ticket.account_id])] if actor.is_staff else []
    facts.append(standing(ticket))
    if ticket.code and actor.is_staff:
        facts.append(escape(ticket.code.label))
    if ticket.related_system:
        facts.append(line(ticket.related_system, 60))
    text = f"*{link(urls.get(ticket.id), ticket.key)}* {line(ticket.title, 120)}\n{' · '.join(facts)}"
    outcome = done(ticket, hit.outcome)
    return Mrkdwn(f"{text}\n>{outcome}" if outcome else text)
