"""How far a change is."""

from enum import StrEnum


class ChangeState(StrEnum):
    """How far it is."""

    DRAFT = "draft"
    ASKED = "waiting for approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    VERIFIED = "verified"
    ROLLED_BACK = "rolled back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    IMPORTED = "imported"  # named in another system's log


_S = ChangeState
BEFORE_RELEASE = frozenset({_S.DRAFT, _S.ASKED, _S.APPROVED, _S.SCHEDULED, _S.REJECTED})
OUT = frozenset({_S.RELEASED, _S.VERIFIED, _S.ROLLED_BACK})
