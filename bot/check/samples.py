"""One of every message, window and Home: whatever the app sends while each kind of control is pressed once.

It works through the page's protocol (bot/playground/PROTOCOL.md) with invented people and texts. What only
comes after a form was filled in is not reached.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.playground import LocalSlack
from bot.playground.controls import elements, options_of

Json = dict[str, Any]
DEEPEST = 3  # windows on each other, as Slack has it
COMMANDS = ("/request", "/queue", "/queue mine", "/time", "/time today", "/steward", "/steward away", "/steward rota",
            "/steward hours", "/ticket", "/request help", "/time help", "/ticket help", "/queue help")  # fmt: skip
POSTS = {"chat.postMessage", "chat.postEphemeral", "chat.update"}
VIEWS = {"views.open", "views.push", "views.update", "views.publish"}


class Sample(NamedTuple):
    """A payload as `blocks.validate` takes it: under `blocks` or `view`."""

    name: str
    payload: Json


class Presser:
    """Somebody who presses whatever is new."""

    def __init__(self, url: str, person: str, pressed: set[str]):
        self._url, self._person, self._pressed = url, person, pressed

    def explore(self) -> None:
        """Every command, every shortcut on a message, and every kind of control within reach."""
        self._do("open", home=True)
        screen = self._screen()
        places = [place for place in screen["channels"] if place["member"]]
        for command in COMMANDS if screen["commands"] else ():
            self._do("command", channel=places[0]["id"], text=command)
            self._look_through()
        for place in places:
            self._shortcuts(screen["shortcuts"], place)
            for message in place["messages"]:
                self._press_all({"type": "message", "channel": place["id"], "ts": message["ts"]}, message["blocks"])
        if home := self._screen()["home"]:
            self._press_all({"type": "home"}, home["blocks"])

    def _shortcuts(self, shortcuts: list[Json], place: Json) -> None:
        said = [message for message in place["messages"] if not message["ephemeral"]]
        for message in said[:1] + said[-1:]:
            for shortcut in shortcuts:
                on = {"channel": place["id"], "ts": message["ts"]} if shortcut["type"] == "message" else {}
                self._do("shortcut", callback_id=shortcut["callback_id"], **on)
                self._look_through()

    def _press_all(self, container: Json, blocks: list[Json], depth: int = 1) -> None:
        for block, element in elements(blocks or []):
            for payload in _payloads(block, element):
                name = f"{container['type']} {_kind(element['action_id'])} {payload}"
                if name in self._pressed:
                    continue
                self._pressed.add(name)
                before = len(self._screen()["modals"])
                self._do("action", container=container, block_id=block["block_id"], action_id=element["action_id"],
                         payload=payload)  # fmt: skip
                if len(self._screen()["modals"]) > before:
                    self._look_through(depth + 1)

    def _look_through(self, depth: int = 1) -> None:
        """What stands in the windows that opened; they are closed again."""
        while modals := self._screen()["modals"]:
            top = modals[-1]
            if depth <= DEEPEST:
                self._press_all({"type": "view", "view_id": top["id"]}, top["blocks"], depth)
            if self._screen()["modals"] and not self._do("close", view_id=self._screen()["modals"][-1]["id"])["ok"]:
                return
            if depth > 1:
                return

    def _screen(self) -> Json:
        with urllib.request.urlopen(f"{self._url}playground/state?as={self._person}") as told:  # noqa: S310  loopback
            return json.load(told)

    def _do(self, gesture: str, **fields: Any) -> Json:
        body = json.dumps({"as": self._person, **fields}).encode()
        asked = urllib.request.Request(  # noqa: S310  loopback
            f"{self._url}playground/{gesture}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked) as told:  # noqa: S310  loopback
            return json.load(told)


def _payloads(block: Json, element: Json) -> Iterator[Json]:
    """What pressing it can say: nothing for a button, each entry of a menu; forms are left empty."""
    kind = element["type"]
    if block["type"] == "input" and not block.get("dispatch_action"):
        return
    if kind == "button" and not element.get("url"):
        yield {}
    elif kind in {"overflow", "static_select", "radio_buttons"}:
        for option in options_of(element):
            yield {"selected_option": {"value": option["value"]}}


def _kind(action_id: str) -> str:
    return re.sub(r"\d+", "#", action_id)


def collect(slack: LocalSlack, people: list[str]) -> list[Sample]:
    """One of each kind that was sent before and while these people pressed."""
    pressed: set[str] = set()
    for person in people:
        Presser(slack.url, person, pressed).explore()
    slack.settle()
    found: dict[str, Sample] = {}
    for payload in _sent(slack):
        sample = Sample(_name(payload), payload)
        found.setdefault(f"{sample.name} {sorted(_controls(payload))}", sample)
    return sorted(found.values(), key=lambda sample: sample.name)


def _sent(slack: LocalSlack) -> Iterator[Json]:
    for call in list(slack.calls):
        if call.method in VIEWS:
            yield {"view": _parsed(call.args["view"])}
        elif call.method in POSTS and call.args.get("blocks"):
            yield {"blocks": _parsed(call.args["blocks"])}
    for delivery in slack.deliveries.kept:
        answer = delivery.response if isinstance(delivery.response, dict) else {}
        yield from ({key: answer[key]} for key in ("view", "blocks") if answer.get(key))


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _name(payload: Json) -> str:
    if "blocks" in payload:
        return "message"
    return str(payload["view"].get("callback_id") or payload["view"]["type"])


def _controls(payload: Json) -> set[str]:
    blocks = payload.get("blocks") or payload["view"]["blocks"]
    return {block["type"] for block in blocks} | {
        _kind(str(element.get("action_id"))) for _, element in elements(blocks)
    }
