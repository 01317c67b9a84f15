"""Releases: `/release` with its calendar, a release's window, its form, and the buttons from Ask to Roll back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, changes, provider, releases
from bot.domain.date_ranges import Days
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.releases import Release
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.messages import calendar, release_window
from bot.messages import releases as messages
from bot.modals import form
from bot.modals import releases as modal

LONGEST_NAME = 100
LOOK_AHEAD = timedelta(days=60)


def show(call: Call) -> None:
    """`/release` shows what is planned, `/release R-1` one of them."""
    if call.text:
        _open(call, call.text)
        return
    with call.begin() as (session, actor):
        view = _calendar(session, actor, call)
    call.open(view)
    call.done()


def _calendar(session: Session, actor: Person, call: Call) -> dict[str, Any]:
    return modal.listed(calendar.calendar(session, actor, call.now))


def open_one(call: Call) -> None:
    """**Open** on a card or in the calendar."""
    _open(call, call.value.partition(":")[0])


def _open(call: Call, key: str) -> None:
    with call.begin() as (session, actor):
        releases.check_staff(actor)
        view = window_of(session, actor, releases.visible_to(session, actor, key), call)
    call.open(view)
    call.done()


def window_of(session: Session, actor: Person, release: Release, call: Call) -> dict[str, Any]:
    """A release's window as this person is shown it."""
    return modal.window(release, release_window.window(session, actor, release, call.now))


def _pressed(call: Call) -> tuple[str, int]:
    key, _, seen = call.value.partition(":")
    if not (releases.is_key(key) and seen.isdecimal()):
        raise NotFound("That button carries no release. /release shows what is planned.")
    return key, int(seen)


VERBS: dict[str, Callable[..., None]] = {
    "release.ask": releases.ask,
    "release.schedule": releases.schedule,
    "release.go": releases.go,
    "release.verify": releases.verify,
}


def act(call: Call) -> None:
    """**Ask for approval**, **Schedule**, **Go**, **Verified**."""
    key, seen = _pressed(call)
    with call.begin() as (session, actor):
        release = releases.visible_to(session, actor, key, lock=True)
        VERBS[call.action["action_id"]](session, release, by=actor, now=call.now, seen=seen)
        view = window_of(session, actor, release, call) if call.in_window else None
    if view:
        call.replace(view)
    call.done()


# -- the form --


def open_new(call: Call) -> None:
    """`/release new`, or **New release**."""
    name = call.rest[:LONGEST_NAME] if call.kind == "command" else ""
    with call.begin() as (session, actor):
        releases.check_staff(actor)
        actor.require(Permission.WORK_ON_RELEASES)
        offered = possibilities(session, actor)
        if not offered:
            raise Refused("There is no change that could go out. Begin one with /change, then package it here.")
        clock = provider.get(session).calendar
        tomorrow = clock.local_date(call.now) + timedelta(days=1)
        days = releases.release_days(session, clock, Days(tomorrow, tomorrow + LOOK_AHEAD))
        view = modal.new(offered, clock.zone, next(iter(days), tomorrow), name, _underneath(call))
    call.open(view)
    call.done()


def possibilities(
    session: Session, actor: Person, release: Release | None = None, typed: str = ""
) -> list[dict[str, Any]]:
    """Changes that may go into a release, after those that are in it."""
    packed = releases.changes_in(session, release.id) if release else []
    found = changes.possibilities(session, actor, typed, limit=form.MOST_OPTIONS + 1 - len(packed))
    names = {account.id: account.name for account in accounts.all_of_them(session)}
    return modal.change_options([*packed, *found], names)


def open_edit(call: Call) -> None:
    """**Edit**, or **Change window**."""
    key, seen = _pressed(call)
    with call.begin() as (session, actor):
        release = releases.visible_to(session, actor, key)
        packed = releases.changes_in(session, release.id)
        release.require_for(actor, packed, seen)
        release.require_state(*releases.BEFORE_GO)
        zone = provider.get(session).calendar.zone
        view = modal.edit(release, packed, possibilities(session, actor, release), zone, _underneath(call))
    call.open(view)
    call.done()


def _underneath(call: Call) -> str | None:
    """The window it was pressed in: it is to show the outcome."""
    return call.view["id"] if call.in_window else None


def submit(call: Call) -> None:
    """The form of a release came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        releases.check_staff(actor)
        call.once(session, form.values(call.view), actor)
        package = filled.package(provider.get(session).calendar)
        if metadata.release is None:
            release = releases.make(session, package, by=actor, now=call.now)
            underneath = _calendar(session, actor, call) if metadata.window else None
        else:
            release = releases.visible_to(session, actor, metadata.release, lock=True)
            releases.repackage(session, release, package, by=actor, now=call.now, seen=metadata.seen)
            underneath = window_of(session, actor, release, call) if metadata.window else None
        view = window_of(session, actor, release, call)
    if underneath and metadata.window:
        call.redraw(metadata.window, underneath)
    if metadata.release is None:
        call.show(view)
    else:
        call.done()


# -- reasons --


def open_withdraw(call: Call) -> None:
    """**Withdraw**."""
    _ask_why(call, releases.BEFORE_GO, lambda _session, release: modal.withdraw(release, _underneath(call)))


def open_roll_back(call: Call) -> None:
    """**Roll back**: its plans are at hand in the form."""

    def view(session: Session, release: Release) -> dict[str, Any]:
        plans = messages.plans(releases.changes_in(session, release.id))
        return modal.roll_back(release, plans, _underneath(call))

    _ask_why(call, {releases.ReleaseState.RELEASED}, view)


def _ask_why(call: Call, states: Any, view_of: Callable[[Session, Release], dict[str, Any]]) -> None:
    key, seen = _pressed(call)
    with call.begin() as (session, actor):
        release = releases.visible_to(session, actor, key)
        release.require_for(actor, releases.changes_in(session, release.id), seen)
        release.require_state(*states)
        view = view_of(session, release)
    call.open(view)
    call.done()


def submit_withdraw(call: Call) -> None:
    """Its reason came back."""
    _settle(call, releases.withdraw)


def submit_roll_back(call: Call) -> None:
    """What went wrong came back."""
    _settle(call, releases.roll_back)


def _settle(call: Call, verb: Callable[..., None]) -> None:
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.ReasonForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        release = releases.visible_to(session, actor, metadata.release or "", lock=True)
        verb(session, release, filled.reason, by=actor, now=call.now, seen=metadata.seen)
        view = window_of(session, actor, release, call) if metadata.window else None
    if view and metadata.window:
        call.redraw(metadata.window, view)
    call.done()


ROUTES: Routes = {
    ("command", "/release"): show,
    ("command", "/release new"): open_new,
    ("action", "release.open"): open_one,
    ("action", "release.new"): open_new,
    ("action", "release.edit"): open_edit,
    ("action", "release.withdraw"): open_withdraw,
    ("action", "release.roll_back"): open_roll_back,
    **{("action", name): act for name in VERBS},
    ("view", modal.FORM): submit,
    ("view", modal.WITHDRAW): submit_withdraw,
    ("view", modal.ROLL_BACK): submit_roll_back,
}
