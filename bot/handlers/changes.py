"""Changes: the list, one in its window, and what is done there with a press."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.domain import accounts, approvals, changes, events, people, releases, tickets
from bot.domain.changes import Change
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.messages import change_views as views
from bot.messages import changes as messages
from bot.messages import links
from bot.modals import changes as modal

MOST_ROWS = 40
SHOWN_EVENTS = 40


class Press(NamedTuple):
    """What a button carries: which change, and the version its card showed."""

    change: int
    seen: int

    @classmethod
    def read(cls, value: str) -> "Press":
        """`3:7`; whatever else arrives was not made by us."""
        number, _, version = value.partition(":")
        if not (number.isdecimal() and version.isdecimal() and len(number) < 13 and len(version) < 13):
            raise NotFound("That button carries no change. /change lists them.")
        return cls(int(number), int(version))


def list_all(call: Call) -> None:
    """`/change`, or a button beside it."""
    with call.begin() as (session, actor):
        found = changes.listed(session, actor, limit=MOST_ROWS)
        names = {account.id: account.name for account in accounts.all_of_them(session)}
        view = modal.listed([*views.doors(actor), *views.rows(found, names, actor)])
    call.open(view)
    call.done()


def show(call: Call) -> None:
    """`/change`, `/change CH-3`."""
    return open_window(call, call.text) if call.text else list_all(call)


def open_one(call: Call) -> None:
    """**Open** on a card or a row."""
    open_window(call, call.value)


def open_window(call: Call, key: str) -> None:
    """A change in its window, if this person may know of it."""
    with call.begin() as (session, actor):
        found = changes.visible_to(session, actor, int(key) if key.isdecimal() and len(key) < 13 else key)
        view = window_of(session, actor, found, call.now)
    call.open(view)
    call.done()


def window_of(session: Session, actor: Person, change: Change, now: datetime) -> dict[str, Any]:
    """A change with everything that was decided, as this person may read it."""
    facts = messages.load(session, change, now)
    linked = changes.links_of(session, [change.id]) if actor.is_staff else []
    known = tickets.several(session, actor, {one.ticket_id for one in linked})
    history = events.of_change(session, change.id, newest=SHOWN_EVENTS) if actor.is_staff else []
    more = views.More(
        links=[(one, known[one.ticket_id]) for one in linked if one.ticket_id in known],
        urls=links.to_tickets(session, known, actor),
        history=history,
        names=people.by_ids(session, {event.actor_id for event in history if event.actor_id}),
        template=changes.template_of(session, change) if actor.is_staff else None,
        may_decide=facts.pending is not None and approvals.may_decide(session, facts.pending, actor, now),
    )
    return modal.window(change, views.window(session, change, actor, facts, more))


def held(session: Session, actor: Person, number: int) -> Change:
    """A change to be written, locked after the release it goes out with: what a release does locks in that order."""
    change = changes.visible_to(session, actor, number)
    if change.release_id:
        releases.lock(session, change.release_id)
    return changes.visible_to(session, actor, number, lock=True)


def window_underneath(call: Call) -> str | None:
    """The change's window, where something was pressed in it: it is to show the outcome."""
    return call.view["id"] if call.in_window and call.view["callback_id"] == modal.WINDOW else None


def ask(call: Call) -> None:
    """**Ask for approval**."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        change = held(session, actor, pressed.change)
        changes.ask(session, change, by=actor, now=call.now, seen=pressed.seen)
        view = window_of(session, actor, change, call.now)
    _shows(call, view)


def release_now(call: Call) -> None:
    """**Release now**: an emergency that the lead on call approved."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        change = held(session, actor, pressed.change)
        releases.release_now(session, change, by=actor, now=call.now, seen=pressed.seen)
        view = window_of(session, actor, change, call.now)
    _shows(call, view)


def unlink(call: Call) -> None:
    """**Unlink** beside an incident: it was not the change after all."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        change = held(session, actor, pressed.change)
        if pressed.seen not in {one.id for one in changes.links_of(session, [change.id])}:
            raise NotFound("That link is gone already. Open the change again.")
        changes.unlink(session, pressed.seen, by=actor, now=call.now)
        view = window_of(session, actor, change, call.now)
    _shows(call, view)


def _shows(call: Call, view: dict[str, Any]) -> None:
    if window_underneath(call):
        call.replace(view)
    call.done()


def templates(call: Call) -> None:
    """`/change templates`."""
    with call.begin() as (session, actor):
        view = templates_of(session, actor)
    call.open(view)
    call.done()


def templates_of(session: Session, actor: Person) -> dict[str, Any]:
    """The standard templates, with what their standing is."""
    if not actor.is_staff:
        raise Refused("Standard templates are our team’s. /change shows what concerns you.")
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    return modal.templates(views.templates(changes.templates_for(session), names, actor))


ROUTES: Routes = {
    ("command", "/change"): show,
    ("command", "/change templates"): templates,
    ("action", views.LIST): list_all,
    ("action", views.TEMPLATES): templates,
    ("action", messages.OPEN): open_one,
    ("action", messages.RELEASE_NOW): release_now,
    ("action", views.ASK): ask,
    ("action", views.UNLINK): unlink,
}
