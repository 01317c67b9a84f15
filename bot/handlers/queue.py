"""`/queue`: what is open, with filters, a page at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, people, provider, reviews, tickets
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.messages import links, views
from bot.messages.controls import queue_doors
from bot.modals import windows


def command(call: Call) -> None:
    """`/queue`, or `/queue mine`."""
    show(call, _filter(call.text or QueueFilter.ALL.value))


def filtered(call: Call) -> None:
    """Another filter was chosen."""
    show(call, _filter(call.value))


def turned(call: Call) -> None:
    """**Next** or **Previous**."""
    name, _, number = call.value.partition(":")
    show(call, _filter(name), int(number) if number.isdecimal() else 0)


def _filter(word: str) -> QueueFilter:
    try:
        return QueueFilter(word.strip().lower())
    except ValueError:
        known = ", ".join(member.value for member in QueueFilter)
        raise Refused(f"/queue knows: {known}. Without a word it shows everything open.") from None


def show(call: Call, chosen: QueueFilter, number: int = 0) -> None:
    """The window, or the next page in it."""
    with call.begin() as (session, actor):
        window = _window(session, actor, chosen, number, call.now)
    if call.in_window:
        call.replace(window)
    else:
        call.open(window)
    call.done()


def _window(session: Session, actor: Person, chosen: QueueFilter, number: int, now: datetime) -> dict[str, Any]:
    rows, found = page_rows(session, actor, chosen, number, now)
    return windows.queue(chosen, rows, found.total, number, found.has_next, queue_doors(actor))


def page_rows(
    session: Session, actor: Person, chosen: QueueFilter, number: int, now: datetime
) -> tuple[list[dict[str, Any]], tickets.Page]:
    """A page of the queue as rows; the Home shows the same."""
    days = playbook.of(session).stalled_business_days
    since = reviews.stalled_before(provider.get(session).calendar, now, days)
    found = tickets.page(session, actor, chosen, stalled_since=since, number=number)
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    owners = people.by_ids(session, {ticket.assignee_id for ticket in found.tickets if ticket.assignee_id})
    urls = links.to_tickets(session, [ticket.id for ticket in found.tickets], actor)
    return views.queue_rows(found.tickets, names, owners, urls, actor), found


ROUTES: Routes = {
    ("command", "/queue"): command,
    ("action", windows.QUEUE_FILTER): filtered,
    ("action", f"{windows.QUEUE_PAGE}.next"): turned,
    ("action", f"{windows.QUEUE_PAGE}.previous"): turned,
}
