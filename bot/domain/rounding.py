"""How minutes become billed minutes. What was logged stays as it is; both are shown.

A unit (any whole number of minutes), a mode, and a scope: what is added up before it is rounded. After Odoo's
sale_timesheet_rounded (OCA), which rounds single entries only.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

LONGEST_UNIT = 480


class Mode(StrEnum):
    """Which way."""

    NONE = "none"
    UP = "up"
    CLOSEST = "closest"  # half up
    DOWN = "down"


class Scope(StrEnum):
    """What is added up first."""

    ENTRY = "entry"
    TICKET_DAY = "ticket_day"
    INVOICE_LINE = "invoice_line"


class Piece(NamedTuple):
    """Minutes as they were logged. `entry` is the entry they count for: a reversal counts for the one it undoes."""

    entry: Hashable
    ticket: Hashable  # or a project; None is neither
    day: date
    minutes: int


@dataclass(frozen=True)
class Rounding:
    """An agreement's rule."""

    unit: int = 15
    mode: Mode = Mode.UP
    scope: Scope = Scope.TICKET_DAY

    @property
    def step(self) -> int:
        """Whole minutes that a sum becomes a multiple of."""
        return 1 if self.mode is Mode.NONE else self.unit

    @property
    def added(self) -> int:
        """What is added to a sum before it is cut down to whole steps: that makes the mode."""
        return {Mode.UP: self.unit - 1, Mode.CLOSEST: self.unit // 2}.get(self.mode, 0)

    def billed(self, minutes: int) -> int:
        """One sum of minutes, rounded; what is taken back is rounded as it was billed, so both are nothing."""
        whole = (abs(minutes) + self.added) // self.step * self.step
        return whole if minutes >= 0 else -whole

    def total(self, pieces: Iterable[Piece]) -> int:
        """The billed minutes of what stands on one invoice line."""
        sums: dict[Hashable, int] = defaultdict(int)
        for piece in pieces:
            sums[self._adds_up_with(piece)] += piece.minutes
        return sum(self.billed(minutes) for minutes in sums.values())

    def _adds_up_with(self, piece: Piece) -> Hashable:
        match self.scope:
            case Scope.ENTRY:
                return piece.entry
            case Scope.TICKET_DAY:
                return piece.ticket, piece.day
            case Scope.INVOICE_LINE:
                return None
