"""Links between tickets, made and removed in a ticket's window."""

from bot.domain import tickets
from bot.domain.errors import NotFound
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import form, windows
from bot.modals import links as modal

MERGED = "{asked} was merged into {target}, so the link goes there: {ticket} {wording} {target}."


def open_form(call: Call) -> None:
    """**Link** in a ticket's window."""
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        ticket = tickets.visible_to(session, actor, Press.read(call.value).ticket)
        view = modal.view(ticket, window_underneath(call))
    call.open(view)
    call.done()


def find(call: Call) -> None:
    """Options for the picker: the same client's tickets."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, metadata.ticket)
        found = tickets.candidates(session, actor, ticket, call.body.get("value") or "")
        options = [modal.ticket_option(one) for one in found]
    call.answered = call.ack(options=options)


def submit(call: Call) -> None:
    """The form came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        ticket = tickets.visible_to(session, actor, metadata.ticket)
        other = tickets.visible_to(session, actor, filled.ticket)
        made = tickets.link(session, ticket, other, filled.kind, by=actor, now=call.now, note=filled.note)
        target = made.to_id if made.from_id == ticket.id else made.from_id
        said = None
        if target != other.id:
            words = {"asked": other.key, "target": f"T-{target}", "ticket": ticket.key, "wording": filled.kind.value}
            said = windows.sentence("Linked", MERGED.format(**words))
            call.remember(session, response_action="update", view=said)
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.show(said) if said else call.done()


def unlink(call: Call) -> None:
    """**Unlink** beside a link."""
    number, _, link_id = call.value.partition(":")
    if not (number.isdecimal() and link_id.isdecimal()):
        raise NotFound("That button carries no link. Open the ticket with /ticket.")
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, int(number))
        tickets.unlink(session, int(link_id), by=actor, now=call.now)
        window = window_of(session, actor, ticket, call.now)
    call.replace(window)
    call.done()


ROUTES: Routes = {
    ("action", "ticket.link"): open_form,
    ("action", "ticket.unlink"): unlink,
    ("options", modal.FIND): find,
    ("view", modal.CALLBACK_ID): submit,
}
