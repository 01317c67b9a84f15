"""Whose hours run low is told within the hour: once each, to us and to the client that chose so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from bot.domain import burn, people
from bot.jobs import JOBS, ticker
from tests.house import House
from tests.slack.desk import does, posted

MORNING = datetime.fromisoformat("2026-11-20T10:20:00+00:00")  # a Friday; November has six working days more


@pytest.fixture(autouse=True)
def only_the_alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other jobs have stories of their own."""
    monkeypatch.setattr(ticker, "SCHEDULE", (JOBS["burn-alerts"],))


@pytest.fixture
def billed(house: House) -> House:
    """Acme is billed up to the end of October, wants to be told, and triage reads what is for the billing channel."""
    house.now = MORNING
    does(house, "update account set billed_through = '2026-10-31' where name = 'Acme'")
    does(house, "update provider set channels = channels - 'billing'")
    does(
        house,
        "insert into agreement (account_id, type, starts, included_minutes, rollover_cap, rate_amount, rate_currency,"
        " rounding, scope, excluded, tells_client)"
        " select id, 'retainer', '2026-11-01', 2400, 0.5, 150, 'EUR', '{}', '[]', '[]', true"
        " from account where name = 'Acme'",
    )
    return house


def works(house: House, hours: int, day: str = "2026-11-03") -> None:
    """Bo has logged so many hours."""
    does(
        house,
        "insert into time_entry (account_id, person_id, work_date, minutes, category, code, created_at, note)"
        " select a.id, p.id, cast(:day as date), 60, 'ticket_resolution', 'included', :now, 'work'"
        " from account a, person p, generate_series(1, :hours) where a.name = 'Acme' and p.name = 'Bo'",
        day=day, hours=hours, now=house.now,
    )  # fmt: skip


def said(house: House, channel: str) -> list[str]:
    return [message.text for message in posted(house, channel)]


def test_each_step_is_told_once_to_us_and_to_the_client(billed: House):
    works(billed, 29)
    assert billed.ticks() == ["burn-alerts 2026-11-20T10"]
    (ours,), (theirs,) = said(billed, "C0TRIAGE"), said(billed, "C0ACME")
    assert ours == (
        ":chart_with_upwards_trend: *Acme* will need 40h 36m by the end of November, and has 40h. So far 29h are used."
        " At this pace it runs out on Mon 30 Nov.\n<@U0SAM>, talk to them before the invoice does. "
        "`/review agreements Acme` shows the month."
    )
    assert theirs == (
        "As it goes now, November’s 40h will not last until its end. So far 29h are used. At this pace they last until "
        "Mon 30 Nov. Tell us here what matters most, and it comes first."
    )
    for hours, start in ((4, ":large_yellow_circle: *Acme* has used 33h of November’s 40h (82 %)."),
                         (5, ":large_orange_circle: *Acme* has used 38h of November’s 40h (95 %)."),
                         (3, ":red_circle: *Acme* has used all of November’s 40h, and 1h more.")):  # fmt: skip
        works(billed, hours)
        billed.passes(hours=1)
        billed.ticks()
        billed.passes(hours=1)
        billed.ticks()
        assert said(billed, "C0TRIAGE")[-1].startswith(start)
    assert len(said(billed, "C0TRIAGE")) == len(said(billed, "C0ACME")) == 4
    assert "33h of November’s 40h are used; 7h are left. At this pace they last until" in said(billed, "C0ACME")[1]
    assert (
        "For new work your approver sees the price first, and it starts once they say yes."
        in said(billed, "C0ACME")[-1]
    )
    billed.rex.does_not_see("November’s")


def test_the_worst_is_told_and_nothing_milder_after_it(billed: House):
    works(billed, 40)
    billed.ticks()
    billed.passes(hours=1)
    billed.ticks()
    assert [row["burn"] for row in billed.rows("select burn from told_burn")] == ["exhausted"]
    assert len(said(billed, "C0TRIAGE")) == 1


def test_on_course_nothing_is_said(billed: House):
    works(billed, 10)
    billed.ticks()
    assert said(billed, "C0TRIAGE") == said(billed, "C0ACME") == []
    assert billed.rows("select 1 from told_burn") == []


def test_a_client_that_did_not_ask_for_it_hears_nothing(billed: House):
    does(
        billed,
        "insert into agreement (account_id, type, starts, included_minutes, rollover_cap, rounding, scope, excluded)"
        " select id, 'retainer', '2026-11-01', 2400, 0, '{}', '[]', '[]' from account where name = 'Acme'",
    )
    works(billed, 40)
    billed.ticks()
    assert len(said(billed, "C0TRIAGE")) == 1
    assert said(billed, "C0ACME") == []


def test_it_looks_once_an_hour_by_day(billed: House):
    for hour in range(24):
        billed.now = datetime.fromisoformat(f"2026-11-20T{hour:02}:15:00+00:00")
        billed.ticks()
        billed.passes(minutes=20)
        assert billed.ticks() == []
    alerts = "select period from job_run where job = 'burn-alerts' order by period"
    runs = [row["period"] for row in billed.rows(alerts)]
    assert runs == [f"2026-11-20T{hour:02}" for hour in range(7, 21)]


def test_two_workers_at_once_tell_it_once(billed: House):
    works(billed, 40)
    with ThreadPoolExecutor(8) as workers:
        done = list(workers.map(lambda _: ticker.tick(billed.sessions, billed.now), range(16)))
    billed.delivers()
    assert sum(map(len, done)) == 1
    assert len(said(billed, "C0TRIAGE")) == len(said(billed, "C0ACME")) == 1


def test_two_who_look_in_the_same_moment_tell_it_once(billed: House):
    """Without the job's claim too: the row in told_burn is who tells."""
    works(billed, 40)

    def look(_: int) -> int:
        with billed.sessions.begin() as session:
            people.enter_as_system(session)
            return burn.watch(session, billed.now)

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(look, range(8))) == 1
    billed.delivers()
    assert len(billed.rows("select 1 from told_burn")) == 1
    assert len(billed.rows("select 1 from event where kind = 'burn_told'")) == 1
    assert len(said(billed, "C0TRIAGE")) == len(said(billed, "C0ACME")) == 1
