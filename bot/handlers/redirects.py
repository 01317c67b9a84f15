"""**Make it a project**: what is too large for a ticket closes as redirected and goes on as a project."""

from bot.domain import people, projects, tickets
from bot.handlers.call import Call, Routes
from bot.handlers.projects import window_of as project_window
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.modals import form
from bot.modals import projects as modal


def open_form(call: Call) -> None:
    """The form, prefilled from the ticket."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket)
        projects.check(session, ticket, by=actor, now=call.now, seen=pressed.seen)
        view = modal.make(ticket, people.workers(session), actor, window_underneath(call))
    call.open(view)
    call.done()


def submit(call: Call) -> None:
    """The same checks again under the lock; the form turns into the project's window."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        ticket = tickets.visible_to(session, actor, metadata.ticket or 0, lock=True)
        project = projects.from_ticket(
            session, ticket, name=filled.name, owner=people.by_id(session, filled.assignee),
            budget_minutes=filled.budget, approval=filled.approval, reason=filled.reason,
            by=actor, now=call.now, seen=metadata.seen,
        )  # fmt: skip
        view = project_window(session, actor, project)
        call.remember(session, response_action="update", view=view)
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.show(view)


ROUTES: Routes = {
    ("action", "ticket.project"): open_form,
    ("view", modal.MAKE): submit,
}
