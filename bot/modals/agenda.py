"""The agenda's two forms, and the list of what is open."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.domain.agenda import AgendaItem
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form

PLAN, DECIDE, LIST = "agenda.plan_it", "agenda.decide_it", "agenda.window"
LONGEST_DECISION = 1000
READ_BY = Mrkdwn("The client reads it in their channel, and whoever asked is told.")


class Listed(BaseModel):
    """What the list carries along: the account it was narrowed to."""

    named: str = ""


class Metadata(Listed):
    """Which item, the version the person saw, and the list underneath."""

    item: int
    seen: int
    window: str | None = None


class PlanForm(BaseModel):
    """The day that came back."""

    planned_for: date


class DecideForm(BaseModel):
    """The decision that came back."""

    decision: str


def plan(item: AgendaItem, metadata: Metadata) -> dict[str, Any]:
    """For which day."""
    field = form.day("planned_for", "Date of the meeting", initial=item.planned_for)
    return _form(PLAN, "Plan it", item, field, metadata)


def decide(item: AgendaItem, metadata: Metadata) -> dict[str, Any]:
    """What came of it."""
    field = form.text("decision", "What was decided", multiline=True, longest=LONGEST_DECISION,
                      placeholder="We move in two steps, the help centre first, in January.")  # fmt: skip
    return _form(DECIDE, "Decided", item, field, metadata)


def _form(callback_id: str, title: str, item: AgendaItem, field: Block, metadata: Metadata) -> dict[str, Any]:
    body = [blocks.section(say("*{{ title }}*", title=item.title)), field, blocks.context(READ_BY)]
    return form.modal(callback_id, title, body, submit="Save", metadata=metadata.model_dump_json())


def listed(rows: list[Block], named: str) -> dict[str, Any]:
    """What is open."""
    state = Listed(named=named).model_dump_json()
    return form.modal(LIST, "Agenda", rows, submit=None, close="Close", metadata=state)
