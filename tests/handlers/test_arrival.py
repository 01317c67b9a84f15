"""What comes through Slack's door, well-formed or not: always an answer in time, never a change without a person."""

import contextlib
import copy
import io
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot import embedded, logs
from bot.app import build_app
from bot.modals.request import PERSON
from bot.settings import Settings
from tests.house import House, served
from tests.slack.desk import does

IN_TIME = 3.0  # seconds: then Slack gives up
COMMAND = {"command": "/steward", "user_id": "U0BO", "channel_id": "C0TRIAGE", "trigger_id": "1.2.3", "text": "",
           "team_id": "T0PROVIDER", "user_name": "bo"}  # fmt: skip
STORED = ("ticket", "event", "intake", "post", "outbox", "receipt", "time_entry", "person", "closure", "attachment")
CANARY = "canary-7f3a9"


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The logs as a process writes them, at their most talkative."""
    kept = io.StringIO()
    logs.configure("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(kept))
    yield kept
    logs.configure("warning")  # structlog's own defaults draw tracebacks with rich, which reads detached records


def stored(house: House) -> dict[str, Any]:
    world = house.state_of_the_world()
    return {name: world[name] for name in STORED}


def get(house: House, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(house.events_url.replace("/slack/events", path), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def in_time(send: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    started = time.monotonic()
    answer = send()
    assert time.monotonic() - started < IN_TIME
    return answer


def a_form(house: House) -> dict[str, Any]:
    """A `/request` as Ana sent it, not yet sent: to be bent."""
    filled = {
        "Request type": "Incident", "Short description": "Help centre search is empty", "Business impact": "Degraded",
        "Who is affected": "Everyone", "Desired timing": "This week", "Details": "It began this morning",
    }  # fmt: skip
    house.ana.opens("/request").fills(filled).submits()
    payload = copy.deepcopy(house.last_sent("view_submission"))
    payload["view"]["id"] = "V0ANOTHER"
    metadata = json.loads(payload["view"]["private_metadata"])
    payload["view"]["private_metadata"] = json.dumps({**metadata, "shown": [101]})  # the first one was shown already
    return payload


def typed(payload: dict[str, Any], field: str) -> dict[str, Any]:
    """What a field of a form holds."""
    return next(iter(payload["view"]["state"]["values"][field].values()))


# --- who may knock


def unsigned(house: House, body: str) -> tuple[int, str]:
    return house.sends(body, X_Slack_Signature="", X_Slack_Request_Timestamp="")


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another secret"},
        {"at": time.time() - 301},
        {"at": time.time() + 40_000},
        {"X_Slack_Request_Timestamp": "abc"},
        {"X_Slack_Request_Timestamp": "-1"},
        {"X_Slack_Request_Timestamp": "9" * 30},
        {"X_Slack_Request_Timestamp": "٣٣٣٣"},
        {"X_Slack_Signature": "v0=ümlaut"},
        {"X_Slack_Signature": "v0="},
        {"X_Slack_Signature": "nonsense"},
        {"X_Slack_Signature": ""},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Signature": "", "X_Slack_Request_Timestamp": ""},
    ],
    ids=["wrong secret", "too old", "from the future", "abc", "negative", "huge", "other digits", "not ASCII",
         "empty signature", "nonsense", "no signature", "no timestamp", "no headers"],
)  # fmt: skip
def test_what_slack_did_not_sign_is_turned_away_and_nothing_happens(house: House, how: dict[str, Any]):
    before = house.state_of_the_world()
    body = urlencode({**COMMAND, "command": "/queue"})
    status, answer = house.sends(body, **{name: _on_the_wire(value) for name, value in how.items()})
    assert (status, answer) == (401, "not signed by Slack")
    assert house.state_of_the_world() == before
    assert house.slack.calls_to("views.open") == []


def _on_the_wire(value: Any) -> Any:
    """UTF-8 in a header, as a careless client sends it."""
    return value.encode().decode("latin-1") if isinstance(value, str) else value


BAD_BODIES = {
    "empty": "",
    "bad JSON": '{"type": "event_callback", ',
    "deeply nested JSON": '{"a":' * 100_000,
    "nested JSON in a form": "payload=" + "[" * 100_000,
    "300k form fields": "a&" * 300_000,
    "not an object": "payload=%5B1%5D",
    "a string": "payload=%22x%22",
    "null": "payload=null",
    "broken payload": "payload=%7B",
    "a number of a million digits": '{"type":' + "9" * 900_000 + "}",
    "broken percent signs": "%%%&%zz=%",
    "NaN": '{"type": NaN}',
}


@pytest.mark.parametrize("body", list(BAD_BODIES.values()), ids=list(BAD_BODIES))
def test_rubbish_costs_little_signed_or_not_and_changes_nothing(house: House, body: str):
    before = house.state_of_the_world()
    assert in_time(lambda: unsigned(house, body))[0] == 401
    status, _ = in_time(lambda: house.sends(body))
    assert status in {200, 400, 404}
    assert house.state_of_the_world() == before


def test_two_megabytes_are_not_read_to_the_end(house: House):
    before = house.state_of_the_world()
    for send in (house.sends, lambda body: unsigned(house, body)):
        with contextlib.suppress(urllib.error.URLError):  # we may hang up before everything was sent
            assert send("x" * 2_000_000)[0] == 413
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    "payload",
    [
        {"view": {"id": "V1", "callback_id": "request"}},
        {"type": "view_submission"},
        {"type": "view_submission", "user": {"id": "U0ANA"}},
        {"type": "block_actions", "user": {"id": "U0ANA"}},
        {"type": "block_actions", "user": {"id": "U0ANA"}, "actions": []},
        {"type": "block_actions", "user": "U0ANA", "actions": [{"action_id": "ticket.take", "value": "101:1"}]},
        {"type": "nothing we know"},
        {"type": ["a", "list"]},
        {"something": "else"},
        {"type": "event_callback"},
        {"type": "event_callback", "event": "message"},
    ],
    ids=str,
)
def test_what_is_signed_and_yet_not_slacks_shape_is_answered_and_changes_nothing(house: House, payload: dict[str, Any]):
    before = house.state_of_the_world()
    status, _ = in_time(lambda: house.sends_payload(payload))
    assert status < 500
    status, _ = in_time(lambda: house.sends(json.dumps(payload)))
    assert status < 500
    assert house.state_of_the_world() == before


# --- Slack's own ceremonies


def test_the_handshake_of_a_new_request_url_is_answered(house: House):
    challenge = {"type": "url_verification", "token": "x", "challenge": "are-you-there"}
    status, answer = house.sends(json.dumps(challenge))
    assert status == 200
    assert "are-you-there" in answer
    assert unsigned(house, json.dumps(challenge))[0] == 401


def test_slacks_check_of_the_certificate_is_answered(house: House):
    assert house.sends("ssl_check=1&token=x")[0] == 200


def test_an_unknown_command_is_answered_with_a_sentence_about_commands(house: House):
    before = house.state_of_the_world()
    status, answer = house.sends_form({**COMMAND, "command": "/nonsense"})
    said = json.loads(answer)
    assert (status, said["response_type"]) == (200, "ephemeral")
    assert "/steward" in said["text"]
    assert "button" not in said["text"]
    assert house.state_of_the_world() == before


@pytest.mark.parametrize("kind", ["reaction_added", "team_join", "nonsense"])
def test_an_event_we_do_not_know_is_acknowledged(house: House, kind: str):
    before = house.state_of_the_world()
    event = {"type": kind, "user": "U0BO"}
    body = {"type": "event_callback", "team_id": "T0PROVIDER", "event_id": "E1", "event": event}
    assert house.sends(json.dumps(body))[0] == 200
    assert house.state_of_the_world() == before


def test_a_form_we_do_not_know_says_so_beside_its_first_field(house: House):
    payload = a_form(house)
    before = stored(house)
    payload["view"]["callback_id"] = "form.of.last.year"
    status, answer = house.sends_payload(payload)
    assert (status, json.loads(answer)["response_action"]) == (200, "errors")
    assert stored(house) == before


# --- who acts


def test_somebody_whose_access_ended_is_told_so_and_changes_nothing(house: House):
    house.files_a_request()
    payload = a_form(house)
    house.ana.closes()
    with house.owner.begin() as owner:
        owner.execute(text("update person set active = false where slack_id = 'U0ANA'"))
    before = stored(house)
    house.ana.opens("/queue").sees("Your access to Steward has ended")
    house.ana.opens("/request A new one please").sees("Your access to Steward has ended")
    assert house.ana.modal() is None
    status, answer = house.sends_payload(payload)
    assert status == 200
    assert "Your access to Steward has ended" in answer
    house.ana.opens_home()
    assert "Your access to Steward has ended" in house.ana.home_text()
    house.ana.types("C0ACME", "Hello, is anybody there?")
    assert stored(house) == before


def test_somebody_unknown_in_an_accounts_channel_may_ask_at_once(house: House):
    newt = house.slack.person("U0NEWT", "C0ACME")
    newt.opens("/request")
    assert "New request" in newt.modal_text()
    row = house.one("select account.name, person.roles from person join account on account.id = account_id"
                    " where slack_id = 'U0NEWT'")  # fmt: skip
    assert row == {"name": "Acme", "roles": ["requester"]}


def test_somebody_unknown_elsewhere_changes_nothing_whatever_they_send(house: House):
    house.files_a_request()
    payload = a_form(house)
    payload["user"] = {**payload["user"], "id": "U0ZED", "name": "zed"}
    before = stored(house)
    assert "I don't know you yet" in house.sends_payload(payload)[1]
    for command in ("/request", "/queue", "/ticket T-101", "/time T-101 1h", "/steward"):
        house.zed.opens(command).sees("I don't know you yet")
    assert stored(house) == before


def test_a_client_can_not_file_for_another_account_by_bending_the_form(house: House):
    umbrella = house.one("select id from account where name = 'Umbrella'")["id"]
    acme = house.one("select id from account where name = 'Acme'")["id"]
    payload = a_form(house)
    metadata = json.loads(payload["view"]["private_metadata"])
    payload["view"]["private_metadata"] = json.dumps({**metadata, "account_id": umbrella})
    payload["view"]["state"]["values"]["account"] = {
        "request.reveal": {"type": "static_select", "selected_option": {"value": str(umbrella)}}
    }
    typed(payload, "title")["value"] = "A bent form for somebody else"
    assert house.sends_payload(payload)[0] == 200
    assert {row["account_id"] for row in house.rows("select account_id from ticket")} == {acme}
    house.delivers()
    house.rex.does_not_see("A bent form for somebody else")


def test_a_client_can_not_name_another_accounts_contact(house: House):
    payload = a_form(house)
    rex = house.one("select id from person where name = 'Rex'")["id"]
    typed(payload, "primary_contact")["selected_option"] = {"value": f"{PERSON}{rex}"}
    before = stored(house)
    assert "Choose somebody of this account" in house.sends_payload(payload)[1]
    assert stored(house) == before


@pytest.mark.parametrize("action", ["close", "reopen", "take", "approve"])
def test_a_move_of_another_accounts_ticket_is_not_found_even_by_a_bent_form(house: House, action: str):
    house.files_a_request()
    payload = a_form(house)
    payload["user"] = {**payload["user"], "id": "U0REX"}
    payload["view"] |= {
        "callback_id": "ticket.move",
        "private_metadata": json.dumps({"ticket": 101, "seen": 1, "action": action}),
    }
    before = stored(house)
    status, answer = house.sends_payload(payload)
    assert status == 200
    assert "I can't find T-101" in answer
    assert "Help centre" not in answer
    assert stored(house) == before


BROKEN = ("", "{}", "[]", "not JSON", '{"ticket": 101}', '{"ticket": "x", "seen": 1}',
          '{"ticket": 101, "seen": 1, "action": "explode"}',
          '{"ticket": 1e400, "seen": 1, "action": "close"}')  # fmt: skip


@pytest.mark.parametrize("callback", ["ticket.move", "request", "time"])
def test_a_form_whose_hidden_part_is_broken_changes_nothing_and_keeps_the_words(house: House, callback: str):
    payload = a_form(house)
    payload["user"] = {**payload["user"], "id": "U0BO"}
    before = stored(house)
    for metadata in BROKEN:
        payload["view"] |= {"callback_id": callback, "private_metadata": metadata}
        status, answer = in_time(lambda: house.sends_payload(payload))
        assert (status, json.loads(answer)["response_action"]) == (200, "errors"), metadata
        assert stored(house) == before, metadata


# --- what they typed


def test_three_thousand_and_one_characters_are_kept_or_refused_beside_their_field(house: House):
    payload = a_form(house)
    typed(payload, "title")["value"] = "Nothing like the one before"
    typed(payload, "details")["value"] = "x" * 3001
    status, answer = house.sends_payload(payload)
    assert status == 200
    said = json.loads(answer)
    if said["response_action"] == "errors":
        assert set(said["errors"]) == {"details"}
    else:
        assert house.one("select max(length(details)) as n from ticket")["n"] == 3001
        house.delivers()
        assert house.rows("select 1 from outbox where dead_at is not null") == []


def test_a_title_that_is_too_long_is_refused_beside_its_field(house: House):
    payload = a_form(house)
    typed(payload, "title")["value"] = "x" * 3001
    before = stored(house)
    assert set(json.loads(house.sends_payload(payload)[1])["errors"]) == {"title"}
    assert stored(house) == before


@pytest.mark.parametrize("character", ["\x00", "\ud800"], ids=["NUL", "half a surrogate"])
def test_a_character_that_can_not_be_stored_is_not_blamed_on_the_database(house: House, character: str):
    payload = a_form(house)
    typed(payload, "title")["value"] = f"Help centre {character} search is empty"
    status, answer = house.sends_payload(payload)
    assert status == 200
    assert "database does not answer" not in answer


@pytest.mark.parametrize("typed_", ["99999999999999999999999999:1", "1:99999999999999999999999999"])
def test_a_number_larger_than_any_ticket_is_not_found(house: House, typed_: str):
    house.files_a_request()
    house.bo.opens("/queue").clicks("Open")
    forged = house.last_sent("block_actions")
    forged["actions"][0] |= {"action_id": "ticket.take", "value": typed_}
    before = stored(house)
    assert house.sends_payload(forged)[0] == 200
    assert "database does not answer" not in house.bo.text()
    assert stored(house) == before


# --- when the database is away


@contextmanager
def database_gone(house: House, server_url: str) -> Iterator[None]:
    name = house.owner.url.database
    house.owner.dispose()
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'alter database "{name}" allow_connections false'))
        connection.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
                           {"name": name})  # fmt: skip
        try:
            yield
        finally:
            connection.execute(text(f'alter database "{name}" allow_connections true'))
    server.dispose()


FULL = """
create function filled() returns trigger language plpgsql as $$
begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
create trigger filled before insert on ticket for each row execute function filled();
"""


def test_a_disk_without_room_is_named_and_nothing_is_stored(house: House):
    """As Postgres words it; a real one is filled in tests/faults/test_full_disk.py."""
    payload = a_form(house)
    does(house, FULL)
    before = stored(house)
    status, said = in_time(lambda: house.sends_payload(payload))
    assert (status, json.loads(said)["response_action"]) == (200, "errors")
    assert "the database has no room left. Nothing was stored" in said
    assert stored(house) == before


def test_while_the_database_is_away_people_are_told_and_have_their_words_back(house: House, server_url: str):
    house.files_a_request()
    house.bo.opens("/ticket T-101")
    house.ana.opens("/request").fills({
        "Request type": "Incident", "Short description": "Checkout shows no orders", "Business impact": "Degraded",
        "Who is affected": "Everyone", "Desired timing": "This week",
    })  # fmt: skip
    before = stored(house)
    with database_gone(house, server_url):
        started = time.monotonic()
        house.ana.submits(refused="Nothing was stored")
        assert time.monotonic() - started < IN_TIME
        assert "Checkout shows no orders" in house.ana.modal_text()
        line = {**COMMAND, "command": "/time", "text": "T-101 45m a `note`"}
        status, answer = in_time(lambda: house.sends_form(line))
        said = json.loads(answer)["text"]
        assert status == 200
        assert "the database does not answer" in said
        assert "/time T-101 45m a ʼnoteʼ" in said
        started = time.monotonic()
        house.bo.clicks("Take it")
        assert time.monotonic() - started < IN_TIME
        assert "the database does not answer" in house.bo.text()
        event = {
            "type": "event_callback",
            "team_id": "T0PROVIDER",
            "event_id": "E1",
            "event": {"type": "message", "user": "U0NEWT", "channel": "C0ACME", "text": "hello", "ts": "1.1"},
        }
        assert in_time(lambda: house.sends(json.dumps(event)))[0] >= 500  # so that Slack sends it again
        assert get(house, "/healthz") == (200, "ok")
        status, report = get(house, "/readyz")
        assert (status, json.loads(report)) == (503, {"ready": False, "database": "does not answer"})
        assert get(house, "/metrics")[0] == 200
    assert stored(house) == before
    house.ana.submits().sees("T-102")
    assert get(house, "/readyz")[0] == 200


def test_a_database_that_was_never_there_is_told_of_in_time(house: House):
    settings_ = Settings(
        database_url="postgresql+psycopg://nobody@127.0.0.1:9/nothing", slack_bot_token=SecretStr(house.slack.token),
        slack_api_url=house.slack.api_url, slack_signing_secret=SecretStr(house.slack.signing_secret),
    )  # fmt: skip
    with served(build_app(settings_)) as address:
        house.events_url = f"{address}/slack/events"
        for _ in range(3):
            status, answer = in_time(lambda: house.sends_form({**COMMAND, "command": "/request", "text": "My words"}))
            assert status == 200
            assert "the database does not answer" in answer
            assert "/request My words" in answer
        assert get(house, "/readyz")[0] == 503


def test_an_empty_database_is_alive_and_not_ready(house: House, server_url: str):
    name = f"{house.owner.url.database}_empty"
    url = embedded.create_database(server_url, name)
    settings_ = Settings(
        database_url=url, slack_bot_token=SecretStr("x"), slack_signing_secret=SecretStr(house.slack.signing_secret)
    )
    with served(build_app(settings_)) as address:
        house.events_url = f"{address}/slack/events"
        assert get(house, "/healthz") == (200, "ok")
        status, report = get(house, "/readyz")
        assert status == 503
        assert "steward migrate" in report
    embedded.drop_database(server_url, name)


# --- when somebody else holds what they want


@contextmanager
def holding(house: House, sql: str) -> Iterator[None]:
    """Another transaction has it and does not end."""
    with house.owner.connect() as connection, connection.begin():
        connection.execute(text(sql))
        yield


def test_a_frozen_ticket_is_answered_in_time_with_a_sentence(house: House):
    house.files_a_request()
    before = stored(house)
    with holding(house, "select 1 from ticket for update"):
        started = time.monotonic()
        house.bo.clicks("Take it", on="Help centre search")
        assert time.monotonic() - started < IN_TIME
        house.bo.sees("Somebody is changing the same thing right now, so nothing was stored")
    assert stored(house) == before
    house.bo.clicks("Take it", on="Help centre search")
    assert house.ticket()["status"] == "Triage"


def test_a_form_on_a_frozen_ticket_keeps_the_words_and_can_be_sent_again(house: House):
    house.files_a_request()
    house.bo.clicks("Take it", on="Help centre search")
    house.delivers()
    house.bo.clicks("Ask client", on="Help centre search").fills({"What do you need?": "The words you searched for"})
    before = stored(house)
    with holding(house, "select 1 from ticket for update"):
        started = time.monotonic()
        house.bo.submits(refused="nothing was stored")
        assert time.monotonic() - started < IN_TIME
        assert "The words you searched for" in house.bo.modal_text()
    assert stored(house) == before
    house.bo.submits()
    assert house.ticket()["status"] == "Waiting on client"


def test_many_who_wait_for_one_ticket_do_not_make_others_wait(house: House):
    house.files_a_request()
    with holding(house, "select 1 from ticket for update"):
        waiting = [threading.Thread(target=house.bo.clicks, args=("Take it", "Help centre search")) for _ in range(3)]
        for one in waiting:
            one.start()
        assert in_time(lambda: house.sends_form({**COMMAND, "command": "/steward"}))[0] == 200
        assert get(house, "/healthz") == (200, "ok")
        assert get(house, "/readyz")[0] == 200
        for one in waiting:
            one.join()
    assert house.ticket()["version"] == 1


# --- when Slack fails after we have stored


def test_a_window_that_can_not_be_redrawn_does_not_say_that_nothing_was_changed(house: House):
    house.files_a_request()
    house.bo.opens("/ticket T-101")
    house.slack.fail_next("views.update", 500)
    house.bo.clicks("Take it")
    assert house.ticket()["status"] == "Triage"
    assert "nothing was changed" not in house.bo.text()


def test_an_answer_that_can_not_be_whispered_does_not_say_that_nothing_was_changed(house: House):
    house.files_a_request()
    house.ticks()
    house.bo.clicks("I'll take it", on="Queue review")
    forged = house.last_sent("block_actions") | {"response_url": "http://127.0.0.1:9/nobody/listens"}
    house.files_a_request(**{"Short description": "Another one to be taken"})
    forged["actions"][0]["value"] = "102:1"
    status, _ = in_time(lambda: house.sends_payload(forged))
    assert (status, house.ticket(102)["status"]) == (200, "Triage")
    assert "nothing was changed" not in house.bo.text()


# --- what is kept


def test_logs_hold_neither_what_people_wrote_nor_tokens(house: House, server_url: str, log: io.StringIO):
    house.files_a_request(**{"Short description": f"{CANARY} title", "Details": f"{CANARY} details"})
    house.bo.opens(f"/time T-101 45m {CANARY} note")
    house.bo.opens(f"/queue {CANARY}")
    house.bo.opens(f"/ticket {CANARY}")
    house.ana.types("C0ACME", f"{CANARY} message")
    house.sends(f'{{"{CANARY}": ')
    unsigned(house, CANARY)
    forged = {**COMMAND, "command": "/request", "text": f"{CANARY} command", "token": "verification-token"}
    with database_gone(house, server_url):
        house.sends_form(forged)
        house.sends(json.dumps({"type": "event_callback", "event_id": "E2", "team_id": "T0PROVIDER", "event": {
            "type": "message", "user": "U0NEWT", "channel": "C0ACME", "text": CANARY, "ts": "1.1"}}))  # fmt: skip
    house.slack.fail_next("views.open", 500)
    house.sends_form(forged)
    house.slack.fail_next("chat.postMessage", "invalid_blocks")
    house.ana.opens("/request").fills({
        "Request type": "Incident", "Short description": f"{CANARY} again", "Business impact": "None",
        "Who is affected": "Everyone", "Desired timing": "Whenever"}).submits()  # fmt: skip
    house.delivers()
    said = log.getvalue()
    assert "arrival" in said
    assert "could not be done" in said
    for secret in (CANARY, house.slack.token, house.slack.signing_secret, "verification-token"):
        assert secret not in said


def test_metrics_tell_what_arrived_and_how_it_was_answered(house: House):
    house.bo.opens("/steward")
    unsigned(house, "x")
    status, told = get(house, "/metrics")
    assert status == 200
    assert 'steward_arrival_seconds_count{kind="command",status="200"}' in told
    assert "steward_unsigned_total" in told
    assert "steward_outbox_oldest_seconds" in told
    assert "steward_outbox_dead" in told
    assert "U0BO" not in told


def test_a_kind_that_slack_never_sent_adds_no_label_to_the_metrics(house: House):
    house.sends_payload({"type": f"made up {CANARY}"})
    assert CANARY not in get(house, "/metrics")[1]


def test_readyz_says_ready(house: House):
    status, report = get(house, "/readyz")
    as_it_should = {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "outbox_oldest_seconds": 0.0,
        "dead_letters": 0,
    }
    assert (status, json.loads(report)) == (200, as_it_should)


# --- anything at all


# Each made anew: one that is bent again must not come to hold itself.
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=8), st.builds(list),
    st.builds(dict), st.builds(lambda: [None]), st.builds(lambda: {"id": None}),
    st.just("U0ZED"), st.just("U0REX"), st.just("9" * 40),
    st.just("101:1"), st.just("\x00"),
)  # fmt: skip
DROPPED = object()


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every spot in a payload whose value can be replaced."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [spot for key in keys for spot in places(node[key])]


def bent(data: st.DataObject, payload: dict[str, Any]) -> dict[str, Any]:
    broken = copy.deepcopy(payload)
    for _ in range(data.draw(st.integers(1, 2))):
        spots = places(broken)
        if not spots:
            return broken
        node, key = spots[data.draw(st.integers(0, len(spots) - 1))]
        value = data.draw(st.one_of(JUNK, st.just(DROPPED)))
        if value is DROPPED:
            del node[key]
        else:
            node[key] = value
    return broken


def test_whatever_is_signed_is_answered_in_time_and_never_with_an_error_of_ours(house: House):
    house.files_a_request()
    house.bo.opens("/queue")
    house.bo.opens_home()
    house.ana.types("C0ACME", "hello")
    house.bo.opens("/ticket T-101").clicks("Take it")
    house.delivers()
    house.bo.closes()
    kinds = {delivery.kind for delivery in house.slack.deliveries.kept}
    seeds = [house.last_sent(kind) for kind in sorted(kinds)]
    assert {"command", "view_submission", "block_actions", "event"} <= kinds

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def any_payload(data: st.DataObject) -> None:
        payload = bent(data, data.draw(st.sampled_from(seeds)))
        if "command" in payload:
            body = urlencode(payload)
        elif payload.get("type") == "event_callback":
            body = json.dumps(payload)
        else:
            body = urlencode({"payload": json.dumps(payload)})
        status, _ = in_time(lambda: house.sends(body))
        assert status < 500 or status == 503, payload

    any_payload()
    assert get(house, "/healthz") == (200, "ok")
    assert in_time(lambda: house.sends_form(COMMAND))[0] == 200
