"""`/steward away`: who, from when until when, and who stands in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.domain.absences import LONGEST_NOTE, Absence, Away
from bot.domain.date_ranges import Days
from bot.domain.people import Person
from bot.messages import away as messages
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.modals import form
from bot.modals.moves import colleague_options

CALLBACK_ID = "away.form"


class Form(BaseModel):
    """What came back; without `absentee` it is about whoever filled it in."""

    absentee: int | None = None
    starts: date
    ends: date
    stand_in: int | None = None
    note: str = ""

    @property
    def days(self) -> Days:
        """The range."""
        return Days(self.starts, self.ends)


def view(
    actor: Person, team: list[Person], away: Mapping[int, Away], planned: list[tuple[Absence, Person]], today: date,
    *, for_others: bool,
) -> dict[str, Any]:  # fmt: skip
    """The form, below what is planned already. `for_others`: they may say it for anybody."""
    body: list[Block] = messages.coming(planned, actor, today)
    body += [blocks.divider()] if body else []
    if for_others:
        body.append(form.choice("absentee", "Who", colleague_options(team, away), initial=str(actor.id)))
    others = [person for person in team if for_others or person.id != actor.id]
    body += [
        form.day("starts", "From", initial=today),
        form.day("ends", "Until and including", initial=today),
        *[form.choice("stand_in", "Stand-in", colleague_options(others, away), optional=True)] * bool(others),
        form.text("note", "Note", optional=True, longest=LONGEST_NOTE, hint="Colleagues can read it"),
    ]
    return form.modal(CALLBACK_ID, "Away", body, submit="Save")


def told(body: list[Block]) -> dict[str, Any]:
    """What the form turns into."""
    return form.modal("away.told", "Away", body, submit=None, close="Done")
