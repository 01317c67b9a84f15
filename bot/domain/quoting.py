"""What goes beyond the allowance, and what it would cost: asked before the work starts, not at the end of the month."""

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.money import Money, for_minutes

WARN_SHARE = 80  # hundredths of what was approved


@dataclass(frozen=True)
class Quote:
    """So many minutes beyond, and their price."""

    minutes: int
    price: Money


def quote(estimate: int, remaining: int, rate: Decimal, currency: str) -> Quote:
    """What of an estimate goes beyond the minutes that are left of the allowance."""
    beyond = max(estimate - max(remaining, 0), 0)
    return Quote(beyond, for_minutes(beyond, rate, currency))


def may_start(beyond: int, approved: int | None) -> bool:
    """Whether what goes beyond was approved, all of it."""
    return beyond <= (approved or 0)


def is_nearly_used(spent: int, approved: int) -> bool:
    """From 80 % of what was approved on."""
    return spent * 100 >= approved * WARN_SHARE


def is_used_up(spent: int, approved: int) -> bool:
    """All of what was approved: work stops, and it is asked for again."""
    return spent >= approved
