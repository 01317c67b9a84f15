"""By when a request is triaged."""

from datetime import date, datetime

import pytest

from bot import playbook
from bot.domain.business_time import Calendar
from bot.domain.priority import Priority
from bot.domain.targets import triage_due

UK_2026 = "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28"
LONDON = Calendar(zone="Europe/London", days_off=frozenset(map(date.fromisoformat, UK_2026.split())))
HOURS = {"P1": 2.0, "P2": 8.0, "P3": 16.0, "P4": 16.0}


@pytest.mark.parametrize(
    ("created", "due"),
    [
        pytest.param("2026-11-23T10:00:00+00:00", "2026-11-23T12:00:00+00:00", id="SLA-19 in hours"),
        pytest.param("2026-11-23T16:30:00+00:00", "2026-11-23T23:59:59+00:00", id="SLA-20 same day, late"),
        pytest.param("2026-11-21T10:00:00+00:00", "2026-11-23T11:00:00+00:00", id="SLA-21 on a Saturday"),
        pytest.param("2026-11-23T15:00:00+00:00", "2026-11-23T17:00:00+00:00", id="exactly two hours left"),
        pytest.param("2026-11-23T17:00:00+00:00", "2026-11-24T11:00:00+00:00", id="at closing time"),
        pytest.param("2026-11-23T09:00:00+00:00", "2026-11-23T11:00:00+00:00", id="at opening time"),
        pytest.param("2026-11-23T08:59:59+00:00", "2026-11-23T11:00:00+00:00", id="before opening"),
        pytest.param("2026-12-25T10:00:00+00:00", "2026-12-29T11:00:00+00:00", id="on a holiday"),
    ],
)
def test_p1_is_triaged_within_two_hours_and_the_same_day(created, due):
    found = triage_due(LONDON, datetime.fromisoformat(created), Priority.P1, HOURS)
    assert found == datetime.fromisoformat(due)


def test_the_end_of_the_day_is_the_clients_own():
    tokyo = Calendar(zone="Asia/Tokyo")
    created = datetime.fromisoformat("2026-11-24T07:30:00+00:00")  # 16:30 there
    assert triage_due(tokyo, created, Priority.P1, HOURS).isoformat() == "2026-11-24T14:59:59+00:00"


@pytest.mark.parametrize(
    ("priority", "due"),
    [("P2", "2026-11-24T16:30:00+00:00"), ("P3", "2026-11-25T16:30:00+00:00"), ("P4", "2026-11-25T16:30:00+00:00")],
)
def test_the_others_have_their_business_hours_whatever_the_day(priority, due):
    created = datetime.fromisoformat("2026-11-23T16:30:00+00:00")
    assert triage_due(LONDON, created, Priority(priority), HOURS) == datetime.fromisoformat(due)


def test_low_impact_is_reviewed_within_two_business_days():
    """SLA-02: logged on Friday at 16:00."""
    created = datetime.fromisoformat("2026-11-20T16:00:00+00:00")
    assert triage_due(LONDON, created, Priority.P4, HOURS) == datetime.fromisoformat("2026-11-24T16:00:00+00:00")


def test_the_default_playbook_has_these_targets():
    assert playbook.from_file().triage_hours == HOURS
