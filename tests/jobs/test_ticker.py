"""The schedule: each period once, however many workers tick, and never one that was not due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.domain.business_time import Calendar
from bot.jobs import JOBS, CatchUp, DaysOff, Job, Period, Run, Whose, periods, ticker
from tests.house import House
from tests.slack.desk import does, posted

MONDAY_AT_NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NIGHTS = {  # zone: the night clocks go forward, the night they go back
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
}


@pytest.fixture(autouse=True)
def only_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row is enough to watch the ticker by; the other jobs have stories of their own."""
    monkeypatch.setattr(ticker, "SCHEDULE", (JOBS["daily-digest"],))
    monkeypatch.setattr(ticker, "SWEEPS", {})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def runs(house: House) -> list[str]:
    return [row["period"] for row in house.rows("select period from job_run order by period")]


def test_however_many_workers_tick_at_once_the_digest_is_posted_once(house: House):
    with ThreadPoolExecutor(8) as workers:
        done = list(workers.map(lambda _: ticker.tick(house.sessions, house.now), range(16)))
    house.delivers()
    assert sorted(done)[-1] == ["daily-digest 2026-11-23"]
    assert sum(map(len, done)) == 1
    assert len(posted(house, "C0TRIAGE")) == 1


def test_later_ticks_of_the_same_day_do_nothing(house: House):
    house.ticks()
    before = house.state_of_the_world()
    for _ in range(3):
        house.passes(hours=1)
        assert house.ticks() == []
    assert house.state_of_the_world() == before


def test_it_comes_at_nine_and_not_a_moment_sooner(house: House):
    house.now = MONDAY_AT_NINE - timedelta(microseconds=1)
    before = house.state_of_the_world()
    assert house.ticks() == []
    assert house.state_of_the_world() == before
    house.now = MONDAY_AT_NINE
    assert house.ticks() == ["daily-digest 2026-11-23"]


@pytest.mark.parametrize(
    "day_off", ["2026-11-28", "2026-11-29", "2026-12-25", "2026-12-28", "2027-01-01"],
    ids=["Saturday", "Sunday", "Christmas", "Boxing Day, made up for on Monday", "New Year"],
)  # fmt: skip
def test_there_is_no_digest_on_the_providers_days_off(house: House, day_off: str):
    does(house, "update account set live_since = null")  # the clients' own jobs keep the clients' days
    house.now = at(f"{day_off}T10:00")
    before = house.state_of_the_world()
    assert house.ticks() == []
    assert house.state_of_the_world() == before


def test_a_clients_holiday_is_an_ordinary_day_for_the_provider(house: House):
    house.now = at("2026-10-03T10:00")  # German Unity Day, a Saturday: the Friday before is ordinary
    assert house.ticks() == []
    does(house, "update provider set live_since = '2026-01-01'")
    house.now = at("2026-05-14T10:00")  # Ascension Day: Germany is off, Britain is not
    assert house.ticks() == ["daily-digest 2026-05-14"]


def test_nothing_is_caught_up_from_before_the_provider_went_live(house: House):
    does(house, "update provider set live_since = '2026-11-23 09:30+00'")
    assert house.ticks() == []
    house.passes(days=1)
    assert house.ticks() == ["daily-digest 2026-11-24"]


def test_nothing_is_due_before_anything_was_applied(sessions):
    assert ticker.tick(sessions, MONDAY_AT_NINE) == []


def test_after_days_without_a_worker_only_the_latest_is_caught_up(house: House):
    house.now = at("2026-11-26T10:00")
    assert house.ticks() == ["daily-digest 2026-11-26"]
    assert runs(house) == ["2026-11-26"]


@pytest.mark.parametrize(("when", "done"), [("16:59", ["daily-digest 2026-11-23"]), ("17:01", [])])
def test_a_missed_morning_is_caught_up_within_the_look_back_only(house: House, when: str, done: list[str]):
    house.now = at(f"2026-11-23T{when}")
    assert house.ticks() == done


def test_what_fails_gives_its_claim_back(house: House):
    does(house, "update provider set channels = '{}'")
    before = house.state_of_the_world()
    assert house.ticks() == []
    assert house.state_of_the_world() == before
    does(house, """update provider set channels = '{"triage": "C0TRIAGE"}'""")
    assert house.ticks() == ["daily-digest 2026-11-23"]


@pytest.mark.parametrize("zone", list(NIGHTS))
@pytest.mark.parametrize("night", [0, 1], ids=["forward", "back"])
def test_around_the_nights_when_clocks_change_each_working_day_has_its_digest_at_nine_local(
    house: House, zone: str, night: int
):
    country = {"Europe/London": "GB", "America/New_York": "US"}[zone]
    does(house, "update account set live_since = null")
    does(house, "update provider set timezone = :zone, holidays = :country, live_since = '2026-01-01'",
         zone=zone, country=country)  # fmt: skip
    changed = NIGHTS[zone][night]
    now = datetime.combine(changed - timedelta(days=2), datetime.min.time(), UTC)
    done = []
    for _ in range(4 * 24 * 2):
        now += timedelta(minutes=30)
        done += [(period, now.astimezone(ZoneInfo(zone)).strftime("%H:%M"))
                 for period in ticker.tick(house.sessions, now)]  # fmt: skip
    days = [changed - timedelta(days=2), changed + timedelta(days=1)]  # a Friday and a Monday
    assert done == [(f"daily-digest {day}", "09:00") for day in days]


def _nothing(_session: Session, _run: Run) -> None:
    """A job that does nothing."""


def a_job(cron: str, **columns: Any) -> Job:
    """A row of the schedule; say only what matters."""
    usual: dict[str, Any] = {
        "whose": Whose.PROVIDER, "period": Period.DAY, "days_off": DaysOff.WORK, "catch_up": CatchUp.LATEST,
        "look_back": timedelta(hours=8), "run": _nothing, "why": "",
    }  # fmt: skip
    return Job("a-job", cron, **(usual | columns))


@pytest.mark.parametrize("cron", ["30 1 * * *", "30 2 * * *", "0 2 * * *", "0 0 * * *"])
@pytest.mark.parametrize("catch_up", [CatchUp.LATEST, CatchUp.ALL])
@pytest.mark.parametrize("zone", list(NIGHTS))
@pytest.mark.parametrize("night", [0, 1], ids=["forward", "back"])
def test_a_job_of_the_small_hours_runs_once_each_night_even_when_clocks_change(
    cron: str, catch_up: CatchUp, zone: str, night: int
):
    job = a_job(cron, catch_up=catch_up, look_back=timedelta(hours=6))
    changed = NIGHTS[zone][night]
    now = datetime.combine(changed - timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    fired = set()
    for _ in range(3 * 24 * 4):
        now += timedelta(minutes=15)
        fired |= {one.at.astimezone(UTC) for one in periods.due(job, Calendar(zone=zone), NEW_YEAR, now)}
    dates = sorted(moment.astimezone(ZoneInfo(zone)).date() for moment in fired)
    nights = [changed - timedelta(days=1), changed, changed + timedelta(days=1)]
    assert [day for day in dates if day in nights] in (nights, nights[1:])
    assert len(dates) == len(set(dates))


@pytest.mark.parametrize("seconds", [0, 15, 240])
def test_a_job_that_is_not_caught_up_still_runs_when_the_tick_is_a_little_late(seconds: int):
    job = a_job("0 9 * * *", catch_up=CatchUp.SKIP)
    assert len(periods.due(job, Calendar(), NEW_YEAR, MONDAY_AT_NINE + timedelta(seconds=seconds))) == 1
    assert periods.due(job, Calendar(), NEW_YEAR, MONDAY_AT_NINE + timedelta(minutes=6)) == []


def test_every_job_says_why_it_runs_when_it_does():
    for name, job in JOBS.items():
        assert name == job.name
        assert len(job.why) > 20


def test_a_job_that_does_not_exist_is_named_with_those_that_do(house: House):
    before = house.state_of_the_world()
    with pytest.raises(ticker.UnknownJob, match="daily-digest"):
        ticker.run_now(house.sessions, "nightly-digest", house.now)
    assert house.state_of_the_world() == before
