"""Socket Mode as Slack has it: tickets, envelopes, acknowledgements, and every way a connection ends."""

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.playground import sockets
from tests.driver import Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import MANIFEST, Start, client_of
from tests.playground.parts import actions, button, field, modal, text_field
from tests.playground.sockets import Json, Socket, connected, url_of

Answer = Callable[[Json], Json | None]


@pytest.fixture
def slack(start: Start) -> Slack:
    return start(socket_mode=True)


@pytest.fixture
def soon(start: Start) -> Slack:
    """A Slack that waits a tenth of a second where Slack waits three."""
    return start(socket_mode=True, seconds=1 / 30)


@contextlib.contextmanager
def answering(socket: Socket, answer: Answer = lambda envelope: {}) -> Iterator[list[Json]]:
    """An app that acknowledges everything with what `answer` says; None leaves it without."""
    heard: list[Json] = []

    def listen() -> None:
        for frame in socket.connection:
            envelope = json.loads(frame)
            heard.append(envelope)
            if "envelope_id" in envelope and (payload := answer(envelope)) is not None:
                socket.acknowledges(envelope, payload or None)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield heard
    socket.connection.close()
    thread.join(10)


def refusal(slack: Slack, token: str | None = None) -> str:
    with pytest.raises(SlackApiError) as refused:
        url_of(slack, token)
    return refused.value.response["error"]


# --- the way in


def test_only_the_app_level_token_opens_connections_and_it_does_nothing_else(slack: Slack):
    assert url_of(slack).startswith(f"ws://127.0.0.1:{urlsplit(slack.url).port}/link/?ticket=")
    assert refusal(slack, slack.token) == "not_allowed_token_type"
    assert refusal(slack, "xapp-another") == "invalid_auth"
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        client_of(slack, slack.app_token).auth_test()


def test_the_app_level_token_counts_in_the_header_only(slack: Slack):
    connection = http.client.HTTPConnection(urlsplit(slack.url).netloc)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/api/apps.connections.open", f"token={slack.app_token}", kind)
    assert json.loads(connection.getresponse().read()) == {"ok": False, "error": "not_authed"}


def test_an_app_over_http_can_not_connect(start: Start):
    assert refusal(start()) == "socket_mode_not_enabled"


def test_a_ticket_is_good_for_one_connection(slack: Slack):
    url = url_of(slack)
    with connect(url, proxy=None) as first:
        assert json.loads(first.recv(10))["type"] == "hello"
        with pytest.raises(InvalidStatus, match="403"):
            connect(url, proxy=None)
        assert slack.sockets.connections == 1


def test_a_ticket_is_good_for_a_short_while(start: Start, monkeypatch: pytest.MonkeyPatch):
    slack = start(socket_mode=True)
    url = url_of(slack)
    monkeypatch.setattr(sockets, "TICKET_SECONDS", -1.0)
    with pytest.raises(InvalidStatus, match="403"):
        connect(url, proxy=None)
    assert slack.sockets.connections == 0


def test_an_invented_ticket_is_refused(slack: Slack):
    with pytest.raises(InvalidStatus, match="403"):
        connect(slack.url.replace("http", "ws") + "link/?ticket=invented", proxy=None)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "playground.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
     {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["another host", "another origin", "no origin to name", "another port", "another site"],
)  # fmt: skip
def test_other_websites_can_not_connect_even_with_a_ticket(slack: Slack, headers: dict[str, str]):
    url = urlsplit(url_of(slack))
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("GET", f"{url.path}?{url.query}", headers=handshake | headers)
    assert connection.getresponse().status == 403
    assert slack.sockets.connections == 0


def test_the_page_itself_may_name_its_own_origin(slack: Slack):
    with connect(url_of(slack), origin=slack.url.rstrip("/"), proxy=None) as connection:  # type: ignore[arg-type]
        assert json.loads(connection.recv(10))["type"] == "hello"


def test_hello_says_how_many_there_are_and_whose(slack: Slack):
    with connected(slack) as first, connected(slack) as second:
        assert [first.hello["num_connections"], second.hello["num_connections"]] == [1, 2]
        assert first.hello["connection_info"] == {"app_id": "A0STEWARD"}
        assert set(first.hello["debug_info"]) == {"host", "build_number", "approximate_connection_time"}


def test_an_eleventh_connection_is_one_too_many(slack: Slack):
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(slack))
        with connected(slack) as eleventh:
            assert (eleventh.hello["type"], eleventh.hello["reason"]) == ("disconnect", "too_many_websockets")
            assert eleventh.is_closed()
        assert slack.sockets.connections == 10


# --- envelopes


def test_nothing_is_sent_over_http_meanwhile(slack: Slack, app: CannedApp):
    with connected(slack) as socket, answering(socket):
        slack.person("U0BO", "C0ACME").opens("/request printer")
        slack.person("U0BO").types("C0ACME", "Hello")
    assert app.heard == []


def test_a_command_is_answered_with_the_payload_of_its_acknowledgement(slack: Slack):
    bo = slack.person("U0BO", "C0ACME")
    with connected(slack) as socket, answering(socket, lambda envelope: {"text": "Noted."}) as heard:
        bo.opens("/request printer").sees("Noted.")
    (envelope,) = heard
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (envelope["payload"]["command"], envelope["payload"]["text"]) == ("/request", "printer")
    assert "retry_attempt" not in envelope


def test_the_inspector_tells_which_connection_a_payload_took(slack: Slack):
    bo = slack.person("U0BO", "C0ACME")
    with connected(slack) as one, connected(slack) as two, answering(one), answering(two):
        bo.opens("/request").opens("/request")
    shown = bo.screen()["deliveries"]
    assert {(d["transport"], d["ok"], d["status"]) for d in shown} == {("socket", True, None)}
    assert {d["connection"] for d in shown} == {1, 2}


def test_an_event_says_which_try_it_is(soon: Slack):
    with connected(soon) as socket, answering(socket, lambda envelope: None) as heard:
        soon.person("U0BO").types("C0ACME", "Hello")
    tries = [(e["type"], e["accepts_response_payload"], e["retry_attempt"], e["retry_reason"]) for e in heard]
    assert tries == [("events_api", False, 0, ""), ("events_api", False, 1, "timeout")]
    assert len({e["envelope_id"] for e in heard}) == 2
    assert len({e["payload"]["event_id"] for e in heard}) == 1


def test_events_nobody_acknowledged_come_again_a_minute_and_five_minutes_later(soon: Slack):
    with connected(soon) as socket, answering(socket, lambda envelope: None) as heard:
        soon.person("U0BO").types("C0ACME", "Hello")
        soon.advance(60)
        soon.advance(300)
        soon.advance(3600)
    assert [e["retry_attempt"] for e in heard] == [0, 1, 2, 3]


def test_events_that_find_no_connection_come_again_to_the_next(soon: Slack):
    bo = soon.person("U0BO")
    bo.types("C0ACME", "Before anybody was ever there")
    with connected(soon):
        pass
    assert soon.sockets.wait_for(lambda numbers: not numbers)
    bo.types("C0ACME", "While the app is away")
    with connected(soon) as socket, answering(socket) as heard:
        soon.advance(60)
    assert [(e["payload"]["event"]["text"], e["retry_attempt"]) for e in heard] == [("While the app is away", 2)]


@pytest.mark.parametrize(
    ("acknowledgement", "refused"),
    [
        ({"response_action": "errors", "errors": {"Title": "Say more."}}, "Say more."),
        ({"response_action": "update", "view": modal(text_field("Second"), title="Step two")}, ""),
        ({"response_action": "clear"}, ""),
        ({}, ""),
    ],
    ids=["errors", "update", "clear", "nothing"],
)
def test_a_submission_takes_every_answer(slack: Slack, acknowledgement: Json, refused: str):
    bo, client = slack.person("U0BO", "C0ACME"), client_of(slack)

    def answer(envelope: Json) -> Json:
        if envelope["type"] == "slash_commands":
            client.views_open(trigger_id=envelope["payload"]["trigger_id"], view=modal(text_field("Title")))
            return {}
        assert envelope["accepts_response_payload"]
        return acknowledgement

    with connected(slack) as socket, answering(socket, answer):
        bo.opens("/request").fills({"Title": "Printer"}).submits(refused=refused)
    shown = bo.modal()
    assert (shown["title"]["text"] if shown else None) == {"errors": "A form", "update": "Step two"}.get(
        acknowledgement.get("response_action", "")
    )


def test_options_come_with_the_acknowledgement(slack: Slack):
    bo, client = slack.person("U0BO", "C0ACME"), client_of(slack)
    option = {"text": {"type": "plain_text", "text": "Acme"}, "value": "acme"}
    pick = field("Account", {"type": "external_select", "min_query_length": 0})

    def answer(envelope: Json) -> Json:
        if envelope["type"] == "slash_commands":
            client.views_open(trigger_id=envelope["payload"]["trigger_id"], view=modal(pick))
            return {}
        return {"options": [option]}

    with connected(slack) as socket, answering(socket, answer):
        bo.opens("/request").fills({"Account": "Acme"})
    assert bo.modal() is not None


def a_button(slack: Slack) -> None:
    client_of(slack).chat_postMessage(channel="C0ACME", text="x", blocks=[actions(button("Take it", "take"))])


def test_a_click_takes_no_answer(slack: Slack):
    with connected(slack) as socket, answering(socket) as heard:
        a_button(slack)
        slack.person("U0BO").clicks("Take it")
    assert [e["accepts_response_payload"] for e in heard if e["type"] == "interactive"] == [False]


# --- what is not acknowledged


def test_without_an_acknowledgement_the_person_sees_the_same_trouble_as_over_http(soon: Slack):
    bo = soon.person("U0BO", "C0ACME")
    with connected(soon) as socket, answering(socket, lambda envelope: None):
        a_button(soon)
        bo.opens("/request", refused="operation_timeout")
        bo.clicks("Take it", refused="did not answer in time")


def test_an_acknowledgement_that_is_late_is_too_late(soon: Slack):
    bo = soon.person("U0BO", "C0ACME")
    with connected(soon) as socket:
        bo.opens("/request one", refused="operation_timeout")
        late = socket.hears()
        socket.acknowledges(late, {"text": "Sorry for the wait"})
        with answering(socket, lambda envelope: {"text": "In time"}):
            bo.opens("/request two").sees("In time").does_not_see("Sorry for the wait")


def test_an_acknowledgement_counts_on_its_own_connection_only(soon: Slack):
    bo = soon.person("U0BO", "C0ACME")
    with connected(soon) as one, connected(soon) as two, ThreadPoolExecutor(1) as people:
        asked = people.submit(lambda: bo.opens("/request", refused="operation_timeout"))
        envelope = two.hears()  # they take turns, and the second begins
        one.acknowledges(envelope)
        asked.result()


@pytest.mark.parametrize(
    "frame", ["", "nonsense", "[]", "null", '{"envelope_id": 7}', '{"envelope_id": {}}', "{" * 5000]
)
def test_frames_that_make_no_sense_are_ignored(slack: Slack, frame: str):
    bo = slack.person("U0BO", "C0ACME")
    with connected(slack) as socket:
        socket.connection.send(frame)
        socket.connection.send(frame.encode())
        with answering(socket, lambda envelope: {"text": "Still here"}):
            bo.opens("/request").sees("Still here")


def test_nobody_connected_is_trouble_at_once(slack: Slack):
    slack.person("U0BO", "C0ACME").opens("/request", refused="dispatch_failed")
    assert slack.deliveries.kept[-1].error == "connection_failed"


# --- how connections end


def test_a_lost_connection_is_trouble_for_what_was_on_its_way_and_the_next_takes_over(slack: Slack):
    bo = slack.person("U0BO", "C0ACME")
    with connected(slack) as socket, ThreadPoolExecutor(1) as people:
        asked = people.submit(lambda: bo.opens("/request one", refused="dispatch_failed"))
        socket.hears()
        slack.drop_connections()
        asked.result()
        assert slack.deliveries.kept[-1].error == "connection_lost"
        assert socket.is_closed()
    with connected(slack) as another, answering(another, lambda envelope: {"text": "Here again"}):
        bo.opens("/request two").sees("Here again")


def test_an_event_on_a_lost_connection_goes_to_another_at_once(slack: Slack):
    with connected(slack) as one, ThreadPoolExecutor(1) as people:
        said = people.submit(lambda: slack.person("U0BO").types("C0ACME", "Hello"))
        first = one.hears()
        with connected(slack) as two, answering(two) as heard:
            one.connection.close()
            said.result()
    assert [(e["payload"]["event_id"], e["retry_attempt"]) for e in heard] == [(first["payload"]["event_id"], 1)]


def test_a_refresh_warns_then_asks_and_closes_when_what_was_sent_can_be_done(soon: Slack):
    bo = soon.person("U0BO", "C0ACME")
    with connected(soon) as old:
        soon.refresh_connections(after=0)
        assert [old.hears()["reason"], old.hears()["reason"]] == ["warning", "refresh_requested"]
        with connected(soon) as new, answering(new, lambda envelope: {"text": "By the new one"}):
            bo.opens("/request").sees("By the new one")
            assert old.is_closed()
            assert soon.sockets.connections == 1


def test_while_it_is_the_only_one_a_warned_connection_still_gets_payloads(slack: Slack):
    with connected(slack) as old:
        slack.refresh_connections()
        assert old.hears()["reason"] == "warning"
        with answering(old, lambda envelope: {"text": "Not gone yet"}):
            slack.person("U0BO", "C0ACME").opens("/request").sees("Not gone yet")


def test_a_disabled_link_ends_every_connection_and_opens_none(slack: Slack):
    with connected(slack) as socket:
        slack.disable_link()
        assert socket.hears() == {
            "type": "disconnect",
            "reason": "link_disabled",
            "debug_info": {"host": "local-slack"},
        }
        assert socket.is_closed()
    assert refusal(slack) == "socket_mode_not_enabled"
    slack.enable_link()
    with connected(slack) as again:
        assert again.hello["type"] == "hello"


def test_a_manifest_says_which_transport_it_is(start: Start):
    assert "socket_mode_enabled" not in MANIFEST["settings"]
    assert (start().deliveries.transport.name, start(socket_mode=True).deliveries.transport.name) == ("http", "socket")
