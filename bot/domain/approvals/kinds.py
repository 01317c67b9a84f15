"""What an approval is asked for, and how it stands."""

from enum import StrEnum


class Purpose(StrEnum):
    """What is asked for; with the number of its subject it names what it is about."""

    CHANGE = "change"
    RELEASE = "release"
    EMERGENCY_REVIEW = "emergency_review"
    QUOTE = "quote"
    BILLING_REVIEW = "billing_review"


class Standing(StrEnum):
    """How it stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"  # what it was about was edited
    EXPIRED = "expired"  # nobody decided in time
    WITHDRAWN = "withdrawn"
