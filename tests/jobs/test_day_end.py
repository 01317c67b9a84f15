"""The end of a day: who does the work and logged little of it is asked once, by their own clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import SWEEPS, ticker
from tests.house import House
from tests.slack.desk import does, files

CLOSING = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday, in London
AWAY = (
    "insert into absence (person_id, starts, ends, set_by_id, note)"
    " select id, '2026-11-23', '2026-11-23', id, '' from person where account_id is null"
)
NOTHING = "Nothing of your Mon 23 Nov is logged yet; a working day holds"


def sweeps(house: House, when: datetime | str | None = None) -> int:
    """One worker looks once; how many were asked."""
    if when is not None:
        house.now = datetime.fromisoformat(f"{when}+00:00") if isinstance(when, str) else when
    asked = ticker.sweep(house.sessions, SWEEPS["day-end"], house.now)
    house.delivers()
    return asked


def asked(house: House) -> list[tuple[str, str]]:
    rows = house.rows("select data from event where kind = 'day_asked' order by id")
    return sorted((row["data"]["person"]["name"], row["data"]["day"]) for row in rows)


def logs(house: House, minutes: int) -> None:
    house.bo.opens(f"/time T-{files(house)} {minutes}m rebuilt the search index")


def only(house: House, *names: str) -> None:
    """Of the team these are left."""
    does(house, "update person set active = false where account_id is null and not name = any(:names)",
         names=list(names))  # fmt: skip


def test_those_who_do_the_work_are_asked_when_their_day_ends_and_not_a_moment_sooner(house: House):
    assert sweeps(house, CLOSING - timedelta(microseconds=1)) == 0
    assert sweeps(house, CLOSING) == 3
    assert [name for name, _ in asked(house)] == ["Bo", "Eve", "Maya"]
    house.bo.sees(f"{NOTHING} 6h 24m")
    house.eve.sees(f"{NOTHING} 8h")
    for somebody in (house.sam, house.ana, house.rex):
        somebody.does_not_see("Nothing of your")


def test_once_however_many_workers_look_and_however_often(house: House):
    house.now = CLOSING
    with ThreadPoolExecutor(8) as workers:
        done = list(workers.map(lambda _: ticker.sweep(house.sessions, SWEEPS["day-end"], CLOSING), range(16)))
    assert sum(done) == 3
    house.delivers()
    before = house.state_of_the_world()
    for _ in range(6):
        house.passes(hours=1)
        assert sweeps(house) == 0
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (191, "3h 11m of your Mon 23 Nov is logged; 3h 13m is missing to the 6h 24m of a working day"),
        (192, None),
        (400, None),
    ],
)
def test_half_a_day_is_enough(house: House, minutes: int, says: str | None):
    only(house, "Bo")
    logs(house, minutes)
    assert sweeps(house, CLOSING) == (1 if says else 0)
    if says:
        house.bo.sees(says)


def test_a_day_that_is_complete_is_not_asked_about(house: House):
    only(house, "Bo")
    house.bo.opens("/time today").clicks("My day is complete")
    assert sweeps(house, CLOSING) == 0


def test_what_changes_after_the_day_has_ended_is_not_asked_about_again(house: House):
    only(house, "Bo")
    logs(house, 300)
    assert sweeps(house, CLOSING) == 0
    house.bo.clicks("Undo")
    assert sweeps(house, CLOSING + timedelta(hours=1)) == 0


@pytest.mark.parametrize(
    "change",
    [
        "update person set weekly_minutes = 0",
        "update person set roles = '{executive}'",
        "update person set roles = '{account_manager,finance,approver}'",
        "update person set active = false",
        "update person set slack_id = null where account_id is null",
        "update provider set closed = '{2026-11-23}'",
        "update provider set live_since = null",
        "update provider set live_since = '2026-11-23 17:00:01+00'",
        AWAY,
    ],
)
def test_who_does_not_work_that_day_is_not_asked(house: House, change: str):
    does(house, change)
    before = house.state_of_the_world()["post"]
    assert sweeps(house, CLOSING) == 0
    assert house.state_of_the_world()["post"] == before


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29", "2026-12-25"], ids=["Saturday", "Sunday", "Christmas"])
def test_nobody_is_asked_on_a_day_off(house: House, day: str):
    assert sweeps(house, f"{day}T18:00") == 0


def test_each_has_the_clock_of_where_they_are(house: House):
    does(house, "update person set timezone = 'America/New_York' where name = 'Eve'")
    does(house, "update person set timezone = 'Asia/Tokyo' where name = 'Bo'")
    assert sweeps(house, "2026-11-23T07:59") == 0
    assert sweeps(house, "2026-11-23T08:00") == 1
    assert sweeps(house, "2026-11-23T17:00") == 1
    assert sweeps(house, "2026-11-23T21:59") == 0
    assert sweeps(house, "2026-11-23T22:00") == 1
    assert asked(house) == [("Bo", "2026-11-23"), ("Eve", "2026-11-23"), ("Maya", "2026-11-23")]


@pytest.mark.parametrize(("when", "count"), [("2026-11-23T23:59", 1), ("2026-11-24T00:00", 0), ("2026-11-24T09:00", 0)])
def test_a_day_that_is_over_is_not_asked_about_any_more(house: House, when: str, count: int):
    only(house, "Bo")
    assert sweeps(house, when) == count


def test_the_providers_closing_time_is_when_a_day_ends(house: House):
    only(house, "Bo")
    does(house, "update provider set closes = '18:30'")
    assert sweeps(house, "2026-11-23T18:29") == 0
    assert sweeps(house, "2026-11-23T18:30") == 1


@pytest.mark.parametrize(
    ("zone", "day", "closes"),
    [
        ("Europe/London", "2026-03-29", "2026-03-29T16:00"),
        ("Europe/London", "2026-10-25", "2026-10-25T17:00"),
        ("America/New_York", "2026-03-08", "2026-03-08T21:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T22:00"),
    ],
)
def test_on_the_day_of_a_clock_change_it_ends_by_the_new_time(house: House, zone: str, day: str, closes: str):
    only(house, "Bo")
    does(house, "update provider set live_since = '2026-01-01', working_days = '{Mon,Tue,Wed,Thu,Fri,Sat,Sun}'")
    does(house, "update person set timezone = :zone", zone=zone)
    at = datetime.fromisoformat(f"{closes}+00:00")
    assert sweeps(house, at - timedelta(seconds=1)) == 0
    assert sweeps(house, at) == 1
    assert asked(house) == [("Bo", day)]


def test_the_message_logs_time_shows_the_week_and_turns_into_the_day_that_is_complete(house: House):
    only(house, "Bo")
    logs(house, 60)
    sweeps(house, CLOSING)
    said = "1h of your Mon 23 Nov is logged"
    house.passes(days=1)  # it is read on the next morning
    house.bo.clicks("Log time", on=said)
    assert "2026-11-23" in house.bo.modal_text()
    house.bo.closes().clicks("My week", on=said).sees("Mon 23 Nov to Sun 29 Nov")
    house.bo.clicks("My day is complete", on=said).sees("1h logged, and complete").does_not_see(said)
    assert house.one("select day, at is not null as complete from complete_day")["complete"]


def test_the_question_says_so_once_the_day_is_logged_after_all(house: House):
    only(house, "Bo")
    logs(house, 60)
    sweeps(house, CLOSING)
    house.bo.sees("1h of your Mon 23 Nov is logged; 5h 24m is missing")
    house.passes(hours=15)  # the next morning
    house.bo.clicks("Log time", on="1h of your Mon 23 Nov").fills({"Time spent": "30m"}).submits()
    assert sweeps(house) == 0
    house.bo.closes().sees("5h 24m is missing")
    house.bo.clicks("Log time", on="1h of your Mon 23 Nov").fills({"Time spent": "3h"}).submits()
    assert sweeps(house) == 1
    house.bo.closes().sees("4h 30m of your Mon 23 Nov is logged; 1h 54m is missing").does_not_see("5h 24m is missing")
    before = house.state_of_the_world()
    assert sweeps(house) == 0
    assert house.state_of_the_world() == before
