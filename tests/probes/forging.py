"""Payloads bent as a forger would: sent by somebody else, or with each number in it exchanged."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Change = Callable[[str], str]
# A number that stands alone: not a part of a date, a time or a word, nor the version in 101:3; T-101 and P-7 are keys.
NUMBER = re.compile(r"(?<![\w.+-])(?<!\d:)(?P<key>[A-Z]-)?(?P<number>\d+)(?![\w.-])")
TYPED_KEY = re.compile(r"(?P<key>\b[A-Z]-)(?P<number>\d+)\b")


def sender_of(payload: Json) -> str:
    """Who did it; empty where it is Slack's own word."""
    if "command" in payload:
        return payload["user_id"]
    if "event" in payload:
        found = payload["event"].get("user")
        return found if isinstance(found, str) else ""
    return payload["user"]["id"]


def route_of(payload: Json) -> tuple[str, str]:
    """The key of ROUTES that it is meant for."""
    if "command" in payload:
        return "command", payload["command"]
    match payload["type"]:
        case "block_actions":
            return "action", payload["actions"][0]["action_id"]
        case "view_submission":
            return "view", payload["view"]["callback_id"]
        case "view_closed":
            return "view_closed", payload["view"]["callback_id"]
        case "block_suggestion":
            return "options", payload["action_id"]
        case "event_callback":
            return "event", payload["event"]["type"]
        case _:
            return "shortcut", payload["callback_id"]


def sent_by(payload: Json, slack_id: str, channel: str) -> Json:
    """The same from somebody else, where they are."""
    forged = copy.deepcopy(payload)
    if "command" in forged:
        return forged | {"user_id": slack_id, "user_name": slack_id.lower(), "channel_id": channel}
    if "event" in forged:
        forged["event"]["user"] = slack_id
        if isinstance(forged["event"].get("channel"), str):
            forged["event"]["channel"] = channel
        return forged
    forged["user"] |= {"id": slack_id, "name": slack_id.lower(), "username": slack_id.lower()}
    for place, key in ((forged.get("channel"), "id"), (forged.get("container"), "channel_id")):
        if place and key in place:
            place[key] = channel
    return forged


def without(payload: Json, words: list[str]) -> Json:
    """The same, with nothing of these words in it: whoever reads them in the answer has them from us."""
    written = json.dumps(payload)
    for word in words:
        written = written.replace(json.dumps(word)[1:-1], "something else")
    return json.loads(written)


def exchanges(payload: Json, *, to: dict[str, str]) -> Iterator[tuple[str, Json]]:
    """Every payload in which one number, key, channel or ts is exchanged, and where."""
    payload = copy.deepcopy(payload)
    for path, where, key in list(_texts(payload)):
        for changed, what in _exchanged(where[key], path, to):
            kept, where[key] = where[key], changed
            yield f"{path}: {what}", copy.deepcopy(payload)
            where[key] = kept


def _exchanged(text: str, path: str, to: dict[str, str]) -> Iterator[tuple[str, str]]:
    if path.endswith(("channel", "channel_id", "channel.id")):
        yield to["channel"], text
    elif path.endswith(("ts", "thread_ts", "message_ts")):
        yield to["ts"], text
    else:
        pattern = TYPED_KEY if path.startswith(("text", "event")) or path.endswith("value:typed") else NUMBER
        for found in pattern.finditer(text):
            start, end = found.span("number")
            if found["number"] != to["number"]:
                yield text[:start] + to["number"] + text[end:], found["number"]


def _texts(payload: Json) -> Iterator[tuple[str, Any, Any]]:
    """Where numbers can stand that the app reads: (path, what holds it, its key)."""
    for name in ("text", "channel_id"):
        if isinstance(payload.get(name), str):
            yield name, payload, name
    if isinstance(payload.get("event"), dict):
        event = payload["event"]
        yield from ((f"event.{name}", event, name) for name in ("channel", "ts", "thread_ts", "text")
                    if isinstance(event.get(name), str))  # fmt: skip
    if isinstance(payload.get("channel"), dict):
        yield "channel.id", payload["channel"], "id"
    for name in ("message_ts", "channel_id"):
        if name in (container := payload.get("container") or {}):
            yield f"container.{name}", container, name
    for name in ("ts", "thread_ts"):
        if name in (message := payload.get("message") or {}):
            yield f"message.{name}", message, name
    for index, action in enumerate(payload.get("actions", [])):
        yield from _choices(f"actions.{index}", action)
    if "view" in payload:
        yield from ((f"view.{name}", payload["view"], name) for name in ("private_metadata", "external_id")
                    if payload["view"].get(name))  # fmt: skip
        for block, held in payload["view"].get("state", {}).get("values", {}).items():
            for element in held.values():
                yield from _choices(f"state.{block}", element)


def _choices(path: str, element: Json) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(element.get("value"), str):
        typed = ":typed" if "input" in element.get("type", "") else ""
        yield f"{path}.value{typed}", element, "value"
    chosen = [element.get("selected_option"), *(element.get("selected_options") or [])]
    yield from ((f"{path}.option", option, "value") for option in chosen if option)


def named_in(payload: Json) -> set[str]:
    """What `all_exchanged` exchanges."""
    nothing = {"number": "-", "channel": "", "ts": ""}
    return {what for path, where, key in _texts(payload) for _, what in _exchanged(where[key], path, nothing)}


def all_exchanged(payload: Json, *, to: dict[str, str]) -> Json:
    """Every one of them at once."""
    forged = copy.deepcopy(payload)
    for path, where, key in list(_texts(forged)):
        for _ in range(20):
            step = next(_exchanged(where[key], path, to), None)
            if step is None or step[0] == where[key]:
                break
            where[key] = step[0]
    return forged
