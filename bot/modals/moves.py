"""The forms of a ticket's moves. Which fields a move asks for follows from the needs in the workflow table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, field_validator

from bot.domain.absences import Away
from bot.domain.codes import Category, Code, default_code
from bot.domain.durations import parse_minutes, show
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.tickets import ClosureNote, Ticket
from bot.domain.workflow import Action, CloseReason, Move, Need
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, clip, day, escape, say
from bot.modals import form

CALLBACK_ID = "ticket.move"
WITHOUT_WORK = [reason for reason in CloseReason if reason is not CloseReason.DUPLICATE]  # that is Merge
LONGEST_ESTIMATE = 60 * 999
REASONS = {
    Action.ASK_CLIENT: ("What do you need?", "The client reads this. Say what would let you go on."),
    Action.REJECT: ("What has to change?", "The assignee reads this."),
    Action.REOPEN: ("What is still missing?", "Everyone on the ticket reads this."),
}


class Metadata(BaseModel):
    """Which move, and the version of the ticket the person saw."""

    ticket: int
    seen: int
    action: Action
    window: str | None = None  # the ticket's window underneath, which shows the outcome
    channel: str | None = None  # of the card it was pressed on: where only they are told something


class Form(BaseModel):
    """What came back; a move reads only what it asked for."""

    assignee: int | None = None
    reviewer: int | None = None
    reason: str = ""
    whom: str = ""
    estimate: int | None = None
    code: Code | None = None
    planned_start: date | None = None
    nothing_visible: bool = False
    close_reason: CloseReason | None = None
    summary: str | None = None
    actions: str = ""
    systems: str = ""
    decisions: str = ""
    follow_ups: str = ""

    @field_validator("estimate", mode="before")
    @classmethod
    def _as_people_write_it(cls, text: Any) -> int | None:
        return parse_minutes(text, longest=LONGEST_ESTIMATE, field="estimate", what="an estimate") if text else None

    def note(self, time_spent: dict[str, int]) -> ClosureNote | None:
        """The closure note, where the form asked for one."""
        if self.summary is None:
            return None
        return ClosureNote(self.summary, self.actions, self.systems, self.decisions, self.follow_ups, time_spent)


def asks(move: Move, ticket: Ticket) -> set[Need]:
    """What this move still has to ask for; nothing means it is made at once."""
    needs = set(move.needs) & _FIELDS.keys()
    if ticket.estimate_minutes and ticket.code:
        needs.discard(Need.TRIAGED)
    return needs


def has_form(move: Move, ticket: Ticket) -> bool:
    """Whether a click opens a form first."""
    return move.action is Action.ASSIGN or bool(asks(move, ticket))


@dataclass(frozen=True)
class Known:
    """What a form offers and fills in; a move that does not ask for it leaves it empty."""

    colleagues: list[Person] = field(default_factory=list)
    away: Mapping[int, Away] = field(default_factory=dict)
    contacts: list[Person] = field(default_factory=list)
    note: ClosureNote | None = None
    spent: dict[str, int] = field(default_factory=dict)
    suggested: Code | None = None
    window: str | None = None
    channel: str | None = None


def view(move: Move, ticket: Ticket, known: Known) -> dict[str, Any]:
    """The form of a move: one row of the table, one set of fields."""
    needs = asks(move, ticket)
    body: list[Block] = [blocks.section(say("*{{ key }}* {{ title }}", key=ticket.key, title=ticket.title))]
    for need, fields in _FIELDS.items():
        if need in needs:
            body += fields(move, ticket, known)
    if move.action is Action.ASSIGN:
        body += _assign(known)
    metadata = Metadata(
        ticket=ticket.id, seen=ticket.version, action=move.action, window=known.window, channel=known.channel
    )
    title, label = f"{move.action.label} {ticket.key}", move.action.label
    return form.modal(CALLBACK_ID, title, body, submit=label, metadata=metadata.model_dump_json())


def _triage(_move: Move, ticket: Ticket, known: Known) -> list[Block]:
    code = ticket.code or known.suggested or default_code(Category.TICKET_RESOLUTION)
    return [
        form.text("estimate", "Estimate", longest=20, placeholder="2h, 45m, 1h30",
                  initial=show(ticket.estimate_minutes) if ticket.estimate_minutes else ""),
        form.choice("code", "Billing code", form.enum_options(Code), initial=code.value),
    ]  # fmt: skip


def colleague_options(colleagues: list[Person], away: Mapping[int, Away] | None = None) -> list[dict[str, Any]]:
    """Engineers and leads as a menu; who is away comes last, with the last day of it."""
    away = away or {}
    here = [option(person.name, str(person.id)) for person in colleagues if person.id not in away]
    return here + [
        option(f"{clip(person.name, 45)} (away until {day(away[person.id].until)})", str(person.id))
        for person in colleagues
        if person.id in away
    ]


def whom_options(contacts: list[Person]) -> list[dict[str, Any]]:
    """Whom the client's answer is wanted from, by name: that is how it is told."""
    return [option(person.name, person.name) for person in contacts]


def _others(known: Known) -> list[dict[str, Any]]:
    if not known.colleagues:
        raise Refused("There is no other engineer or lead yet. Ask an admin to add one with `steward apply`.")
    return colleague_options(known.colleagues, known.away)


def _assign(known: Known) -> list[Block]:
    return [
        form.choice("assignee", "Who takes it", _others(known)),
        form.text("reason", "Hand-over note", optional=True, multiline=True, longest=1000),
    ]


def _review(_move: Move, ticket: Ticket, known: Known) -> list[Block]:
    return [
        form.choice("reviewer", "Who checks it", _others(known)),
        form.text("reason", "What to look at", optional=True, multiline=True, longest=1000),
        form.tick("nothing_visible", "Client", "The client sees no difference", initial=not ticket.client_visible,
                  hint="Then it can be closed after the check, without asking the client"),
    ]  # fmt: skip


def _close_reason(_move: Move, _ticket: Ticket, _known: Known) -> list[Block]:
    return [
        form.choice("close_reason", "Why it closes without work", form.enum_options(WITHOUT_WORK)),
        form.text("reason", "A sentence for the client", optional=True, longest=500),
    ]


def _reason(move: Move, _ticket: Ticket, known: Known) -> list[Block]:
    label, hint = REASONS[move.action]
    placeholder = "the words you searched for; a screenshot of the error" if move.action is Action.ASK_CLIENT else None
    body = [form.text("reason", label, multiline=True, hint=hint, longest=1000, placeholder=placeholder)]
    if move.action is Action.ASK_CLIENT and known.contacts:
        options = whom_options(known.contacts)
        body.append(form.choice("whom", "From whom", options, initial=known.contacts[0].name, optional=True))
    return body


def _note(_move: Move, ticket: Ticket, known: Known) -> list[Block]:
    note, spent = known.note or ClosureNote(ticket.title, "", "", "", ""), known.spent
    total = ", ".join(f"{show(minutes)} {code.replace('_', ' ')}" for code, minutes in spent.items())
    warning = ":hourglass: *No time is logged on this ticket.* Cancel and press Log time first, if there was any."
    hint = "“none” if there is nothing to say"
    return [
        form.text("summary", "Summary", initial=note.summary, multiline=True, hint="The client reads this"),
        form.text("actions", "Actions taken", initial=note.actions, multiline=True, hint=hint),
        form.text("systems", "Systems or files affected", initial=note.systems, hint=hint),
        form.text("decisions", "Decisions made", initial=note.decisions, multiline=True, hint=hint),
        form.text("follow_ups", "Follow-up items", initial=note.follow_ups, multiline=True, hint=hint),
        blocks.context(Mrkdwn(f"*Time and code:* {escape(total)}") if total else Mrkdwn(warning)),
    ]


def _planned(_move: Move, _ticket: Ticket, _known: Known) -> list[Block]:
    return [form.day("planned_start", "Planned start")]


# Which fields a need asks with, in the order they stand in a form.
_FIELDS: dict[Need, Callable[[Move, Ticket, Known], list[Block]]] = {
    Need.TRIAGED: _triage,
    Need.PLANNED: _planned,
    Need.REVIEWER: _review,
    Need.CLOSE_REASON: _close_reason,
    Need.REASON: _reason,
    Need.NOTE: _note,
}
