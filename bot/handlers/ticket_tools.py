"""What is done with a ticket in its window that is no move: edit it, merge it, follow it."""

from bot.domain import tickets
from bot.domain.errors import Refused
from bot.domain.tickets import Inputs, followers, merging
from bot.domain.tickets import edit as edits
from bot.domain.workflow import Action, CloseReason
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import edit as modal
from bot.modals import form
from bot.modals import merge as merge_modal


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
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def merge(call: Call) -> None:
    """**Merge**: into which one?"""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket)
        ticket.check(session, Action.CLOSE, by=actor, now=call.now, seen=pressed.seen)
        view = merge_modal.view(
            ticket, merge_modal.Metadata(ticket=ticket.id, seen=ticket.version, window=window_underneath(call))
        )
    call.open(view)
    call.done()


def merged(call: Call) -> None:
    """The form came back."""
    metadata = merge_modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(merge_modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        ticket = tickets.visible_to(session, actor, metadata.ticket)
        other = tickets.visible_to(session, actor, filled.ticket)
        merging.merge(session, ticket, other, by=actor, now=call.now, seen=metadata.seen)
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def unmerge(call: Call) -> None:
    """**Undo** of a merge."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket, lock=True)
        if ticket.close_reason is not CloseReason.DUPLICATE:
            raise Refused(f"{ticket.key} goes on by itself already. Look at its newest card.")
        inputs = Inputs(reason="It is a matter of its own after all.")
        ticket.act(session, Action.REOPEN, by=actor, now=call.now, inputs=inputs)
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
        window = window_of(session, actor, ticket, call.now)
    if call.in_window:
        call.replace(window)
    call.done()


ROUTES: Routes = {
    ("action", "ticket.edit"): edit,
    ("view", modal.CALLBACK_ID): edited,
    ("action", "ticket.merge"): merge,
    ("view", merge_modal.CALLBACK_ID): merged,
    ("action", "ticket.unmerge"): unmerge,
    ("action", "ticket.follow"): follow,
    ("action", "ticket.unfollow"): unfollow,
}
