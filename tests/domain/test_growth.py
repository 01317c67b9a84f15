"""A longer past costs nobody anything: Postgres touches the same pages. Counted, never timed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bench import growth, history
from bot import database, embedded

OPEN, SHORT, LONG = 100, 500, 10_000
EVERY = timedelta(hours=8)  # one closes: the shorter past is half a year, the longer nine
# A higher tree takes one page more for each look-up; whoever reads the whole of a table here touches 250 or more.
ROOM = 100


@pytest.fixture(scope="module")
def pasts(server_url: str, template: str) -> Iterator[list[growth.Past]]:
    names = {f"{template}_past_{count}": count for count in (SHORT, LONG)}
    made: list[growth.Past] = []
    for name, count in names.items():
        embedded.drop_database(server_url, name)
        url = embedded.create_database(server_url, name, template=template)
        engine = database.owner_engine(url)
        history.fill(engine, closed=count, open_=OPEN, every=EVERY)
        engine.dispose()
        made.append(growth.Past(url))
    yield made
    for past in made:
        past.close()
    for name in names:
        embedded.drop_database(server_url, name)


@pytest.mark.parametrize("name", [*growth.VIEWS, growth.MONTH])
def test_a_past_twenty_times_as_long_touches_the_same_pages(name: str, pasts: list[growth.Past]):
    short, long = (past.touches(growth.EVERYTHING[name]) for past in pasts)
    assert sum(long) <= sum(short) * 1.05 + ROOM, (short, long)
