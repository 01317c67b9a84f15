"""Agreements: what an account has bought, in versions from a date on."""

from bot.domain.agreements.agreement import Agreement, AgreementType, OutOfScope, Rate
from bot.domain.agreements.ending import tell as tell_of_endings
from bot.domain.agreements.versions import (
    check_start,
    enter,
    in_force,
    make,
    newest_of,
    of,
    of_several,
    versions,
    versions_of,
)

__all__ = [
    "Agreement", "AgreementType", "OutOfScope", "Rate", "check_start", "enter", "in_force", "make", "newest_of", "of",
    "of_several", "tell_of_endings", "versions", "versions_of",
]  # fmt: skip
