"""A ticket as people see it: one card for triage, one for the client, each edited in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.changes import Relation
from bot.domain.durations import show
from bot.domain.outbox import Place
from bot.domain.priority import Priority
from bot.domain.tickets import Attachment, Closure, Linked, Ticket
from bot.domain.workflow import CloseReason, NextOwner, Side, Status
from bot.messages import blocks, burn, quotes
from bot.messages import bypasses as asked
from bot.messages.blocks import Block
from bot.messages.controls import VISIBLE_ACTIONS, card_controls, client_button, client_moves, follow_up_button
from bot.messages.mrkdwn import Mrkdwn, clip, day, escape, instant, line, link, mention, say
from bot.messages.shown import Shown

MARKS = {Priority.P1: ":red_circle:", Priority.P2: ":large_orange_circle:", Priority.P3: ":large_yellow_circle:",
         Priority.P4: ":white_circle:"}  # fmt: skip
MOST_LINKS = 12
TO_CHANGE = {Relation.CARRIES: "carries", Relation.CAUSED: "caused by", Relation.NAMED: "named in"}
CLOSED_AS = {
    CloseReason.DUPLICATE: "closed as a duplicate",
    CloseReason.REDIRECTED: "handed on, outside the queue",
    CloseReason.WITHDRAWN: "withdrawn",
    CloseReason.NO_RESPONSE: "closed, as we did not hear back",
}
MOST_FACTS = 10  # Slack shows no more in one section
CLIENT_NEXT = {
    NextOwner.TRIAGE_ROTA: "our triage",
    NextOwner.TRIAGE_LEAD: "our triage",
    NextOwner.DELIVERY_LEAD: "us",
}


def client_reads(shown: Shown) -> Mrkdwn:
    """The status in the client's words, from the workflow table."""
    ticket = shown.ticket
    template = ticket.state.client_reads.replace("{", "{{ ").replace("}", " }}")
    return say(
        template,
        due=instant(shown.triage_due),
        what=_inside(ticket.waiting_for or "an answer"),
        whom=ticket.waiting_whom or (shown.contact or shown.requester or _SOMEBODY).name,
        date=_date_of(ticket),
        name=shown.name,
        summary=_outcome(shown),
    )


@dataclass(frozen=True)
class _Nobody:
    name: str = "you"


_SOMEBODY = _Nobody()


def _inside(text: str) -> str:
    """A person's sentence inside ours: no full stop, no capital that is only the sentence's."""
    text = text.strip().rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _date_of(ticket: Ticket) -> str:
    when = ticket.confirm_by if ticket.status is Status.CLIENT_REVIEW else ticket.planned_start
    return day(when) if when else "a day to be agreed"


def _outcome(shown: Shown) -> str:
    ticket = shown.ticket
    if shown.project:
        return f"became project {shown.project.key}: {shown.project.name}"
    if ticket.close_reason and not (ticket.close_reason is CloseReason.NO_RESPONSE and ticket.confirm_by):
        return CLOSED_AS[ticket.close_reason]
    return clip(shown.closure.summary, 600) if shown.closure else ticket.title


def title_line(ticket: Ticket, url: str | None = None) -> Mrkdwn:
    """`T-102 Title`, the key in bold and linked where there is something to open."""
    return Mrkdwn(f"*{link(url, ticket.key)}* {line(ticket.title)}")


def next_owner(shown: Shown) -> Mrkdwn:
    """Who owns the next action, for staff."""
    ticket = shown.ticket
    if ticket.state.owner is NextOwner.CLIENT:
        return say(
            "{{ whom }} ({{ account }})", whom=ticket.waiting_whom or _contact_name(shown), account=shown.account.name
        )
    person = shown.reviewer if ticket.state.owner is NextOwner.REVIEWER else shown.assignee
    if ticket.status is Status.CLOSED:
        return Mrkdwn("nobody, it is closed")
    if person:
        away = shown.away.get(person.id)
        until = f", away until {day(away.until)}" if away else ""
        return Mrkdwn(f"{mention(person.slack_id, person.name)}{until}")
    return Mrkdwn(f"*nobody yet*: {ticket.state.owner.value}")


def _contact_name(shown: Shown) -> str:
    person = shown.contact or shown.requester
    return person.name if person else "the client"


def triage_card(shown: Shown, seen_before: Sequence[Block] = ()) -> list[Block]:
    """The team's card: what it is, how it stands, who is next, what is like it, and what can be done from here."""
    ticket = shown.ticket
    if ticket.private:
        return _private_card(shown)
    body: list[Block] = [blocks.section(Mrkdwn(f"{MARKS[ticket.priority]} {title_line(ticket)}"))]
    if not ticket.is_open:  # done: three lines, the rest is in its window
        ending = [blocks.section(_ending(shown)), *_links_line(shown), *_changes_line(shown)]
        buttons = [*follow_up_button(ticket, shown.follow_ups), *card_controls(ticket, shown.book)]
        return [*body, *ending, *blocks.actions(buttons)]
    question = asked.question(shown.bypass, ticket) if shown.bypass and shown.bypass.is_pending else []
    body += question
    pairs = _triage_facts(shown)
    body += [blocks.facts(pairs[start : start + MOST_FACTS]) for start in range(0, len(pairs), MOST_FACTS)]
    if ticket.consequence:
        body.append(blocks.section(say("*If it waits:* {{ consequence }}", consequence=clip(ticket.consequence, 200))))
    if ticket.details:
        body.append(blocks.section(Mrkdwn(">" + escape(clip(ticket.details, 400)).replace("\n", "\n>"))))
    if shown.files:
        body.append(blocks.context(_file_list(shown.files)))
    body += (
        quotes.on_card(shown.cost, ticket)
        + burn.for_triage(shown.burn, ticket, shown.today)
        + _links_line(shown)
        + _changes_line(shown)
    )
    body.append(blocks.context(say("{{ p }}: {{ why }}", p=ticket.priority.value, why=ticket.priority_why)))
    body += seen_before
    room = VISIBLE_ACTIONS - len(question)  # as many as the buttons of the question
    return body + blocks.actions(card_controls(ticket, shown.book, room=room))


def _private_card(shown: Shown) -> list[Block]:
    """Everybody in the channel reads it: how it stands and who is next, and nothing of what it is about."""
    ticket = shown.ticket
    title = Mrkdwn(f"{MARKS[ticket.priority]} :lock: *{ticket.key}* {ticket.shared_title}")
    facts = [(label, text) for label, text in _triage_facts(shown) if label in {"Status", "Next", "Account"}]
    who = "Leads, whoever works on it and the person who asked can open it."
    opens = blocks.button("Open", "ticket.open", str(ticket.id))
    return [blocks.section(title), blocks.facts(facts), blocks.context(Mrkdwn(who)), *blocks.actions([opens])]


def _ending(shown: Shown) -> Mrkdwn:
    since = instant(shown.ticket.status_since)
    return Mrkdwn(f"Closed {since} · {escape(shown.account.name)}\n{escape(_outcome(shown))}")


def _triage_facts(shown: Shown) -> list[tuple[str, Mrkdwn]]:
    ticket = shown.ticket
    status = say("{{ status }}, since {{ since }}", status=ticket.status.value, since=instant(ticket.status_since))
    pairs = [("Status", status), ("Next", next_owner(shown)), ("Account", escape(shown.account.name))]
    pairs.append(("Type", escape(ticket.request_type.label)))
    if shown.requester:
        pairs.append(("Asked by", mention(shown.requester.slack_id, shown.requester.name)))
    if came_from := from_message(shown, Place.TRIAGE):
        pairs.append(("From", came_from))
    if shown.rule:
        pairs.append(("Opened by schedule", escape(shown.rule.spoken)))
    if ticket.primary_contact_text or (shown.contact and shown.contact is not shown.requester):
        pairs.append(("Contact", line(ticket.primary_contact_text or (shown.contact or _SOMEBODY).name)))
    if ticket.wanted_by:
        pairs.append(("Wanted by", escape(day(ticket.wanted_by))))
    if ticket.related_system:
        pairs.append(("System", line(ticket.related_system)))
    if ticket.state.side is Side.INTAKE:
        pairs.append(("Triage due", instant(shown.triage_due)))
    if ticket.waiting_for and ticket.status is Status.WAITING:
        pairs.append(("Waiting for", line(ticket.waiting_for, 200)))
    if ticket.planned_start and ticket.status is Status.SCHEDULED:
        pairs.append(("Starts", escape(day(ticket.planned_start))))
    if ticket.estimate_minutes and ticket.code:
        pairs.append(("Estimate", escape(f"{show(ticket.estimate_minutes)}, {ticket.code.label}")))
    if ticket.approval_status:
        pairs.append(("Approval", escape(ticket.approval_status)))
    return pairs


def _links_line(shown: Shown) -> list[Block]:
    """What it belongs with, for triage."""
    return _links_block(shown.linked, shown.posts.get(Place.TRIAGE, {}))


def _changes_line(shown: Shown) -> list[Block]:
    """The changes it carries or is held against, and how far they are."""
    told = [f"{TO_CHANGE[one.relation]} *{one.change.key}*, {one.change.state.value}" for one in shown.changes]
    return [blocks.context(Mrkdwn(":wrench: " + " · ".join(told[:MOST_LINKS])))] if told else []


def _client_links_line(shown: Shown) -> list[Block]:
    """The same for the client's channel: only tickets whose own card stands there too."""
    posts = shown.posts.get(Place.CLIENT, {})
    return _links_block([one for one in shown.linked if one.other.id in posts and not one.other.private], posts)


def _links_block(linked: list[Linked], urls: dict[int, str | None]) -> list[Block]:
    if not linked:
        return []
    told = [f"{one.wording} {link(urls.get(one.other.id), one.other.key)}" for one in linked[:MOST_LINKS]]
    more = f" · {len(linked) - MOST_LINKS} more" if len(linked) > MOST_LINKS else ""
    return [blocks.context(Mrkdwn(":link: " + " · ".join(told) + more))]


def from_message(shown: Shown, reader: Place) -> Mrkdwn | None:
    """The message it was made of, as a link; clients are not led into a channel of the team's."""
    if not shown.made_of_url or not shown.made_of or (reader is Place.CLIENT and shown.made_of.place is not reader):
        return None
    return link(shown.made_of_url, "this message")


def _file_list(files: list[Attachment]) -> Mrkdwn:
    return Mrkdwn(":paperclip: " + ", ".join(link(file.permalink, clip(file.name, 80)) for file in files))


def client_card(shown: Shown) -> list[Block]:
    """The client's card: the thread that follows the ticket begins with it."""
    ticket = shown.ticket
    body = [
        blocks.section(title_line(ticket)),
        blocks.section(Mrkdwn(f"*{ticket.status.value}* · {client_reads(shown)}")),
        *_promise(shown),
        *burn.for_client(shown.burn, ticket, shown.today),
        blocks.context(_client_small_print(shown)),
        *_client_links_line(shown),
    ]
    return body + blocks.actions([client_button(ticket, move) for move in client_moves(ticket)])


def _promise(shown: Shown) -> list[Block]:
    pending = shown.bypass and shown.bypass.is_pending and shown.ticket.is_open
    return [blocks.context(asked.promise(shown.bypass))] if shown.bypass and pending else []


def _client_small_print(shown: Shown) -> Mrkdwn:
    ticket = shown.ticket
    if ticket.closed_at:
        until = ticket.closed_at + timedelta(days=shown.book.reopen_days)
        return say("Not right? *Reopen* works until {{ until }}.", until=instant(until))
    return say(
        "Next: {{ who }} · {{ p }}: {{ why }}",
        who=_client_next(shown),
        p=ticket.priority.value,
        why=ticket.priority_why,
    )


def _client_next(shown: Shown) -> str:
    owner = shown.ticket.state.owner
    if owner is NextOwner.CLIENT:
        return shown.ticket.waiting_whom or _contact_name(shown)
    if owner is NextOwner.REVIEWER:
        return shown.reviewer.first_name if shown.reviewer else "us"
    return shown.name if shown.assignee else CLIENT_NEXT.get(owner, shown.name)


def closure_text(closure: Closure, *, whole: bool = True) -> Mrkdwn:
    """The note in its six parts; clients read its summary."""
    if not whole:
        return Mrkdwn(f"*Summary:* {escape(clip(closure.summary, 2500))}")
    spent = ", ".join(f"{show(minutes)} {code.replace('_', ' ')}" for code, minutes in closure.time_spent.items())
    parts = [
        ("Summary", closure.summary),
        ("Actions taken", closure.actions),
        ("Systems or files affected", closure.systems),
        ("Decisions made", closure.decisions),
        ("Time", spent or "none logged"),
        ("Follow-up items", closure.follow_ups),
    ]
    return Mrkdwn("\n".join(f"*{label}:* {escape(clip(text, 450))}" for label, text in parts))


def fallback(shown: Shown, place: Place) -> Mrkdwn:
    """What a notification shows of a card."""
    ticket = shown.ticket
    title = ticket.shared_title if place is Place.TRIAGE else ticket.title
    return say("{{ key }} {{ title }}: {{ status }}", key=ticket.key, title=title, status=ticket.status.value)
