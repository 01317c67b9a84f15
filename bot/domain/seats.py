"""The seats at an approval, and the count of what those who sat there decided: pure rules.

A seat is who must decide; `tally` says what came of the decisions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple


class Seat(StrEnum):
    """Who must decide."""

    PEER = "peer"
    LEAD = "lead"
    SERVICE_OWNER = "service_owner"
    CLIENT = "client"
    ONCALL_LEAD = "oncall_lead"
    RELEASE_APPROVER = "release_approver"
    ACCOUNT = "account"
    FINANCE = "finance"

    @property
    def label(self) -> str:
        """As people read it."""
        return LABELS[self]


LABELS = {
    Seat.PEER: "a colleague who works on tickets",
    Seat.LEAD: "a lead",
    Seat.SERVICE_OWNER: "a service owner",
    Seat.CLIENT: "the client’s approver",
    Seat.ONCALL_LEAD: "the lead on call",
    Seat.RELEASE_APPROVER: "a release approver",
    Seat.ACCOUNT: "an account manager",
    Seat.FINANCE: "somebody in finance",
}
# Whose decision fills which seat besides its own.
FILLS: dict[Seat, frozenset[Seat]] = {Seat.LEAD: frozenset({Seat.PEER}), Seat.SERVICE_OWNER: frozenset({Seat.PEER})}


class Verdict(StrEnum):
    """One person's answer."""

    APPROVE = "approve"
    REJECT = "reject"


class Outcome(StrEnum):
    """What the decisions come to."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Vote(NamedTuple):
    """A decision, as the count reads it."""

    who: Any
    seat: Seat
    verdict: Verdict
    content_hash: str
    at: datetime


class Tally(NamedTuple):
    """The outcome, the seats still empty, and whose decision does not count, with why."""

    outcome: Outcome
    missing: list[Seat]
    ignored: list[tuple[Any, str]]


def fills(seat: Seat, needed: Seat) -> bool:
    """Whether a decision from that seat counts for the one that is needed."""
    return seat is needed or needed in FILLS.get(seat, ())


def tally(
    votes: Sequence[Vote], needed: Sequence[Seat], *, barred: Mapping[Any, str], content_hash: str, now: datetime,
    valid_for: timedelta, all_speak: bool = False,
) -> Tally:  # fmt: skip
    """Count decisions in their order: nobody barred, nobody twice, only on this content and while it is valid.

    One rejection ends it, unless `all_speak`: then every seat is heard first, as in a review of what is out already.
    """
    missing, ignored, counted, rejected = list(needed), [], set(), False
    for vote in votes:
        if why := _does_not_count(vote, barred, counted, content_hash, now, valid_for):
            ignored.append((vote.who, why))
            continue
        if vote.verdict is Verdict.REJECT and not all_speak:
            return Tally(Outcome.REJECTED, missing, ignored)
        seat = next((seat for seat in missing if fills(vote.seat, seat)), None)
        if seat is None:
            ignored.append((vote.who, "not needed"))
            continue
        counted.add(vote.who)
        missing.remove(seat)
        rejected = rejected or vote.verdict is Verdict.REJECT
    if missing:
        return Tally(Outcome.PENDING, missing, ignored)
    return Tally(Outcome.REJECTED if rejected else Outcome.APPROVED, missing, ignored)


def _does_not_count(
    vote: Vote, barred: Mapping[Any, str], counted: set[Any], content_hash: str, now: datetime, valid_for: timedelta
) -> str | None:
    if vote.who in barred:
        return barred[vote.who]
    if vote.who in counted:
        return "already counted"
    if vote.content_hash != content_hash:
        return "content changed"
    return "expired" if now - vote.at > valid_for else None
