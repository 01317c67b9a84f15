"""Tickets a line each: how it stands, by when, and who is next; for whatever lists tickets."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, people, targets
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.domain.workflow import Action, NextOwner, Side, Status, moves_from
from bot.messages import blocks, links
from bot.messages.blocks import Block
from bot.messages.controls import move_button
from bot.messages.mrkdwn import Mrkdwn, day, escape, instant, line, link
from bot.messages.shown import Shown
from bot.messages.tickets import MARKS, client_reads

LONGEST_TITLE = 100


class Lines:
    """What lines say besides their tickets, looked up once for all of them."""

    def __init__(self, session: Session, actor: Person, found: Iterable[Ticket], now: datetime):
        self.actor, self.now = actor, now
        listed = {ticket.id: ticket for ticket in found}.values()
        known = people.by_ids(session, {number for ticket in listed for number in _people_of(ticket)})
        where = {account.id: account for account in accounts.all_of_them(session)}
        book = playbook.of(session)
        self._urls = links.to_tickets(session, [ticket.id for ticket in listed], actor)
        self._shown = {
            ticket.id: Shown(
                ticket=ticket,
                account=where[ticket.account_id],
                assignee=known.get(ticket.assignee_id or 0),
                reviewer=known.get(ticket.reviewer_id or 0),
                requester=known.get(ticket.requester_id or 0),
                contact=known.get(ticket.primary_contact_id or 0),
                closure=None,
                files=[],
                triage_due=targets.triage_due(
                    where[ticket.account_id].calendar, ticket.created_at, ticket.priority, book.triage_hours
                ),
                book=book,
            )
            for ticket in listed
        }

    def row(self, ticket: Ticket, *, take: bool = False) -> Block:
        """One line; `take` puts *Take it* where *Open* would be, for what nobody has."""
        shown = self._shown[ticket.id]
        heading = (
            f"{MARKS[ticket.priority]} *{link(self._urls[ticket.id], ticket.key)}* {line(ticket.title, LONGEST_TITLE)}"
        )
        said = staff_line(shown, self.now) if self.actor.is_staff else client_line(shown)
        button = _take(ticket) if take else None
        opens = blocks.button("Open", "ticket.open", str(ticket.id))
        return blocks.section(Mrkdwn(f"{heading}\n{said}"), accessory=button or opens)


def rows(session: Session, actor: Person, found: Iterable[Ticket], now: datetime) -> list[Block]:
    """Tickets as lines, each opening on a click, in the order given."""
    listed = list(found)
    lines = Lines(session, actor, listed, now)
    return [lines.row(ticket) for ticket in listed]


def _people_of(ticket: Ticket) -> list[int]:
    named = (ticket.assignee_id, ticket.reviewer_id, ticket.requester_id, ticket.primary_contact_id)
    return [number for number in named if number]


def _take(ticket: Ticket) -> dict[str, object] | None:
    takes = [move for move in moves_from(ticket.status) if move.action is Action.TAKE]
    return move_button(ticket, takes[0]) if takes else None


def staff_line(shown: Shown, now: datetime) -> Mrkdwn:
    """The account, how it stands since or until when, and who is next."""
    ticket = shown.ticket
    parts = [escape(shown.account.name), f"{ticket.status.value}, {_when(shown, now)}", f"next: {_next(shown)}"]
    return Mrkdwn(" · ".join(parts))


def _when(shown: Shown, now: datetime) -> Mrkdwn:
    """By when something is due, where anything is; else how long it has stood."""
    ticket = shown.ticket
    if ticket.state.side is Side.INTAKE:
        return Mrkdwn(f"triage {'was ' if shown.triage_due < now else ''}due {instant(shown.triage_due)}")
    if ticket.status is Status.SCHEDULED and ticket.planned_start:
        return Mrkdwn(f"starts {day(ticket.planned_start)}")
    if ticket.status is Status.CLIENT_REVIEW and ticket.confirm_by:
        return Mrkdwn(f"to confirm by {day(ticket.confirm_by)}")
    since = f"since {instant(ticket.status_since)}{age(ticket.status_since, now)}"
    asked = ticket.waiting_for if ticket.status is Status.WAITING else None
    return Mrkdwn(since + (f", “{line(asked, 80)}”" if asked else ""))


def age(since: datetime, now: datetime) -> str:
    """How many days that is, where it is a day at all."""
    days = (now - since).days
    return f" ({days} day{'s' if days > 1 else ''})" if days > 0 else ""


def _next(shown: Shown) -> str:
    """Who owns the next action, by name."""
    match shown.ticket.state.owner:
        case NextOwner.CLIENT:
            asked = shown.contact or shown.requester
            named = asked.name if asked and not asked.is_staff else "the client"
            return line(shown.ticket.waiting_whom or named, 60)
        case NextOwner.REVIEWER if shown.reviewer:
            return _name(shown.reviewer)
        case NextOwner.NOBODY:
            return "nobody, it is closed"
    return _name(shown.assignee) if shown.assignee else "*nobody yet*"


def _name(person: Person) -> str:
    return escape(person.name) if person.active else f"{escape(person.name)}, who has left"


def client_line(shown: Shown) -> Mrkdwn:
    """How it stands in the client's own words, and since when it is asked."""
    return Mrkdwn(f"*{shown.ticket.status.value}* · {client_reads(shown)}\nAsked {instant(shown.ticket.created_at)}")
