"""What may bypass the queue: a criterion of the list, said in a sentence, and confirmed by a lead in time. Pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

SHORTEST_JUSTIFICATION = 20
CONFIRM_MINUTES = 30
TOO_MANY = 0.1  # of what was accepted: from there on everything feels urgent, and the lane means nothing


class Criterion(StrEnum):
    """What cannot wait for the queue."""

    REVENUE_STOPPED = "revenue_stopped"
    CUSTOMER_OUTAGE = "customer_outage_no_workaround"
    SECURITY_OR_DATA_LOSS = "security_or_data_loss"
    LEGAL_DEADLINE = "legal_deadline_1bd"
    FAILED_RELEASE = "failed_release"

    @property
    def label(self) -> str:
        """As the form and the cards show it."""
        return LABELS[self]


LABELS = {
    Criterion.REVENUE_STOPPED: "Revenue has stopped",
    Criterion.CUSTOMER_OUTAGE: "Customers are cut off, with no workaround",
    Criterion.SECURITY_OR_DATA_LOSS: "Security, or data is being lost",
    Criterion.LEGAL_DEADLINE: "A legal deadline within one business day",
    Criterion.FAILED_RELEASE: "A release has failed",
}


class Lane(StrEnum):
    """How a ticket is worked."""

    EXPEDITE = "expedite"
    NORMAL = "normal"


class Verdict(NamedTuple):
    """The lane, and why it is not the fast one."""

    lane: Lane
    reason: str | None = None


def check(
    criterion: str,
    justification: str,
    confirmed_after_min: float | None,
    *,
    criteria: Collection[str] = tuple(Criterion),
    within_min: float = CONFIRM_MINUTES,
) -> Verdict:
    """The fast lane, or the first thing that is missing. `confirmed_after_min` None: nobody has confirmed."""
    if criterion not in criteria:
        return Verdict(Lane.NORMAL, "criterion not on the list")
    if len(justification.strip()) < SHORTEST_JUSTIFICATION:
        return Verdict(Lane.NORMAL, f"justification shorter than {SHORTEST_JUSTIFICATION} characters")
    if confirmed_after_min is None or confirmed_after_min > within_min:
        return Verdict(Lane.NORMAL, f"not confirmed by the on-call lead within {within_min:g} minutes")
    return Verdict(Lane.EXPEDITE)


class Share(NamedTuple):
    """How many of the tickets accepted were asked to bypass the queue, and how many did."""

    tickets: int
    asked: int
    confirmed: int

    @property
    def of_tickets(self) -> float:
        """Asked for, whatever became of it; 0 where nothing was accepted."""
        return self.asked / self.tickets if self.tickets else 0.0

    @property
    def everything_feels_urgent(self) -> bool:
        """More than a tenth: the weekly review says so."""
        return self.of_tickets > TOO_MANY
