"""Every control that is shown is answered, and everything that is answered can be reached."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.domain.billing import Fix
from bot.domain.invoices import InvoiceAction
from bot.domain.projects import ProjectAction
from bot.domain.workflow import WORKFLOW
from bot.handlers import ROUTES
from tests import cast
from tests.house import House

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads(cast.MANIFEST.read_text())
ANSWERED = {kind: {name for kind_, name in ROUTES if kind_ == kind} for kind in {kind for kind, _ in ROUTES}}
# Names of controls begin with their room; whatever else looks like that is listed here with its reason.
ROOMS = ("ticket.", "time.", "request.", "queue.", "digest.", "bypass.", "intake.", "message.", "channel.",
         "project.", "recurring.", "away.", "rota.", "hours.", "home.", "help.",
         "search.", "agenda.", "delivery.", "change.",
         "approval.", "release.", "agreement.", "review.", "quote.", "billing.", "invoice.")  # fmt: skip
NOT_CONTROLS = {
    "request.filed": "a window that only shows; it has no submit button",
    "request.already": "a window that only shows",
    "channel.chosen": "a window that only shows",
    "time.logged": "a window that only shows",
    "invoice.sent": "a window that only shows",
    "project.window": "a window that only shows",
    "recurring.window": "a window that only shows",
    "ticket.window": "a window that only shows",
    "queue.window": "a window that only shows",
    "help.window": "a window that only shows",
    "queue.page": "the beginning of two names",
    "away.told": "a window that only shows",
    "rota.window": "a window that only shows",
    "hours.window": "a window that only shows",
    "agenda.window": "a window that only shows",
    "change.window": "a window that only shows",
    "change.listed": "a window that only shows",
    "change.standing": "a window that only shows",
    "approval.delegates": "a window that only shows",
    "release.window": "a window that only shows",
    "release.list": "a window that only shows",
    "release.frozen": "a window that only shows",
    "agreement.window": "a window that only shows",
    "agreement.listed": "a window that only shows",
    "review.window": "a window that only shows",
    "billing.window": "a window that only shows",
    "billing.fix": "the beginning of several names",
    "billing.page": "the beginning of two names",
    "invoice.window": "a window that only shows",
    "invoice.typ": "the template of a file",
}


def ids(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from ids(child, key)
    elif isinstance(node, dict):
        if isinstance(node.get(key), str):
            yield node[key]
        for child in node.values():
            yield from ids(child, key)


def strings_of(folder: str) -> set[str]:
    """Every string constant in the code that builds what people see."""
    found = set()
    for path in (ROOT / "bot" / folder).glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found


def test_every_command_of_the_manifest_is_answered_and_every_answered_one_is_in_the_manifest():
    answered = {name.split()[0] for name in ANSWERED["command"]}
    assert {command["command"] for command in MANIFEST["features"]["slash_commands"]} == answered


def test_every_shortcut_of_the_manifest_is_answered_and_every_answered_one_is_in_the_manifest():
    declared = {shortcut["callback_id"] for shortcut in MANIFEST["features"].get("shortcuts", [])}
    assert declared == ANSWERED.get("shortcut", set())


def test_every_answered_event_is_subscribed_to():
    subscribed = {name.split(".")[0] for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert ANSWERED["event"] <= subscribed


def test_every_subscribed_event_is_answered():
    subscribed = {name.split(".")[0] for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert subscribed <= ANSWERED["event"] | {"app_mention"}  # comes as a message as well, and is answered as one


def test_every_control_named_in_the_code_is_answered():
    written = {word.rstrip(":") for folder in ("messages", "modals") for word in strings_of(folder)
               if word.startswith(ROOMS) and " " not in word and not word.endswith(".")}  # fmt: skip
    known = set().union(*ANSWERED.values()) | set(NOT_CONTROLS)
    assert written - known == set()


def test_every_answered_control_is_shown_somewhere():
    shown = strings_of("messages") | strings_of("modals") | {f"ticket.{move.action.value}" for move in WORKFLOW}
    shown |= {"queue.page.next", "queue.page.previous"} | {f"project.{action.value}" for action in ProjectAction}
    shown |= {f"billing.fix.{how.value}" for how in Fix} | {f"invoice.{action.value}" for action in InvoiceAction}
    shown |= {"billing.page.back", "billing.page.on"}
    for kind in ("action", "view", "view_closed", "options"):
        assert ANSWERED[kind] - shown == set(), kind


def test_whatever_stands_on_anybodys_screen_through_a_tickets_day_is_answered(house: House):
    seen = set()

    def look() -> None:
        for person in (house.bo, house.eve, house.maya, house.sam, house.ana, house.cleo, house.rex):
            screen = person.screen()
            seen.update(("action", name) for surface in (screen["channels"], [screen["home"]], screen["modals"])
                        for name in ids(surface, "action_id") if "." in name)  # fmt: skip
            seen.update(("more", value.split(":")[0]) for value in ids(screen["channels"], "value") if "." in value)
            seen.update(("view", view["callback_id"]) for view in screen["modals"] if view.get("submit"))

    search = "Help centre search"
    house.ana.opens("/request")
    look()
    house.ana.closes()
    house.files_a_request()
    house.ticks()
    for _ in range(20):
        house.files_a_request(**{"Short description": "One of many others"})
    house.bo.opens("/queue")
    look()
    house.bo.clicks("Next")
    look()
    house.bo.closes()
    house.bo.clicks("Take it", on=search)
    house.delivers()
    look()
    for button in ("Ask client", "Schedule", "Reply to client"):
        house.bo.clicks(button, on=search)
        look()
        house.bo.closes()
    for entry in ("Assign", "Note"):
        house.bo.chooses("More", entry, on=search)
        look()
        house.bo.closes()
    house.bo.clicks("Start", on=search)
    look()
    house.bo.fills({"Estimate": "2h", "Billing code": "Included"}).submits()
    house.delivers()
    house.bo.opens("/time T-101 45m Rebuilt the index").opens("/time T-101 45m Rebuilt the index").opens("/time today")
    look()
    house.bo.opens("/time")
    look()
    house.bo.closes()
    house.bo.clicks("Send to review", on=search).fills({"Who checks it": "Eve"}).submits()
    house.delivers()
    house.eve.clicks("Approve", on=search)
    look()
    house.eve.fills({"Summary": "Works", "Actions taken": "none", "Systems or files affected": "none",
                     "Decisions made": "none", "Follow-up items": "none"}).submits()  # fmt: skip
    house.delivers()
    look()
    for person in (house.bo, house.ana):
        person.opens_home()
        person.opens("/ticket T-101")
    look()
    answered = ANSWERED["action"] | ANSWERED["options"]
    assert {name for kind, name in seen if kind in {"action", "more"}} - answered == set()
    assert {name for kind, name in seen if kind == "view"} - ANSWERED["view"] == set()
    assert {"ticket.take", "ticket.more", "digest.take", "time.undo", "time.again", "queue.page.next"} <= {
        name for _, name in seen
    }
