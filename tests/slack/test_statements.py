"""What bringing one post asks of the database: counted, so that a worker stays as fast as Slack lets it be."""

from sqlalchemy import Engine, event

from tests.house import House
from tests.slack.desk import files

A_CARD = 19  # to claim, word and settle it; most of it is what the card tells


def test_bringing_a_card_takes_so_many_statements_whatever_else_waits(house: House):
    asked: list[str] = []
    engine = house.sessions.kw["bind"]
    assert isinstance(engine, Engine)
    for _ in range(5):
        files(house)
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counted = []
    while house.courier.deliver_one():
        counted.append(len(asked))
        asked.clear()
    assert len(counted) == 10
    assert max(counted) <= A_CARD, counted
