"""The card of a month that waits to be signed says what stands in it, though time comes in for days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import billing, people
from tests.cast import by_name
from tests.domain.billed import worked
from tests.house import House
from tests.slack.desk import does

NINE = datetime(2026, 12, 1, 8, tzinfo=UTC)  # in Berlin


@pytest.fixture
def drawn(house: House) -> House:
    """November's reviews are open, and their cards were drawn at nine."""
    house.now = NINE
    house.ticks()
    return at(house, NINE)


def at(house: House, drawn: datetime) -> House:
    """All that was delivered was asked for then."""
    does(house, f"update outbox set created_at = '{drawn}'")
    return house


def logs(house: House, account: str = "Acme", day: date = date(2026, 11, 30), note: str = "call") -> None:
    """Bo says on the first of December what he did."""
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        worked(session, by_name(session, account), 60, day=day, now=house.now, note=note)


def redrawn(house: House) -> int:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        return billing.redraw(session)


def test_time_that_comes_in_stands_on_the_card_within_the_hour(drawn: House):
    card = drawn.sam.looks_at("C0BILLING").sees("Billing review: Acme, November 2026").sees("Nothing holds it up")
    drawn.now = NINE + timedelta(minutes=5)
    logs(drawn)
    card.does_not_see("1 thing holds it up")
    drawn.now = NINE + timedelta(minutes=40)
    assert [done for done in drawn.ticks() if "billing-cards" in done]
    card.sees("1 thing holds it up")
    assert redrawn(at(drawn, NINE + timedelta(hours=1))) == 0


def test_nothing_is_drawn_anew_where_nothing_came_in(drawn: House):
    drawn.now = NINE + timedelta(minutes=5)
    before = drawn.state_of_the_world()
    assert redrawn(drawn) == 0
    assert drawn.state_of_the_world() == before


def test_time_that_was_under_way_while_the_card_was_drawn_is_seen_the_next_time(drawn: House):
    drawn.now = NINE - timedelta(seconds=30)
    logs(drawn)
    assert redrawn(drawn) == 1
    drawn.delivers()
    assert redrawn(at(drawn, NINE + timedelta(hours=1))) == 0


def test_time_of_another_month_or_client_leaves_it_alone(drawn: House):
    drawn.now = NINE + timedelta(minutes=5)
    logs(drawn, day=date(2026, 12, 1))
    assert redrawn(drawn) == 0
    logs(drawn, "Umbrella")
    assert redrawn(drawn) == 1
    drawn.delivers()
    drawn.sam.looks_at("C0BILLING").sees("Billing review: Acme, November 2026*\nNothing holds it up")


def test_an_agreement_that_was_put_right_is_on_the_card(drawn: House):
    does(drawn, "alter table agreement disable trigger user")
    does(drawn, "update agreement set fee_amount = 2000, made_at = '2026-12-01T08:30Z' where rate_currency = 'EUR'")
    drawn.sam.looks_at("C0BILLING").does_not_see("2,000.00 EUR")
    assert redrawn(drawn) == 1
    drawn.delivers()
    drawn.sam.sees("2,000.00 EUR")


def test_a_month_that_is_locked_stays_as_it_was_signed(drawn: House):
    drawn.now = NINE + timedelta(minutes=5)
    logs(drawn)
    does(drawn, "update billing_review set state = 'locked', locked_at = now()")
    assert redrawn(drawn) == 0
