"""Priority = impact x urgency (ITIL), computed from what happens to the client's work.

Never inputs: the requester's rank, the number of reminders, the tone. Source: ITIL's impact/urgency
matrix; the points are ours and stand here on one screen.
"""

from enum import StrEnum
from typing import NamedTuple


class Priority(StrEnum):
    """P1 is worked first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Effect(StrEnum):
    """What the matter does to the client's work."""

    NONE = "None"
    MINOR = "Minor"
    DEGRADED = "Degraded"
    STOPPED = "Stopped"


class Users(StrEnum):
    """How many feel it: a few is 2 to 10, many is 11 and more or a whole team."""

    ONE = "One person"
    FEW = "A few"
    MANY = "Many or a team"
    ALL = "Everyone"


class Timing(StrEnum):
    """When the client would like it."""

    NOW = "Now"
    THIS_WEEK = "This week"
    BY_DATE = "By a date"
    WHENEVER = "Whenever"


class Level(StrEnum):
    """Of impact and of urgency."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


POINTS: dict[StrEnum, int] = {
    Effect.NONE: 0, Effect.MINOR: 1, Effect.DEGRADED: 2, Effect.STOPPED: 3,
    Users.ONE: 0, Users.FEW: 1, Users.MANY: 2, Users.ALL: 3,
}  # fmt: skip
REVENUE_POINTS = 3
HIGH_FROM, MEDIUM_FROM = 5, 3
SOON_BUSINESS_DAYS = 5

# fmt: off
MATRIX: dict[tuple[Level, Level], Priority] = {   # (impact, urgency)
    (Level.HIGH,   Level.HIGH): Priority.P1, (Level.HIGH,   Level.MEDIUM): Priority.P2, (Level.HIGH,   Level.LOW): Priority.P3,
    (Level.MEDIUM, Level.HIGH): Priority.P2, (Level.MEDIUM, Level.MEDIUM): Priority.P3, (Level.MEDIUM, Level.LOW): Priority.P4,
    (Level.LOW,    Level.HIGH): Priority.P3, (Level.LOW,    Level.MEDIUM): Priority.P4, (Level.LOW,    Level.LOW): Priority.P4,
}
# fmt: on

_EFFECT_WORDS = {
    Effect.NONE: "nothing is held up",
    Effect.MINOR: "work is slightly held up",
    Effect.DEGRADED: "work is degraded",
    Effect.STOPPED: "work has stopped",
}
_USERS_WORDS = {
    Users.ONE: "one person",
    Users.FEW: "a few people",
    Users.MANY: "many people or a team",
    Users.ALL: "everyone",
}


class Assessment(NamedTuple):
    """A priority and why: `points` 0 to 9, `reasons` as phrases a client can read."""

    points: int
    impact: Level
    urgency: Level
    priority: Priority
    reasons: tuple[str, ...]

    @property
    def why(self) -> str:
        """One sentence, for cards and confirmations."""
        return f"{self.impact.value} impact, {self.urgency.value} urgency: {'; '.join(self.reasons)}"


def impact_points(effect: Effect, users: Users, blocks_revenue: bool) -> int:
    """0 to 9: effect and reach up to 3 each, and 3 more where revenue is blocked."""
    return POINTS[effect] + POINTS[users] + (REVENUE_POINTS if blocks_revenue else 0)


def impact_level(effect: Effect, users: Users, blocks_revenue: bool) -> Level:
    """High from 5 points, medium from 3; what affects nobody's work is low however many see it."""
    points = impact_points(effect, users, blocks_revenue)
    if effect is Effect.NONE and not blocks_revenue:
        return Level.LOW
    if points >= HIGH_FROM:
        return Level.HIGH
    return Level.MEDIUM if points >= MEDIUM_FROM else Level.LOW


def urgency_level(business_days: int | None, has_consequence: bool) -> Level:
    """High only for `now` with a stated consequence; `business_days` None means whenever."""
    if business_days is None:
        return Level.LOW
    if business_days <= 0 and has_consequence:
        return Level.HIGH
    return Level.MEDIUM if business_days <= SOON_BUSINESS_DAYS else Level.LOW


def assess(
    effect: Effect, users: Users, *, blocks_revenue: bool, business_days: int | None, has_consequence: bool = True
) -> Assessment:
    """The priority with its reasons. `business_days` until it is wanted: 0 now, None whenever."""
    impact = impact_level(effect, users, blocks_revenue)
    urgency = urgency_level(business_days, has_consequence)
    reasons = [_EFFECT_WORDS[effect], f"affects {_USERS_WORDS[users]}"]
    if blocks_revenue:
        reasons.append("revenue is blocked")
    reasons.append(_timing_words(business_days, has_consequence))
    points = impact_points(effect, users, blocks_revenue)
    return Assessment(points, impact, urgency, MATRIX[impact, urgency], tuple(reasons))


def _timing_words(business_days: int | None, has_consequence: bool) -> str:
    if business_days is None:
        return "no date asked for"
    if business_days <= 0:
        return "wanted now, with a consequence" if has_consequence else "wanted now, no consequence given"
    if business_days <= SOON_BUSINESS_DAYS:
        return f"wanted within {SOON_BUSINESS_DAYS} business days"
    return "wanted later than this week"
