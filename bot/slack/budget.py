"""Slack's limits as rows that all workers share: a message a second a channel, fifty edits a minute.

Each row is the theoretical arrival time of a leaky bucket (GCRA): a short burst passes at once,
then the pace holds.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

EDITS = "chat.update"


class Pace(NamedTuple):
    """Seconds between two calls, and how many may come at once."""

    seconds: float
    burst: int

    @property
    def window(self) -> float:
        """How far ahead of the clock the bucket may run."""
        return self.seconds * (self.burst - 1)


CHANNEL = Pace(seconds=1.0, burst=3)
UPDATES = Pace(seconds=1.2, burst=20)


def spend(session: Session, key: str) -> None:
    """Take one call out of the bucket; the claim saw that there was room."""
    pace = UPDATES if key == EDITS else CHANNEL
    session.execute(
        text(
            "insert into slack_budget (key, full_until) values (:key, now() + make_interval(secs => :seconds))"
            " on conflict (key) do update set full_until ="
            " greatest(slack_budget.full_until, now()) + make_interval(secs => :seconds)"
        ),
        {"key": key, "seconds": pace.seconds},
    )


def close(session: Session, key: str, seconds: float) -> datetime:
    """Slack said to wait: nobody calls for so long. Returns until when."""
    pace = UPDATES if key == EDITS else CHANNEL
    return session.execute(
        text(
            "insert into slack_budget (key, full_until) values (:key, now() + make_interval(secs => :full))"
            " on conflict (key) do update set full_until = greatest(slack_budget.full_until, excluded.full_until)"
            " returning now() + make_interval(secs => :seconds)"
        ),
        {"key": key, "full": seconds + pace.window, "seconds": seconds},
    ).scalar_one()
