"""How strict stand-ins for Slack are: calls that Slack refuses, sent to ours and to two that others wrote.

    python -m bench.stand_ins [--local-slack BINARY] [--emulate COMMAND…]

Both are from the npm registry (`local-slack-linux-x64`, `emulate`); without them only ours is asked.
"""

import argparse
import json
import shlex
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.playground import LocalSlack
from bot.slack import manifest

Json = dict[str, Any]
TOKEN = "xoxb-test-token"  # noqa: S105  invented
PEOPLE = [{"id": "U0ANA", "name": "ana", "email": "ana@acme.example"}]
CHANNELS = [
    {"id": "C0ACME", "name": "acme", "members": ["U0ANA"], "bot_member": True},
    {"id": "C0ELSE", "name": "elsewhere", "members": ["U0ANA"]},
]


@dataclass
class StandIn:
    """Where it answers, and what its people and channels are called."""

    name: str
    api: str
    token: str = TOKEN
    user: str = "U0ANA"
    acme: str = "C0ACME"
    elsewhere: str = "C0ELSE"
    rests: Callable[[], None] = lambda: None  # so that no probe meets the rate limits of the one before

    def call(self, method: str, args: Json, token: str | None = None) -> Json:
        """The answer; an HTTP status other than 200 is its error."""
        nested = any(isinstance(value, (dict, list)) for value in args.values())
        body = json.dumps(args) if nested else urlencode(args)
        kind = "application/json; charset=utf-8" if nested else "application/x-www-form-urlencoded"
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": kind}
        request = urllib.request.Request(self.api + method, body.encode(), headers)  # noqa: S310  loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return {"ok": False, "error": f"http_{error.code}"}

    def answers(self, probe: "Probe") -> str:
        """`TAKEN`, or the error it refuses with."""
        self.rests()
        posted = self.call("chat.postMessage", {"channel": self.acme, "text": "hello"})
        names = {"acme": self.acme, "elsewhere": self.elsewhere, "user": self.user, "ts": posted.get("ts", "")}
        args = {key: names.get(value[1:], value) if isinstance(value, str) and value[:1] == "$" else value
                for key, value in probe.args.items()}  # fmt: skip
        answers = [self.call(probe.method, args, probe.token) for _ in range(probe.times)]
        return "TAKEN" if answers[-1].get("ok") else str(answers[-1].get("error"))


@dataclass
class Probe:
    """A call that Slack refuses, and its word for that."""

    what: str
    error: str
    method: str
    args: Json
    token: str | None = None
    times: int = 1


def section(words: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def button(words: str = "Go", **more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": words}, **more}


def message(what: str, *blocks: Json, error: str = "invalid_blocks") -> Probe:
    return Probe(what, error, "chat.postMessage", {"channel": "$acme", "text": "x", "blocks": list(blocks)})


def home(what: str, *blocks: Json, error: str = "invalid_arguments", **more: Any) -> Probe:
    view = {"type": "home", "blocks": list(blocks), **more}
    return Probe(what, error, "views.publish", {"user_id": "$user", "view": view})


CELL = {"type": "raw_text", "text": "x"}
TABLE = {"type": "table", "rows": [[CELL, CELL]]}
OPTIONS = [{"text": {"type": "plain_text", "text": str(n)}, "value": str(n)} for n in range(101)]
SERIES = [{"name": f"s{n}", "data": [{"label": "a", "value": n}]} for n in range(13)]

PROBES = [
    Probe("a token of nobody", "invalid_auth", "auth.test", {}, token="xoxb-nobody"),  # noqa: S106  invented
    Probe("no words at all", "no_text", "chat.postMessage", {"channel": "$acme"}),
    Probe("a channel that is not there", "channel_not_found", "chat.postMessage", {"channel": "C0NONE", "text": "x"}),
    Probe("a channel the bot is not in", "not_in_channel", "chat.postMessage", {"channel": "$elsewhere", "text": "x"}),
    Probe("a thread that is not there", "thread_not_found", "conversations.replies", {"channel": "$acme", "ts": "1.2"}),
    Probe("more of the history than 1,000", "invalid_limit", "conversations.history",
          {"channel": "$acme", "limit": "1001"}),
    Probe("metadata without its payload", "invalid_metadata_format", "chat.postMessage",
          {"channel": "$acme", "text": "x", "metadata": {"event_type": "a"}}),
    Probe("a time 121 days away", "time_too_far", "chat.scheduleMessage",
          {"channel": "$acme", "text": "x", "post_at": str(int(time.time()) + 121 * 86_400)}),
    Probe("the same reaction twice", "already_reacted", "reactions.add",
          {"channel": "$acme", "timestamp": "$ts", "name": "tada"}, times=2),
    Probe("a file without its bytes", "file_not_found", "files.completeUploadExternal",
          {"files": [{"id": "F0NONE000"}]}),
    Probe("a person who is not there", "user_not_found", "users.info", {"user": "U0NONE"}),
    Probe("a method that is not there", "unknown_method", "chat.shout", {"channel": "$acme"}),
    message("51 blocks", *[section() for _ in range(51)]),
    message("a block nobody knows", {"type": "marquee", "text": "x"}),
    message("3,001 characters in a section", section("x" * 3001)),
    message("a field too many", {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}),
    message("a header in mrkdwn", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    message("the same block_id twice", section(block_id="a"), section(block_id="a")),
    message("the same action_id twice in a block",
            {"type": "actions", "elements": [button(action_id="a"), button(action_id="a")]}),
    message("a button of 76 characters", {"type": "actions", "elements": [button("x" * 76)]}),
    message("26 buttons", {"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}),
    message("101 options", {"type": "actions", "elements": [
        {"type": "static_select", "placeholder": {"type": "plain_text", "text": "x"}, "options": OPTIONS}]}),
    message("two tables", TABLE, TABLE),
    message("rows of different widths", {"type": "table", "rows": [[CELL], [CELL, CELL]]}),
    message("a chart of 13 series", {"type": "data_visualization", "title": "x", "chart": {
        "type": "line", "series": SERIES, "axis_config": {"categories": ["a"]}}}),
    message("an alert in a message", {"type": "alert", "text": {"type": "plain_text", "text": "x"}}),
    message("a picture without words", {"type": "image", "image_url": "https://example.com/a.png"}),
    home("101 blocks in a Home", *[section() for _ in range(101)]),
    home("markdown in a Home", {"type": "markdown", "text": "x"}),
    home("3,001 characters of metadata", section(), private_metadata="x" * 3001),
    home("a Home with a submit button", section(), submit={"type": "plain_text", "text": "x"}),
    Probe("a hash of before", "hash_conflict", "views.publish",
          {"user_id": "$user", "hash": "1.old", "view": {"type": "home", "blocks": [section()]}}),
    Probe("a window without a click", "invalid_trigger_id", "views.open", {"trigger_id": "1.2.3", "view": {
        "type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [section()]}}),
    Probe("30 posts within a second", "ratelimited", "chat.postMessage", {"channel": "$acme", "text": "x"}, times=30),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="How strict stand-ins for Slack are.")
    parser.add_argument("--local-slack", help="the binary of local-slack")
    parser.add_argument("--emulate", help="the command that starts emulate")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        asked = [stack.enter_context(ours())]
        if chosen.local_slack:
            asked.append(stack.enter_context(local_slack(chosen.local_slack)))
        if chosen.emulate:
            asked.append(stack.enter_context(emulate(chosen.emulate)))
        report(asked)


def report(asked: list[StandIn]) -> None:
    """A row for each probe: `ok` where it is refused in Slack's own word, else what was said instead."""
    print(f"{'what Slack refuses':38}{'in its words':26}" + "".join(f"{each.name:26}" for each in asked))
    taken: Counter[str] = Counter()
    for probe in PROBES:
        said = {each.name: each.answers(probe) for each in asked}
        taken.update(name for name, word in said.items() if word == "TAKEN")
        words = ("ok" if word in (probe.error, "http_429") else word for word in said.values())
        print(f"{probe.what:38}{probe.error:26}" + "".join(f"{word:26}" for word in words))
    print(f"{f'taken, of {len(PROBES)}':64}" + "".join(f"{taken[each.name]:<26}" for each in asked))


# --- the stand-ins


@contextmanager
def ours() -> Iterator[StandIn]:
    app = manifest.over_http(manifest.read(), "http://127.0.0.1:1")
    app["oauth_config"]["scopes"]["bot"] += ["reactions:write", "files:write"]
    with LocalSlack(app, PEOPLE, CHANNELS, token=TOKEN) as slack:
        yield StandIn("ours", slack.api_url, rests=lambda: slack.advance(60))


@contextmanager
def local_slack(binary: str) -> Iterator[StandIn]:
    port = free_port()
    config = {
        "workspace": {"teamId": "T0PROVIDER"},
        "app": {"botUserId": "U0BOT", "botToken": TOKEN, "mode": "events", "requestUrl": "http://127.0.0.1:1/"},
        "users": [{"id": person["id"], "name": person["name"]} for person in PEOPLE],
        "channels": [
            {"id": place["id"], "name": place["name"],
             "members": [*place["members"], *(["U0BOT"] if place.get("bot_member") else [])]}
            for place in CHANNELS
        ],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_text(json.dumps(config))
        with running([binary, "--config", str(path), "--port", str(port)], port):
            yield StandIn("local-slack", f"http://127.0.0.1:{port}/api/")


@contextmanager
def emulate(command: str) -> Iterator[StandIn]:
    port = free_port()
    seed = {
        "tokens": {TOKEN: {"login": "ana", "scopes": []}},
        "slack": {"team": {"name": "T", "domain": "t"}, "users": [{"name": "ana"}],
                  "channels": [{"name": place["name"]} for place in CHANNELS]},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "seed.json")
        path.write_text(json.dumps(seed))
        started = [*shlex.split(command), "start", "--service", "slack", "--port", str(port), "--seed", str(path)]
        with running(started, port):
            stand_in = StandIn("emulate", f"http://127.0.0.1:{port}/api/")
            places = {row["name"]: row["id"] for row in stand_in.call("conversations.list", {})["channels"]}
            people = {row["name"]: row["id"] for row in stand_in.call("users.list", {})["members"]}
            stand_in.acme, stand_in.elsewhere = places["acme"], places["elsewhere"]
            stand_in.user = people["ana"]
            yield stand_in


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit(f"{command[0]} did not start.")
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
