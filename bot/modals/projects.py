"""The forms of a project, its window and the list."""

from typing import Any

from pydantic import BaseModel, field_validator

from bot.domain.durations import parse_minutes, show
from bot.domain.people import Person
from bot.domain.projects import LONGEST_BUDGET, LONGEST_NAME, Project
from bot.domain.tickets import Ticket
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form
from bot.modals.moves import colleague_options
from bot.modals.request import APPROVALS

MAKE, CHANGE = "project.make", "project.change_it"
WINDOW, LIST = "project.window", "project.list"
EXPLAINED = Mrkdwn(
    "The ticket closes as redirected, its client reads why in the thread, and time is logged on the project."
)
REASON = "It is more work than a ticket holds, so we plan and budget it on its own."


class Metadata(BaseModel):
    """Which ticket or project, the version the person saw, and the window underneath."""

    ticket: int | None = None
    project: str | None = None
    seen: int
    window: str | None = None


class Form(BaseModel):
    """What came back."""

    name: str
    assignee: int
    budget: int
    approval: str
    reason: str = ""

    @field_validator("budget", mode="before")
    @classmethod
    def _hours_as_people_write_them(cls, text: Any) -> int:
        typed = str(text).strip()
        hours = f"{typed}h" if typed.replace(".", "").replace(",", "").isdigit() else typed
        return parse_minutes(hours, longest=LONGEST_BUDGET, field="budget", what="a budget")


def make(ticket: Ticket, workers: list[Person], actor: Person, window: str | None) -> dict[str, Any]:
    """What a ticket becomes: prefilled from it."""
    owner = ticket.assignee_id or actor.id
    body = [
        blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title)),
        blocks.context(EXPLAINED),
        *_fields(ticket.title, owner, ticket.estimate_minutes, ticket.approval_status or "Pending", workers),
        form.text("reason", "Why, for the client", initial=REASON, multiline=True, longest=500),
    ]
    metadata = Metadata(ticket=ticket.id, seen=ticket.version, window=window).model_dump_json()
    return form.modal(MAKE, "Make it a project", body, submit="Make it", metadata=metadata)


def change(project: Project, workers: list[Person], window: str | None) -> dict[str, Any]:
    """The same fields, as they stand."""
    body = _fields(project.name, project.owner_id, project.budget_minutes, project.approval, workers)
    metadata = Metadata(project=project.key, seen=project.version, window=window).model_dump_json()
    return form.modal(CHANGE, f"Change {project.key}", body, submit="Save", metadata=metadata)


def _fields(name: str, owner: int, budget: int | None, approval: str, workers: list[Person]) -> list[Block]:
    return [
        form.text("name", "Name", initial=name, longest=LONGEST_NAME),
        form.choice("assignee", "Owner", colleague_options(workers), initial=str(owner)),
        form.text("budget", "Budget hours", initial=show(budget) if budget else "", longest=20, placeholder="40"),
        form.choice("approval", "Approval", [option(name, name) for name in APPROVALS], initial=approval),
    ]


def window(key: str, body: list[Block]) -> dict[str, Any]:
    """One project."""
    return form.modal(WINDOW, key, body, submit=None, close="Close")


def listed(rows: list[Block]) -> dict[str, Any]:
    """The list."""
    return form.modal(LIST, "Projects", rows, submit=None, close="Close")
