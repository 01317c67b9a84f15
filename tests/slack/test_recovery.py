"""A channel that works again gets what was written for it, once, whoever presses while the worker is at it."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.domain import dead_letters, people
from bot.domain.workflow import Action
from bot.slack.delivery import Courier
from tests.house import House
from tests.slack.desk import a_courier, delivers, files, moves, pending, posted


class Interrupted(Courier):
    """Somebody presses **Try all again** when Slack has answered, before the worker writes down what."""

    presses: Callable[[], Any]

    def _finish(self, *brought: Any) -> None:
        self.presses()
        super()._finish(*brought)

    def _end(self, *refused: Any) -> None:
        self.presses()
        super()._end(*refused)


@pytest.fixture
def parked(house: House) -> House:
    """Two tickets' cards for the client are dead letters, for the channel was archived; now it works again."""
    house.slack.workspace.channels["C0ACME"].archived = True
    files(house, "One"), files(house, "Two")
    delivers(house)
    house.slack.workspace.channels["C0ACME"].archived = False
    return house


def tries_all(house: House) -> int:
    with house.sessions.begin() as session:
        return _tries_all(house, session)


def _tries_all(house: House, session: Any) -> int:
    maya = people.enter(session, "U0MAYA")
    assert maya
    return dead_letters.try_all_again(session, by=maya, now=house.now)


def dead(house: House) -> int:
    with house.sessions.begin() as session:
        people.enter_as_system(session)
        return dead_letters.count(session)


def interrupted(house: House) -> list[int]:
    """The worker brings what it can, interrupted three times at most; how many were tried again each time."""
    courier, tried = a_courier(house, Interrupted), []
    courier.presses = lambda: len(tried) < 3 and tried.append(tries_all(house))  # type: ignore[attr-defined]
    courier.drain()
    return tried


def test_a_card_that_died_comes_back_with_its_replies_at_the_next_move(house: House):
    house.slack.workspace.channels["C0ACME"].bot_member = False
    number = files(house)
    delivers(house)
    moves(house, number, Action.TAKE)
    delivers(house)
    moves(house, number, Action.ASK_CLIENT, reason="The words you searched for")
    delivers(house)
    assert house.ana.messages("C0ACME") == []
    house.slack.workspace.channels["C0ACME"].bot_member = True
    moves(house, number, Action.BACK_TO_TRIAGE)
    delivers(house)
    (card,) = house.ana.messages("C0ACME")
    assert house.ana.thread("C0ACME", card["ts"])[0] == card
    house.ana.sees("asks: The words you searched for")
    assert house.rows("select 1 from outbox where done_at is null and dead_at is null") == []


def test_a_worker_that_looks_while_all_are_being_tried_again_waits_for_nobody_and_brings_each_once(parked: House):
    with parked.sessions.begin() as session:
        assert _tries_all(parked, session) == 2
        assert delivers(parked) == 0
    assert delivers(parked) == 2
    assert len(posted(parked, "C0ACME")) == 2
    assert (dead(parked), pending(parked)) == (0, [])


def test_what_the_worker_has_in_hand_is_not_tried_again(parked: House):
    tries_all(parked)
    assert interrupted(parked) == [0, 0]
    assert len(posted(parked, "C0ACME")) == 2
    assert (dead(parked), pending(parked)) == (0, [])


def test_one_that_dies_while_all_are_being_tried_again_stands_and_the_others_are_brought(parked: House):
    parked.slack.workspace.channels["C0ACME"].archived = True
    files(parked, "Three")
    # While the third died, while its card for the team came, and while the first died again.
    assert interrupted(parked) == [2, 1, 0]
    assert dead(parked) == 3
    parked.slack.workspace.channels["C0ACME"].archived = False
    assert tries_all(parked) == 3
    delivers(parked)
    assert len(posted(parked, "C0ACME")) == 3
    assert (dead(parked), pending(parked)) == (0, [])
