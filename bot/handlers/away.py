"""`/steward away`: a form, or one line; and being back again."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import absences, away, people, provider
from bot.domain.date_ranges import Days, read_days
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.messages import away as messages
from bot.messages import blocks, links
from bot.modals import away as modal
from bot.modals import form


def command(call: Call) -> None:
    """`/steward away 24 Dec - 2 Jan`, or the bare words for the form."""
    if not call.rest:
        return open_form(call)
    with call.begin() as (session, actor):
        _require_staff(actor)
        days = read_days(call.rest, _today(session, actor, call))
        call.once(session, call.text, actor)
        said = _go(session, actor, actor, days, call)
        call.remember(session, text=said[0], blocks=said[1], response_type="ephemeral")
    return call.done(*said)


def _require_staff(actor: Person) -> None:
    if not actor.is_staff:
        raise Refused(absences.FOR_STAFF)


def _today(session: Session, actor: Person, call: Call) -> date:
    return people.local_date(actor, provider.get(session), call.now)


def _go(session: Session, actor: Person, person: Person, days: Days, call: Call, **more: Any) -> messages.Said:
    left = away.go(session, person, days, by=actor, now=call.now, **more)
    urls = links.to_tickets(session, [ticket.id for ticket in left.tickets], actor)
    return messages.gone(left, person, actor, more.get("stand_in"), urls, _today(session, actor, call))


def open_form(call: Call) -> None:
    """**I'm away**: the form, with what is planned already."""
    with call.begin() as (session, actor):
        _require_staff(actor)
        team = people.staff(session)
        view = modal.view(
            actor,
            team,
            absences.away_now(session, team, call.now),
            absences.coming(session, actor, call.now),
            _today(session, actor, call),
            for_others=actor.may(Permission.SET_ABSENCE_OF_OTHERS),
        )
    call.open(view)
    call.done()


def submit(call: Call) -> None:
    """The form came back."""
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        person = people.by_id(session, filled.absentee) if filled.absentee else actor
        if person is None:
            raise NotFound("I can't find that person. Choose somebody from the list.", field="absentee")
        stand_in = people.by_id(session, filled.stand_in)
        said = _go(session, actor, person, filled.days, call, note=filled.note, stand_in=stand_in)
        view = modal.told(said[1])
        call.remember(session, response_action="update", view=view)
    call.show(view)


def end(call: Call) -> None:
    """**I'm back**, **Call off** or **Undo**."""
    with call.begin() as (session, actor):
        absence, person = away.come_back(session, int(call.value), by=actor, now=call.now)
        said = messages.back(absence, person, actor)
    if call.in_window:
        call.replace(modal.told([blocks.section(said)]))
    else:
        call.whisper(said)
    call.done()


def back(call: Call) -> None:
    """`/steward back`: whatever keeps them away today is over."""
    with call.begin() as (session, actor):
        _require_staff(actor)
        today = _today(session, actor, call)
        running = absences.standing(session, [actor.id], Days(today, today))
        if not running:
            raise Refused("You are not away today. `/steward away` shows what is planned.")
        said = messages.back(*away.come_back(session, running[0].id, by=actor, now=call.now), actor)
    call.done(said)


ROUTES: Routes = {
    ("command", "/steward away"): command,
    ("command", "/steward back"): back,
    ("action", "away.open"): open_form,
    ("action", "away.end"): end,
    ("view", modal.CALLBACK_ID): submit,
}
