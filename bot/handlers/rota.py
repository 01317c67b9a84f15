"""`/steward rota`: who has which duty, handing one over, and changing who takes turns."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import absences, people, provider, rota
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.turns import Duty
from bot.handlers.call import Call, Routes
from bot.messages import rota as messages
from bot.modals import form
from bot.modals import rota as modal


def show(call: Call) -> None:
    """`/steward rota`: today, this week and the next four."""
    with call.begin() as (session, actor):
        window = _window(session, actor, call)
    call.open(window)
    call.done()


def _window(session: Session, actor: Person, call: Call) -> dict[str, Any]:
    _require_staff(actor)
    today = provider.get(session).calendar.local_date(call.now)
    return modal.window(messages.shown(rota.read(session, today, messages.SHOWN_WEEKS), actor, today))


def _require_staff(actor: Person) -> None:
    if not actor.is_staff:
        raise Refused("The rota is the support team's own. `/request` reaches whoever is on duty.")


def open_hand_over(call: Call) -> None:
    """**Hand over**: a form that begins with the duty they have."""
    with call.begin() as (session, actor):
        _require_staff(actor)
        today = provider.get(session).calendar.local_date(call.now)
        found = rota.read(session, today)
        theirs = next((duty for duty in Duty if found.on(duty, today).person == actor.id), Duty.TRIAGE)
        team = people.workers(session)
        away = absences.away_now(session, team, call.now)
        view = modal.hand_over(team, away, theirs, today, _metadata(session, call))
    call.open(view)
    call.done()


def _metadata(session: Session, call: Call) -> modal.Metadata:
    window = call.view["id"] if call.in_window and call.view["callback_id"] == "rota.window" else None
    return modal.Metadata(seen=rota.version(session), window=window)


def hand_over(call: Call) -> None:
    """The form came back: whoever has it, or a lead, gives it away."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.HandOverForm, call.view)
    with call.begin() as (session, actor):
        _require_staff(actor)
        call.once(session, form.values(call.view), actor)
        to = people.by_id(session, filled.takes_over)
        if to is None:
            raise NotFound("I can't find that person. Choose somebody from the list.", field="takes_over")
        rota.lock(session, seen=metadata.seen)
        rota.hand_over(session, filled.duty, to, filled.days, by=actor, now=call.now, note=filled.note)
        session.flush()
        window = _window(session, actor, call)
    _redraw(call, metadata, window)


def _redraw(call: Call, metadata: modal.Metadata, window: dict[str, Any]) -> None:
    if metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def open_change(call: Call) -> None:
    """**Change the rota**: who takes turns, in order."""
    with call.begin() as (session, actor):
        actor.require(Permission.CHANGE_ROTA)
        today = provider.get(session).calendar.local_date(call.now)
        view = modal.change(people.workers(session), rota.read(session, today), today, _metadata(session, call))
    call.open(view)
    call.done()


def change(call: Call) -> None:
    """The form came back: each duty whose order differs begins a new rotation."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.ChangeForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        rota.lock(session, seen=metadata.seen)
        for duty in Duty:
            known = people.by_ids(session, set(filled.turns(duty)))
            team = [known[id_] for id_ in filled.turns(duty) if id_ in known]
            rota.change(session, duty, team, by=actor, now=call.now)
        session.flush()
        window = _window(session, actor, call)
    _redraw(call, metadata, window)


ROUTES: Routes = {
    ("command", "/steward rota"): show,
    ("action", "rota.open"): show,
    ("action", "rota.hand_over"): open_hand_over,
    ("action", "rota.change"): open_change,
    ("view", modal.HAND_OVER): hand_over,
    ("view", modal.CHANGE): change,
}
