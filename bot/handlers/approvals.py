"""Approve and Reject, wherever they stand, and who decides for somebody."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import approvals, changes, deciding, people, provider, quotes, releases, tickets
from bot.domain.approvals import Approval, Purpose
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.seats import Verdict
from bot.handlers.call import Call, Routes
from bot.handlers.changes import window_of
from bot.handlers.releases import window_of as release_window
from bot.messages import approvals as messages
from bot.messages.mrkdwn import Mrkdwn, line
from bot.modals import approvals as modal
from bot.modals import changes as change_form
from bot.modals import form
from bot.modals import releases as release_form

WINDOWS = {change_form.WINDOW, release_form.WINDOW}
OF_CHANGES = {Purpose.CHANGE, Purpose.EMERGENCY_REVIEW}


def _number(call: Call) -> int:
    if not (call.value.isdecimal() and len(call.value) < 13):
        raise NotFound("That button carries nothing to decide. Look at the newest card.")
    return int(call.value)


def approve(call: Call) -> None:
    """**Approve**: counted with all others, under the lock."""
    window = window_underneath(call)
    with call.begin() as (session, actor):
        approval = deciding.decide(session, actor, _number(call), Verdict.APPROVE, now=call.now)
        view = _window(call, session, actor, approval) if window else None
    if view:
        call.replace(view)
    call.done()


def window_underneath(call: Call) -> str | None:
    """The window of a change or a release, where something was pressed in it: it is to show the outcome."""
    return call.view["id"] if call.in_window and call.view["callback_id"] in WINDOWS else None


def _window(call: Call, session: Session, actor: Person, approval: Approval) -> dict[str, Any]:
    """The window of what was decided on, as it stands then."""
    if approval.purpose not in OF_CHANGES:
        return release_window(session, actor, releases.visible_to(session, actor, approval.subject_id), call)
    return window_of(session, actor, changes.visible_to(session, actor, approval.subject_id), call.now)


def open_reject(call: Call) -> None:
    """**Reject**: why? Who comes too late, or may not, reads it before they write a word."""
    with call.begin() as (session, actor):
        approval = deciding.find(session, actor, _number(call))
        approvals.check(session, approval, by=actor, now=call.now)
        metadata = modal.Metadata(approval=approval.id, window=window_underneath(call))
        view = modal.reject(_about(session, actor, approval), metadata)
    call.open(view)
    call.done()


def _about(session: Session, actor: Person, approval: Approval) -> Mrkdwn:
    if approval.purpose in OF_CHANGES:
        change = changes.visible_to(session, actor, approval.subject_id)
        return Mrkdwn(f"*{change.key}* {line(change.title)}")
    if approval.purpose is Purpose.QUOTE:
        quote = quotes.find(session, actor, approval.subject_id)
        ticket = tickets.visible_to(session, actor, quote.ticket_id)
        return Mrkdwn(f"*{ticket.key}* {line(ticket.title)}: {quote.price}")
    release = releases.visible_to(session, actor, approval.subject_id)
    return Mrkdwn(f"*{release.key}* {line(release.name)}")


def reject(call: Call) -> None:
    """The reason came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.RejectForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        approval = deciding.decide(
            session, actor, metadata.approval, Verdict.REJECT, now=call.now, reason=filled.reason
        )
        view = _window(call, session, actor, approval) if metadata.window else None
    if view and metadata.window:
        call.redraw(metadata.window, view)
    call.done()


def open_delegate(call: Call) -> None:
    """`/change delegate`, or **Delegate**: what stands, and the form."""
    with call.begin() as (session, actor):
        view = _delegates(call, session, actor)
    call.open(view)
    call.done()


def _delegates(call: Call, session: Session, actor: Person, *, told: bool = False) -> dict[str, Any]:
    if not messages.decides(actor) and not actor.is_staff:
        raise Refused("You decide on nothing yet, so there is nothing to hand over. Ask us here if that should change.")
    today = people.local_date(actor, provider.get(session), call.now)
    given = approvals.given_by(session, actor, today)
    known = people.by_ids(session, {one.delegate_id for one in given})
    standing = messages.delegations(given, known)
    return modal.told(standing) if told else modal.delegate(standing, colleagues(session, actor), today)


def colleagues(session: Session, actor: Person) -> list[Person]:
    """Those of their own side whom they could name."""
    own = people.staff(session) if actor.account_id is None else people.contacts(session, actor.account_id)
    return [person for person in own if person.id != actor.id]


def delegate(call: Call) -> None:
    """It came back: who decides for them now."""
    filled = form.read(modal.DelegateForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        to = people.by_id(session, filled.delegate)
        approvals.delegate(session, to, filled.days, by=actor, now=call.now)
        view = _delegates(call, session, actor, told=True)
        call.remember(session, response_action="update", view=view)
    call.show(view)


def take_back(call: Call) -> None:
    """**Take back**."""
    with call.begin() as (session, actor):
        approvals.end_delegation(session, _number(call), by=actor, now=call.now)
        view = _delegates(call, session, actor, told=call.in_window and call.view["callback_id"] == modal.TOLD)
    if call.in_window:
        call.replace(view)
    call.done()


ROUTES: Routes = {
    ("action", messages.APPROVE): approve,
    ("action", messages.REJECT): open_reject,
    ("view", modal.REJECT): reject,
    ("command", "/change delegate"): open_delegate,
    ("action", messages.DELEGATE): open_delegate,
    ("view", modal.DELEGATE): delegate,
    ("action", messages.TAKE_BACK): take_back,
}
