"""Freezes, and what clients are told: `/release freeze`, **Lift**, and **Edit** on a rollout message."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, provider, releases
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.releases import Release, RolloutMessage
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.messages import calendar, release_window, rollout
from bot.modals import form
from bot.modals import releases as modal


def list_all(call: Call) -> None:
    """`/release freeze`, or **Freezes**."""
    with call.begin() as (session, actor):
        view = _list(session, actor, call)
    call.open(view)
    call.done()


def _list(session: Session, actor: Person, call: Call) -> dict[str, Any]:
    releases.check_staff(actor)
    today = provider.get(session).calendar.local_date(call.now)
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    return modal.freezes(calendar.freezes(releases.freezes(session, today), names, actor, today))


def open_new(call: Call) -> None:
    """**New freeze**."""
    with call.begin() as (session, actor):
        actor.require(Permission.PLAN_RELEASES)
        today = provider.get(session).calendar.local_date(call.now)
        window = call.view["id"] if call.in_window else None
        view = modal.freeze(modal.whose_options(accounts.all_of_them(session)), today, window)
    call.open(view)
    call.done()


def submit_new(call: Call) -> None:
    """The form came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.FreezeForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        days = Days(filled.starts, filled.ends)
        if filled.account_id is not None:
            accounts.by_id(session, filled.account_id)  # a number that somebody made up is not found
        releases.freeze(session, filled.account_id, days, filled.reason, by=actor, now=call.now)
        view = _list(session, actor, call)
    if metadata.window:
        call.redraw(metadata.window, view)
    call.done()


def lift(call: Call) -> None:
    """**Lift**."""
    if not call.value.isdecimal():
        raise NotFound("That button carries no freeze. /release freeze shows them.")
    with call.begin() as (session, actor):
        releases.lift(session, int(call.value), by=actor, now=call.now)
        view = _list(session, actor, call)
    if call.in_window:
        call.replace(view)
    call.done()


def open_message(call: Call) -> None:
    """**Edit** on a message, with what they would read."""
    number, _, _seen = call.value.partition(":")
    if not number.isdecimal():
        raise NotFound("That button carries no message. Open its release with /release.")
    with call.begin() as (session, actor):
        message = releases.message_of(session, actor, int(number))
        message.check_edit()
        release = releases.visible_to(session, actor, message.release_id)
        account = accounts.by_id(session, message.account_id)
        facts = releases.facts_of(message, release, releases.changes_in(session, release.id))
        window = call.view["id"] if call.in_window else None
        view = modal.message(message, release, account, rollout.body(message, facts, account), window)
    call.open(view)
    call.done()


def _by_itself(session: Session, message: RolloutMessage, release: Release) -> str:
    facts = releases.facts_of(message, release, releases.changes_in(session, release.id))
    return rollout.by_itself(message, facts, accounts.by_id(session, message.account_id))


def submit_message(call: Call) -> None:
    """Its new words came back; those it had already are left to Steward."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.MessageForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        release = releases.visible_to(session, actor, metadata.release or "", lock=True)
        message = releases.message_of(session, actor, metadata.message or 0)
        words = "" if filled.text == _by_itself(session, message, release) else filled.text
        releases.edit_message(session, message.id, words, by=actor, now=call.now, seen=metadata.seen)
        view = modal.window(release, release_window.window(session, actor, release, call.now))
    if metadata.window:
        call.redraw(metadata.window, view)
    call.done()


ROUTES: Routes = {
    ("command", "/release freeze"): list_all,
    ("command", "/release freezes"): list_all,
    ("action", "release.freezes"): list_all,
    ("action", "release.freeze"): open_new,
    ("action", "release.lift"): lift,
    ("action", release_window.EDIT_MESSAGE): open_message,
    ("view", modal.FREEZE): submit_new,
    ("view", modal.MESSAGE): submit_message,
}
