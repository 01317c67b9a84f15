"""A Postgres of our own that is frozen, or killed and started again, while people go on: answered in time, once."""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot import database, embedded, metrics, playbook, warm_up
from bot.app import build_app
from bot.handlers import patience
from bot.settings import Settings
from tests.handlers.test_arrival import COMMAND, a_form, database_gone, get, in_time, stored
from tests.house import House, furnish, running, served
from tests.slack.desk import does
from tests.test_embedded import lives, open_directory

LINE = {**COMMAND, "command": "/time", "text": "T-101 45m rebuilt the index"}


class OwnServer:
    """A Postgres that nobody else uses, to be frozen and killed; what was committed stays."""

    def __init__(self, home: Path, url: str):
        self.home, self.url, self.cluster = home, url, embedded.cluster_for(home)

    @property
    def postmaster(self) -> int:
        return int(self.cluster._says()[0])

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server and every process that serves somebody: alive, and without a word."""
        stopped = [self.postmaster]
        asking = create_engine(self.url)
        with asking.connect() as connection:
            os.kill(stopped[0], signal.SIGSTOP)  # first, so that no other is born meanwhile
            stopped += connection.scalars(
                text("select pid from pg_stat_activity where datname is not null and pid <> pg_backend_pid()")
            )
        for process in stopped[1:]:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)
            asking.dispose()

    def dies(self) -> None:
        """At once, with whatever it had in hand."""
        os.kill(self.postmaster, signal.SIGQUIT)
        while lives(self.home):
            time.sleep(0.005)

    def starts(self) -> None:
        self.cluster._be_running(embedded.SETTINGS)


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    with open_directory() as directory, embedded.server(directory / "pg") as url:
        yield OwnServer(directory / "pg", url)


@pytest.fixture
def house(own: OwnServer, request: pytest.FixtureRequest) -> Iterator[House]:
    name = f"away_{abs(hash(request.node.name))}"
    url = embedded.create_database(own.url, name)
    database.migrate(url)
    engine = database.owner_engine(url)
    with database.sessions(engine).begin() as session:
        playbook.seed(session, playbook.from_file())
    engine.dispose()
    furnish(url)
    with running(url) as house:
        yield house
    embedded.drop_database(own.url, name)


@pytest.fixture
def patient(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The same with time enough for a busy machine: what is measured is not how fast Postgres starts."""
    monkeypatch.setattr(patience, "SHORT_SECONDS", 60)
    settings = Settings(
        database_url=house.owner.url.render_as_string(hide_password=False),
        slack_bot_token=SecretStr(house.slack.token),
        slack_api_url=house.slack.api_url,
        slack_signing_secret=SecretStr(house.slack.signing_secret),
    )
    with served(build_app(settings, clock=house.clock, seconds=60)) as address:
        house.events_url = f"{address}/slack/events"
        yield house


def waited() -> float:
    return metrics.WAITED_OUT._value.get()


def soon(look: Any) -> None:
    """Until it is so; the test runner's own patience ends what never comes."""
    while not look():
        time.sleep(0.01)


# --- frozen


def test_a_frozen_database_keeps_neither_operators_nor_people_waiting(house: House, own: OwnServer):
    house.files_a_request()
    assert get(house, "/readyz")[0] == 200
    before = stored(house)
    with own.frozen():
        for _ in range(3):
            status, report = in_time(lambda: get(house, "/readyz"))
            assert (status, json.loads(report)) == (503, {"ready": False, "database": "does not answer"})
            assert get(house, "/healthz") == (200, "ok")
        assert in_time(lambda: get(house, "/metrics"))[0] == 200
        with ThreadPoolExecutor(12) as people:  # more than there are threads and connections
            answers = list(people.map(lambda _: in_time(lambda: house.sends_form(LINE)), range(12)))
        assert {status for status, _ in answers} == {200}
        assert all("/time T-101 45m rebuilt the index" in json.loads(said)["text"] for _, said in answers)
        assert get(house, "/healthz") == (200, "ok")
    soon(lambda: get(house, "/readyz")[0] == 200)
    soon(lambda: "steward_connections_in_use 0.0" in get(house, "/metrics")[1])
    assert stored(house) == before  # what nobody waited for was not stored behind their backs


# --- killed and started again


def test_a_restart_is_waited_out_and_the_person_sees_no_error(patient: House, own: OwnServer):
    house = patient
    house.files_a_request()
    before = waited()
    own.dies()
    house.owner.dispose()
    with ThreadPoolExecutor(3) as people:
        lines = [people.submit(house.sends_form, {**LINE, "text": f"T-101 {n}m work", "user_id": "U0BO",
                                                  "trigger_id": f"1.2.{n}"}) for n in (11, 12, 13)]  # fmt: skip
        soon(lambda: waited() > before + 3)
        own.starts()
        answers = [line.result() for line in lines]
    assert all(status == 200 and "T-101" in said and "Nothing was stored" not in said for status, said in answers)
    assert sorted(row["minutes"] for row in house.rows("select minutes from time_entry")) == [11, 12, 13]


DIES = """
create sequence deaths;
grant usage on deaths to steward_app;
create function dies() returns trigger language plpgsql security definer as $$
begin
  if nextval('deaths') = 1 then
    perform pg_terminate_backend(pg_backend_pid());
    perform pg_sleep(5);
  end if;
  return null;
end $$;
"""


def test_a_connection_lost_before_the_commit_is_tried_again_and_stored_once(patient: House):
    house = patient
    payload = a_form(house)
    does(house, DIES + "create trigger dies after insert on ticket for each row execute function dies()")
    before, tickets = waited(), len(house.rows("select 1 from ticket"))
    payload["view"]["id"] = "V0LOST"
    status, said = house.sends_payload(payload)
    assert (status, json.loads(said)["response_action"]) == (200, "update")
    assert waited() == before + 1
    assert len(house.rows("select 1 from ticket")) == tickets + 1


def test_a_connection_lost_in_the_commit_is_never_tried_again(patient: House):
    house = patient
    payload = a_form(house)
    does(house, DIES + "create constraint trigger dies after insert on ticket deferrable initially deferred"
         " for each row execute function dies()")  # fmt: skip
    before, tickets = waited(), len(house.rows("select 1 from ticket"))
    payload["view"]["id"] = "V0LOST"
    status, said = house.sends_payload(payload)
    assert (status, json.loads(said)["response_action"]) == (200, "errors")
    assert "Not confirmed" in said
    assert waited() == before
    assert len(house.rows("select 1 from ticket")) == tickets
    status, said = house.sends_payload(payload)  # pressed once more
    assert json.loads(said)["response_action"] == "update"
    assert len(house.rows("select 1 from ticket")) == tickets + 1


def test_what_was_chosen_from_a_menu_is_still_known_at_the_second_try(patient: House):
    house = patient
    number = house.files_a_request()
    house.bo.chooses("More", "Note", on="Help centre search")
    chosen = house.last_sent("block_actions")
    assert chosen["actions"][0]["action_id"] == "ticket.more"
    house.bo.closes()
    own_url = house.owner.url.set(database="postgres").render_as_string(hide_password=False)
    before, opened = waited(), len(house.slack.calls_to("views.open"))
    with ThreadPoolExecutor(1) as people:
        with database_gone(house, own_url):
            pressed = people.submit(house.sends_payload, {**chosen, "trigger_id": "none"})
            soon(lambda: waited() > before)
        assert pressed.result()[0] == 200
    again = house.slack.calls_to("views.open")[opened:]
    assert [f"T-{number}" in json.dumps(call.args) for call in again] == [True]


def test_an_outage_that_lasts_is_told_of_at_once(house: House, own: OwnServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "SHORT_SECONDS", 0)
    before = waited()
    with database_gone(house, own.url):
        status, said = in_time(lambda: house.sends_form(LINE))
    assert (status, waited()) == (200, before)
    assert "the database does not answer" in said


# --- before the first request


def test_a_process_draws_a_home_before_it_takes_requests(house: House, monkeypatch: pytest.MonkeyPatch):
    before = house.state_of_the_world()
    assert warm_up.draw(house.sessions)
    assert house.state_of_the_world() == before
    drawn: list[object] = []
    monkeypatch.setattr(warm_up, "draw", drawn.append)
    url = house.owner.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, slack_bot_token=SecretStr("x"), slack_signing_secret=SecretStr("x"))
    with served(build_app(settings, warm=True)):
        assert len(drawn) == 1


def test_a_database_that_is_away_frozen_or_empty_does_not_stop_the_start(
    house: House, own: OwnServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.app.WARM_UP_SECONDS", 0.2)
    here = house.owner.url.render_as_string(hide_password=False)
    empty = embedded.create_database(own.url, f"{house.owner.url.database}_empty")

    def comes_up(url: str) -> None:
        settings = Settings(database_url=url, slack_bot_token=SecretStr("x"), slack_signing_secret=SecretStr("x"))
        with served(build_app(settings, warm=True)) as address:
            house.events_url = f"{address}/slack/events"
            assert get(house, "/healthz") == (200, "ok")

    comes_up("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    comes_up(empty)
    with own.frozen():
        comes_up(here)
