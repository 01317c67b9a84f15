"""How risky a change is, and who must therefore decide: pure rules, read by forms, refusals, docs and tests.

The score is a questionnaire's sum; class and level choose the row of `APPROVALS`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.domain.routing import Area
from bot.domain.seats import Seat

MOST_AREA_POINTS = 6
FURTHER_AREA = 1
PEAK, FAILED_LATELY = 2, 2
LOW_UP_TO, MEDIUM_UP_TO = 4, 9
FAILURE_COUNTS_DAYS = 90


class Blast(StrEnum):
    """Whom it hurts if it goes wrong."""

    ONE = "one"
    TEAM = "team"
    ALL_AGENTS = "all_agents"
    END_CUSTOMERS = "end_customers"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return LABELS[self]


class Undo(StrEnum):
    """How it is taken back."""

    TOGGLE = "toggle"
    TESTED_PLAN = "tested_plan"
    MANUAL_RESTORE = "manual_restore"
    IRREVERSIBLE = "irreversible"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return LABELS[self]


class Tested(StrEnum):
    """How far it was tried out."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return LABELS[self]


class ChangeClass(StrEnum):
    """Which path it takes."""

    STANDARD = "standard"
    ROUTINE = "routine"
    SENSITIVE = "sensitive"
    EMERGENCY = "emergency"


class Level(StrEnum):
    """How high the score is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


LABELS: dict[Blast | Undo | Tested, str] = {
    Blast.ONE: "One person",
    Blast.TEAM: "One team",
    Blast.ALL_AGENTS: "All agents",
    Blast.END_CUSTOMERS: "End customers",
    Undo.TOGGLE: "By a switch",
    Undo.TESTED_PLAN: "By a tested plan",
    Undo.MANUAL_RESTORE: "Restored by hand",
    Undo.IRREVERSIBLE: "It can’t be undone",
    Tested.FULL: "Fully tested",
    Tested.PARTIAL: "Partly tested",
    Tested.NONE: "Not tested",
}

# fmt: off
AREA_POINTS = {Area.ROUTING: 3, Area.PERMISSIONS: 4, Area.INTEGRATIONS: 4, Area.CUSTOMER_FACING_CONTENT: 2}
BLAST_POINTS = {Blast.ONE: 0, Blast.TEAM: 1, Blast.ALL_AGENTS: 2, Blast.END_CUSTOMERS: 3}
UNDO_POINTS = {Undo.TOGGLE: 0, Undo.TESTED_PLAN: 1, Undo.MANUAL_RESTORE: 2, Undo.IRREVERSIBLE: 4}
TESTED_POINTS = {Tested.FULL: 0, Tested.PARTIAL: 1, Tested.NONE: 3}

# Who must decide, in order: a step is asked once the one before it has decided.
Steps = tuple[tuple[Seat, ...], ...]
_LEAD, _OWNER, _CLIENT = Seat.LEAD, Seat.SERVICE_OWNER, Seat.CLIENT
_ALWAYS_ONE: dict[Level, Steps] = dict.fromkeys(Level, ((Seat.ONCALL_LEAD,),))
APPROVALS: dict[ChangeClass, dict[Level, Steps]] = {
    ChangeClass.STANDARD:  dict.fromkeys(Level, ()),  # its template's owner answers for it
    ChangeClass.ROUTINE:   {Level.LOW: ((Seat.PEER,),), Level.MEDIUM: ((_LEAD,),), Level.HIGH: ((_LEAD, _OWNER),)},
    ChangeClass.SENSITIVE: {Level.LOW: ((_LEAD,),), Level.MEDIUM: ((_LEAD,), (_CLIENT,)),
                            Level.HIGH: ((_LEAD, _OWNER), (_CLIENT,))},
    ChangeClass.EMERGENCY: _ALWAYS_ONE,
}
EMERGENCY_REVIEW: Steps = ((Seat.PEER, Seat.PEER),)
RELEASE: Steps = ((Seat.RELEASE_APPROVER,),)
RELEASE_EXCEPTION: Steps = ((Seat.RELEASE_APPROVER, Seat.SERVICE_OWNER),)  # outside the window, or in a freeze
# fmt: on


@dataclass(frozen=True)
class Answers:
    """The questionnaire."""

    areas: Collection[Area] = ()
    blast: Blast = Blast.ONE
    undo: Undo = Undo.TOGGLE
    tested: Tested = Tested.FULL
    at_peak: bool = False  # or in a freeze
    failed_lately: bool = False  # a change of the same component failed in the last 90 days


class Points(NamedTuple):
    """What one answer adds."""

    why: str
    points: int


def points(answers: Answers) -> list[Points]:
    """The score, answer by answer; what adds nothing is left out."""
    found = [
        Points("touches " + ", ".join(area.label.lower() for area in Area if area in answers.areas), _areas(answers)),
        Points(f"hits {answers.blast.label.lower()}", BLAST_POINTS[answers.blast]),
        Points(f"undo: {answers.undo.label.lower()}", UNDO_POINTS[answers.undo]),
        Points(answers.tested.label.lower(), TESTED_POINTS[answers.tested]),
        Points("at a peak or in a freeze", PEAK * answers.at_peak),
        Points("a change of it failed lately", FAILED_LATELY * answers.failed_lately),
    ]
    return [one for one in found if one.points]


def _areas(answers: Answers) -> int:
    if not answers.areas:
        return 0
    further = FURTHER_AREA * (len(set(answers.areas)) - 1)
    return min(max(AREA_POINTS[area] for area in answers.areas) + further, MOST_AREA_POINTS)


def score(answers: Answers) -> int:
    """The sum, 0 to 20."""
    return sum(one.points for one in points(answers))


def level(total: int) -> Level:
    """Low up to 4, medium up to 9, high above."""
    return Level.LOW if total <= LOW_UP_TO else Level.MEDIUM if total <= MEDIUM_UP_TO else Level.HIGH


def classify(areas: Collection[Area], *, standard: bool = False, emergency: bool = False) -> ChangeClass:
    """An emergency before all else, then a template's standing, then what it touches."""
    if emergency:
        return ChangeClass.EMERGENCY
    if standard:
        return ChangeClass.STANDARD
    return ChangeClass.SENSITIVE if areas else ChangeClass.ROUTINE


def success_percent(*, implemented: int, rolled_back: int, incident_within_7_days: int) -> float | None:
    """Released without rollback or linked incident in 7 days, of all released (ITIL); None where nothing was."""
    return 100 * (implemented - rolled_back - incident_within_7_days) / implemented if implemented else None
