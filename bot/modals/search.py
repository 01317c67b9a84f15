"""`/ticket search`: one line to type in, filters beside it, and what was found below."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.domain.codes import Code
from bot.domain.tickets import Found, Search, Shown
from bot.messages import blocks
from bot.messages.blocks import Block, option
from bot.messages.mrkdwn import Mrkdwn, say
from bot.modals import form

CALLBACK_ID = "search.window"
WORDS, CLEAR = "search.words", "search.clear"
SHOWN, CODE, SYSTEM, SINCE, UNTIL = "search.shown", "search.code", "search.system", "search.since", "search.until"
PREVIOUS, NEXT = "search.previous", "search.next"
LONGEST_WORDS = 300
ANY = "any"
EXAMPLE = (
    "Type a few words of what you look for, as *invoice export empty*, and press Enter. "
    "Closing notes are searched too, so *rebuilt the index* finds what it mended. A key, as T-102, opens that ticket."
)
TOO_LITTLE = "Those words stand in too many places. Add one that is rarer: a system, a file, what the screen said."
NOTHING = (
    "Nothing like that was found. Try fewer or other words, or the name of the system. "
    "*Clear filters* looks everywhere."
)


class Metadata(BaseModel):
    """What the window carries along unseen: how often its filters were cleared, for Slack keeps what is chosen."""

    cleared: int = 0


def view(search: Search, found: Found | None, rows: list[Block], systems: list[str], *, staff: bool,
         cleared: int = 0) -> dict[str, Any]:  # fmt: skip
    """The window. `found` is None before anything was asked."""
    words = form.text(
        "words", "Look for", initial=search.words, optional=True, longest=LONGEST_WORDS, live=WORDS,
        placeholder="Words, or a key",
    )  # fmt: skip
    words["element"]["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    filters = [*_filters(search, systems, staff), blocks.button("Clear filters", CLEAR)]
    body = [words, *blocks.actions(filters, f"filters.{cleared}"), blocks.divider(), *_result(found, rows)]
    metadata = Metadata(cleared=cleared).model_dump_json()
    return form.modal(CALLBACK_ID, "Search", body, submit="Search", close="Close", metadata=metadata)


def _filters(search: Search, systems: list[str], staff: bool) -> list[dict[str, Any]]:
    made = [_select(SHOWN, "Status", form.enum_options(Shown), search.shown.value)]
    if staff:
        codes = [option("Any code", ANY), *form.enum_options(Code)]
        made.append(_select(CODE, "Code", codes, search.code.value if search.code else ANY))
    if systems:
        named = [option("Any system", ANY), *(option(name, name) for name in systems)]
        made.append(_select(SYSTEM, "System", named, search.system or ANY))
    return [*made, _day(SINCE, "From", search.since), _day(UNTIL, "To", search.until)]


def _select(action_id: str, label: str, options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    initial = next((made for made in options if made["value"] == chosen), options[0])
    return {"type": "static_select", "action_id": action_id, "placeholder": blocks.plain(label), "options": options,
            "initial_option": initial}  # fmt: skip


def _day(action_id: str, label: str, chosen: date | None) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "datepicker", "action_id": action_id, "placeholder": blocks.plain(label)}
    return {**element, "initial_date": chosen.isoformat()} if chosen else element


def _result(found: Found | None, rows: list[Block]) -> list[Block]:
    if found is None:
        return [blocks.section(Mrkdwn(EXAMPLE))]
    if not rows:
        return [blocks.section(Mrkdwn(TOO_LITTLE if found.too_little else NOTHING))]
    if found.nearest:
        return [blocks.section(Mrkdwn("*No ticket has all of these words. These come nearest:*")), *rows]
    turns = [blocks.button("Previous", PREVIOUS, str(found.number - 1))] if found.number else []
    turns += [blocks.button("Next", NEXT, str(found.number + 1))] if found.has_next else []
    many = "{{ total }} found{% if page %}, page {{ page }}{% endif %}"
    count = say(many, total=found.total, page=found.number + 1 if turns else None)
    return [blocks.section(Mrkdwn(f"*{count}*")), *rows, *blocks.actions(turns)]


def asked(view: dict[str, Any], timezone: str = "UTC") -> Search:
    """What stands in the window, as what to look for."""
    states = view.get("state", {}).get("values", {})
    held = {name: state for block in states.values() for name, state in block.items()}
    chosen = {name: (state.get("selected_option") or {}).get("value") for name, state in held.items()}
    days = {name: state.get("selected_date") for name, state in held.items()}
    code, system = chosen.get(CODE) or ANY, chosen.get(SYSTEM) or ANY
    return Search(
        words=(held.get(WORDS, {}).get("value") or "").strip(),
        shown=Shown(chosen.get(SHOWN) or Shown.CLOSED_FIRST),
        code=None if code == ANY else Code(code),
        system=None if system == ANY else system,
        since=date.fromisoformat(days[SINCE]) if days.get(SINCE) else None,
        until=date.fromisoformat(days[UNTIL]) if days.get(UNTIL) else None,
        timezone=timezone,
    )
