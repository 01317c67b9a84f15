"""Not everything that is asked for is a ticket. Worked examples: test_golden_intake."""

import pytest

from bot.domain.routing import LABELS, Area, Destination, RequestType, destination


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


@pytest.mark.parametrize("area", Area)
def test_a_change_to_any_sensitive_area_is_a_change_request(area):
    assert destination(RequestType.CHANGE, sensitive_areas=[area]) is Destination.CHANGE_REQUEST
    assert destination(RequestType.CHANGE) is Destination.TICKET


def test_planning_is_talked_about_first_and_a_project_is_planned_whatever_it_touches():
    assert destination(RequestType.PLANNING, sensitive_areas=[Area.ROUTING]) is Destination.PLANNING_MEETING
    big = destination(RequestType.CHANGE, estimate_hours=60, sensitive_areas=[Area.ROUTING])
    assert big is Destination.SEPARATE_PROJECT


def test_the_areas_read_as_the_form_shows_them():
    assert [area.label for area in Area] == ["Routing", "Permissions", "Integrations", "Customer-facing content"]
