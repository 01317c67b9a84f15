"""Who people are and what each role may do.

`PERMISSIONS` is the one table that handlers, refusals and docs/reference.md read.
A person may hold several roles; staff hold `Role`s, an account's contacts hold `ContactRole`s.
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a member of the provider's staff does."""

    ENGINEER = "engineer"
    LEAD = "lead"
    APPROVER = "approver"
    SERVICE_OWNER = "service_owner"
    ACCOUNT_MANAGER = "account_manager"
    FINANCE = "finance"
    EXECUTIVE = "executive"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """As sentences have it."""
        return self.value.replace("_", " ")


class ContactRole(StrEnum):
    """What a contact does for the client's side."""

    REQUESTER = "requester"
    APPROVER = "approver"
    CONTENT_OWNER = "content_owner"
    TECHNICAL = "technical"
    SECURITY = "security"


class Permission(StrEnum):
    """Something a role allows. Moves of a ticket have their own table: workflow.WORKFLOW."""

    FILE_FOR_CLIENT = "file a request for a client"
    WORK = "work tickets"
    LEAD_QUEUE = "lead the queue"
    LOG_TIME = "log time"
    SEE_HOURS_OF_OTHERS = "see other people’s hours"
    WRITE = "write to clients"
    MANAGE_ACCOUNTS = "manage accounts"
    SET_ABSENCE_OF_OTHERS = "say for others when they are away"
    CHANGE_ROTA = "change the rota"
    PLAN_WITH_CLIENTS = "plan with clients"
    MEND_DELIVERIES = "settle what could not be delivered"
    WORK_ON_RELEASES = "package releases"
    PLAN_RELEASES = "plan and run releases"
    SEE_MONEY = "see rates and invoices"
    MAKE_AGREEMENTS = "make agreements"
    REVIEW_BILLING = "review a month before it is billed"
    INVOICE = "approve and export invoices"


_EVERYONE = frozenset(Role)
_WORKERS = frozenset({Role.ENGINEER, Role.LEAD, Role.SERVICE_OWNER})
_MONEY = frozenset({Role.ACCOUNT_MANAGER, Role.FINANCE, Role.EXECUTIVE})
_ORGANISERS = frozenset({Role.LEAD, Role.SERVICE_OWNER, Role.ADMIN})

# fmt: off
PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.FILE_FOR_CLIENT: _EVERYONE,
    Permission.WORK:            _WORKERS,
    Permission.LEAD_QUEUE:      frozenset({Role.LEAD, Role.SERVICE_OWNER}),
    Permission.LOG_TIME:        _EVERYONE,
    Permission.SEE_HOURS_OF_OTHERS: frozenset(
        {Role.LEAD, Role.SERVICE_OWNER, Role.ACCOUNT_MANAGER, Role.FINANCE, Role.EXECUTIVE}
    ),
    Permission.WRITE:           _EVERYONE,
    Permission.MANAGE_ACCOUNTS: frozenset({Role.LEAD, Role.SERVICE_OWNER, Role.ACCOUNT_MANAGER, Role.ADMIN}),
    Permission.SET_ABSENCE_OF_OTHERS: _ORGANISERS,
    Permission.CHANGE_ROTA:     _ORGANISERS,
    Permission.MEND_DELIVERIES: _ORGANISERS,
    Permission.WORK_ON_RELEASES: _WORKERS | {Role.APPROVER},
    Permission.PLAN_RELEASES:   frozenset({Role.LEAD, Role.SERVICE_OWNER, Role.APPROVER}),
    Permission.SEE_MONEY:       _MONEY | {Role.LEAD, Role.SERVICE_OWNER, Role.ADMIN},
    Permission.MAKE_AGREEMENTS: _MONEY | {Role.ADMIN},
    Permission.REVIEW_BILLING:  frozenset({Role.LEAD, Role.SERVICE_OWNER, Role.ACCOUNT_MANAGER, Role.FINANCE}),
    Permission.INVOICE:         frozenset({Role.FINANCE}),
    Permission.PLAN_WITH_CLIENTS: _WORKERS | {Role.ACCOUNT_MANAGER, Role.ADMIN},
}
# fmt: on


def allows(roles: Iterable[str], permission: Permission) -> bool:
    """Whether one of these staff roles carries the permission."""
    return not PERMISSIONS[permission].isdisjoint(roles)


_ARTICLES = {"finance": "somebody in "}


def who_may(permission: Permission) -> str:
    """The roles that carry the permission, as words for a refusal: `a lead or a service owner`."""
    if PERMISSIONS[permission] == _EVERYONE:
        return "the support team"
    names = [role.label for role in Role if role in PERMISSIONS[permission]]
    articled = [_ARTICLES.get(name, "an " if name[0] in "aeiou" else "a ") + name for name in names]
    return " or ".join([", ".join(articled[:-1]), articled[-1]]) if len(articled) > 1 else articled[0]
