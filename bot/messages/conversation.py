"""What was said on a ticket, as the other side reads it: rendered from the message as it stands now."""

from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.outbox import Place
from bot.domain.tickets import Ticket
from bot.domain.tickets.conversation import Message, Visibility
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.controls import value_of
from bot.messages.mrkdwn import Mrkdwn, clip, link, mention, say

LONGEST_SHOWN = 2000

# fmt: off
WORDS: dict[tuple[Visibility, Place], str] = {
    (Visibility.FROM_CLIENT, Place.TRIAGE):
        "{{ owner }}, {{ name }} wrote in the client's thread: “{{ text }}”{{ more }}{% if back_in %} It is back in {{ back_in }}.{% endif %}",
    (Visibility.TO_CLIENT, Place.TRIAGE):
        ":outbox_tray: {{ name }} to the client: “{{ text }}”{{ more }}",
    (Visibility.INTERNAL, Place.TRIAGE):
        ":lock: {{ name }} noted, for the team only: “{{ text }}”{{ more }}",
    (Visibility.TO_CLIENT, Place.CLIENT):
        "*{{ name }}:* {{ text }}{{ more }}",
}
# A private ticket's thread in the triage channel is read by everybody there.
PRIVATE: dict[Visibility, str] = {
    Visibility.FROM_CLIENT: "{{ owner }}, {{ name }} wrote on this private request. *Open* on its card shows it.",
    Visibility.TO_CLIENT:   ":outbox_tray: {{ name }} answered on this private request.",
    Visibility.INTERNAL:    ":lock: {{ name }} added a note to this private request.",
}
TAKEN_BACK = "_{{ name }} took back what stood here._"
SETTLED = "{{ name }}: it's fine as it is."
# fmt: on


def relayed(session: Session, message: Message, place: Place, ticket: Ticket) -> tuple[Mrkdwn, list[Block]]:
    """The text for this audience, and its blocks."""
    text = _text(session, message, place, ticket)
    body = [blocks.section(text)]
    if message.asks and place is Place.TRIAGE:
        body += blocks.actions(_reopens_or_not(message, ticket))
    if message.settled_by_id and place is Place.TRIAGE:
        by = people.by_id(session, message.settled_by_id)
        body.append(blocks.context(say(SETTLED, name=by.first_name if by else "The team")))
    return text, body


def _text(session: Session, message: Message, place: Place, ticket: Ticket) -> Mrkdwn:
    known = people.by_ids(session, {number for number in (message.author_id, ticket.assignee_id) if number})
    author, owner = known[message.author_id], known.get(ticket.assignee_id or 0)
    if message.deleted_at:
        return say(TAKEN_BACK, name=author.first_name)
    hidden = ticket.private and place is Place.TRIAGE
    return say(
        PRIVATE[message.visibility] if hidden else WORDS[message.visibility, place],
        owner=mention(owner.slack_id, owner.name) if owner else "Team",
        name=author.first_name,
        text=clip(message.text, LONGEST_SHOWN) or "a file",
        more=_more(message),
        back_in=message.back_in,
    )


def _more(message: Message) -> Mrkdwn:
    files = [link(file.get("permalink"), clip(file["name"], 80)) for file in message.files[:10]]
    edited = " _(edited)_" if message.edited_at else ""
    return Mrkdwn((f" :paperclip: {', '.join(files)}" if files else "") + edited)


def _reopens_or_not(message: Message, ticket: Ticket) -> list[dict[str, object]]:
    return [
        blocks.button("Reopen", "ticket.reopen", value_of(ticket)),
        blocks.button("It's fine", "message.fine", str(message.id)),
    ]
