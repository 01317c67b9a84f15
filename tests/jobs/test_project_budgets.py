"""A project's owner is told at 80 % of its budget and when all of it is used: once for each budget, and nobody else."""

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.domain import people
from bot.domain.projects import Project
from bot.jobs import JOBS, ticker
from tests.domain.billed import project_of, worked
from tests.house import House
from tests.slack.desk import does, posted

TEN = datetime.fromisoformat("2026-11-23T10:20:00+00:00")


@pytest.fixture(autouse=True)
def only_the_alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other jobs have stories of their own."""
    monkeypatch.setattr(ticker, "SCHEDULE", (JOBS["burn-alerts"],))


@pytest.fixture
def desk(house: House) -> House:
    """Bo owns a project of ten hours that has begun."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        project_of(session, 600)
    does(house, "update project set state = 'active'")
    house.now = TEN
    return house


def works(house: House, minutes: int) -> None:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        worked(session, session.scalars(select(Project)).one(), minutes)


def told(house: House, hour: int) -> list[str]:
    """What was said of it anywhere by that hour."""
    house.now = TEN.replace(hour=hour)
    house.ticks()
    house.delivers()
    channels = list(house.slack.workspace.channels)
    return [said.text for channel in channels for said in posted(house, channel) if "*PR-1*" in said.text]


def test_each_step_is_told_once_and_another_budget_begins_anew(desk: House):
    works(desk, 479)
    assert told(desk, 10) == []
    works(desk, 1)
    (first,) = told(desk, 11)
    assert first == (
        ":large_yellow_circle: *PR-1* New brand has used 8h of its 10h (80 %): 2h left. What goes beyond is kept and "
        "stays off the invoice until the budget is larger: agree on it with the client, then `/ticket PR-1`, *Change*."
    )
    works(desk, 150)
    assert [said[:55] for said in told(desk, 12)[1:]] == [":red_circle: *PR-1* New brand has used all of its 10h, "]
    assert len(told(desk, 13)) == 2
    does(desk, "update project set budget_minutes = 700")
    assert "10h 30m of its 11h 40m (90 %)" in told(desk, 14)[-1]


def test_who_was_told_that_all_is_used_is_not_told_of_less_again(desk: House):
    works(desk, 600)
    assert len(told(desk, 10)) == 1
    does(desk, "update time_entry set minutes = 500")
    assert len(told(desk, 11)) == 1


def test_of_what_has_not_begun_or_is_over_nothing_is_told(desk: House):
    works(desk, 600)
    for state in ("proposed", "done", "dropped"):
        does(desk, f"update project set state = '{state}'")
        assert told(desk, 10) == []


def test_nobody_else_reads_it(desk: House):
    works(desk, 600)
    assert told(desk, 10)
    desk.bo.sees("has used all of its 10h")
    for who in (desk.ana, desk.cleo, desk.rex, desk.zed, desk.maya, desk.sam):
        who.does_not_see("has used all of its 10h")
