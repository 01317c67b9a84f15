"""Not everything that is asked for is a ticket."""

import pytest

from bot.domain.routing import LABELS, Destination, RequestType, destination


@pytest.mark.parametrize(
    ("request_type", "estimate", "expected", "counts"),
    [
        pytest.param("planning", None, "planning_meeting", False, id="RTE-01"),
        pytest.param("service_request", 60, "separate_project", False, id="RTE-02"),
        pytest.param("service_request", 2, "ticket", True, id="RTE-04"),
        pytest.param("service_request", 24, "ticket", True, id="RTE-05"),
    ],
)
def test_an_intake_goes_where_it_belongs(request_type, estimate, expected, counts):
    found = destination(RequestType(request_type), estimate_hours=estimate)
    assert found == expected
    assert found.counts_as_ticket is counts


def test_what_is_a_project_is_the_firms_to_choose():
    assert destination(RequestType.IMPROVEMENT, estimate_hours=9, project_over_hours=8) is Destination.SEPARATE_PROJECT
    assert destination(RequestType.IMPROVEMENT, estimate_hours=8, project_over_hours=8) is Destination.TICKET


@pytest.mark.parametrize("request_type", [kind for kind in RequestType if kind is not RequestType.PLANNING])
def test_whatever_is_not_planning_begins_as_a_ticket(request_type):
    assert destination(request_type) is Destination.TICKET


def test_the_form_names_the_ten_types():
    assert [kind.label for kind in RequestType] == [
        "Incident", "Question", "Service request", "Access", "Report or data", "Content", "Billing", "Improvement",
        "Planning", "Change to production",
    ]  # fmt: skip
    assert LABELS.keys() == set(RequestType)
