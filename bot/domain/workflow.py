"""Which statuses a ticket has, which moves it can make, and who may make them.

Buttons, refusals, docs/workflow.md and the tests all read STATUSES and WORKFLOW:
add a row here and nothing else needs to know.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from bot.domain.errors import Refused


class Status(StrEnum):
    """The eight statuses, in the order of the path."""

    NEW = "New"
    TRIAGE = "Triage"
    WAITING = "Waiting on client"
    SCHEDULED = "Scheduled"
    IN_PROGRESS = "In progress"
    INTERNAL_REVIEW = "Internal review"
    CLIENT_REVIEW = "Client review"
    CLOSED = "Closed"


class Side(StrEnum):
    """Whose time passes while a ticket stands there: where a bottleneck is looked for."""

    INTAKE = "intake"
    EXECUTION = "execution"
    REVIEW = "review"
    CLIENT = "client"


class Clock(StrEnum):
    """What the response-target clock does."""

    RUN = "run"
    PAUSE = "pause"
    PAUSE_UNTIL_START = "pause until the planned start, then run"
    STOP = "stop"


class NextOwner(StrEnum):
    """Who owns the next action."""

    TRIAGE_ROTA = "triage rota"
    TRIAGE_LEAD = "triage lead"
    CLIENT = "client contact"
    DELIVERY_LEAD = "delivery lead"
    ASSIGNEE = "assignee"
    REVIEWER = "reviewer"
    NOBODY = "nobody"


class State(NamedTuple):
    """What a status means. `client_reads` is a template over the ticket's facts."""

    owner: NextOwner
    clock: Clock
    side: Side | None
    client_reads: str


class Action(StrEnum):
    """What a person does to a ticket; the value is part of the button's action id."""

    TAKE = "take"
    ASSIGN = "assign"
    START = "start"
    ASK_CLIENT = "ask_client"
    SCHEDULE = "schedule"
    BACK_TO_TRIAGE = "back_to_triage"
    SEND_TO_REVIEW = "send_to_review"
    APPROVE = "approve"
    REJECT = "reject"
    SEND_TO_CLIENT = "send_to_client"
    CLOSE = "close"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        """The word on the button."""
        return LABELS[self]


class Who(StrEnum):
    """Who may make a move, seen from the ticket."""

    WORKER = "an engineer or a lead"
    LEAD = "a lead"
    OWNER = "the assignee"  # or, while nobody is assigned, any engineer, who thereby becomes it
    REVIEWER = "a reviewer who is not the assignee"
    CLIENT = "the client's contact"
    SYSTEM = "Steward itself"


class Need(StrEnum):
    """What a move asks for before it can be made."""

    UNOWNED = "that nobody has it yet"
    TRIAGED = "a type, a priority, a billing code, an owner and an estimate"
    CLEARED = "the client's approval of what costs extra"
    REASON = "a reason, written for whoever has to act on it"
    PLANNED = "a planned start"
    NOT_URGENT = "P3 or P4: urgent work is started, not scheduled"
    REVIEWER = "a reviewer who is not the assignee"
    LIGHT = "light work: a question, access or a report without a change"
    NOTHING_VISIBLE = "work of which the client sees nothing"
    NOTE = "the closure note"
    CLOSE_REASON = "a reason for closing without work"
    RECENT = "that it was closed only lately (playbook: reopen_days)"


class Clearance(StrEnum):
    """Whether the client agreed to what a ticket costs extra, once it was asked."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    LAPSED = "lapsed"
    USED_UP = "used_up"  # all that was approved is spent


class Move(NamedTuple):
    """One row: from `source`, `action` leads to `target` for `who`, once `needs` are met."""

    source: Status
    action: Action
    target: Status
    who: frozenset[Who]
    needs: frozenset[Need] = frozenset()
    seldom: bool = False  # stands in the More menu


LABELS: dict[Action, str] = {
    Action.TAKE: "Take it",
    Action.ASSIGN: "Assign",
    Action.START: "Start",
    Action.ASK_CLIENT: "Ask client",
    Action.SCHEDULE: "Schedule",
    Action.BACK_TO_TRIAGE: "Back to triage",
    Action.SEND_TO_REVIEW: "Send to review",
    Action.APPROVE: "Approve",
    Action.REJECT: "Reject",
    Action.SEND_TO_CLIENT: "Send to client",
    Action.CLOSE: "Close",
    Action.REOPEN: "Reopen",
}

# fmt: off
STATUSES: dict[Status, State] = {
    Status.NEW:             State(NextOwner.TRIAGE_ROTA,   Clock.RUN,   Side.INTAKE,    "Received; review due {due}"),
    Status.TRIAGE:          State(NextOwner.TRIAGE_LEAD,   Clock.RUN,   Side.INTAKE,    "Checking scope, priority, completeness"),
    Status.WAITING:         State(NextOwner.CLIENT,        Clock.PAUSE, Side.CLIENT,    "We need {what} from {whom}"),
    Status.SCHEDULED:       State(NextOwner.DELIVERY_LEAD, Clock.PAUSE_UNTIL_START, Side.EXECUTION, "Planned for {date}"),
    Status.IN_PROGRESS:     State(NextOwner.ASSIGNEE,      Clock.RUN,   Side.EXECUTION, "{name} is working on it"),
    Status.INTERNAL_REVIEW: State(NextOwner.REVIEWER,      Clock.RUN,   Side.REVIEW,    "Being checked before you see it"),
    Status.CLIENT_REVIEW:   State(NextOwner.CLIENT,        Clock.PAUSE, Side.CLIENT,    "Please confirm by {date}"),
    Status.CLOSED:          State(NextOwner.NOBODY,        Clock.STOP,  None,           "Done: {summary}"),
}

_WORKER   = frozenset({Who.WORKER})
_OWNER    = frozenset({Who.OWNER, Who.LEAD})
_REVIEWER = frozenset({Who.REVIEWER})
_CONFIRM  = frozenset({Who.CLIENT, Who.OWNER, Who.LEAD})
_SILENCE  = frozenset({Who.SYSTEM})
_RELEASE  = frozenset({Who.SYSTEM})  # a release moves the tickets in it along
_N = Need

WORKFLOW: tuple[Move, ...] = (
    # from                  action                 to                      who        needs
    Move(Status.NEW,             Action.TAKE,           Status.TRIAGE,          _WORKER),
    Move(Status.NEW,             Action.ASSIGN,         Status.TRIAGE,          _WORKER),
    Move(Status.NEW,             Action.CLOSE,          Status.CLOSED,          _WORKER,   frozenset({_N.CLOSE_REASON}), seldom=True),

    Move(Status.TRIAGE,          Action.START,          Status.IN_PROGRESS,     _OWNER,    frozenset({_N.TRIAGED, _N.CLEARED})),
    Move(Status.TRIAGE,          Action.ASK_CLIENT,     Status.WAITING,         _OWNER,    frozenset({_N.REASON})),
    Move(Status.TRIAGE,          Action.SCHEDULE,       Status.SCHEDULED,       _OWNER,    frozenset({_N.TRIAGED, _N.PLANNED, _N.NOT_URGENT})),
    Move(Status.TRIAGE,          Action.TAKE,           Status.TRIAGE,          _WORKER,   frozenset({_N.UNOWNED}), seldom=True),
    Move(Status.TRIAGE,          Action.ASSIGN,         Status.TRIAGE,          _OWNER),
    Move(Status.TRIAGE,          Action.CLOSE,          Status.CLOSED,          _OWNER,    frozenset({_N.CLOSE_REASON}), seldom=True),

    Move(Status.WAITING,         Action.START,          Status.IN_PROGRESS,     _OWNER,    frozenset({_N.TRIAGED, _N.CLEARED})),
    Move(Status.WAITING,         Action.SCHEDULE,       Status.SCHEDULED,       _OWNER,    frozenset({_N.TRIAGED, _N.PLANNED, _N.NOT_URGENT}), seldom=True),
    Move(Status.WAITING,         Action.BACK_TO_TRIAGE, Status.TRIAGE,          _OWNER,    seldom=True),
    Move(Status.WAITING,         Action.ASSIGN,         Status.WAITING,         _OWNER),
    Move(Status.WAITING,          Action.TAKE,           Status.WAITING,         _WORKER,   frozenset({_N.UNOWNED}), seldom=True),
    Move(Status.WAITING,         Action.CLOSE,          Status.CLOSED,          _OWNER | _SILENCE, frozenset({_N.CLOSE_REASON}), seldom=True),

    Move(Status.SCHEDULED,       Action.START,          Status.IN_PROGRESS,     _OWNER | _RELEASE, frozenset({_N.TRIAGED, _N.CLEARED})),
    Move(Status.SCHEDULED,       Action.ASK_CLIENT,     Status.WAITING,         _OWNER,    frozenset({_N.REASON})),
    Move(Status.SCHEDULED,       Action.BACK_TO_TRIAGE, Status.TRIAGE,          _OWNER,    seldom=True),
    Move(Status.SCHEDULED,       Action.ASSIGN,         Status.SCHEDULED,       _OWNER),
    Move(Status.SCHEDULED,        Action.TAKE,           Status.SCHEDULED,       _WORKER,   frozenset({_N.UNOWNED}), seldom=True),

    Move(Status.IN_PROGRESS,     Action.SEND_TO_REVIEW, Status.INTERNAL_REVIEW, _OWNER | _RELEASE, frozenset({_N.REVIEWER})),
    Move(Status.IN_PROGRESS,     Action.ASK_CLIENT,     Status.WAITING,         _OWNER,    frozenset({_N.REASON})),
    Move(Status.IN_PROGRESS,     Action.CLOSE,          Status.CLOSED,          _OWNER,    frozenset({_N.LIGHT, _N.NOTE})),
    Move(Status.IN_PROGRESS,     Action.SEND_TO_CLIENT, Status.CLIENT_REVIEW,   _OWNER,    frozenset({_N.LIGHT, _N.NOTE}), seldom=True),
    Move(Status.IN_PROGRESS,     Action.SCHEDULE,       Status.SCHEDULED,       _OWNER | _RELEASE, frozenset({_N.PLANNED}), seldom=True),
    Move(Status.IN_PROGRESS,     Action.ASSIGN,         Status.IN_PROGRESS,     _OWNER,    seldom=True),
    Move(Status.IN_PROGRESS,      Action.TAKE,           Status.IN_PROGRESS,     _WORKER,   frozenset({_N.UNOWNED}), seldom=True),

    Move(Status.INTERNAL_REVIEW, Action.APPROVE,        Status.CLIENT_REVIEW,   _REVIEWER, frozenset({_N.NOTE})),
    Move(Status.INTERNAL_REVIEW, Action.REJECT,         Status.IN_PROGRESS,     _REVIEWER, frozenset({_N.REASON})),
    Move(Status.INTERNAL_REVIEW, Action.CLOSE,          Status.CLOSED,          _REVIEWER, frozenset({_N.NOTHING_VISIBLE, _N.NOTE}), seldom=True),

    Move(Status.CLIENT_REVIEW,   Action.CLOSE,          Status.CLOSED,          _CONFIRM | _SILENCE),
    Move(Status.CLIENT_REVIEW,   Action.REOPEN,         Status.IN_PROGRESS,     _CONFIRM,  frozenset({_N.REASON})),

    Move(Status.CLOSED,          Action.REOPEN,         Status.TRIAGE,          _CONFIRM | _WORKER, frozenset({_N.REASON, _N.RECENT})),
)
# fmt: on


class CloseReason(StrEnum):
    """Why a ticket was closed without work."""

    DUPLICATE = "duplicate"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    NO_RESPONSE = "no_response"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return self.value.replace("_", " ").capitalize()


def moves_from(status: Status) -> list[Move]:
    """Every move a ticket there can make, in the order the card shows them."""
    return [move for move in WORKFLOW if move.source is status]


def move_for(status: Status, action: Action) -> Move:
    """The row for this action, or a refusal that names what can be done instead."""
    for move in WORKFLOW:
        if move.source is status and move.action is action:
            return move
    possible = ", ".join(move.action.label for move in moves_from(status))
    raise Refused(f"“{action.label}” does not go with a ticket in {status}. From there: {possible}.")


def require(move: Move, qualities: Collection[Who]) -> None:
    """Refuse a person who is none of those the move is for."""
    if move.who.isdisjoint(qualities):
        allowed = " or ".join(who.value for who in Who if who in move.who and who is not Who.SYSTEM)
        raise Refused(f"“{move.action.label}” is for {allowed}. Ask one of them, or mention it in the thread.")
