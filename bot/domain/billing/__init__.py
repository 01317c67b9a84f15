"""Billing: each month of each account is looked at, put right, signed by two, and locked.

`findings` is what is looked at, `fixing` what puts it right, `review` the signatures and the lock.
"""

from bot.domain.billing.findings import KINDS, Examined, Finding, Fix, Found
from bot.domain.billing.fixing import find, fix, write_off
from bot.domain.billing.review import (
    BillingReview,
    ReviewState,
    WaivedFinding,
    examined,
    lapse,
    listed,
    lock_subject,
    open_for,
    remind,
    settled,
    sign,
    visible_to,
)

__all__ = [
    "KINDS", "BillingReview", "Examined", "Finding", "Fix", "Found", "ReviewState", "WaivedFinding", "examined", "find",
    "fix", "lapse", "listed", "lock_subject", "open_for", "remind", "settled", "sign", "visible_to", "write_off",
]  # fmt: skip
