"""What a person is shown of a ticket or the queue in a window or on the Home: only what is theirs to do."""

from typing import NamedTuple

from bot.domain.durations import show
from bot.domain.events import Event, Kind
from bot.domain.outbox import Place
from bot.domain.people import Person
from bot.domain.quotes import QuoteState
from bot.domain.roles import Permission
from bot.domain.tickets import LinkKind
from bot.domain.tickets.conversation import Message
from bot.domain.tickets.effects import AUDIENCE
from bot.domain.workflow import Action
from bot.messages import blocks, burn, quotes
from bot.messages.blocks import Block
from bot.messages.changes import OPEN as CHANGE_OPEN
from bot.messages.controls import card_moves, follow_up_button, move_button, tools
from bot.messages.links import place_for
from bot.messages.mrkdwn import LONGEST_TEXT, Mrkdwn, clip, escape, instant, line, link, width
from bot.messages.shown import Shown
from bot.messages.tickets import MARKS, TO_CHANGE, client_reads, closure_text, from_message, next_owner, title_line

SHOWN_EVENTS = 12
SHOWN_LINKS = 20
# fmt: off
_QUOTED: dict[QuoteState, str] = {
    QuoteState.ASKED:     "{who} quoted {spent}, at most {cap}",
    QuoteState.APPROVED:  "{who} approved the {spent}, at most {cap}",
    QuoteState.DECLINED:  "{who} declined the {spent}",
    QuoteState.EXPIRED:   "nobody answered the quote of {spent} in time",
    QuoteState.WITHDRAWN: "{who} took the quote of {spent} back",
}
# fmt: on
_LINKING = {Kind.LINKED: "linked it: {}", Kind.UNLINKED: "removed a link: {}"}


class History(NamedTuple):
    """What happened and what was said, with the people of both."""

    events: list[Event]
    names: dict[int, Person]
    said: list[Message]


def ticket_window(shown: Shown, actor: Person, history: History, spent: dict[str, int], url: str | None) -> list[Block]:
    """A ticket in full, with the moves this person may make."""
    ticket = shown.ticket
    body = [
        blocks.section(Mrkdwn(f"{MARKS[ticket.priority]} {title_line(ticket, url)}")),
        blocks.facts(_facts(shown, actor, spent)),
    ]
    if ticket.details:
        body.append(blocks.paragraph(clip(ticket.details, 2500)))
    if actor.is_staff:
        body += quotes.in_window(shown.cost) + burn.for_triage(shown.burn, ticket, shown.today)
    if shown.closure:
        body += [blocks.divider(), blocks.section(closure_text(shown.closure, whole=actor.is_staff))]
    follow_ups = follow_up_button(ticket, shown.follow_ups) if actor.may(Permission.WORK) else []
    body += blocks.actions(_buttons(shown, actor)) + blocks.actions([*follow_ups, *tools(ticket, actor)])
    body += _links(shown, actor) + _changes(shown)
    return [*body, blocks.divider(), _history(history, actor)]


def _facts(shown: Shown, actor: Person, spent: dict[str, int]) -> list[tuple[str, Mrkdwn]]:
    ticket = shown.ticket
    opened_by = f"schedule: {shown.rule.spoken}" if shown.rule else "an import"
    asked_by = shown.requester.name if shown.requester else opened_by
    pairs = [
        ("Status", Mrkdwn(f"{ticket.status.value}, since {instant(ticket.status_since)}")),
        ("For the client", client_reads(shown)),
        ("Priority", escape(f"{ticket.priority.value}: {ticket.priority_why}")),
        ("Type", escape(ticket.request_type.label)),
        ("Asked", Mrkdwn(f"{instant(ticket.created_at)} by {escape(asked_by)}")),
    ]
    if came_from := from_message(shown, place_for(actor)):
        pairs.append(("From", came_from))
    if actor.is_staff:
        total = ", ".join(f"{show(minutes)} {code.replace('_', ' ')}" for code, minutes in spent.items())
        pairs += [
            ("Account", escape(shown.account.name)),
            ("Next", next_owner(shown)),
            ("Time", escape(total or "none logged")),
        ]
        if ticket.estimate_minutes:
            pairs.append(("Estimate", escape(show(ticket.estimate_minutes))))
    if ticket.related_system:
        pairs.append(("System", line(ticket.related_system)))
    return pairs


def _links(shown: Shown, actor: Person) -> list[Block]:
    """What it belongs with, each with a way to end the link for those who may."""
    urls = shown.posts.get(place_for(actor), {})
    rows = []
    for one in shown.linked[:SHOWN_LINKS]:
        note = f"\n{line(one.note)}" if one.note and actor.is_staff else ""
        key = link(urls.get(one.other.id), one.other.key)
        text = f":link: {one.wording} *{key}* {line(one.other.title, 100)} · {one.other.status.value}{note}"
        may_end = actor.may(Permission.WORK) and one.kind is not LinkKind.DUPLICATE_OF
        ends = blocks.button("Unlink", "ticket.unlink", f"{shown.ticket.id}:{one.link_id}") if may_end else None
        rows.append(blocks.section(Mrkdwn(text), accessory=ends))
    return rows


def _changes(shown: Shown) -> list[Block]:
    """The changes it carries or is held against, each with its window."""
    return [
        blocks.section(
            Mrkdwn(f":wrench: {TO_CHANGE[one.relation]} *{one.change.key}* {line(one.change.title, 100)} · "
                   f"{one.change.state.value}"),
            accessory=blocks.button("Open", CHANGE_OPEN, one.change.key),
        )
        for one in shown.changes[:SHOWN_LINKS]
    ]  # fmt: skip


def _buttons(shown: Shown, actor: Person) -> list[dict[str, object]]:
    ticket = shown.ticket
    mine = {move.action for move in ticket.moves_for(actor)}
    return [move_button(ticket, move) for move in card_moves(ticket, shown.book) if move.action in mine]


def _history(history: History, actor: Person) -> Block:
    said = {message.id: message for message in history.said}
    told = [_told(event, history.names, actor) or _said(event, said, history.names) for event in history.events]
    lines = [text for text in told if text][-SHOWN_EVENTS:]
    while width("\n".join(lines)) > LONGEST_TEXT - 100:  # the newest say how it stands
        lines.pop(0)
    return blocks.section(Mrkdwn("*History*\n" + ("\n".join(lines) or "Nothing yet.")))


def _told(event: Event, names: dict[int, Person], actor: Person) -> str | None:
    who = escape(names[event.actor_id].name) if event.actor_id in names else "Steward"
    when = instant(event.at)
    if event.kind is Kind.TIME_LOGGED and actor.is_staff:
        return f"{when} · {who} logged {show(event.data['minutes'])} {line(event.data.get('note') or '', 80)}"
    if event.kind is Kind.MOVED:
        reason = event.data.get("reason") if actor.is_staff or _is_told_to_clients(event) else None
        return f"{when} · {who}: {event.source} → {event.target}" + (f", “{line(reason, 120)}”" if reason else "")
    if event.kind is Kind.ASSIGNED and event.action in {Action.ASSIGN.value, Action.TAKE.value}:
        return f"{when} · {who} gave it to {escape(event.data['assignee']['name'])}"
    if event.kind is Kind.EDITED:
        changed = "; ".join(f"{FACTS[name]} {line(str(before or 'none'), 60)} → {line(str(after or 'none'), 60)}"
                            for name, (before, after) in event.data["changed"].items())  # fmt: skip
        why = f", “{line(event.data['reason'], 120)}”" if event.data["reason"] else ""
        return f"{when} · {who}: {changed}{why}"
    if event.kind in _OF_QUOTES:
        facts = {"spent": show(event.data["minutes"]), "cap": show(event.data["cap"])}
        return f"{when} · {_QUOTED[QuoteState(event.data['state'])].format(who=who, **facts)}"
    if event.kind in _LINKING and actor.is_staff:
        other = f"{event.data['wording']} T-{event.data['other']}"
        return f"{when} · {who} {_LINKING[event.kind].format(escape(other))}"
    if event.kind is Kind.REMINDED:
        return f"{when} · {who} reminded the client"
    if event.kind is Kind.BYPASS_ASKED:
        return f"{when} · {who} asked to go before the queue"
    if event.kind is Kind.BYPASS_DECIDED:
        return f"{when} · {who}: bypass {escape(event.data['outcome'])}"
    if event.kind in {Kind.FILED, Kind.IMPORTED}:
        return f"{when} · {who} {'filed' if event.kind is Kind.FILED else 'imported'} it"
    return None


_OF_QUOTES = frozenset({Kind.QUOTED, Kind.QUOTE_SETTLED, Kind.QUOTE_WITHDRAWN})
# fmt: off
FACTS = {"title": "title", "priority": "priority", "related_system": "system"}
SAID = {
    Kind.CLIENT_WROTE: "wrote",
    Kind.REPLIED:      "to the client",
    Kind.NOTED:        ":lock: noted",
}
# fmt: on


def _said(event: Event, said: dict[int, Message], names: dict[int, Person]) -> str | None:
    """A message in the history; those the reader may not see were not loaded."""
    message = said.get(event.data.get("message", 0))
    if event.kind not in SAID or message is None:
        return None
    who = escape(names[message.author_id].name) if message.author_id in names else "Somebody"
    return f"{instant(event.at)} · {who} {SAID[event.kind]}: “{line(message.text or 'a file', 400)}”"


def _is_told_to_clients(event: Event) -> bool:
    return Place.CLIENT in AUDIENCE.get(Action(event.action), ()) if event.action else False
