"""What bringing one post asks of the database: counted, so that a worker stays as fast as Slack lets it be."""

import threading
from typing import Any

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
    here = threading.get_ident()  # the last submission's own thread may still be at its end

    def asks(*call: Any) -> None:
        if threading.get_ident() == here:
            asked.append(call[2])

    event.listen(engine, "before_cursor_execute", asks)
    counted = []
    while house.courier.deliver_one():
        counted.append(len(asked))
        asked.clear()
    assert len(counted) == 10
    assert max(counted) <= A_CARD, counted
