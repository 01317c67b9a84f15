"""Approvals: something is asked of certain seats, and each decision is one person's, on one content, for good.

An approval knows what it is about only by purpose and number, so changes, releases and whatever comes later share it.
`approval` is what was asked and its verbs, `kinds` what for, `decision` the immutable answer, `sitting` who may sit
where, `delegates` who may answer for somebody else.
"""

from bot.domain.approvals.approval import (
    Approval,
    ask,
    check,
    decide,
    end,
    find,
    locked,
    may_decide,
    newest,
    of_subject,
    pending_of,
    still_approved,
    valid_for,
    waiting_for,
)
from bot.domain.approvals.decision import Decision, decisions_on
from bot.domain.approvals.delegates import Delegation, delegate, end_delegation, given_by
from bot.domain.approvals.kinds import Purpose, Standing
from bot.domain.approvals.sitting import Chair, Hall

__all__ = [
    "Approval",
    "Chair",
    "Decision",
    "Delegation",
    "Hall",
    "Purpose",
    "Standing",
    "ask",
    "check",
    "decide",
    "decisions_on",
    "delegate",
    "end",
    "end_delegation",
    "find",
    "given_by",
    "locked",
    "may_decide",
    "newest",
    "of_subject",
    "pending_of",
    "still_approved",
    "valid_for",
    "waiting_for",
]
