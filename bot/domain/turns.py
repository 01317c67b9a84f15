"""Whose turn it is: people take turns by week, from Monday on, and somebody who is away is skipped.

Pure arithmetic over what `rota` keeps. A rotation holds from its date until the next one begins; its
first person has the week in which it begins. A hand-over puts somebody in front of everybody else for
its days, the newest first. Whoever then comes first and is there has the duty; where nobody is, nobody has.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

WEEK = 7
Here = Callable[[int, date], bool]


class Duty(StrEnum):
    """What somebody has in turn."""

    TRIAGE = "triage"
    ON_CALL = "on_call"

    @property
    def label(self) -> str:
        """As people say it."""
        return {Duty.TRIAGE: "Triage", Duty.ON_CALL: "On call"}[self]


class Order(NamedTuple):
    """Who takes turns from a date on."""

    since: date
    people: tuple[int, ...]


class Cover(NamedTuple):
    """Somebody takes over for some days, both included."""

    starts: date
    ends: date
    person: int


class Turn(NamedTuple):
    """Days in a row, within a week, on which the same person has a duty for the same reason."""

    starts: date
    ends: date
    person: int | None  # who has it
    whose: int | None  # whose turn it is by the rotation
    handed_over: bool


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def in_turn(people: Sequence[int], since: date, day: date) -> list[int]:
    """Everybody in the order in which they are asked that week: whose turn it is, then who follows."""
    if not people:
        return []
    first = (monday_of(day) - monday_of(since)).days // WEEK % len(people)
    return [*people[first:], *people[:first]]


def is_same_circle(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether both have the same people follow each other, whoever is first."""
    starts = range(max(len(one), 1))
    return len(one) == len(other) and any([*one[n:], *one[:n]] == list(other) for n in starts)


def on(day: date, orders: Iterable[Order], covers: Iterable[Cover], here: Here) -> Turn:
    """Who has the duty on that day. `orders` and `covers` come oldest first."""
    order = next((made for made in reversed(list(orders)) if made.since <= day), None)
    asked = in_turn(order.people, order.since, day) if order else []
    covering = [made.person for made in reversed(list(covers)) if made.starts <= day <= made.ends]
    person = next((who for who in [*covering, *asked] if here(who, day)), None)
    return Turn(day, day, person, asked[0] if asked else None, person is not None and person in covering)


def turns(
    first: date, weeks: int, orders: Sequence[Order], covers: Sequence[Cover], here: Here
) -> list[Turn]:  # fmt: skip
    """The turns of so many weeks, beginning with the whole week of `first`."""
    monday = monday_of(first)
    days = [on(monday + timedelta(days=offset), orders, covers, here) for offset in range(weeks * WEEK)]
    same = groupby(days, key=lambda turn: (monday_of(turn.starts), *turn[2:]))
    return [made[0]._replace(ends=made[-1].ends) for made in (list(group) for _, group in same)]
