"""A project's window, its moves, and the list: `/ticket PR-1`, `/ticket projects`."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, people, projects, time
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.projects import Project, ProjectAction
from bot.handlers.call import Call, Routes
from bot.messages import links
from bot.messages import projects as messages
from bot.modals import form
from bot.modals import projects as modal

MOST_ROWS = 40


def list_all(call: Call) -> None:
    """`/ticket projects`, or **Projects** in the queue."""
    with call.begin() as (session, actor):
        found = projects.listed(session, actor, limit=MOST_ROWS)
        names = {account.id: account.name for account in accounts.all_of_them(session)}
        owners = people.by_ids(session, {project.owner_id for project in found})
        used = time.minutes_on_projects(session, [project.id for project in found])
        view = modal.listed(messages.rows(found, names, owners, used, actor))
    call.open(view)
    call.done()


def open_one(call: Call) -> None:
    """**Open** on a row."""
    open_window(call, call.value)


def open_window(call: Call, key: str) -> None:
    """A project in its window."""
    with call.begin() as (session, actor):
        view = window_of(session, actor, projects.visible_to(session, actor, key))
    call.open(view)
    call.done()


def window_of(session: Session, actor: Person, project: Project) -> dict[str, Any]:
    """A project's window as this person is shown it."""
    origin = projects.origin(session, actor, project)
    url = links.to_tickets(session, [project.from_ticket_id], actor)[project.from_ticket_id]
    body = messages.window(
        project, actor, account=accounts.by_id(session, project.account_id).name,
        owner=people.by_id(session, project.owner_id), origin=origin, url=url,
        used=time.minutes_on_projects(session, [project.id])[project.id],
    )  # fmt: skip
    return modal.window(project.key, body)


def _pressed(call: Call) -> tuple[str, int]:
    key, _, seen = call.value.partition(":")
    if not seen.isdecimal():
        raise NotFound("That button carries no project. /ticket projects lists them.")
    return key, int(seen)


def act(call: Call) -> None:
    """**Start**, **Done** or **Drop**."""
    key, seen = _pressed(call)
    action = ProjectAction(call.action["action_id"].removeprefix("project."))
    with call.begin() as (session, actor):
        project = projects.visible_to(session, actor, key, lock=True)
        project.act(session, action, by=actor, now=call.now, seen=seen)
        window = window_of(session, actor, project)
    call.replace(window)
    call.done()


def open_change(call: Call) -> None:
    """**Change**."""
    key, _ = _pressed(call)
    with call.begin() as (session, actor):
        project = projects.visible_to(session, actor, key)
        if not project.is_for(actor):
            raise Refused(f"{project.key} is changed by its owner or a lead. Ask one of them.")
        view = modal.change(project, people.workers(session), call.view["id"] if call.in_window else None)
    call.open(view)
    call.done()


def submit_change(call: Call) -> None:
    """The form came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        project = projects.visible_to(session, actor, metadata.project or "", lock=True)
        project.change(
            session, name=filled.name, owner=people.by_id(session, filled.assignee), budget_minutes=filled.budget,
            approval=filled.approval, by=actor, now=call.now, seen=metadata.seen,
        )  # fmt: skip
        window = window_of(session, actor, project)
    if metadata.window:
        call.redraw(metadata.window, window)
    call.done()


ROUTES: Routes = {
    ("command", "/ticket projects"): list_all,
    ("action", "project.list"): list_all,
    ("action", "project.open"): open_one,
    **{("action", f"project.{action.value}"): act for action in ProjectAction},
    ("action", "project.change"): open_change,
    ("view", modal.CHANGE): submit_change,
}
