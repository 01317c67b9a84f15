"""Burn-down: how much of a month's allowance is used and promised, where it ends, and what was said about it."""

from bot.domain.burn.burndown import PROMISED, Burndown, Midway, carry_into, midway, of, of_several, used_in
from bot.domain.burn.telling import ToldBurn, watch

__all__ = [
    "PROMISED",
    "Burndown",
    "Midway",
    "ToldBurn",
    "carry_into",
    "midway",
    "of",
    "of_several",
    "used_in",
    "watch",
]
