"""Slack in → one verb → answer. Each module exports its ROUTES; here they become one table.

To add one: a function that takes a `Call`, and its row in its module's ROUTES. A command's own word is a
row too: `/time today`; what was typed after it is `call.rest`. `help` stands alone: “/request help centre is
empty” asks for work.
"""

import re
from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, BoltResponse
from slack_sdk import WebClient
from sqlalchemy.orm import Session, sessionmaker

from bot import logs
from bot.clock import Clock
from bot.domain.errors import Refused
from bot.handlers import (
    agenda,
    agreements,
    approvals,
    away,
    billing,
    bypasses,
    change_forms,
    change_log,
    change_tools,
    changes,
    channels,
    choices,
    conversation,
    doors,
    errors,
    follow_ups,
    freezes,
    help,
    home,
    hours,
    intakes,
    invoices,
    links,
    projects,
    queue,
    quotes,
    recurring,
    redirects,
    releases,
    request,
    rota,
    search,
    similar,
    threads,
    ticket_tools,
    tickets,
    time,
    time_days,
    time_report,
    timers,
    undelivered,
)
from bot.handlers.afterwards import put_off
from bot.handlers.call import Call, Handler, Routes
from bot.handlers.patience import Patience
from bot.messages.agreements import REVIEW
from bot.messages.help import unknown

log = structlog.get_logger()
OLD = "This button is from an older version. Open the ticket with /ticket, or look at the newest card."
UNKNOWN = "I don't know {}. /steward shows what there is."
# Commands that take nothing but their own words, or what looks like this: another word was a slip.
TAKES: dict[str, re.Pattern[str]] = {
    "/steward": re.compile(r"(?!)"),
    "/review": re.compile(r"(?!)"),
    "/ticket": re.compile(r"\d"),
    "/change": re.compile(r"\d"),
    "/release": re.compile(r"\d"),
}


def _joined(*modules: Any) -> Routes:
    routes: Routes = {}
    for module in modules:
        twice = routes.keys() & module.ROUTES.keys()
        if twice:
            raise ValueError(f"two handlers for {sorted(twice)}")
        routes.update(module.ROUTES)
    return routes


ROUTES = _joined(
    request,
    choices,
    tickets,
    ticket_tools,
    links,
    conversation,
    time,
    time_days,
    time_report,
    timers,
    quotes,
    queue,
    home,
    threads,
    help,
    bypasses,
    intakes,
    doors,
    channels,
    follow_ups,
    projects,
    redirects,
    recurring,
    away,
    rota,
    hours,
    search,
    similar,
    agenda,
    undelivered,
    approvals,
    changes,
    change_forms,
    change_tools,
    change_log,
    releases,
    freezes,
    agreements,
    billing,
    invoices,
)


def more(call: Call) -> None:
    """An entry of a More menu is the button it names."""
    name, _, value = call.value.partition(":")
    handler = ROUTES.get(("action", name))
    if handler is None or handler is more:
        raise Refused(OLD)
    meant = {"action_id": name, "value": value, "block_id": call.action.get("block_id")}
    call.body = {**call.body, "actions": [meant]}  # its own: what arrived stays as it is, for another try
    handler(call)


def review(call: Call) -> None:
    """A button of bare `/review` is the word it carries."""
    handler = ROUTES.get(("command", f"/review {call.value}"))
    if handler is None:
        raise Refused(OLD)
    handler(call)


ROUTES["action", "ticket.more"] = more
ROUTES["action", REVIEW] = review


class Router:
    """What Bolt's seven listeners call: finds the handler, lets it run, and turns what goes wrong into a sentence."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock):
        self._sessions = sessions
        self._clock = clock
        self._patience = Patience()

    def __call__(self, kind: str, name: str, body: dict[str, Any], ack: Ack, client: WebClient) -> BoltResponse:
        reference = logs.reference() or logs.new_reference()
        call = Call(kind, body, ack, client, self._sessions, self._clock(), reference)

        def attempt() -> None:
            call.body, call.answered, call.wrote = body, None, False  # as it arrived, whatever an earlier try did
            self._handler(kind, name, call)(call)

        try:
            self._patience.run(attempt)
        except Exception as error:  # noqa: BLE001  the edge: whatever it is, the person reads a sentence
            call.answered = errors.answer(error, call)
            if call.on_home and isinstance(error, Refused):
                put_off(partial(home.follow, call))  # somebody was faster: what it showed is not how it stands
            return call.answered
        if call.wrote and kind in {"action", "view"}:
            put_off(partial(home.follow, call))
        return call.answered or ack()

    def _handler(self, kind: str, name: str, call: Call) -> Handler:
        if kind == "command" and (handler := _of_word(name, call)):
            return handler
        if handler := ROUTES.get((kind, name)):
            return handler
        log.info("no handler", kind=kind, name=name[:80])
        return _ignored if kind in {"event", "view_closed", "options"} else _outdated


def _of_word(name: str, call: Call) -> Handler | None:
    """The row of a command's own word, if one was typed."""
    word = call.first_word
    if (handler := ROUTES.get(("command", f"{name} {word}"))) and not (word == "help" and call.rest):
        return handler
    slip = name in TAKES and word and not TAKES[name].search(call.text)
    return _unknown_word if slip else None


def _unknown_word(call: Call) -> None:
    name = call.body["command"]
    words = [key.split()[1] for kind, key in ROUTES if kind == "command" and key.startswith(f"{name} ")]
    raise Refused(unknown(name, call.text, words))


def _ignored(call: Call) -> None:
    call.done()


def _outdated(call: Call) -> None:
    raise Refused(UNKNOWN.format(call.body.get("command")) if call.kind == "command" else OLD)
