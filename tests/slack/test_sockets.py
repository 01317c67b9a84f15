"""The socket process: always connected, loses nothing that was begun, and says in a sentence what is wrong."""

import asyncio
import io
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import structlog
from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient
from sqlalchemy import text

from bot import cli, logs
from bot.app import build_socket_app
from bot.handlers.arrival import Arrivals
from bot.playground.records import Delivery
from bot.settings import Settings
from bot.slack import manifest, sockets
from bot.slack.sockets import BadAppToken, NoSecureAddress, Sockets, opener
from tests import cast
from tests.driver import Person, Slack
from tests.house import House, served

Json = dict[str, Any]
TITLE = "Help centre search is empty"
FORM = {
    "Request type": "Incident", "Short description": TITLE, "Business impact": "Degraded",
    "Who is affected": "Everyone", "Desired timing": "This week",
}  # fmt: skip


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    kept = io.StringIO()
    logs.configure("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(kept))
    yield kept
    logs.configure("warning")


@pytest.fixture
def slack() -> Iterator[Slack]:
    with Slack(manifest.read(), cast.PEOPLE, cast.CHANNELS, enforce_rate_limits=False) as slack:
        yield slack


class App:
    """Sockets on a loop of their own, with an answer that a test can hold back."""

    def __init__(self, slack: Slack, open_connection: Callable[[], str] | None = None):
        self.sockets = Sockets(open_connection or opening(slack), self.answer, wait=self.wait)
        self.waited: list[float] = []
        self.heard: list[Json] = []
        self.acknowledgement: Callable[[Json], Json | None] = lambda envelope: {"envelope_id": envelope["envelope_id"]}
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.began = threading.Semaphore(0)
        self._stop, self._loop = asyncio.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()), daemon=True)

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0.001)

    async def answer(self, envelope: Json) -> Json | None:
        self.heard.append(envelope)
        self.began.release()
        await asyncio.to_thread(self.goes_on.wait, 10)
        return self.acknowledgement(envelope)

    async def _run(self) -> None:
        async with self.sockets.running():
            await self._stop.wait()

    def __enter__(self) -> "App":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ends()

    def ends(self) -> None:
        if not self._loop.is_closed() and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
            assert not self._thread.is_alive()


def opening(slack: Slack, token: str | None = None) -> Callable[[], str]:
    client = WebClient(base_url=slack.api_url, retry_handlers=[], timeout=5)
    return opener(client, token or slack.app_token)


def until(holds: Callable[[], Any]) -> None:
    """Look again and again, for a while."""
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came to be")


def connected(slack: Slack, *numbers: int) -> None:
    """Until exactly these connections of the app are open."""
    assert slack.sockets.wait_for(lambda open_now: open_now == list(numbers)), slack.sockets.connections


def bo(slack: Slack) -> Person:
    return slack.person("U0BO", "C0TRIAGE")


# --- staying connected


def test_it_answers_over_one_connection(slack: Slack):
    with App(slack) as app:
        connected(slack, 1)
        bo(slack).opens("/queue").opens("/queue")
    assert [envelope["type"] for envelope in app.heard] == ["slash_commands"] * 2
    connected(slack)  # none


def test_a_lost_connection_is_followed_by_another(slack: Slack):
    with App(slack):
        for number in (1, 2, 3):
            connected(slack, number)
            bo(slack).opens("/queue")
            slack.drop_connections()


def test_a_refresh_opens_the_next_connection_before_the_last_one_ends(slack: Slack):
    with App(slack):
        connected(slack, 1)
        slack.refresh_connections()  # it is asked to leave in ten seconds only
        connected(slack, 1, 2)
        bo(slack).opens("/queue")
        assert slack.deliveries.kept[-1].connection == 2


def test_nothing_is_lost_while_connections_are_refreshed(slack: Slack):
    with App(slack) as app, ThreadPoolExecutor(4) as people:
        connected(slack, 1)
        sent = [people.submit(lambda: bo(slack).opens("/queue")) for _ in range(60)]
        for number in (2, 3, 4):
            slack.refresh_connections(after=0)
            assert slack.sockets.wait_for(lambda open_now, number=number: number in open_now)
        for one in sent:
            one.result()
    assert len(app.heard) == 60
    assert {delivery.connection for delivery in slack.deliveries.kept} > {1}


def test_what_came_over_the_old_connection_is_acknowledged_there(slack: Slack):
    with App(slack) as app, ThreadPoolExecutor(1) as people:
        connected(slack, 1)
        app.goes_on.clear()
        asked = people.submit(lambda: bo(slack).opens("/queue"))
        app.began.acquire()
        slack.refresh_connections(after=0)
        assert slack.sockets.wait_for(lambda open_now: 2 in open_now)
        app.goes_on.set()
        asked.result()
    assert slack.deliveries.kept[-1].connection == 1


def test_an_old_connection_that_slack_forgets_is_closed(slack: Slack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.slack.sockets.RETIRE_SECONDS", 0.05)
    with App(slack):
        connected(slack, 1)
        slack.refresh_connections(after=3600)
        connected(slack, 2)


def test_a_link_that_is_turned_off_and_on_again_comes_back(slack: Slack, log: io.StringIO):
    with App(slack) as app:
        connected(slack, 1)
        slack.disable_link()
        until(lambda: "Socket Mode is off in this app's settings" in log.getvalue())
        assert not app.sockets.connected
        slack.enable_link()
        connected(slack, 2)
        bo(slack).opens("/queue")


def test_it_waits_for_slack_and_connects_when_it_is_there(slack: Slack, log: io.StringIO):
    slack.fail_next("apps.connections.open", 500, times=2)
    slack.fail_next("apps.connections.open", "internal_error", times=2)
    slack.fail_next("apps.connections.open", 429, retry_after=0)
    with App(slack):
        connected(slack, 1)
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len([line for line in told if line["event"] == "Slack is away; trying again"]) == 5
    assert "Traceback" not in log.getvalue()


def test_pauses_grow_and_slack_may_ask_for_more(slack: Slack):
    slack.fail_next("apps.connections.open", "internal_error", times=4)
    slack.fail_next("apps.connections.open", 429, retry_after=7)
    slack.fail_next("apps.connections.open", 503, retry_after=86_400)
    with App(slack) as app:
        connected(slack, 1)
    assert app.waited == [0, 0, 1, 0, 2, 0, 5, 0, 10, 7, 30, 300, 30]


def test_whatever_a_proxy_sends_in_slacks_place_it_tries_again(slack: Slack, log: io.StringIO):
    slack.fault("garbage", method="apps.connections.open", times=5)
    with App(slack):
        connected(slack, 1)
    assert log.getvalue().count("Slack is away; trying again") == 5
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize("address", ["", "None", "wss://[", "wss://", "wss://127.0.0.1:99999/", "http://127.0.0.1/"])
def test_an_address_that_is_none_is_no_end_of_trying(slack: Slack, log: io.StringIO, address: str):
    addresses = iter([address])
    ask = opening(slack)
    with App(slack, lambda: next(addresses, "") or ask()):
        connected(slack, 1)
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize(
    ("told", "api_url", "good"),
    [
        ("wss://wss-primary.slack.com/link/", "https://slack.com/api/", True),
        ("ws://wss-primary.slack.com/link/", "https://slack.com/api/", False),
        ("ws://127.0.0.1/link/", "http://127.0.0.1/api/", True),
        ("http://127.0.0.1/link/", "http://127.0.0.1/api/", False),
        (None, "http://127.0.0.1/api/", False),
    ],
)
def test_a_ticket_goes_out_over_tls_only_unless_slack_is_a_stand_in(told: str | None, api_url: str, good: bool):
    client = SimpleNamespace(base_url=api_url, apps_connections_open=lambda app_token: {"url": told})
    ask = opener(client, "xapp-1")  # type: ignore[arg-type]
    if good:
        assert ask() == told
    else:
        with pytest.raises(NoSecureAddress):
            ask()


def test_a_process_that_nobody_keeps_connected_ends_to_be_started_anew(
    house_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("bot.slack.sockets.PAUSES", ())  # a mistake of ours, where nothing catches it
    values = {"DATABASE_URL": house_url, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1",
              "SLACK_API_URL": "http://127.0.0.1:9/api/", "PORT": "0"}  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    before = signal.getsignal(signal.SIGTERM)
    assert cli.main(["socket"]) == 1
    signal.signal(signal.SIGTERM, before)
    assert "steward: Nothing keeps the connection to Slack any more." in capsys.readouterr().err


def test_a_process_that_nobody_keeps_connected_is_not_ready(
    house: House, house_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.slack.sockets.PAUSES", ())
    with another(house, house_url) as address, pytest.raises(HTTPError) as told:
        urlopen(f"{address}/readyz", timeout=10)
    assert told.value.code == 503
    assert json.load(told.value)["slack"] == "given up"


def test_a_connection_that_stood_begins_the_pauses_anew(slack: Slack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.slack.sockets.SETTLED_SECONDS", 0.0)
    with App(slack) as app:
        for number in (1, 2, 3):
            connected(slack, number)
            slack.drop_connections()
        connected(slack, 4)
    assert app.waited == [0, 0, 0, 0]


@pytest.mark.parametrize("frame", ["nonsense", "[]", "null", "{}", "[" * 100_000, '{"type": 7}', '{"type": "later"}'])
def test_frames_that_make_no_sense_change_nothing(slack: Slack, log: io.StringIO, frame: str):
    with App(slack) as app:
        connected(slack, 1)
        slack.sockets.send_raw(frame)
        bo(slack).opens("/queue")
        connected(slack, 1)
    assert [envelope["type"] for envelope in app.heard] == ["slash_commands"]
    assert "Traceback" not in log.getvalue()


def test_a_frame_of_many_megabytes_leaves_what_is_under_way_alone(slack: Slack):
    with App(slack) as app, ThreadPoolExecutor(1) as people:
        connected(slack, 1)
        app.goes_on.clear()
        asked = people.submit(lambda: bo(slack).opens("/queue"))
        app.began.acquire()
        slack.sockets.send_raw(json.dumps({"envelope_id": "1", "payload": "x" * 7_000_000}))
        app.began.acquire()
        app.goes_on.set()
        asked.result()
        connected(slack, 1)


def test_an_answer_larger_than_one_frame_of_the_sdk(slack: Slack):
    long = "é" * 40_000  # the longest text that Slack shows whole, at six bytes each in JSON
    with App(slack) as app:
        connected(slack, 1)
        app.acknowledgement = lambda envelope: {"envelope_id": envelope["envelope_id"], "payload": {"text": long}}
        bo(slack).opens("/queue").sees(long)


# --- the token


def tried(slack: Slack, token: str | None = None) -> None:
    """What the process does before anything else."""

    async def never(envelope: Json) -> Json | None:
        raise AssertionError(envelope)

    Sockets(opening(slack, token), never).try_token()


@pytest.mark.parametrize(
    ("token", "says"),
    [("xapp-wrong", "does not know this SLACK_APP_TOKEN"), ("xoxb-demo", "not an app-level token")],
)
def test_a_wrong_token_says_what_to_do_at_once(slack: Slack, token: str, says: str):
    with pytest.raises(BadAppToken, match=says):
        tried(slack, token)


@pytest.mark.parametrize("code", sockets.REFUSED)
def test_what_the_process_and_the_check_say_of_it_is_for_a_terminal(code: str):
    said = " ".join(sockets.REFUSED[code])
    assert said.endswith(".")
    assert "*" not in said


def test_a_token_without_its_scope_and_an_app_without_socket_mode_say_so(slack: Slack):
    slack.fail_next("apps.connections.open", "missing_scope")
    with pytest.raises(BadAppToken, match="connections:write"):
        tried(slack)
    slack.disable_link()
    with pytest.raises(BadAppToken, match="Enable Socket Mode"):
        tried(slack)


def test_while_slack_is_away_a_token_is_not_called_wrong(slack: Slack):
    slack.fail_next("apps.connections.open", 503)
    tried(slack)
    slack.fault("garbage", method="apps.connections.open", times=5)
    for _ in range(5):
        tried(slack)


def test_no_token_and_no_ticket_is_ever_logged(slack: Slack, log: io.StringIO):
    with App(slack) as app:
        connected(slack, 1)
        slack.drop_connections()
        connected(slack, 2)
    assert "ticket" not in log.getvalue()
    assert slack.app_token not in log.getvalue()
    assert app.heard == []


# --- how an envelope is acknowledged

QUEUE = {"command": "/queue", "user_id": "U0BO"}
SAID = BoltResponse(status=200, body="Hello")
SHOWN = BoltResponse(status=200, body='{"text": "Hello"}', headers={"content-type": ["application/json"]})


@pytest.mark.parametrize(
    ("payload", "accepts", "answer", "acknowledged"),
    [
        (QUEUE, True, SAID, {"envelope_id": "1", "payload": {"text": "Hello"}}),
        (QUEUE, True, SHOWN, {"envelope_id": "1", "payload": {"text": "Hello"}}),
        (QUEUE, True, BoltResponse(status=200, body=""), {"envelope_id": "1"}),
        (QUEUE, False, SHOWN, {"envelope_id": "1"}),
        (QUEUE, True, BoltResponse(status=500, body="oh"), None),
        (QUEUE, True, BoltResponse(status=404, body="unknown"), None),
        ("words", True, SAID, None),
        (None, True, SAID, None),
        ({"command": 7}, True, SAID, None),
    ],
    ids=["a text", "JSON", "nothing", "not accepted", "an error", "unknown", "a string", "no payload", "no shape"],
)
def test_an_envelope_is_acknowledged_as_http_would_have_been_answered(
    payload: Any, accepts: bool, answer: BoltResponse, acknowledged: Json | None
):
    arrivals = Arrivals(SimpleNamespace(dispatch=lambda request: answer), "", threads=1)  # type: ignore[arg-type]
    envelope = {"envelope_id": "1", "type": "slash_commands", "payload": payload, "accepts_response_payload": accepts}
    assert asyncio.run(arrivals.envelope(envelope)) == acknowledged


def test_an_event_that_comes_again_says_so_as_over_http():
    seen: list[BoltRequest] = []

    def note(request: BoltRequest) -> BoltResponse:
        seen.append(request)
        return BoltResponse(status=200, body="")

    event = {"type": "event_callback", "event": {"type": "message"}}
    arrivals = Arrivals(SimpleNamespace(dispatch=note), "", threads=1)  # type: ignore[arg-type]
    for retry in ({"retry_attempt": 0, "retry_reason": ""}, {"retry_attempt": 2, "retry_reason": "timeout"}):
        asyncio.run(arrivals.envelope({"envelope_id": "1", "payload": event, **retry}))
    assert seen[0].headers == {}
    assert (seen[1].headers["x-slack-retry-num"], seen[1].headers["x-slack-retry-reason"]) == (["2"], ["timeout"])


# --- the end


def test_at_the_end_what_runs_is_finished_and_acknowledged_and_nothing_new_is_begun(slack: Slack):
    slack.deliveries.deadline = 2
    with App(slack) as app, ThreadPoolExecutor(3) as people:
        connected(slack, 1)
        app.goes_on.clear()
        asked = people.submit(lambda: bo(slack).opens("/queue"))
        app.began.acquire()
        ending = people.submit(app.ends)
        until(lambda: app.sockets._stopping)
        late = people.submit(lambda: bo(slack).opens("/steward", refused="/steward failed"))
        until(lambda: len(slack.deliveries.kept) == 2)
        app.goes_on.set()
        asked.result()
        ending.result()
        late.result()
    assert len(app.heard) == 1


# --- the whole house

# A handler that waits for what the test holds.
WAITING = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


def test_a_connection_that_is_lost_meanwhile_is_trouble_once_and_stored_once(socket_house: House):
    house = socket_house
    house.ana.opens("/request").fills(FORM)
    with ThreadPoolExecutor(1) as people, house.owner.begin() as holding:
        holding.execute(text("lock table ticket in exclusive mode"))
        sent = people.submit(lambda: house.ana.submits(refused="connection_lost"))
        until(lambda: house.rows(WAITING))
        house.slack.drop_connections()
        sent.result()
    assert house.slack.sockets.wait_for(lambda numbers: numbers == [2])
    house.ana.submits().sees("T-101")
    assert len(house.rows("select 1 from ticket")) == 1


def test_an_event_whose_connection_is_lost_comes_again_and_has_one_effect(socket_house: House):
    house = socket_house
    # The handler is in the middle of its answer.
    house.slack.fault("slow", method="chat.postMessage", seconds=0.3, times=None)
    with ThreadPoolExecutor(1) as people:
        said = people.submit(lambda: house.ana.types("D0ANA", f"{TITLE}. It began this morning."))
        until(lambda: events_of(house, "U0ANA"))
        house.slack.drop_connections()
        said.result()
    assert house.slack.sockets.wait_for(lambda numbers: numbers == [2])
    house.slack.advance(60)
    house.slack.settle()
    assert [d.error for d in events_of(house, "U0ANA")] == ["connection_lost", "connection_failed", None]
    assert house.ana.text().count("Shall I make this a request?") == 1


def events_of(house: House, person: str) -> list[Delivery]:
    return [d for d in list(house.slack.deliveries.kept) if d.kind == "event" and d.person == person]


def test_two_processes_share_the_work_and_one_is_enough(house_url: str, socket_house: House):
    house = socket_house
    with another(house, house_url):
        assert house.slack.sockets.wait_for(lambda numbers: numbers == [1, 2])
        house.ana.opens("/request").fills(FORM).submits().closes()
        house.delivers()
        house.bo.clicks("Take it", on=TITLE)
        assert {d.connection for d in house.slack.deliveries.kept} == {1, 2}
    assert house.slack.sockets.wait_for(lambda numbers: numbers == [1])
    house.delivers()
    house.bo.sees("Ask client")
    assert len(house.rows("select 1 from ticket")) == 1


def another(house: House, url: str) -> AbstractContextManager[Any]:
    """A second `socket` process on the same database."""
    settings = Settings(
        database_url=url, slack_bot_token=SecretStr(house.slack.token), slack_api_url=house.slack.api_url,
        slack_app_token=SecretStr(house.slack.app_token),
    )  # fmt: skip
    return served(build_socket_app(settings, clock=house.clock))
