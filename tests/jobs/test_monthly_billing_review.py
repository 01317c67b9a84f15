"""The billing review: a month of each account is opened once, by its own calendar, where there is something to bill."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import cli
from tests.house import House
from tests.slack.desk import does, posted

IN_BERLIN = datetime(2026, 12, 1, 8, tzinfo=UTC)  # nine o'clock
IN_TOKYO = datetime(2026, 12, 1, 0, tzinfo=UTC)
FOR_ACME = ["run", "monthly-billing-review", "--account", "acme", "--at", "2026-12-01T09:00+01:00"]


def ticks(house: House) -> list[str]:
    """A tick, and which reviews came of it."""
    return [done for done in house.ticks() if done.startswith("monthly-billing-review")]


def reviews(house: House) -> list[dict[str, Any]]:
    return house.rows(
        "select account.name, month::text, state from billing_review join account on account.id = account_id"
        " order by 1, 2"
    )


def test_each_account_has_its_review_at_nine_by_its_own_clock(house: House):
    house.now = IN_TOKYO - timedelta(microseconds=1)
    assert ticks(house) == []
    house.now = IN_TOKYO
    assert ticks(house) == ["monthly-billing-review 2026-11 Umbrella"]
    house.now = IN_BERLIN
    assert ticks(house) == ["monthly-billing-review 2026-11 Acme"]
    assert reviews(house) == [
        {"name": "Acme", "month": "2026-11-01", "state": "open"},
        {"name": "Umbrella", "month": "2026-11-01", "state": "open"},
    ]
    assert ticks(house) == []


def test_its_card_stands_in_the_billing_channel(house: House):
    does(house, "update person set roles = '{finance}' where name = 'Eve'")
    house.now = IN_BERLIN
    house.ticks()
    house.sam.looks_at("C0BILLING").sees("Billing review: Acme, November 2026").sees("Nothing holds it up")
    house.sam.sees("To look at and sign: @sam for the account; @eve for finance")
    for person in (house.ana, house.cleo, house.rex, house.zed, house.bo):
        person.does_not_see("Billing review: Acme")


def test_without_a_billing_channel_it_stands_in_triage_and_names_no_amount(house: House):
    does(house, """update provider set channels = '{"triage": "C0TRIAGE"}'""")
    does(house, "alter table agreement disable trigger user")
    does(house, "update agreement set fee_amount = 2000 where rate_currency = 'EUR'")
    house.now = IN_BERLIN
    house.ticks()
    house.bo.sees("Billing review: Acme, November 2026").sees("Hours").does_not_see("EUR")


def test_with_a_billing_channel_the_amount_is_on_the_card(house: House):
    does(house, "alter table agreement disable trigger user")
    does(house, "update agreement set fee_amount = 2000 where rate_currency = 'EUR'")
    house.now = IN_BERLIN
    house.ticks()
    house.sam.looks_at("C0BILLING").sees("2,000.00 EUR")


def test_an_account_without_hours_or_an_agreement_has_none(house: House):
    does(house, "alter table agreement disable trigger user")
    does(house, "delete from agreement where rate_currency = 'JPY'")
    house.now = IN_BERLIN
    house.ticks()
    assert [one["name"] for one in reviews(house)] == ["Acme"]


def test_a_worker_that_was_away_makes_up_for_it(house: House):
    house.now = IN_BERLIN + timedelta(days=20)
    assert sorted(ticks(house)) == ["monthly-billing-review 2026-11 Acme", "monthly-billing-review 2026-11 Umbrella"]


@pytest.fixture
def at_the_command_line(house: House, house_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("DATABASE_URL", house_url)
    return house


def test_steward_run_opens_one_accounts_review_once(at_the_command_line: House, capsys):
    house = at_the_command_line
    assert cli.main(FOR_ACME) == 0
    assert capsys.readouterr().out == "monthly-billing-review, Acme, 2026-11: written; the worker posts it.\n"
    house.delivers()
    before, cards = house.state_of_the_world(), len(posted(house, "C0BILLING"))
    assert cli.main(FOR_ACME) == 0
    assert "done already for that month" in capsys.readouterr().out
    assert (house.state_of_the_world(), cards) == (before, 1)


def test_a_month_that_nobody_looked_at_is_opened_with_the_next(house: House):
    """Acme's first review was October's, and no worker ran when November's was due."""
    does(house, "alter table account disable trigger user")
    does(house, "update account set billed_through = '2026-09-30'")
    house.now = IN_BERLIN - timedelta(days=29)
    house.ticks()
    house.now = IN_BERLIN + timedelta(days=34)
    ticks(house)
    assert [one["month"] for one in reviews(house) if one["name"] == "Acme"] == [
        "2026-10-01", "2026-11-01", "2026-12-01"
    ]  # fmt: skip
    house.sam.looks_at("C0BILLING").sees("October 2026 is open still and comes first")
