"""Search: `/ticket search`, its button, and “Have we seen this?” on a message; one window for all of them."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, provider, tickets
from bot.domain.people import Person
from bot.domain.tickets import Search
from bot.handlers.call import Call, Routes
from bot.handlers.payload import plain_words
from bot.handlers.tickets import open_by_key, window_by_key
from bot.messages import links
from bot.messages import search as messages
from bot.messages.mrkdwn import clip
from bot.modals import search as modal

_KEY = re.compile(r"T-?\d{1,12}", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:[^<>|]*\|)?([^<>]*)>")  # of a link its label, of a mention its id


def command(call: Call) -> None:
    """`/ticket search words`; a key goes straight to its ticket."""
    _look(call, call.rest)


def open_window(call: Call) -> None:
    """**Search**, for those who can use no commands."""
    _look(call, "")


def from_message(call: Call) -> None:
    """**Have we seen this?** on a message: what is like it, and what was done."""
    written = plain_words(_MARKUP.sub(r"\1", call.body.get("message", {}).get("text") or ""))
    _look(call, " ".join(written.split()))


def _look(call: Call, words: str) -> None:
    if _KEY.fullmatch(words):
        return open_by_key(call, words)
    with call.begin() as (session, actor):
        search = Search(words=clip(words, modal.LONGEST_WORDS), timezone=_timezone(session, actor))
        window = _window(session, actor, search)
    call.open(window)
    return call.done()


def again(call: Call) -> None:
    """Enter or another filter: the same window with what is found now."""
    if call.action["action_id"] == modal.WORDS and _KEY.fullmatch(words := modal.asked(call.view).words):
        return open_by_key(call, words)
    call.replace(_found_now(call))
    return call.done()


def turn(call: Call) -> None:
    """**Next** or **Previous**."""
    call.replace(_found_now(call, number=int(call.value) if call.value.isdecimal() else 0))
    call.done()


def clear(call: Call) -> None:
    """**Clear filters**: the words stay."""
    call.replace(_found_now(call, clear_filters=True))
    call.done()


def submit(call: Call) -> None:
    """**Search**, for those who do not press Enter; it writes nothing, so it may come twice."""
    words = modal.asked(call.view).words
    if _KEY.fullmatch(words):
        call.push(window_by_key(call, words))
    else:
        call.show(_found_now(call))


def _found_now(call: Call, *, number: int = 0, clear_filters: bool = False) -> dict[str, Any]:
    cleared = modal.Metadata.model_validate_json(call.metadata).cleared + clear_filters
    with call.begin() as (session, actor):
        search = modal.asked(call.view, _timezone(session, actor))
        search = Search(words=search.words, timezone=search.timezone) if clear_filters else search
        return _window(session, actor, search, number=number, cleared=cleared)


def _timezone(session: Session, actor: Person) -> str:
    return actor.timezone or provider.get(session).timezone


def _window(session: Session, actor: Person, search: Search, *, number: int = 0, cleared: int = 0) -> dict[str, Any]:
    search = search if actor.is_staff else replace(search, code=None)
    found = None if search.is_empty else tickets.find(session, actor, search, number=number)
    hits = found.hits if found else []
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    urls = links.to_tickets(session, [hit.ticket.id for hit in hits], actor)
    rows = messages.rows(hits, names, urls, actor)
    systems = tickets.systems_ever(session, actor)
    return modal.view(search, found, rows, systems, staff=actor.is_staff, cleared=cleared)


ROUTES: Routes = {
    ("command", "/ticket search"): command,
    ("action", "search.open"): open_window,
    ("shortcut", "search.from_message"): from_message,
    **{
        ("action", name): again
        for name in (
            modal.WORDS, modal.SHOWN, modal.CODE, modal.SYSTEM, modal.SINCE, modal.UNTIL
        )
    },
    ("view", modal.CALLBACK_ID): submit,
    ("action", modal.PREVIOUS): turn,
    ("action", modal.NEXT): turn,
    ("action", modal.CLEAR): clear,
}  # fmt: skip
