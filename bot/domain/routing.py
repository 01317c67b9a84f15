"""Where an intake belongs: not everything is a ticket."""

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


class Destination(StrEnum):
    """What becomes of an intake."""

    TICKET = "ticket"
    PLANNING_MEETING = "planning_meeting"
    SEPARATE_PROJECT = "separate_project"

    @property
    def counts_as_ticket(self) -> bool:
        """Redirects count in intake volume, never in ticket metrics."""
        return self is Destination.TICKET


def destination(
    request_type: RequestType,
    *,
    estimate_hours: float | None = None,
    project_over_hours: float = 24,
) -> Destination:
    """Planning is a meeting, more than `project_over_hours` a project, the rest a ticket."""
    if request_type is RequestType.PLANNING:
        return Destination.PLANNING_MEETING
    if estimate_hours is not None and estimate_hours > project_over_hours:
        return Destination.SEPARATE_PROJECT
    return Destination.TICKET
