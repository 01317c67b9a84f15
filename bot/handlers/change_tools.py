"""A change's smaller forms: rollback plan, checks, withdraw, template, incident."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import changes, releases, tickets
from bot.domain.changes import Change
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.handlers.changes import Press, held, templates_of, window_of, window_underneath
from bot.messages import change_views as views
from bot.modals import change_tools as modal
from bot.modals import changes as windows
from bot.modals import form
from bot.modals.links import ticket_option

Form = Callable[[Change, str | None], dict[str, Any]]
Verb = Callable[[Session, Change, Person, modal.Metadata], None]


def _opens(form_of: Form, *, checks: Callable[[Change, Person, int], None]) -> Callable[[Call], None]:
    """A button that opens one of the forms: refused at once where it could not be sent."""

    def handler(call: Call) -> None:
        pressed = Press.read(call.value)
        with call.begin() as (session, actor):
            change = changes.visible_to(session, actor, pressed.change)
            checks(change, actor, pressed.seen)
            view = form_of(change, window_underneath(call))
        call.open(view)
        call.done()

    return handler


def _may_edit(change: Change, actor: Person, seen: int) -> None:
    change.check_edit(actor, seen)


def _works(_change: Change, actor: Person, _seen: int) -> None:
    actor.require(Permission.WORK)


def _leads(_change: Change, actor: Person, _seen: int) -> None:
    actor.require(Permission.LEAD_QUEUE)


def _store(call: Call, verb: Verb) -> None:
    """One verb under the lock; a release it was part of falls back with it, and its window shows the outcome."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        change = held(session, actor, metadata.change)
        verb(session, change, actor, metadata)
        view = window_of(session, actor, change, call.now)
    if metadata.window:
        call.redraw(metadata.window, view)
    call.done()


def rollback(call: Call) -> None:
    """The rollback plan came back."""
    plan = form.read(modal.RollbackForm, call.view).plan

    def verb(session: Session, change: Change, actor: Person, known: modal.Metadata) -> None:
        content = replace(change.content, rollback=plan)
        changes.edit(session, change, content, by=actor, now=call.now, seen=known.seen)
        releases.after_edit(session, change, by=actor, now=call.now)

    _store(call, verb)


def checks(call: Call) -> None:
    """The checklist came back."""

    def verb(session: Session, change: Change, actor: Person, known: modal.Metadata) -> None:
        answers = modal.answers(call.view)
        changes.answer_checks(session, change, answers, by=actor, now=call.now, seen=known.seen)
        releases.after_edit(session, change, by=actor, now=call.now)

    _store(call, verb)


def withdraw(call: Call) -> None:
    """The reason came back."""
    reason = form.read(modal.ReasonForm, call.view).reason

    def verb(session: Session, change: Change, actor: Person, known: modal.Metadata) -> None:
        changes.withdraw(session, change, reason, by=actor, now=call.now, seen=known.seen)
        releases.after_edit(session, change, by=actor, now=call.now)

    _store(call, verb)


def template(call: Call) -> None:
    """The name of the proven steps came back."""
    name = form.read(modal.NameForm, call.view).name

    def verb(session: Session, change: Change, actor: Person, _known: modal.Metadata) -> None:
        changes.make_template(session, change, name, by=actor, now=call.now)

    _store(call, verb)


def link(call: Call) -> None:
    """The incident came back."""
    number = form.read(modal.LinkForm, call.view).ticket

    def verb(session: Session, change: Change, actor: Person, _known: modal.Metadata) -> None:
        ticket = tickets.visible_to(session, actor, number, lock=True)
        changes.link(session, change, ticket, by=actor, now=call.now)

    _store(call, verb)


def find(call: Call) -> None:
    """Options for the picker: the incidents that may be held against it."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        actor.require(Permission.WORK)
        change = changes.visible_to(session, actor, metadata.change)
        found = changes.incidents_after(session, actor, change, call.body.get("value") or "")
        options = [ticket_option(one) for one in found]
    call.answered = call.ack(options=options)


def open_restore(call: Call) -> None:
    """**Bring back** beside a suspended template."""
    if not (call.value.isdecimal() and len(call.value) < 13):
        raise NotFound("That button carries no template. /change templates lists them.")
    window = call.view["id"] if call.in_window and call.view["callback_id"] == windows.TEMPLATES else None
    with call.begin() as (session, actor):
        actor.require(Permission.LEAD_QUEUE)
        found = next((one for one in changes.templates_for(session) if one.id == int(call.value)), None)
        if found is None or found.is_standing:
            raise NotFound("It is in good standing already. Choose it in the form of a change.")
        view = modal.restore(found, window)
    call.open(view)
    call.done()


def restore(call: Call) -> None:
    """What was put right came back."""
    metadata, reason = modal.Metadata.model_validate_json(call.metadata), form.read(modal.ReasonForm, call.view).reason
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        changes.restore(session, metadata.change, reason, by=actor, now=call.now)
        view = templates_of(session, actor)
    if metadata.window:
        call.redraw(metadata.window, view)
    call.done()


ROUTES: Routes = {
    ("action", views.ROLLBACK): _opens(modal.rollback, checks=_may_edit),
    ("view", modal.ROLLBACK): rollback,
    ("action", views.CHECKS): _opens(modal.checks, checks=_works),
    ("view", modal.CHECKS): checks,
    ("action", views.WITHDRAW): _opens(modal.withdraw, checks=_may_edit),
    ("view", modal.WITHDRAW): withdraw,
    ("action", views.TEMPLATE): _opens(modal.template, checks=_leads),
    ("view", modal.TEMPLATE): template,
    ("action", views.LINK): _opens(modal.link, checks=_works),
    ("options", modal.FIND): find,
    ("view", modal.LINK): link,
    ("action", views.RESTORE): open_restore,
    ("view", modal.RESTORE): restore,
}
