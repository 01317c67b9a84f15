"""Recurring work: **Repeat** in a ticket's window, and `/ticket recurring`."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, people, recurring, tickets
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.recurring import Recurring
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press
from bot.messages import recurring as messages
from bot.messages.mrkdwn import day
from bot.modals import form, windows
from bot.modals import recurring as modal

VERBS = {"pause": recurring.pause, "resume": recurring.resume, "end": recurring.end}
SAID = "From {day} on, {spoken}: “{title}” opens by itself. /ticket recurring lists it."


def list_all(call: Call) -> None:
    """`/ticket recurring`, `/ticket recurring Acme`, or **Recurring work** in the queue."""
    with call.begin() as (session, actor):
        view = _list(session, actor, call.rest if call.kind == "command" else "")
    call.open(view)
    call.done()


def _list(session: Session, actor: Person, named: str = "") -> dict[str, Any]:
    actor.require(Permission.WORK)
    found = accounts.called(accounts.all_of_them(session), named)
    rules = recurring.listed(session, actor, [account.id for account in found])
    names, calendars = {one.id: one.name for one in found}, {one.id: one.calendar for one in found}
    owners = people.by_ids(session, {rule.owner_id for rule in rules if rule.owner_id})
    return modal.listed(messages.rows(rules, names, calendars, owners))


def _pressed(call: Call) -> tuple[int, int]:
    number, _, seen = call.value.partition(":")
    if not (number.isdecimal() and seen.isdecimal()):
        raise NotFound("That button carries no rule. /ticket recurring lists what there is.")
    return int(number), int(seen)


def act(call: Call) -> None:
    """**Pause**, **Resume** or **End**."""
    number, seen = _pressed(call)
    verb = VERBS[call.action["action_id"].removeprefix("recurring.")]
    with call.begin() as (session, actor):
        rule = recurring.visible_to(session, actor, number, lock=True)
        verb(session, rule, by=actor, now=call.now, seen=seen)
        view = _list(session, actor)
    call.replace(view)
    call.done()


def open_new(call: Call) -> None:
    """**New**: for which client, what, how often."""
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        metadata = modal.Metadata(window=_list_underneath(call))
        choices = accounts.all_of_them(session)
        view = modal.view(metadata, people.workers(session), owner=actor.id, accounts=choices)
    call.open(view)
    call.done()


def open_from_ticket(call: Call) -> None:
    """**Repeat**: prefilled from the ticket."""
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        ticket = tickets.visible_to(session, actor, Press.read(call.value).ticket)
        metadata = modal.Metadata(ticket=ticket.id)
        owner = ticket.assignee_id or actor.id
        view = modal.view(metadata, people.workers(session), source=ticket, owner=owner)
    call.open(view)
    call.done()


def open_change(call: Call) -> None:
    """**Change**: the rule as it stands."""
    number, seen = _pressed(call)
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        rule = recurring.visible_to(session, actor, number)
        metadata = modal.Metadata(rule=rule.id, seen=seen, window=_list_underneath(call))
        view = modal.view(metadata, people.workers(session), source=rule, owner=rule.owner_id)
    call.open(view)
    call.done()


def _list_underneath(call: Call) -> str | None:
    return call.view["id"] if call.in_window and call.view["callback_id"] == modal.LIST else None


def submit(call: Call) -> None:
    """Keep it, new or changed."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        rule = (_changed if metadata.rule else _made)(session, actor, metadata, filled, call)
        said = windows.sentence(
            "Recurring work", SAID.format(day=day(rule.next_on), spoken=rule.spoken, title=rule.title)
        )
        call.remember(session, response_action="update", view=said)
        view = _list(session, actor) if metadata.window else None
    if view and metadata.window:
        call.redraw(metadata.window, view)
    call.show(said)


def _made(session: Session, actor: Person, metadata: modal.Metadata, filled: modal.Form, call: Call) -> Recurring:
    source = tickets.visible_to(session, actor, metadata.ticket) if metadata.ticket else None
    account_id = source.account_id if source else filled.account
    if account_id is None:
        raise Refused("Choose the account this is for.", field="account")
    return recurring.make(
        session, accounts.by_id(session, account_id).id, title=filled.title, details=filled.details,
        request_type=source.request_type if source else filled.request_type,
        related_system=source.related_system if source else None, owner=people.by_id(session, filled.assignee),
        estimate_minutes=filled.estimate, code=filled.code, cadence=filled.cadence, first_on=filled.first_on,
        by=actor, now=call.now,
    )  # fmt: skip


def _changed(session: Session, actor: Person, metadata: modal.Metadata, filled: modal.Form, call: Call) -> Recurring:
    rule = recurring.visible_to(session, actor, metadata.rule or 0, lock=True)
    recurring.change(
        session, rule, title=filled.title, details=filled.details, owner=people.by_id(session, filled.assignee),
        estimate_minutes=filled.estimate, code=filled.code, cadence=filled.cadence, next_on=filled.first_on,
        by=actor, now=call.now, seen=metadata.seen,
    )  # fmt: skip
    return rule


ROUTES: Routes = {
    ("command", "/ticket recurring"): list_all,
    ("action", "recurring.list"): list_all,
    ("action", "recurring.new"): open_new,
    ("action", "recurring.change"): open_change,
    **{("action", f"recurring.{verb}"): act for verb in VERBS},
    ("action", "ticket.repeat"): open_from_ticket,
    ("view", modal.CALLBACK_ID): submit,
}
