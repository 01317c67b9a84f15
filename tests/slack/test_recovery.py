"""A channel that works again gets what was written for it."""

from bot.domain.workflow import Action
from tests.house import House
from tests.slack.desk import delivers, files, moves


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
