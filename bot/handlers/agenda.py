"""The agenda of planning meetings: `/ticket agenda`, **Plan it** and **Decided**."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, agenda, people
from bot.domain.agenda import AgendaItem
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.messages import agenda as messages
from bot.modals import agenda as modal
from bot.modals import form

LONGEST_NAME = 40


def list_all(call: Call) -> None:
    """`/ticket agenda`, `/ticket agenda Acme`, or **Agenda** in the queue."""
    with call.begin() as (session, actor):
        view = _list(session, actor, call.rest[:LONGEST_NAME] if call.kind == "command" else "")
    call.open(view)
    call.done()


def _list(session: Session, actor: Person, named: str) -> dict[str, Any]:
    known = {one.id: one for one in accounts.called(accounts.all_of_them(session), named)}
    if not known:
        raise Refused(f"I know no account called “{named}”. /ticket agenda shows all of them.")
    items = agenda.listed(session, actor, list(known), limit=messages.MOST_ROWS + 1)
    asked_by = people.by_ids(session, {item.asked_by_id for item in items})
    return modal.listed(messages.rows(items, known, asked_by, actor, named), named)


def open_plan(call: Call) -> None:
    """**Plan it**, or **Change the day**."""
    _open(call, modal.plan)


def open_decide(call: Call) -> None:
    """**Decided**."""
    _open(call, modal.decide)


def _open(call: Call, form_of: Callable[[AgendaItem, modal.Metadata], dict[str, Any]]) -> None:
    number, _, seen = call.value.partition(":")
    if not (number.isdecimal() and seen.isdecimal()):
        raise NotFound("That button carries nothing of the agenda. /ticket agenda shows what is open.")
    metadata = modal.Metadata(item=int(number), seen=int(seen), **_list_underneath(call))
    with call.begin() as (session, actor):
        item = agenda.visible_to(session, actor, metadata.item)
        agenda.check(session, item, by=actor, seen=metadata.seen)
        view = form_of(item, metadata)
    call.open(view)
    call.done()


def _list_underneath(call: Call) -> dict[str, str]:
    """The list it was pressed in, and what that was narrowed to: it is to show the outcome."""
    if not (call.in_window and call.view["callback_id"] == modal.LIST):
        return {}
    return {"window": call.view["id"], "named": modal.Listed.model_validate_json(call.metadata).named}


def submit_plan(call: Call) -> None:
    """The day came back."""
    day = form.read(modal.PlanForm, call.view).planned_for
    _settle(call, lambda session, item, **known: agenda.plan(session, item, day, **known))


def submit_decide(call: Call) -> None:
    """The decision came back."""
    decision = form.read(modal.DecideForm, call.view).decision
    _settle(call, lambda session, item, **known: agenda.decide(session, item, decision, **known))


def _settle(call: Call, verb: Callable[..., None]) -> None:
    metadata = modal.Metadata.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        item = agenda.visible_to(session, actor, metadata.item, lock=True)
        verb(session, item, by=actor, now=call.now, seen=metadata.seen)
        view = _list(session, actor, metadata.named) if metadata.window else None
    if view and metadata.window:
        call.redraw(metadata.window, view)
    call.done()


ROUTES: Routes = {
    ("command", "/ticket agenda"): list_all,
    ("action", "agenda.list"): list_all,
    ("action", messages.PLAN): open_plan,
    ("action", messages.DECIDE): open_decide,
    ("view", modal.PLAN): submit_plan,
    ("view", modal.DECIDE): submit_decide,
}
