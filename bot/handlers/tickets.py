"""A ticket's moves, from its cards, windows and digests: one way in for all of them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import absences, agreements, changes, events, people, projects, quotes, tickets, time
from bot.domain.codes import Code
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.tickets import Inputs, Ticket, conversation
from bot.domain.workflow import Action, Move, Need
from bot.handlers import leaving
from bot.handlers.call import Call, Routes
from bot.handlers.changes import open_window as open_change
from bot.handlers.projects import open_window as open_project
from bot.messages import links, views
from bot.messages.shown import load
from bot.messages.time import Said
from bot.modals import form, moves, windows


class Press(NamedTuple):
    """What a button carries: which ticket, and the version its card showed."""

    ticket: int
    seen: int

    @classmethod
    def read(cls, value: str) -> "Press":
        """`102:3`; whatever else arrives was not made by us."""
        number, _, version = value.partition(":")
        if not (number.isdecimal() and version.isdecimal()):
            raise NotFound("That button carries no ticket. Open it with /ticket.")
        return cls(int(number), int(version))


def press(call: Call) -> None:
    """A move was pressed: made at once, or asked about in a form first."""
    _press(call, Action(call.action["action_id"].removeprefix("ticket.")), Press.read(call.value))


def take_from_digest(call: Call) -> None:
    """**I'll take it**: the digest stays as it was posted, so the person is told here."""
    pressed = Press.read(call.value)
    _press(call, Action.TAKE, pressed)
    call.whisper(f"T-{pressed.ticket} is yours now. Its card in this channel has the next steps.")


def _press(call: Call, action: Action, pressed: Press) -> None:
    view = None
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket, lock=True)
        move = ticket.check(session, action, by=actor, now=call.now, seen=pressed.seen)
        if moves.has_form(move, ticket):
            view = moves.view(move, ticket, _known(session, ticket, move, call))
        else:
            quotes.check_start(session, ticket, action, call.now)
            ticket.act(session, action, by=actor, now=call.now, seen=pressed.seen)
            session.flush()
        window = window_of(session, actor, ticket, call.now) if call.in_window and view is None else None
    if view:
        call.open(view)
    elif window:
        call.replace(window)
    call.done()


def _known(session: Session, ticket: Ticket, move: Move, call: Call) -> moves.Known:
    needs = moves.asks(move, ticket)
    note, contacts, colleagues = None, [], []
    if Need.NOTE in needs:
        note = tickets.draft(session, ticket, time.notes_on(session, ticket.id))
    if move.action is Action.ASK_CLIENT:
        contacts = people.contacts(session, ticket.account_id)
        contacts.sort(key=lambda person: person.id != (ticket.primary_contact_id or ticket.requester_id))
    if Need.REVIEWER in needs or move.action is Action.ASSIGN:
        may_be_the_same = move.action is not Action.ASSIGN and playbook.of(session).self_review
        colleagues = [who for who in people.workers(session) if may_be_the_same or who.id != ticket.assignee_id]
    return moves.Known(
        colleagues=colleagues,
        away=absences.away_now(session, colleagues, call.now),
        contacts=contacts,
        note=note,
        spent=time.minutes_by_code(session, ticket.id) if Need.NOTE in needs else {},
        suggested=_suggested_code(session, ticket, call) if Need.TRIAGED in needs else None,
        window=window_underneath(call),
        channel=call.channel,
    )


def window_underneath(call: Call) -> str | None:
    """The ticket's window, where something was pressed in it: it is to show the outcome."""
    return call.view["id"] if call.in_window and call.view["callback_id"] == windows.TICKET else None


def _suggested_code(session: Session, ticket: Ticket, call: Call) -> Code | None:
    agreement = agreements.of(session, ticket.account_id, call.now.date())
    beyond = agreement and agreement.beyond(system=ticket.related_system, kind=ticket.request_type, code=ticket.code)
    return Code.OUT_OF_SCOPE if beyond else None


def submit(call: Call) -> None:
    """A move's form came back: the same checks again, now under the lock, then the move."""
    metadata = moves.Metadata.model_validate_json(call.metadata)
    filled = form.read(moves.Form, call.view)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True)
        call.once(session, form.values(call.view), actor)
        inputs = Inputs(
            assignee=people.by_id(session, filled.assignee),
            reviewer=people.by_id(session, filled.reviewer),
            reason=filled.reason,
            whom=filled.whom,
            estimate_minutes=filled.estimate,
            code=filled.code,
            planned_start=filled.planned_start,
            nothing_visible=filled.nothing_visible,
            note=filled.note(time.minutes_by_code(session, ticket.id)),
            close_reason=filled.close_reason,
        )
        before = ticket.status
        quotes.check_start(session, ticket, metadata.action, call.now, estimate=filled.estimate, code=filled.code)
        ticket.act(session, metadata.action, by=actor, now=call.now, seen=metadata.seen, inputs=inputs)
        session.flush()
        asked = leaving.asked(session, actor, ticket, before, call)
        window = window_of(session, actor, ticket, call.now, asked) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    else:
        leaving.ask(call, metadata.channel, asked)
    call.done()


def show(call: Call) -> None:
    """`/ticket T-102`: the ticket in a window; `/ticket PR-1`: the project; `/ticket CH-3`: the change."""
    if not call.text:
        raise Refused("Which one? Write /ticket T-102, /ticket search and a few words, or look in /queue.")
    if projects.is_key(call.text):
        return open_project(call, call.text)
    if changes.is_key(call.text):
        return open_change(call, call.text)
    return open_by_key(call, call.text)


def open_window(call: Call) -> None:
    """**Open** on a row."""
    open_by_key(call, call.value)


def open_by_key(call: Call, key: str) -> None:
    """A ticket in a window, if this person may know of it."""
    call.open(window_by_key(call, key))
    call.done()


def window_by_key(call: Call, key: str) -> dict[str, object]:
    """That window, for those who open it in another way."""
    with call.begin() as (session, actor):
        return window_of(session, actor, tickets.visible_to(session, actor, key), call.now)


def window_of(
    session: Session, actor: Person, ticket: Ticket, now: datetime, asked: Said | None = None
) -> dict[str, object]:
    """A ticket in full, as this person may read it; what they are asked stands first."""
    history = events.of_ticket(session, ticket.id, newest=40)
    said = conversation.of_ticket(session, ticket.id, actor)
    names = people.by_ids(session, {event.actor_id for event in history if event.actor_id})
    spent = time.minutes_by_code(session, ticket.id) if actor.is_staff else {}
    url = links.to_tickets(session, [ticket.id], actor)[ticket.id]
    shown = load(session, ticket, now, actor)
    body = views.ticket_window(shown, actor, views.History(history, names, said), spent, url)
    return windows.ticket(ticket.key, [*(asked[1] if asked else []), *body])


ROUTES: Routes = {
    **{("action", f"ticket.{action.value}"): press for action in Action},
    ("action", "digest.take"): take_from_digest,
    ("action", "ticket.open"): open_window,
    ("view", moves.CALLBACK_ID): submit,
    ("command", "/ticket"): show,
}
