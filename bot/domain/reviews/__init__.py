"""What the reviews show, computed from the records and the history; stored as a snapshot when posted."""

from bot.domain.reviews.daily import daily_queue, previous_working_day, stalled_before, stalled_since
from bot.domain.reviews.lists import SHOWN
from bot.domain.reviews.monthly import AUDIENCE, cut, has_more, monthly

__all__ = [
    "AUDIENCE",
    "SHOWN",
    "cut",
    "daily_queue",
    "has_more",
    "monthly",
    "previous_working_day",
    "stalled_before",
    "stalled_since",
]
