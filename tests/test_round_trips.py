"""What an interaction may ask of the database and of Slack before it is answered: counters, never seconds.

Each of these waits is a person's. Whoever needs one more changes the table, and says why in the commit.
"""

from sqlalchemy import text

from tests.round_trips import Asked, counted
from tests.wire import Wire

# Statements, and waits for the server: BEGIN, COMMIT and the pool's ping are three of them, and rows of one kind go
# together. What follows in the comments is what the others are for.
ALLOWED = {
    "opening a form": Asked(8, 8, ["views.open"]),  # who enters, their account, contacts, agreement, names said
    "/request, submitted": Asked(16, 15),  # the same, what is like it; receipt, ticket, event, cards, intake, answer
    "a line of /time": Asked(12, 12),  # who enters, ticket, receipt, the same line before, entry, event, day, answer
    "options while typing": Asked(6, 6),  # who enters, tickets, projects
    "Take it": Asked(10, 9),  # who enters, ticket under lock, event, ticket, cards, outbox
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
    words = [said.strip('"').split()[0] for said in first.said]
    assert words == ["BEGIN", "select", "SAVEPOINT", "select", "RELEASE", "COMMIT"]
    assert (first.statements, first.round_trips) == (6, 6)
    assert (second.statements, second.round_trips) == (4, 4), second  # a connection that waited is pinged first
