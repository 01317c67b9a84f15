"""Quotes: work that costs extra is priced and approved by the client before it starts, and stopped at its cap."""

from bot.domain.quotes.answering import lapse, lock_subject, remind, settled, withdraw, withdraw_of_closed
from bot.domain.quotes.asking import VALID_DAYS, WAITS_IN, check, propose
from bot.domain.quotes.pricing import Extra, beyond, check_start, left_for, priced
from bot.domain.quotes.quote import (
    Quote,
    QuoteState,
    approval_of,
    approved_before,
    decided_within,
    find,
    newest_on,
    on_ticket,
)
from bot.domain.quotes.spending import Price, Spending, caps, covered, spending, watch

__all__ = [
    "VALID_DAYS", "WAITS_IN", "Extra", "Price", "Quote", "QuoteState", "Spending", "approval_of", "approved_before",
    "beyond", "caps", "check", "check_start", "covered", "decided_within", "find", "lapse", "left_for", "lock_subject",
    "newest_on", "on_ticket", "priced", "propose", "remind", "settled", "spending", "watch", "withdraw",
    "withdraw_of_closed",
]  # fmt: skip
