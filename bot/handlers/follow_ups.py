"""**File follow-ups**: what a closure note leaves to be done becomes tickets."""

from sqlalchemy.orm import Session

from bot.domain import people, provider, tickets
from bot.domain.errors import Refused
from bot.domain.roles import Permission
from bot.domain.tickets import Closure, Ticket
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import follow_ups as modal
from bot.modals import form, windows

NONE_LEFT = "{key} has no follow-up items that are not tickets already. Its links show them."
REWRITTEN = "{key} got a newer closure note meanwhile. Press File follow-ups again to see its items."


def open_form(call: Call) -> None:
    """One checkbox an item that is no ticket yet."""
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        ticket = tickets.visible_to(session, actor, Press.read(call.value).ticket)
        closure = tickets.latest_closure(session, ticket.id)
        left = set(tickets.not_filed_yet(session, ticket, closure))
        if closure is None or not left:
            raise Refused(NONE_LEFT.format(key=ticket.key))
        items = {place: item for place, item in enumerate(tickets.items_of(closure)) if item in left}
        view = modal.view(ticket, closure.id, items, people.workers(session), window_underneath(call))
    call.open(view)
    call.done()


def submit(call: Call) -> None:
    """File the ticked ones."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True)
        items = tickets.items_of(_note(session, ticket, metadata.closure))
        chosen = [items[place] for place in filled.items if 0 <= place < len(items)]
        made = tickets.file_follow_ups(
            session, ticket, chosen, owner=people.by_id(session, filled.assignee), by=actor,
            provider=provider.get(session), now=call.now,
        )  # fmt: skip
        keys = ", ".join(one.key for one in made)
        said = windows.sentence("Follow-ups", f"Filed {keys}, linked to {ticket.key}.")
        call.remember(session, response_action="update", view=said)
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.show(said)


def _note(session: Session, ticket: Ticket, seen: int) -> Closure:
    closure = tickets.latest_closure(session, ticket.id)
    if closure is None or closure.id != seen:
        raise Refused(REWRITTEN.format(key=ticket.key), field="items")
    return closure


ROUTES: Routes = {
    ("action", "ticket.follow_ups"): open_form,
    ("view", modal.CALLBACK_ID): submit,
}
