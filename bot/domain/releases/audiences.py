"""Whom a release concerns and when they are told, as a table (pure rules)."""

from enum import StrEnum
from typing import NamedTuple

from bot.domain.changes import Change
from bot.domain.risk import ChangeClass
from bot.domain.roles import ContactRole
from bot.domain.routing import Area


class Moment(StrEnum):
    """When somebody is told."""

    AFTER_APPROVAL = "after_approval"
    TWO_DAYS_BEFORE = "two_days_before"
    DAY_BEFORE = "day_before"
    SAME_DAY = "same_day"
    AT_RELEASE = "at_release"
    AFTER_VERIFICATION = "after_verification"
    CALLED_OFF = "called_off"
    ROLLED_BACK = "rolled_back"

    @property
    def label(self) -> str:
        """As people read it."""
        return LABELS[self]


class Audience(StrEnum):
    """Who on the client's side is concerned."""

    AGENTS = "agents"
    USERS = "users"
    TECHNICAL = "technical"
    CONTENT_OWNER = "content_owner"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        """As people read it."""
        return LABELS[self]

    @property
    def role(self) -> ContactRole | None:
        """Whom it mentions by name, where the account has one."""
        return _ROLES.get(self)


LABELS: dict[Moment | Audience, str] = {
    Moment.AFTER_APPROVAL: "when it is scheduled",
    Moment.TWO_DAYS_BEFORE: "two business days before",
    Moment.DAY_BEFORE: "a business day before",
    Moment.SAME_DAY: "that morning",
    Moment.AT_RELEASE: "at release",
    Moment.AFTER_VERIFICATION: "once it is verified",
    Moment.CALLED_OFF: "called off",
    Moment.ROLLED_BACK: "rolled back",
    Audience.AGENTS: "agents and team leads",
    Audience.USERS: "affected users and the security contact",
    Audience.TECHNICAL: "technical contacts",
    Audience.CONTENT_OWNER: "the content owner",
    Audience.CONTACT: "the client’s contact",
}
_ROLES = {
    Audience.USERS: ContactRole.SECURITY,
    Audience.TECHNICAL: ContactRole.TECHNICAL,
    Audience.CONTENT_OWNER: ContactRole.CONTENT_OWNER,
    Audience.CONTACT: ContactRole.REQUESTER,
}


class Telling(NamedTuple):
    """One row of the table: who, and when."""

    audience: Audience
    moment: Moment


_M = Moment
# fmt: off
TELLINGS: dict[Area, tuple[Telling, ...]] = {
    Area.ROUTING:      (Telling(Audience.AGENTS, _M.DAY_BEFORE), Telling(Audience.AGENTS, _M.AT_RELEASE)),
    Area.PERMISSIONS:  (Telling(Audience.USERS, _M.SAME_DAY), Telling(Audience.USERS, _M.AFTER_VERIFICATION)),
    Area.INTEGRATIONS: (Telling(Audience.TECHNICAL, _M.TWO_DAYS_BEFORE), Telling(Audience.TECHNICAL, _M.AT_RELEASE),
                        Telling(Audience.TECHNICAL, _M.AFTER_VERIFICATION)),
    Area.CUSTOMER_FACING_CONTENT: (Telling(Audience.CONTENT_OWNER, _M.AFTER_APPROVAL),
                                   Telling(Audience.CONTENT_OWNER, _M.AT_RELEASE)),
}
# An emergency is told at once, whatever it touches; its summary follows when it is verified.
EMERGENCY = (Telling(Audience.CONTACT, _M.AT_RELEASE), Telling(Audience.CONTACT, _M.AFTER_VERIFICATION))
BUSINESS_DAYS_BEFORE = {_M.TWO_DAYS_BEFORE: 2, _M.DAY_BEFORE: 1, _M.SAME_DAY: 0}  # in the morning, when they open
AHEAD = frozenset({_M.AFTER_APPROVAL, *BUSINESS_DAYS_BEFORE})  # what is said before it goes out
# fmt: on


def tellings(change: Change) -> list[Telling]:
    """Who is told of it, and when."""
    if change.change_class is ChangeClass.EMERGENCY:
        return list(EMERGENCY)
    return [telling for touch in change.content.touches if touch.area for telling in TELLINGS[touch.area]]
