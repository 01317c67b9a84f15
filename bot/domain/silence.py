"""What becomes of a ticket whose client does not answer: two reminders, then it closes. Pure arithmetic.

Pattern: Zendesk's "bump, bump, solve", in business days of the client's calendar.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

REMIND_AFTER, CLOSE_AFTER = (2, 4), 5
APART = 1  # business days between two steps: whoever is reminded late has time to answer


class Step(StrEnum):
    """What is due now."""

    NONE = "none"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    AUTO_CLOSE = "auto_close"


REMINDERS = (Step.REMINDER_1, Step.REMINDER_2)


def step(
    business_days_waiting: float,
    sent: Mapping[Step, float],
    *,
    remind_after: Sequence[float] = REMIND_AFTER,
    close_after: float = CLOSE_AFTER,
) -> Step:
    """The one step that is due. `sent`: the reminders of this wait, with the business day each went out on.

    After an outage only the latest step is made up for, and nothing closes without a reminder before it.
    """
    if sent and business_days_waiting - max(sent.values()) < APART:
        return Step.NONE
    if sent and business_days_waiting >= close_after:
        return Step.AUTO_CLOSE
    due = [reminder for reminder, days in zip(REMINDERS, remind_after, strict=True) if business_days_waiting >= days]
    return due[-1] if due and due[-1] not in sent else Step.NONE


def closes_after(business_days_waiting: float, close_after: float = CLOSE_AFTER) -> float:
    """On which business day it closes if a reminder goes out now and nobody answers."""
    return max(close_after, business_days_waiting + APART)
