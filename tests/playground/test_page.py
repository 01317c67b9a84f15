import json
import re
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient

import bot as bot_package
from tests.driver import Person, Slack
from tests.playground.conftest import Start


def channel_ids(person: Person) -> set[str]:
    return {place["id"] for place in person.screen()["channels"]}


def test_everyone_sees_their_own_channels(slack: Slack, ana: Person, bo: Person, otto: Person):
    assert channel_ids(ana) == {"C0ACME", "D0ANA"}
    assert channel_ids(otto) == {"C0ACME"}
    assert channel_ids(bo) == {"C0ACME", "C0OPEN", "C0TEAM", "C0OLD", "D0BO"}


def test_a_public_channel_can_be_found_but_not_read_before_joining(bo: Person, slack: Slack):
    bo.types("C0OPEN", "Members only")
    lea = slack.person("U0LEA")
    place = next(c for c in lea.screen()["channels"] if c["id"] == "C0OPEN")

    assert (place["member"], place["messages"]) == (False, [])
    lea.types("C0OPEN", "Hello", refused="Join #open first")
    lea.joins("C0OPEN").sees("Members only")


def test_nobody_writes_where_they_are_not(ana: Person):
    ana.types("C0TEAM", "Hello", refused="can't see this conversation")


def test_an_archived_channel_is_closed(bo: Person):
    bo.types("C0OLD", "Hello", refused="archived")


def test_unread_counts_until_one_looks(client: WebClient, ana: Person):
    def unread() -> int:
        return next(c["unread"] for c in ana.screen()["channels"] if c["id"] == "C0ACME")

    client.chat_postMessage(channel="C0ACME", text="x")
    ana.types("C0ACME", "mine")
    assert unread() == 1
    ana.looks_at("C0ACME")
    assert unread() == 0


def opened(person: Person, query: str) -> dict[str, Any]:
    """C0ACME as the page asks for it."""
    seen = person._http(f"playground/state?as={person.id}&open=C0ACME&{query}")
    assert [c["id"] for c in seen["channels"] if c["messages"] and c["id"] != "C0ACME"] == []
    return next(c for c in seen["channels"] if c["id"] == "C0ACME")


def texts(place: dict[str, Any]) -> list[str]:
    return [m["text"] for m in place["messages"]]


def test_a_page_is_sent_a_window_of_what_it_shows(client: WebClient, ana: Person):
    ana.types("D0ANA", "Elsewhere")
    ts = [ana.types("C0ACME", f"Line {n}") for n in range(9)]
    ana.types("C0ACME", "A reply", thread=ts[8])
    client.chat_postMessage(channel="C0ACME", text="For all", thread_ts=ts[8], reply_broadcast=True)

    latest = opened(ana, "count=3")
    assert (texts(latest), latest["earlier"], latest["until"]) == (["Line 7", "Line 8", "For all"], True, "")
    assert (latest["messages"][1]["reply_count"], latest["messages"][1]["reply_users"]) == (2, ["U0ANA", "U0STEWARD"])
    past = opened(ana, f"count=3&before={ts[3]}")
    assert (texts(past), past["earlier"], past["until"]) == (["Line 0", "Line 1", "Line 2"], False, ts[3])
    assert texts(opened(ana, f"count=4&around={ts[4]}")) == ["Line 2", "Line 3", "Line 4", "Line 5"]
    assert texts(opened(ana, f"count=1&thread={ts[8]}")) == ["Line 8", "A reply", "For all"]


def test_a_window_shows_nothing_that_is_not_theirs(client: WebClient, ana: Person, bo: Person, otto: Person):
    root = bo.types("C0ACME", "Root")
    client.chat_postEphemeral(channel="C0ACME", user="U0BO", text="For Bo", thread_ts=root)
    secret = bo.types("C0TEAM", "For the team")

    assert texts(opened(bo, f"thread={root}")) == ["Root", "For Bo"]
    assert texts(opened(ana, f"thread={root}")) == ["Root"]
    whispered = client.chat_postEphemeral(channel="C0ACME", user="U0BO", text="For Bo too")["message_ts"]
    assert texts(opened(ana, f"thread={whispered}")) == ["Root"]
    assert "For the team" not in json.dumps(ana._http(f"playground/state?as=U0ANA&open=C0TEAM&thread={secret}"))


def test_pins_are_sent_whole_however_old(client: WebClient, ana: Person):
    old = ana.types("C0ACME", "The agreement")
    client.pins_add(channel="C0ACME", timestamp=old)
    ana.types("C0ACME", "Newer")

    assert [m["text"] for m in opened(ana, "count=1")["pins"]] == ["The agreement"]


@pytest.mark.parametrize("person", ["U0NOBODY", "U0DEE"])
def test_people_who_are_not_here_see_nothing(slack: Slack, person: str):
    with pytest.raises(AssertionError, match="404"):
        slack.person(person).screen()


def test_the_clock_moves_and_tells(start: Start):
    told: list[tuple[datetime, float]] = []
    slack = start(on_clock=lambda now, offset: told.append((now, offset)))
    ana = slack.person("U0ANA", "C0ACME")
    before = ana.types("C0ACME", "now")
    ana._do("clock", advance_seconds=86_400)
    after = ana.types("C0ACME", "tomorrow")
    ana._do("clock", reset=True)

    assert 86_400 <= float(after) - float(before) < 86_460
    assert [round(offset) for _, offset in told] == [86_400, 0]
    assert float(ana.types("C0ACME", "back")) > float(after)  # a conversation keeps its order
    ana._do("clock", now="2027-01-01T09:00:00+00:00")
    assert ana.screen()["clock"]["now"].startswith("2027-01-01T09:00")
    ana._do("clock", "Say advance_seconds")


def test_the_page_hears_of_changes(slack: Slack, ana: Person):
    with urlopen(f"{slack.url}playground/events", timeout=2) as stream:
        first = json.loads(stream.readline()[6:])["revision"]
        stream.readline()
        ana.types("C0ACME", "Hello")
        assert json.loads(stream.readline()[6:])["revision"] > first


def raw(slack: Slack, verb: str, path: str, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", int(slack.url.split(":")[2].strip("/")), timeout=2)
    connection.putrequest(verb, path, skip_host=True)
    for name, value in ({"Host": slack.url[7:-1], "Content-Length": "2"} | headers).items():
        connection.putheader(name, value)
    connection.endheaders(b"{}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_other_names_for_this_machine_are_refused(slack: Slack):
    assert raw(slack, "GET", "/playground/state?as=U0ANA") == 200
    assert raw(slack, "GET", "/playground/state?as=U0ANA", Host="rebound.example") == 403


@pytest.mark.parametrize(
    "path", ["/playground/open", "/playground/clock", "/playground/upload?as=U0ANA", "/api/auth.test"]
)
def test_other_sites_cannot_post(slack: Slack, path: str):
    assert raw(slack, "POST", path, Origin="https://evil.example") == 403
    assert raw(slack, "POST", path, Origin=slack.url.rstrip("/")) == 200


def test_other_sites_cannot_hide_a_call_in_a_picture(slack: Slack):
    path = "/api/chat.postMessage?token=xoxb-demo&channel=C0ACME&text=x"

    assert raw(slack, "GET", path, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}) == 403
    assert raw(slack, "GET", "/", **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}) == 200
    assert slack.calls_to("chat.postMessage") == []


def test_a_token_counts_in_the_header_or_in_a_form(slack: Slack):
    def asked(query: str = "", body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> bool:
        request = Request(f"{slack.api_url}auth.test{query}", body, {"Content-Type": kind}, method="POST")
        with urlopen(request) as answer:
            return json.load(answer)["ok"]

    assert asked(body=f"token={slack.token}".encode())
    assert not asked(query=f"?token={slack.token}")
    assert not asked(body=json.dumps({"token": slack.token}).encode(), kind="application/json")


def test_files_of_the_page_only(slack: Slack):
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{slack.url}static/..%2fserver.py")


def test_the_page_is_never_cached(slack: Slack):
    with urlopen(Request(slack.url)) as answer:
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_request_that_lacks_something_is_told(slack: Slack, ana: Person):
    ana._do("message", "lacks 'channel'", text="x")
    with pytest.raises(AssertionError, match="404"):
        ana._do("dance")


def test_every_emoji_that_a_message_has_is_drawn_in_the_page() -> None:
    bot = Path(bot_package.__file__).parent
    drawn = set(re.findall(r"[\w+-]+(?= )", (bot / "playground" / "page" / "emoji.js").read_text(encoding="utf-8")))
    written = {
        name
        for folder in ("messages", "modals", "handlers")
        for path in sorted((bot / folder).rglob("*.py"))
        for name in re.findall(r"(?<![\w\]]):([a-z][a-z0-9_]{2,}):(?!\w)", path.read_text(encoding="utf-8"))
    }
    assert {"battery", "octagonal_sign"} <= written
    assert written <= drawn
