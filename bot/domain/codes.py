"""Time categories (what kind of work) and billing codes (how it is charged), with default pairs.

The pairs exist so that nobody has to think: the ticket's own code wins, else the category's.
"""

from enum import StrEnum


class Category(StrEnum):
    """What the time went into."""

    TICKET_RESOLUTION = "ticket_resolution"
    MONITORING_MAINTENANCE = "monitoring_maintenance"
    CLIENT_COMMUNICATION = "client_communication"
    ESCALATION_SUPPORT = "escalation_support"
    PROCESS_IMPROVEMENT = "process_improvement"
    BILLING_ADMIN = "billing_admin"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return CATEGORIES[self][0]


class Code(StrEnum):
    """How the time is charged."""

    INCLUDED = "included"
    OUT_OF_SCOPE = "out_of_scope"
    PROJECT = "project"
    ADVISORY = "advisory"
    INTERNAL = "internal"

    @property
    def label(self) -> str:
        """As forms and invoices show it."""
        return CODES[self]


# fmt: off
CATEGORIES: dict[Category, tuple[str, Code]] = {
    Category.TICKET_RESOLUTION:      ("Ticket resolution",          Code.INCLUDED),
    Category.MONITORING_MAINTENANCE: ("Monitoring and maintenance", Code.INCLUDED),
    Category.CLIENT_COMMUNICATION:   ("Client communication",       Code.INCLUDED),
    Category.ESCALATION_SUPPORT:     ("Escalation support",         Code.INCLUDED),
    Category.PROCESS_IMPROVEMENT:    ("Process improvement",        Code.INTERNAL),
    Category.BILLING_ADMIN:          ("Billing administration",     Code.INTERNAL),
}
CODES: dict[Code, str] = {
    Code.INCLUDED:     "Included",
    Code.OUT_OF_SCOPE: "Out of scope",
    Code.PROJECT:      "Project",
    Code.ADVISORY:     "Advisory",
    Code.INTERNAL:     "Internal",
}
# fmt: on


def default_code(category: Category, ticket_code: Code | None = None) -> Code:
    """The ticket's own code wins; without one, the category's."""
    return ticket_code or CATEGORIES[category][1]
