"""Slack's limits as rows that all workers share: a message a second a channel, and each method's tier.

Each row is the theoretical arrival time of a leaky bucket (GCRA): a short burst passes at once,
then the pace holds. A call that answers a person is not held up by any: it comes too late or not at all.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from slack_sdk.errors import SlackApiError
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
TIER_2 = Pace(seconds=3.0, burst=8)  # 20 a minute
TIER_3 = Pace(seconds=1.2, burst=20)  # 50 a minute
TIER_4 = Pace(seconds=0.6, burst=40)  # 100 a minute
# What the worker calls, per method and workspace; chat.postMessage goes by its channel.
PACES = {
    EDITS: TIER_3,
    "conversations.open": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "pins.add": TIER_2,
    "files.getUploadURLExternal": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "files.info": TIER_4,
}


def windows() -> dict[str, float]:
    """How far each method's bucket may run ahead of the clock."""
    return {method: pace.window for method, pace in PACES.items()}


def spend(session: Session, keys: Iterable[str]) -> None:
    """Take one call out of each bucket, in the order in which all workers do; the claim saw that there was room."""
    session.execute(
        text(
            "insert into slack_budget (key, full_until) values (:key, now() + make_interval(secs => :seconds))"
            " on conflict (key) do update set full_until ="
            " greatest(slack_budget.full_until, now()) + make_interval(secs => :seconds)"
        ),
        [{"key": key, "seconds": _pace(key).seconds} for key in sorted(keys)],
    )


def close(session: Session, key: str, seconds: float) -> datetime:
    """Slack said to wait: nobody calls for so long. Returns until when."""
    return session.execute(
        text(
            "insert into slack_budget (key, full_until) values (:key, now() + make_interval(secs => :full))"
            " on conflict (key) do update set full_until = greatest(slack_budget.full_until, excluded.full_until)"
            " returning now() + make_interval(secs => :seconds)"
        ),
        {"key": key, "full": seconds + _pace(key).window, "seconds": seconds},
    ).scalar_one()


def key_of(error: SlackApiError) -> str | None:
    """The bucket of the method that was refused; None where that is its channel's."""
    method = str(getattr(error.response, "api_url", "")).rpartition("/")[2]
    return method if method in PACES else None


def _pace(key: str) -> Pace:
    return PACES.get(key, CHANNEL)
