"""How changes went, by the golden sum and by what people did."""

from datetime import timedelta

import pytest

from bot.domain import changes, releases
from bot.domain.changes import Change, ChangeLink, ChangeState, Relation
from bot.domain.releases.figures import figures
from bot.domain.risk import ChangeClass, success_percent
from bot.domain.routing import RequestType
from tests.cast import by_name
from tests.domain.desk import MONDAY, file_a_ticket
from tests.domain.test_changes import NIGHT, a_change, asks, cast, released, says  # noqa: F401  a fixture

DAY = timedelta(days=1)


def of_the_month(session, **more):
    return figures(session, MONDAY - 30 * DAY, MONDAY + 30 * DAY, **more)


def out(session, account, state=ChangeState.VERIFIED, after=DAY, **facts) -> Change:
    """One that went out, whatever way it came there."""
    change = a_change(session, account, ready=False)
    for name, value in {"state": state, "released_at": MONDAY + after, **facts}.items():
        setattr(change, name, value)
    session.flush()
    return change


def blame(session, change, at):
    ticket = file_a_ticket(session, now=at, request_type=RequestType.INCIDENT)
    session.add(ChangeLink(
        account_id=change.account_id, change_id=change.id, ticket_id=ticket.id, relation=Relation.CAUSED, at=at
    ))  # fmt: skip
    session.flush()
    return ticket


def test_chg_21(session, cast, acme):  # noqa: F811
    changed = [out(session, acme) for _ in range(40)]
    changed[0].state = changed[1].state = ChangeState.ROLLED_BACK
    ticket = blame(session, changed[2], MONDAY + 8 * DAY)
    blame(session, changed[1], MONDAY + 2 * DAY)  # it failed already, and counts once
    blame(session, changed[3], MONDAY + 8 * DAY + timedelta(seconds=1))  # not within seven days
    found = of_the_month(session)
    assert (found.released, found.success_percent) == (40, 92.5)
    assert success_percent(implemented=40, rolled_back=2, incident_within_7_days=1) == 92.5
    assert [one.change for one in found.failed] == changed[:3]
    assert found.failed[2].incidents == [ticket]


@pytest.mark.parametrize(("emergencies", "flagged"), [(0, False), (1, False), (2, True)])
def test_more_than_one_emergency_in_twenty_is_a_flag(session, cast, acme, emergencies, flagged):  # noqa: F811
    for number in range(20):
        out(session, acme, change_class=ChangeClass.EMERGENCY if number < emergencies else ChangeClass.ROUTINE)
    found = of_the_month(session)
    assert (found.emergency_percent, found.too_many_emergencies) == (5.0 * emergencies, flagged)
    assert found.by_class[ChangeClass.EMERGENCY] == emergencies


def test_lead_time_is_the_median_from_made_to_released(session, cast, acme):  # noqa: F811
    for days in (1, 2, 9):
        out(session, acme, after=days * DAY)
    assert of_the_month(session).lead_time == 2 * DAY


def test_only_what_went_out_in_the_period_and_account_counts(session, cast, acme):  # noqa: F811
    out(session, acme)
    out(session, acme, after=31 * DAY)
    out(session, acme, state=ChangeState.IMPORTED)
    a_change(session, acme)
    out(session, by_name(session, "Umbrella"))
    assert of_the_month(session).released == 2
    assert of_the_month(session, account_id=acme.id).released == 1


def test_a_period_without_any_says_so(session):
    found = of_the_month(session)
    assert (found.released, found.success_percent, found.emergency_percent, found.lead_time) == (0, None, None, None)
    assert not found.too_many_emergencies


def test_a_link_that_was_taken_back_is_held_against_nobody(session, cast, acme):  # noqa: F811
    change = a_change(session, acme)
    says(session, asks(session, change), "Eve")
    release = released(session, change)
    releases.go(session, release, by=cast("Bo"), now=NIGHT, seen=release.version)
    incident = file_a_ticket(session, now=NIGHT + DAY, request_type=RequestType.INCIDENT)
    made = changes.link(session, change, incident, by=cast("Bo"), now=NIGHT + DAY)
    assert of_the_month(session).success_percent == 0
    changes.unlink(session, made.id, by=cast("Bo"), now=NIGHT + DAY)
    assert of_the_month(session).success_percent == 100
