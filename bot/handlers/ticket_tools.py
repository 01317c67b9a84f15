"""What is done with a ticket in its window that is no move: edit it, follow it."""

from bot.domain import tickets
from bot.domain.errors import Refused
from bot.domain.tickets import edit as edits
from bot.domain.tickets import followers
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import edit as modal
from bot.modals import form


def edit(call: Call) -> None:
    """**Edit**: the form, as the ticket stands."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket)
        ticket.require_unchanged(session, actor, pressed.seen)
        if not ticket.may_edit(actor):
            raise Refused("Whoever works on the ticket, or a lead, may change it. Ask one of them in the thread.")
        metadata = modal.Metadata(ticket=ticket.id, seen=ticket.version, window=window_underneath(call))
        view = modal.view(ticket, metadata)
    call.open(view)
    call.done()


def edited(call: Call) -> None:
    """**Save**."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True)
        call.once(session, form.values(call.view), actor)
        changes = edits.Changes(filled.title, filled.priority, filled.related_system, filled.reason)
        edits.edit(session, ticket, changes, by=actor, now=call.now, seen=metadata.seen)
        window = window_of(session, actor, ticket) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def follow(call: Call) -> None:
    """**Follow**: told of what is said and done from now on."""
    _follow(call, wanted=True)


def unfollow(call: Call) -> None:
    """**Unfollow**."""
    _follow(call, wanted=False)


def _follow(call: Call, *, wanted: bool) -> None:
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, Press.read(call.value).ticket, lock=True)
        if wanted:
            followers.follow(session, ticket, who=actor, by=actor, now=call.now)
        else:
            followers.unfollow(session, ticket, who=actor, now=call.now)
        window = window_of(session, actor, ticket)
    if call.in_window:
        call.replace(window)
    call.done()


ROUTES: Routes = {
    ("action", "ticket.edit"): edit,
    ("view", modal.CALLBACK_ID): edited,
    ("action", "ticket.follow"): follow,
    ("action", "ticket.unfollow"): unfollow,
}
