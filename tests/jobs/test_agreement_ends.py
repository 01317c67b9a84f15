"""An agreement that ends is told 60, 30 and 7 days before, once each, to those who talk to its client."""

from datetime import datetime, timedelta

import pytest

from bot.jobs import JOBS, ticker
from tests.house import House
from tests.slack.desk import does, posted

NINE_TWENTY = datetime.fromisoformat("2026-11-23T09:20:00+00:00")  # a Monday, in London


@pytest.fixture(autouse=True)
def only_this(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other jobs have stories of their own."""
    monkeypatch.setattr(ticker, "SCHEDULE", (JOBS["agreement-ends"],))


def sells(house: House, ends: str | None, *, renews: bool = False, starts: str = "2026-11-01") -> None:
    does(
        house,
        "insert into agreement (account_id, type, starts, ends, renews, included_minutes, rollover_cap, rate_amount,"
        " rate_currency, rounding, scope, excluded)"
        " select id, 'retainer', cast(:starts as date), cast(:ends as date), :renews, 2400, 0, 150, 'EUR', '{}', '[]',"
        " '[]' from account where name = 'Acme'",
        ends=ends, renews=renews, starts=starts,
    )  # fmt: skip


def told(house: House, days: int = 0) -> list[str]:
    """What the billing channel has read by so many days later."""
    house.now = NINE_TWENTY + timedelta(days=days)
    house.ticks()
    house.delivers()
    return [message.text for message in posted(house, "C0BILLING")]


def test_each_notice_is_told_once_with_the_day_and_whom_it_concerns(house: House):
    sells(house, "2027-01-31")  # 69 days
    assert told(house) == []
    (first,) = told(house, 9)
    assert first == (
        ":calendar: *Acme*’s agreement ends on 31 Jan 2027, in 60 days. Nothing is agreed for the time after it: "
        "hours logged then have no price.\n<@U0SAM>, talk to them. `/review agreements Acme` has its terms; "
        "*New version* there goes on from it."
    )
    assert told(house, 10) == [first]
    assert told(house, 39) == [first]  # New Year's Day
    assert [said.partition(", in ")[2][:7] for said in told(house, 42)] == ["60 days", "27 days"]
    assert len(told(house, 63)) == 3


def test_after_a_pause_only_the_nearest_is_told(house: House):
    sells(house, "2026-11-28")
    (said,) = told(house)
    assert "in 5 days" in said
    assert told(house, 1) == [said]


def test_one_that_begins_another_term_is_told_as_that(house: House):
    sells(house, "2026-12-31", renews=True)
    (said,) = told(house)
    assert "begins its next term after 31 Dec 2026, in 38 days. What is to change is best said before." in said


@pytest.mark.parametrize("ends", [None, "2027-06-30", "2026-11-22"])
def test_what_goes_on_is_far_away_or_has_ended_is_not_told(house: House, ends: str | None):
    sells(house, ends)
    assert told(house) == []


def test_where_the_next_version_is_made_already_nothing_is_told(house: House):
    sells(house, "2026-12-31")
    sells(house, None, starts="2027-01-01")
    assert told(house) == []


def test_clients_and_engineers_read_nothing_of_it(house: House):
    sells(house, "2026-12-31")
    assert told(house)
    for who in (house.ana, house.cleo, house.rex, house.zed, house.bo):
        who.does_not_see("agreement ends on")
