"""Pinned posts: the pin follows the post, and whatever comes of it the post stands once."""

import pytest

from bot.slack import errands
from bot.slack.delivery import Courier, Errand
from tests.house import House
from tests.slack.desk import a_courier, delivers, does, files, leases_run_out, pending, posted, waits_are_over, welcomes


def pins(house: House) -> list[bool]:
    return [message.pinned for message in posted(house, "C0ACME")]


def test_what_is_to_be_pinned_is_pinned_and_nothing_else(house: House):
    welcomes(house)
    files(house)
    delivers(house)
    assert pins(house) == [True, False]


@pytest.mark.parametrize("refusal", ["missing_scope", "too_many_pins", "not_pinnable", "ratelimited", 500, 429, "lost"])
def test_a_pin_that_slack_refuses_neither_loses_nor_doubles_the_post(house: House, refusal):
    house.slack.fail_next("pins.add", refusal)
    welcomes(house)
    delivers(house)
    waits_are_over(house)
    delivers(house)
    assert len(posted(house, "C0ACME")) == 1
    assert pending(house) == []
    assert house.one("select count(*) as n from outbox where dead_at is not null")["n"] == 0


def test_a_pin_that_was_refused_comes_with_the_next_edit(house: House):
    house.slack.fail_next("pins.add", 429)
    welcomes(house)
    delivers(house)
    assert pins(house) == [False]
    welcomes(house)
    delivers(house)
    assert pins(house) == [True]


def test_a_post_that_is_pinned_already_is_left_so(house: House):
    welcomes(house)
    delivers(house)
    does(house, "update account set timezone = 'Asia/Tokyo' where name = 'Acme'")
    welcomes(house)
    delivers(house)
    assert pins(house) == [True]
    assert pending(house) == []


def test_a_worker_that_died_between_post_and_pin_leaves_one_pinned_post(house: House, monkeypatch):
    class DiesForGood(Courier):
        def _later(self, errand: Errand, why: str) -> None:
            """Nobody is left to write it down."""

    def dies(*_: object) -> None:
        raise InterruptedError

    welcomes(house)
    with monkeypatch.context() as patched:
        patched.setattr(errands, "pin", dies)
        a_courier(house, DiesForGood).deliver_one()
    assert pins(house) == [False]
    leases_run_out(house)
    delivers(house)
    assert pins(house) == [True]
