"""Where an intake belongs: not everything is a ticket."""

from collections.abc import Collection
from enum import StrEnum


class RequestType(StrEnum):
    """What is asked for."""

    INCIDENT = "incident"
    QUESTION = "question"
    SERVICE_REQUEST = "service_request"
    ACCESS = "access"
    REPORT_DATA = "report_data"
    CONTENT = "content"
    BILLING = "billing"
    IMPROVEMENT = "improvement"
    PLANNING = "planning"
    CHANGE = "change"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return LABELS[self]


LABELS = {
    RequestType.INCIDENT: "Incident",
    RequestType.QUESTION: "Question",
    RequestType.SERVICE_REQUEST: "Service request",
    RequestType.ACCESS: "Access",
    RequestType.REPORT_DATA: "Report or data",
    RequestType.CONTENT: "Content",
    RequestType.BILLING: "Billing",
    RequestType.IMPROVEMENT: "Improvement",
    RequestType.PLANNING: "Planning",
    RequestType.CHANGE: "Change to production",
}


class Area(StrEnum):
    """Where a change can hurt: what touches one of these is planned and approved, not just worked."""

    ROUTING = "routing"
    PERMISSIONS = "permissions"
    INTEGRATIONS = "integrations"
    CUSTOMER_FACING_CONTENT = "customer_facing_content"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return self.value.replace("_", "-", 1).replace("_", " ").capitalize()


class Destination(StrEnum):
    """What becomes of an intake."""

    TICKET = "ticket"
    PLANNING_MEETING = "planning_meeting"
    SEPARATE_PROJECT = "separate_project"
    CHANGE_REQUEST = "change_request"

    @property
    def counts_as_ticket(self) -> bool:
        """Redirects count in intake volume, never in ticket metrics."""
        return self is Destination.TICKET


def destination(
    request_type: RequestType,
    *,
    estimate_hours: float | None = None,
    sensitive_areas: Collection[Area] = (),
    project_over_hours: float = 24,
) -> Destination:
    """Planning is a meeting, more than `project_over_hours` a project, a change a change request, the rest a ticket.

    `sensitive_areas` are those it is asked to change: work that turns out to need a change carries one, and stays.
    """
    if request_type is RequestType.PLANNING:
        return Destination.PLANNING_MEETING
    if estimate_hours is not None and estimate_hours > project_over_hours:
        return Destination.SEPARATE_PROJECT
    return Destination.CHANGE_REQUEST if sensitive_areas else Destination.TICKET
