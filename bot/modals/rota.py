"""The rota's window, and its two forms: handing a duty over, and changing who takes turns."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.absences import Away
from bot.domain.date_ranges import Days
from bot.domain.people import Person
from bot.domain.rota import LONGEST_NOTE, Rota
from bot.domain.turns import Duty
from bot.messages.blocks import Block
from bot.messages.rota import sunday_of
from bot.modals import form
from bot.modals.moves import colleague_options

FIELDS = {Duty.TRIAGE: "triage", Duty.ON_CALL: "on_call"}  # each duty's field in the form of a change
HAND_OVER, CHANGE = "rota.handed_over", "rota.changed"


class Metadata(BaseModel):
    """The rota as the person saw it, and the window underneath, which shows the outcome."""

    seen: str
    window: str | None = None


class HandOverForm(BaseModel):
    """Who takes over what."""

    duty: Duty
    takes_over: int
    starts: date
    ends: date
    note: str = ""

    @property
    def days(self) -> Days:
        """The range."""
        return Days(self.starts, self.ends)


class ChangeForm(BaseModel):
    """Who takes turns at each duty, in order."""

    triage: list[int] = Field(default_factory=list)
    on_call: list[int] = Field(default_factory=list)

    def turns(self, duty: Duty) -> list[int]:
        """Those of one duty."""
        return getattr(self, FIELDS[duty])


def window(body: list[Block]) -> dict[str, Any]:
    """Who has which duty."""
    return form.modal("rota.window", "Rota", body, submit=None, close="Close")


def hand_over(
    team: list[Person], away: Mapping[int, Away], duty: Duty, today: date, metadata: Metadata
) -> dict[str, Any]:  # fmt: skip
    """Who takes over, usually for the rest of the week."""
    body = [
        form.choice("duty", "What", form.enum_options(Duty), initial=duty.value),
        form.choice("takes_over", "Who takes over", colleague_options(team, away)),
        form.day("starts", "From", initial=today),
        form.day("ends", "Until and including", initial=sunday_of(today)),
        form.text("note", "What they should know", optional=True, multiline=True, longest=LONGEST_NOTE,
                  hint="Posted in the triage channel"),
    ]  # fmt: skip
    return form.modal(HAND_OVER, "Hand over", body, submit="Hand over", metadata=metadata.model_dump_json())


def change(team: list[Person], rota: Rota, today: date, metadata: Metadata) -> dict[str, Any]:
    """Who takes turns at what."""
    hint = "A week each, in this order; the first has this week. To change the order, empty it and choose anew."
    body: list[Block] = []
    for duty in Duty:
        now = list(map(str, rota.order(duty, today)))
        body.append(form.several(FIELDS[duty], duty.label, colleague_options(team, {}), initial=now, hint=hint))
    return form.modal(CHANGE, "Change the rota", body, submit="Save", metadata=metadata.model_dump_json())
