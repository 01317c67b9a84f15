"""The same payload ten times and at once: one effect, and the same answer.

A story is lived with nine more processes on the same database. Each of them receives every payload at the moment in
which the first does; who comes first is left to the database. In the end the world is the one of a story in which
everything came once.
"""

import asyncio
import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from bot import database, embedded
from bot.app import build_bolt
from bot.handlers.arrival import Arrivals
from bot.handlers.call import Call
from bot.playground.records import Delivery
from bot.playground.transports import Parcel
from bot.settings import Settings
from tests.house import House, running
from tests.probes.forging import route_of, sender_of
from tests.probes.ghost import deaf_slack
from tests.probes.stories import a_day, told

Json = dict[str, Any]
Story = Callable[[House], Any]
COPIES = 9
# Each repeat of these is answered as the first; a click is told from its repeat by the row's version.
SAME_ANSWER = {"command", "view", "event"}


class Copies:
    """Between Slack and the app: brings nine copies of everything to another process, all at once."""

    def __init__(self, house: House, twin: Arrivals):
        self._transport, self._twin = house.slack.deliveries.transport, twin
        self._threads = ThreadPoolExecutor(COPIES)
        self.answers: list[tuple[Json, list[str]]] = []
        house.slack.deliveries.transport = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def carry(self, parcel: Parcel, delivery: Delivery, seconds: float) -> None:
        copies = [self._threads.submit(self._copy, parcel.payload) for _ in range(COPIES)]
        self._transport.carry(parcel, delivery, seconds)
        said = delivery.response if isinstance(delivery.response, str) else json.dumps(delivery.response)
        self.answers.append((parcel.payload, [f"{delivery.status} {_same(said)}", *(one.result() for one in copies)]))

    def _copy(self, payload: Json) -> str:
        answer = asyncio.run(self._twin.dispatch_within(payload | {"response_url": ""}, {}))
        return f"{answer.status} {_same(answer.body)}"


def _same(said: Any) -> str:
    """One way to write down an answer, whether it was JSON or nothing."""
    try:
        return json.dumps(json.loads(said), sort_keys=True)
    except (TypeError, ValueError):
        return str(said or "")


@contextmanager
def twin_of(house: House, url: str) -> Iterator[Arrivals]:
    """Another process of the app, whose Slack shows nothing on anybody's screen."""
    with deaf_slack() as (slack_url, _calls):
        engine = database.app_engine(url, pool_size=COPIES)
        settings = Settings(
            database_url=url, slack_bot_token=SecretStr("x"), slack_api_url=slack_url,
            slack_signing_secret=SecretStr("x"),
        )  # fmt: skip
        arrivals = Arrivals(
            build_bolt(settings, database.sessions(engine), house.clock), "x", threads=COPIES, seconds=9
        )
        yield arrivals
        arrivals.close()
        engine.dispose()


def what_is(house: House) -> dict[str, Any]:
    """The world without what passes: how many rows of each table, and what stands in those that people know."""
    world = {name: table["n"] for name, table in house.state_of_the_world().items() if name != "posts"}
    told = {
        "ticket": "title, status, version, assignee_id",
        "event": "kind, account_id",
        "message": "text",
        "time_entry": "minutes, work_date",
        "post": "subject, place, channel_slack_id",
        "decision": "person_id, seat, verdict",
        "invoice": "kind, state, number, total",
        "invoice_series": "name, last_number",
        "billing_review": "month, state, version",
        "agreement": "starts, type",
    }
    said = {
        name: Counter(str(row) for row in house.rows(f"select {columns} from {name}")) for name, columns in told.items()
    }
    return {**world, **said}


def lived_once(server_url: str, furnished: str, story: Story) -> dict[str, Any]:
    """The world after a story in which everything came once."""
    url = embedded.create_database(server_url, name := f"steward_once_{os.getpid()}", template=furnished)
    with running(url) as house:
        story(house)
        world = what_is(house)
    embedded.drop_database(server_url, name)
    return world


def lived_ten_times(house: House, url: str, story: Story) -> Copies:
    """The same, with nine copies of everything."""
    with twin_of(house, url) as twin:
        copies = Copies(house, twin)
        story(house)
    return copies


@told
def test_a_story_in_which_everything_comes_ten_times_at_once_ends_the_same(
    house: House, house_url: str, server_url: str, furnished: str, story: Story
):
    copies = lived_ten_times(house, house_url, story)
    assert what_is(house) == lived_once(server_url, furnished, story)
    for payload, answers in copies.answers:
        if route_of(payload)[0] in SAME_ANSWER and sender_of(payload):
            assert len(set(answers)) == 1, (route_of(payload), set(answers))


@pytest.mark.faults
def test_without_receipts_something_of_the_same_day_is_there_twice(
    house: House, house_url: str, server_url: str, furnished: str, monkeypatch: pytest.MonkeyPatch
):
    world = lived_once(server_url, furnished, a_day)
    monkeypatch.setattr(Call, "once", lambda *_, **__: None)
    monkeypatch.setattr(Call, "once_along", lambda *_, **__: None)
    monkeypatch.setattr(Call, "remember", lambda *_, **__: None)
    with contextlib.suppress(AssertionError, ValueError):  # the story itself may come to a halt
        lived_ten_times(house, house_url, a_day)
    now = what_is(house)
    assert any(now[table] > rows for table, rows in world.items() if isinstance(rows, int))
