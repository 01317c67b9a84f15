"""Where time is lost: intake, execution, review or the client, by business hours in status. Pure arithmetic."""

from collections.abc import Mapping

from bot.domain.workflow import STATUSES, Side, Status

FLAG_SHARE = 0.4


def shares(hours_by_status: Mapping[Status, float]) -> dict[Side, float]:
    """Each side's part of all hours, every side named; what is closed is on no side. No hours, no parts."""
    hours = dict.fromkeys(Side, 0.0)
    for status, spent in hours_by_status.items():
        if side := STATUSES[status].side:
            hours[side] += spent
    total = sum(hours.values())
    return {side: spent / total if total else 0.0 for side, spent in hours.items()}


def named(parts: Mapping[Side, float], flag_share: float = FLAG_SHARE) -> Side | None:
    """The side with the largest part, if that is at least `flag_share`; of equals the one that comes first in work."""
    top = max(parts, key=lambda side: parts[side], default=None)
    return top if top and parts[top] >= flag_share else None
