"""From a post to what Slack is sent: cards from the current state, replies and digests from what is stored."""

import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.agenda import AgendaItem
from bot.domain.billing import BillingReview
from bot.domain.changes import Change, of_intake
from bot.domain.events import Event
from bot.domain.exports.sending import asked
from bot.domain.intakes import Intake
from bot.domain.invoices import Invoice
from bot.domain.outbox import Place, Post, Subject
from bot.domain.quotes import Quote
from bot.domain.releases import Release, RolloutMessage
from bot.domain.tickets import Ticket, seen_before
from bot.domain.tickets.conversation import Message
from bot.messages import (
    agenda,
    billing,
    blocks,
    changes,
    conversation,
    digest,
    invoice_files,
    invoices,
    links,
    monthly,
    quotes,
    redirects,
    releases,
    replies,
    rollout,
    search,
    tickets,
    welcome,
)
from bot.messages.invoice_files import Making
from bot.messages.mrkdwn import Mrkdwn, clip
from bot.messages.shown import load

LONGEST_NOTIFICATION = 1000


@dataclass(frozen=True)
class Rendered:
    """What a post reads now. `version` is the state it shows, None for what never changes."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    version: int | None = None
    file: Making | None = None  # made only when it is sent


def render(session: Session, post: Post, now: datetime) -> Rendered:
    """The post's words for its audience."""
    return _RENDERERS[post.subject](session, post, now)


def _card(session: Session, post: Post, now: datetime) -> Rendered:
    ticket = session.scalars(select(Ticket).where(Ticket.id == post.subject_id)).one()
    shown = load(session, ticket, now)
    if post.place is Place.CLIENT:
        card = tickets.client_card(shown)
    else:
        card = tickets.triage_card(shown, _seen_before(session, ticket))
    return Rendered(clip(tickets.fallback(shown, post.place), LONGEST_NOTIFICATION), card, ticket.version)


def _seen_before(session: Session, ticket: Ticket) -> list[blocks.Block]:
    found = seen_before(session, ticket)
    return search.seen_before(found, links.to_tickets(session, [one.ticket.id for one in found])) if found else []


def _announcement(session: Session, post: Post, now: datetime) -> Rendered:
    if post.snapshot:
        return _snapshot(session, post, now)
    event = session.scalars(select(Event).where(Event.id == post.subject_id)).one()
    ticket = session.scalar(select(Ticket).where(Ticket.id == event.ticket_id)) if event.ticket_id else None
    said = replies.reply(session, event, post.place, ticket)
    body = [blocks.section(said), *blocks.actions(replies.controls(event, post.place))]
    return Rendered(clip(said, LONGEST_NOTIFICATION), body)


def _message(session: Session, post: Post, _now: datetime) -> Rendered:
    message = session.scalars(select(Message).where(Message.id == post.subject_id)).one()
    ticket = session.scalars(select(Ticket).where(Ticket.id == message.ticket_id)).one()
    said, body = conversation.relayed(session, message, post.place, ticket)
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, message.version)


def _snapshot(session: Session, post: Post, _now: datetime) -> Rendered:
    snapshot = post.snapshot or {}
    text, body = _DIGESTS[snapshot.get("kind", "daily")](session, snapshot)
    return Rendered(clip(text, LONGEST_NOTIFICATION), body)


def _redirect(session: Session, post: Post, _now: datetime) -> Rendered:
    intake = session.scalars(select(Intake).where(Intake.id == post.subject_id)).one()
    made = of_intake(session, intake.id)
    said, body = redirects.card(post.snapshot or {}, intake, made.key if made else None)
    return Rendered(clip(said, LONGEST_NOTIFICATION), body)


def _agenda(session: Session, post: Post, _now: datetime) -> Rendered:
    item = session.scalars(select(AgendaItem).where(AgendaItem.id == post.subject_id)).one()
    said, body = agenda.card(session, item, post.place)
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, item.version)


def _change(session: Session, post: Post, now: datetime) -> Rendered:
    change = session.scalars(select(Change).where(Change.id == post.subject_id)).one()
    said, body = changes.card(session, change, post.place, now)
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, change.version)


def _release(session: Session, post: Post, now: datetime) -> Rendered:
    release = session.scalars(select(Release).where(Release.id == post.subject_id)).one()
    said, body = releases.card(session, release, now)
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, release.version)


def _rollout(session: Session, post: Post, _now: datetime) -> Rendered:
    message = session.scalars(select(RolloutMessage).where(RolloutMessage.id == post.subject_id)).one()
    said, body = rollout.rollout(session, message, post.snapshot or {})
    return Rendered(clip(said, LONGEST_NOTIFICATION), body)


_DIGESTS = {
    "daily": lambda session, snapshot: (digest.headline(snapshot), digest.daily(session, snapshot)),
    "monthly_client": monthly.client,
    "monthly_leadership": monthly.leadership,
    "monthly_closed": monthly.closed,
}


def _welcome(session: Session, post: Post, _now: datetime) -> Rendered:
    return _as_it_stands(welcome.welcome(accounts.by_id(session, post.subject_id), post.channel_slack_id))


def _question(session: Session, post: Post, _now: datetime) -> Rendered:
    return _as_it_stands(welcome.question(accounts.by_channel(session, post.channel_slack_id)))


def _as_it_stands(said: tuple[Mrkdwn, list[dict[str, Any]]]) -> Rendered:
    """What has no version of its own is told from its next state by its words."""
    text, body = said
    return Rendered(text, body, zlib.crc32(json.dumps(body).encode()))


def _quote(session: Session, post: Post, now: datetime) -> Rendered:
    quote = session.scalars(select(Quote).where(Quote.id == post.subject_id)).one()
    ticket = session.scalars(select(Ticket).where(Ticket.id == quote.ticket_id)).one()
    text = Mrkdwn(f"{ticket.key} costs extra: {quote.price}, {quote.state.value}")
    return Rendered(clip(text, LONGEST_NOTIFICATION), quotes.client_card(session, quote, ticket, now), quote.version)


def _billing_review(session: Session, post: Post, now: datetime) -> Rendered:
    review = session.scalars(select(BillingReview).where(BillingReview.id == post.subject_id)).one()
    said, body = billing.card(session, review, now, money=_is_read_by_few(session, post))
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, review.version)


def _invoice(session: Session, post: Post, _now: datetime) -> Rendered:
    invoice = session.scalars(select(Invoice).where(Invoice.id == post.subject_id)).one()
    said, body = invoices.card(session, invoice, money=_is_read_by_few(session, post))
    return Rendered(clip(said, LONGEST_NOTIFICATION), body, invoice.version)


def _invoice_file(session: Session, post: Post, _now: datetime) -> Rendered:
    said, making = invoice_files.sent(session, asked(session, post.subject_id))
    return Rendered(clip(said, LONGEST_NOTIFICATION), file=making)


def _is_read_by_few(session: Session, post: Post) -> bool:
    """Whether it stands in a channel for billing: where there is none it is triage, and everybody reads that."""
    return post.channel_slack_id != provider.get(session).triage_channel


_RENDERERS = {
    Subject.TICKET: _card,
    Subject.EVENT: _announcement,
    Subject.JOB_RUN: _snapshot,
    Subject.INTAKE: _redirect,
    Subject.MESSAGE: _message,
    Subject.ACCOUNT: _welcome,
    Subject.CHANNEL: _question,
    Subject.AGENDA: _agenda,
    Subject.CHANGE: _change,
    Subject.RELEASE: _release,
    Subject.ROLLOUT: _rollout,
    Subject.QUOTE: _quote,
    Subject.BILLING_REVIEW: _billing_review,
    Subject.INVOICE: _invoice,
    Subject.INVOICE_FILE: _invoice_file,
}
