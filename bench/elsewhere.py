"""Whether Steward works on a Slack that somebody else wrote: local-slack, over Socket Mode, with real processes.

    python -m bench.elsewhere BINARY        # npm's local-slack-linux-x64

It files a request, takes it and opens a Home, as people there would, and prints what each step came to.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from bench.stand_ins import TOKEN, free_port, running
from bot import embedded
from tests import cast

Json = dict[str, Any]
BOT = "U0STEWARD"
APP_TOKEN = "xapp-test-token"  # noqa: S105  invented
PATIENCE = 30.0
FORM = {
    "Request type": "Incident", "Short description": "Help centre search is empty", "Business impact": "Degraded",
    "Who is affected": "A few", "Desired timing": "This week",
}  # fmt: skip


def main() -> None:
    binary = sys.argv[1]
    with ExitStack() as stack:
        there = stack.enter_context(local_slack(binary))
        url = stack.enter_context(embedded.server(Path(".steward/bench-pg18"), durable=False))
        embedded.drop_database(url, "elsewhere")
        env = environment(embedded.create_database(url, "elsewhere"), there.api)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "setup.yaml").write_text(cast.SETUP)
        for command in (["migrate"], ["apply", str(folder / "setup.yaml")]):
            subprocess.run([sys.executable, "-m", "bot", *command], env=env, check=True)
        for command in ("socket", "worker"):
            stack.enter_context(process(command, env))
        play(there)


class There:
    """Its people, through the socket of its page and its control API."""

    def __init__(self, port: int):
        self.root = f"http://127.0.0.1:{port}/"
        self.api = self.root + "api/"
        self.page: ClientConnection = connect(f"ws://127.0.0.1:{port}/ui", max_size=None)
        self.state: Json = json.loads(self.page.recv())["state"]
        self.heard: list[Json] = []

    def does(self, what: str, **fields: Any) -> None:
        self.page.send(json.dumps({"t": what, **fields}))

    def hears(self, what: Callable[[Json], bool]) -> Json:
        """The next thing its page is told that is meant."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            told = json.loads(self.page.recv(timeout=PATIENCE))
            if what(told):
                return told
        raise SystemExit("It never came.")

    def messages(self, channel: str) -> list[Json]:
        with urllib.request.urlopen(f"{self.root}_control/messages/{channel}") as answer:  # noqa: S310  loopback
            return json.load(answer)["messages"]

    def shows(self, channel: str, words: str) -> Json:
        """A message that holds these words, once it is there."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [m for m in self.messages(channel) if words in json.dumps(m, ensure_ascii=False)]
            if found:
                return found[0]
            time.sleep(0.1)
        raise SystemExit(f"{channel} never showed {words!r}.")


def play(there: There) -> None:
    there.shows("C0ACME", "New request")
    tell("the welcome stands in the client's channel")
    wait_for_connection(there)
    there.does("slash_command", channel="C0ACME", user="U0ANA", command="/request", text="")
    view = there.hears(lambda told: told["t"] == "view")
    form = view["view"] if isinstance(view.get("view"), dict) else view["stack"][-1]
    tell(f"/request opened “{form['title']['text']}”")
    there.does("view_submit", user="U0ANA", values=filled(form))
    card = there.shows("C0TRIAGE", "T-101")
    there.shows("C0ACME", "T-101")
    tell("the request is filed, with a card in triage and one for the client")
    there.does("block_action", channel="C0TRIAGE", messageTs=card["ts"], user="U0BO", action=button(card, "Take it"))
    there.shows("C0TRIAGE", "<@U0BO>")
    tell("Bo took it, and the card says so")
    there.does("open_home", user="U0MAYA")
    there.hears(lambda told: told["t"] == "home")
    tell("the lead's Home is drawn")


def wait_for_connection(there: There) -> None:
    if not any(app["connected"] for app in there.state["apps"]):
        there.hears(lambda told: told["t"] == "socket_status" and bool(told.get("connected")))
    tell("the app is connected over Socket Mode")


def filled(form: Json) -> Json:
    """The state of the form's fields, as its page would send it."""
    values: Json = {}
    for block in form["blocks"]:
        if block["type"] != "input" or block["label"]["text"] not in FORM:
            continue
        element, answer = block["element"], FORM[block["label"]["text"]]
        held: Json = {"type": element["type"]}
        if element["type"] == "static_select":
            held["selected_option"] = next(o for o in element["options"] if o["text"]["text"] == answer)
        else:
            held["value"] = answer
        values[block["block_id"]] = {element["action_id"]: held}
    return values


def button(message: Json, words: str) -> Json:
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element["type"] == "button" and element["text"]["text"] == words:
                return {**element, "block_id": block.get("block_id", "")}
    raise SystemExit(f"There is no button {words!r}.")


def tell(words: str) -> None:
    print(f"ok  {words}")


@contextmanager
def local_slack(binary: str) -> Iterator[There]:
    port = free_port()
    config = {
        "workspace": {"teamId": "T0PROVIDER"},
        "app": {"botUserId": BOT, "botName": "steward", "botToken": TOKEN, "appToken": APP_TOKEN, "mode": "socket"},
        "users": [
            {"id": person["id"], "name": person["name"], "email": person["email"]} for person in cast.PEOPLE
        ],
        "channels": [
            {"id": place["id"], "name": place["name"], "is_private": place.get("private", False),
             "members": [*place["members"], BOT]}
            for place in cast.CHANNELS
        ],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_text(json.dumps(config))
        with running([binary, "--config", str(path), "--port", str(port)], port):
            yield There(port)


def environment(url: str, api: str) -> dict[str, str]:
    ours = {"DATABASE_URL": url, "SLACK_API_URL": api, "SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    return {**os.environ, **ours, "PORT": str(free_port()), "STEWARD_LOG": "warning"}


@contextmanager
def process(command: str, env: dict[str, str]) -> Iterator[None]:
    started = subprocess.Popen([sys.executable, "-m", "bot", command], env=env)
    try:
        yield
    finally:
        started.terminate()
        started.wait()


if __name__ == "__main__":
    main()
