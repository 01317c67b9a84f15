"""Billing: each month of each account is looked at, put right, signed by two, and locked.

`opening` makes a month's review, `findings` is what is looked at, `entries` all there is to pick from, `fixing` what
puts it right, `review` the signing and the lock, `signatures` who has signed, `settled` what was left as it is,
`cards` what others read of it, `reading` who may load one, `reminding` what its approval asks of it.
"""

from bot.domain.billing.cards import redraw
from bot.domain.billing.entries import ALL, entries_of, narrow, shares
from bot.domain.billing.findings import KINDS, Examined, Finding, Fix, Found
from bot.domain.billing.fixing import check, find, fix, write_off
from bot.domain.billing.opening import open_all_late, open_due, open_for, open_late
from bot.domain.billing.reading import listed, months, visible_to
from bot.domain.billing.reminding import lapse, lock_subject, remind
from bot.domain.billing.review import (
    BillingReview,
    ReviewState,
    WaivedFinding,
    earlier_open,
    examined,
    figures,
    sign,
)
from bot.domain.billing.settled import Settled, settled_in
from bot.domain.billing.signatures import Signatures, may_sign, signatures

__all__ = [
    "ALL", "KINDS", "BillingReview", "Examined", "Finding", "Fix", "Found", "ReviewState", "Settled", "Signatures",
    "WaivedFinding", "check", "earlier_open", "entries_of", "examined", "figures", "find", "fix", "lapse", "listed",
    "lock_subject", "may_sign", "months", "narrow", "open_all_late", "open_due", "open_for", "open_late", "redraw",
    "remind", "settled_in", "shares", "sign", "signatures", "visible_to", "write_off",
]  # fmt: skip
