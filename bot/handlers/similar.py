"""Duplicates, before they are filed: what is likely the same is shown in `/request`; it never blocks."""

from typing import Any

from sqlalchemy.orm import Session

from bot import playbook
from bot.domain import accounts, intakes, tickets
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, Inputs, LinkKind, Similar, Ticket, Visibility, conversation
from bot.domain.workflow import Action
from bot.handlers.call import Call, Routes
from bot.modals import form
from bot.modals import request as request_modal
from bot.modals import similar as modal

Rows = list[dict[str, Any]]


def likely(
    call: Call, session: Session, actor: Person, metadata: request_modal.Metadata, typed: dict[str, Any]
) -> Rows:
    """What is likely the same as what is typed so far, as rows; the form remembers which were shown."""
    if metadata.follows:
        return modal.named(metadata.follows)
    found = _like(session, actor, metadata, typed)
    return modal.with_words(modal.INTRO, _rows(call, session, actor, metadata, found))


def never_shown(
    call: Call, session: Session, actor: Person, metadata: request_modal.Metadata, typed: dict[str, Any]
) -> Rows:
    """What should be asked before it is filed: something very like it, not shown yet. Emergencies are not asked."""
    if typed.get("effect") == Effect.STOPPED.value and typed.get("timing") == Timing.NOW.value:
        return []
    found = _like(session, actor, metadata, typed)
    news = [one for one in found if one.is_strong and one.ticket.id not in metadata.shown]
    return modal.with_words(modal.QUESTION, _rows(call, session, actor, metadata, found)) if news else []


def _like(session: Session, actor: Person, metadata: request_modal.Metadata, typed: dict[str, Any]) -> list[Similar]:
    account_id = actor.account_id or metadata.account_id
    title = str(typed.get("title") or "")
    is_ticket = typed.get("request_type") != RequestType.PLANNING.value and metadata.follows is None
    if not (account_id and is_ticket and len(title) >= intakes.SHORTEST_TITLE):
        return []
    return tickets.similar(session, actor, _text(typed), account_id=account_id)


def _text(typed: dict[str, Any]) -> str:
    return "\n".join(str(typed[field]) for field in ("title", "details") if typed.get(field))


def _rows(call: Call, session: Session, actor: Person, metadata: request_modal.Metadata, found: list[Similar]) -> Rows:
    metadata.shown = sorted({*metadata.shown, *(one.ticket.id for one in found)})
    return modal.rows(found, actor, call.now, playbook.of(session).reopen_days)


def same(call: Call) -> None:
    """**It's this one**: what was typed goes there, and no second ticket is opened."""
    metadata = request_modal.Metadata.model_validate_json(call.metadata)
    typed = metadata.hidden | form.values(call.view)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, call.value, lock=True)
        if ticket.account_id != (actor.account_id or metadata.account_id):
            raise Refused("That ticket is another account's. Choose the account anew.")
        reopens = modal.can_reopen(ticket, actor, call.now, playbook.of(session).reopen_days)
        if ticket.is_open or reopens:
            view = _added(call, session, actor, ticket, metadata, typed)
        else:
            metadata.follows = ticket.id
            view = modal.follow_up(call.view, ticket.id, metadata.model_dump_json())
    call.redraw(call.view["id"], view)  # whatever an earlier choice is still doing to the form
    call.done()


def _added(
    call: Call, session: Session, actor: Person, ticket: Ticket, metadata: request_modal.Metadata,
    typed: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    text, reopened = _text(typed), not ticket.is_open
    if not text:
        raise Refused("Write a few words first, so that there is something to pass on.")
    call.once(session, {"same": ticket.id}, actor)
    if reopened:
        ticket.act(session, Action.REOPEN, by=actor, now=call.now, inputs=Inputs(reason=text))
    else:
        said = Visibility.INTERNAL if actor.is_staff else Visibility.FROM_CLIENT
        conversation.say(session, ticket, said, text, by=actor, now=call.now)
    intakes.duplicate(
        session, ticket, by=actor, door=metadata.door, now=call.now, title=str(typed.get("title") or ""),
        details=str(typed.get("details") or ""), opened_at=metadata.opened_at,
        request_type=RequestType(typed["request_type"]) if typed.get("request_type") else None,
        came_from=CameFrom(typed["came_from"]) if typed.get("came_from") else None,
    )  # fmt: skip
    account = accounts.by_id(session, ticket.account_id).name if actor.is_staff else None
    return modal.added(ticket, reopened=reopened, account=account)


def follow_up(call: Call, session: Session, actor: Person, ticket: Ticket, metadata: request_modal.Metadata) -> None:
    """What goes on from a closed ticket is linked to it."""
    if metadata.follows:
        before = tickets.visible_to(session, actor, metadata.follows)
        tickets.link(session, ticket, before, LinkKind.FOLLOWS_UP, by=None, now=call.now)


ROUTES: Routes = {("action", modal.SAME): same}
