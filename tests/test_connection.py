"""What nobody waits for goes with what is sent next: in order, once, and its failures are heard of."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.connection import NOBODY_WAITS
from tests.wire import Wire

KEEP = text("insert into kept (word) values (:word)")


@pytest.fixture
def stored(engine, owner):
    with owner.begin() as connection:
        connection.execute(text("create table kept (id int generated always as identity, word text unique)"))
        connection.execute(text("grant all on kept to steward_app"))

    def look():
        with owner.connect() as connection:
            return list(connection.scalars(text("select word from kept order by id")))

    return look


def keep(connection, word, *, waits=False):
    connection.execute(KEEP, {"word": word}, execution_options={} if waits else NOBODY_WAITS)


def test_what_is_held_is_there_for_the_next_question_and_in_order(engine, stored):
    with Wire.of(engine) as wire:
        with engine.begin() as connection:
            keep(connection, "first")
            keep(connection, "second")
            assert connection.scalar(text("select string_agg(word, ' ' order by id) from kept")) == "first second"
            keep(connection, "third", waits=True)
            keep(connection, "fourth")
        assert (traffic := wire.since_last()).round_trips == 3, traffic  # question, third, COMMIT
    assert stored() == ["first", "second", "third", "fourth"]


@pytest.mark.parametrize("then", ["a question", "commit", "a savepoint"])
def test_what_goes_wrong_with_it_is_raised_where_it_is_sent_and_nothing_is_stored(engine, stored, then):
    def act():
        with engine.begin() as connection:
            keep(connection, "one")
            keep(connection, "one")
            keep(connection, "two")
            if then == "a question":
                connection.execute(text("select 1"))
            elif then == "a savepoint":
                connection.begin_nested()

    with pytest.raises(IntegrityError, match="kept_word_key"):
        act()
    assert stored() == []
    with engine.begin() as connection:  # and the connection is as good as new
        keep(connection, "three")
    assert stored() == ["three"]


def test_what_is_taken_back_was_never_sent(engine, stored):
    with Wire.of(engine) as wire:
        with engine.connect() as connection:
            keep(connection, "one")
            connection.rollback()
            keep(connection, "two")
            connection.commit()
        assert wire.since_last().round_trips == 1
    assert stored() == ["two"]


def test_many_rows_at_once_do_not_overtake_what_is_held(engine, stored):
    with engine.begin() as connection:
        keep(connection, "first")
        connection.execute(KEEP, [{"word": "second"}, {"word": "third"}])
    assert stored() == ["first", "second", "third"]


def test_a_transaction_that_asks_for_its_own_isolation_has_it(engine, stored):
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        keep(connection, "seen")
        assert connection.scalar(text("show transaction_isolation")) == "repeatable read"
        connection.commit()
    with engine.connect() as connection:
        assert connection.scalar(text("show transaction_isolation")) == "read committed"
    assert stored() == ["seen"]
