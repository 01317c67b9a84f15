"""What an interaction may ask of the database and of Slack before it is answered: counters, never seconds.

Each of these waits is a person's. Whoever needs one more changes the table, and says why in the commit.
"""

from sqlalchemy import text

from tests.round_trips import Asked, counted
from tests.wire import Wire

# Statements, and waits for the server. BEGIN goes with who enters, and what nobody waits for with what follows or with
# COMMIT (bot/connection.py). What stands in the comments is waited for, with what goes along in brackets.
ALLOWED = {
    "opening a form": Asked(4, 3, ["views.open"]),  # who enters, contacts, COMMIT
    # Who enters; [receipt] what is like it; ticket; [event, cards, intake, answer] COMMIT.
    "/request, submitted": Asked(10, 4),
    # Who enters; [receipt, lock] ticket and day; agreement, as T-102 has no code; [entry, event, answer] COMMIT.
    "a line of /time": Asked(10, 4),
    "options while typing": Asked(6, 5),  # who enters, tickets, projects, accounts, COMMIT
    "Take it": Asked(7, 4),  # who enters; ticket under lock; [ticket, event] cards and their deliveries; COMMIT
}


def test_no_interaction_asks_for_more_than_the_table_allows(house):
    found = counted(house)
    assert found.keys() == ALLOWED.keys()
    over = {
        name: (one.statements, one.round_trips, one.calls, one.said)
        for name, one in found.items()
        if one.statements > ALLOWED[name].statements
        or one.round_trips > ALLOWED[name].round_trips
        or one.calls != ALLOWED[name].calls
    }
    assert not over, over


def test_one_statement_more_is_seen(house, monkeypatch):
    monkeypatch.setattr("bot.domain.receipts.keep_answer", _once_more())
    found = counted(house)
    assert found["/request, submitted"].round_trips == ALLOWED["/request, submitted"].round_trips + 1
    assert found["a line of /time"].statements == ALLOWED["a line of /time"].statements + 1


def _once_more():
    from bot.domain.receipts import keep_answer

    def keep(session, key, answer):
        session.execute(text("select 1"))
        keep_answer(session, key, answer)

    return keep


WORDS = ("begin", "release", "savepoint", "select", "commit")


def test_everything_that_is_said_to_postgres_is_counted(house):
    with Wire.of(house.sessions.kw["bind"]) as wire:
        with house.sessions.begin() as session:
            session.execute(text("select 1"))
            with session.begin_nested():
                session.execute(text("select 2"))
        first = wire.since_last()
        with house.sessions.begin() as session:
            session.execute(text("select 3"))
        second = wire.since_last()
    words = [[word for word in WORDS if word in said.lower()] for said in first.said]
    assert words == [["begin", "select"], ["savepoint"], ["select"], ["release", "savepoint"], ["commit"]]
    assert (first.statements, first.round_trips) == (6, 5)
    assert (second.statements, second.round_trips) == (3, 2), second
