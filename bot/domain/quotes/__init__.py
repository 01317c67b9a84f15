"""Quotes: work that costs extra is priced and approved by the client before it starts, and stopped at its cap."""

from bot.domain.quotes.asking import (
    VALID_DAYS,
    WAITS_IN,
    Extra,
    beyond,
    check,
    check_start,
    lapse,
    left_for,
    lock_subject,
    priced,
    propose,
    remind,
    settled,
    withdraw,
    withdraw_of_closed,
)
from bot.domain.quotes.quote import Quote, QuoteState, approval_of, decided_within, find, newest_on, on_ticket
from bot.domain.quotes.spending import Spending, covered, spending, watch

__all__ = [
    "VALID_DAYS",
    "WAITS_IN",
    "Extra",
    "Quote",
    "QuoteState",
    "Spending",
    "approval_of",
    "beyond",
    "check",
    "check_start",
    "covered",
    "decided_within",
    "find",
    "lapse",
    "left_for",
    "lock_subject",
    "newest_on",
    "on_ticket",
    "priced",
    "propose",
    "remind",
    "settled",
    "spending",
    "watch",
    "withdraw", "withdraw_of_closed",
]  # fmt: skip
