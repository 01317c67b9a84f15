"""What a closure note leaves to be done, as tickets of their own that follow up the closed one."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, events, outbox, people
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.provider import Provider
from bot.domain.roles import Permission
from bot.domain.tickets.closure import NONE, Closure, latest_closure
from bot.domain.tickets.filing import LONGEST_TITLE, Door, Filing, file
from bot.domain.tickets.links import LONGEST_NOTE, LinkKind, TicketLink, link, merged_into
from bot.domain.tickets.needs import Inputs
from bot.domain.tickets.ticket import Ticket
from bot.domain.workflow import Action

AT_ONCE = 10
_BULLET = re.compile(r"^\s*(?:[-–—•*·]+|\d{1,2}[.)])\s+")


def items_of(closure: Closure | None) -> list[str]:
    """A note's follow-up items, one a line; “none” is none."""
    lines = [_BULLET.sub("", line).strip() for line in (closure.follow_ups if closure else "").splitlines()]
    return [line for line in dict.fromkeys(lines) if line and line.casefold().rstrip(".") != NONE]


def not_filed_yet(session: Session, ticket: Ticket, closure: Closure | None) -> list[str]:
    """The items of a closed ticket's note that are no tickets yet; a link removed later files nothing again."""
    items = [] if ticket.is_open else items_of(closure)
    if not items:
        return []
    filed = set(
        session.scalars(
            select(TicketLink.note).where(
                TicketLink.to_id == merged_into(session, ticket).id, TicketLink.kind == LinkKind.FOLLOWS_UP
            )
        )
    )
    return [item for item in items if item[:LONGEST_NOTE] not in filed]


def file_follow_ups(
    session: Session, ticket: Ticket, wanted: list[str], *, owner: Person | None, by: Person, provider: Provider,
    now: datetime,
) -> list[Ticket]:  # fmt: skip
    """Make tickets of these items; the caller holds the row's lock, so nobody files the same ones beside it."""
    by.require(Permission.WORK)
    open_items = not_filed_yet(session, ticket, latest_closure(session, ticket.id))
    chosen = [item for item in wanted if item in open_items][:AT_ONCE]
    if not chosen:
        raise Refused(f"Those are tickets already. {ticket.key} lists them under its links.", field="items")
    made = [_file_one(session, ticket, item, owner, by, provider, now) for item in chosen]
    _tell_triage(session, ticket, made, by, now)
    return made


def _file_one(
    session: Session, ticket: Ticket, item: str, owner: Person | None, by: Person, provider: Provider, now: datetime
) -> Ticket:
    filing = Filing(
        request_type=ticket.request_type,
        title=item if len(item) <= LONGEST_TITLE else item[: LONGEST_TITLE - 1].rstrip() + "…",
        details=item if len(item) > LONGEST_TITLE else "",
        effect=Effect.NONE,
        users=Users.ONE,
        timing=Timing.WHENEVER,
        related_system=ticket.related_system,
        primary_contact=people.by_id(session, ticket.primary_contact_id),
        primary_contact_text=ticket.primary_contact_text,
        door=Door.STAFF,
    )
    account, requester = accounts.by_id(session, ticket.account_id), people.by_id(session, ticket.requester_id)
    made = file(session, filing, account=account, provider=provider, requester=requester, by=by, now=now)
    link(session, made, ticket, LinkKind.FOLLOWS_UP, by=by, now=now, note=item)
    if owner:
        taken = owner.id == by.id
        made.act(session, Action.TAKE if taken else Action.ASSIGN, by=by, now=now, inputs=Inputs(assignee=owner))
    return made


def _tell_triage(session: Session, ticket: Ticket, made: list[Ticket], by: Person, now: datetime) -> None:
    event = events.Event(
        kind=events.Kind.FOLLOWED_UP, at=now, account_id=ticket.account_id, ticket_id=ticket.id, actor_id=by.id,
        data={"keys": [one.key for one in made]}, rule_version=playbook.of(session).version,
    )  # fmt: skip
    session.add(event)
    session.flush()
    for card in outbox.posts_of(session, outbox.Subject.TICKET, ticket.id):
        if card.place is outbox.Place.TRIAGE:
            outbox.reply(session, card, event.id)
