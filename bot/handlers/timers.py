"""**Start timer**, `/time start` and `/time stop`: a timer, for who would rather not count."""

from sqlalchemy.orm import Session

from bot.domain import accounts, provider, time
from bot.domain.accounts import Account
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.time import Timer, Work, timers
from bot.domain.time.timers import Ran
from bot.handlers.call import Call, Routes
from bot.handlers.time import answer, last_work, logged, store_filled, today_of
from bot.handlers.time_line import find_work, is_key
from bot.messages import time as messages
from bot.modals import form
from bot.modals import time as modal


def start(call: Call) -> None:
    """`/time start T-102`: a timer, on that or on the last ticket."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        call.once(session, call.text, actor)
        work = find_work(session, actor, call.rest) if call.rest else last_work(session, actor)
        if work is None:
            raise NotFound("On which ticket? Write /time start T-102.")
        if said := _offered(session, actor, work):
            call.let_go(session)
        else:
            said = messages.runs(timers.start(session, work, by=actor, now=call.now), work)
            call.remember(session, text=said[0], blocks=said[1], response_type="ephemeral")
    call.done(*said)


def start_pressed(call: Call) -> None:
    """**Start timer**, on a card or in a window; in the form it means what is chosen there."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        key = _chosen(call)
        if not key:
            raise NotFound("On which ticket? Choose one, then press it again.")
        work = find_work(session, actor, key)
        said = _offered(session, actor, work)
        said = said or messages.runs(timers.start(session, work, by=actor, now=call.now), work)
    answer(call, said)


def _chosen(call: Call) -> str:
    if call.in_window and call.view["callback_id"] == modal.CALLBACK_ID:
        return form.values(call.view).get("ticket") or ""
    return call.value.partition(":")[0]


def _offered(session: Session, actor: Person, work: Work) -> messages.Said | None:
    """What is said where a timer of theirs runs already: of the same work, or with a way to change over."""
    timer = timers.running(session, actor)
    if timer is None or isinstance(work, Account):
        return None
    if timers.runs_on(timer, work):
        return messages.runs(timer, work)
    return messages.runs_elsewhere(timer, work)


def switch(call: Call) -> None:
    """**Stop it and start …**: one press does both; one that ran overnight asks how long it was first."""
    number, _, key = call.value.partition(":")
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        timer = _held(session, actor, number)
        ran, before = _ran(session, timer, actor, call), find_work(session, actor, timer.key)
        if ran.forgotten:
            said, view = None, _asks_how_long(session, timer, before, ran, "")
        else:
            work, stopped = find_work(session, actor, key), _stopped(session, actor, timer, before, ran, call)
            said = messages.changed_over(stopped, timers.start(session, work, by=actor, now=call.now), work)
            view = None
    if view:
        call.open(view)
    answer(call, said)


def _asks_how_long(session: Session, timer: Timer, work: Work, ran: Ran, note: str) -> dict[str, object]:
    usual, told = time.usual_category(session, work), messages.forgotten(timer, work, ran.likely)
    return modal.forgotten(timer.id, told, work, ran, usual, note)


def stop(call: Call) -> None:
    """`/time stop what you did`, or **Stop**: what it ran is logged; one that ran overnight asks how long it was."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        if call.kind == "command":
            call.once(session, call.text, actor)
        timer = _held(session, actor, _meant(call))
        ran, work = _ran(session, timer, actor, call), find_work(session, actor, timer.key)
        if ran.forgotten:
            said, view = None, _asks_how_long(session, timer, work, ran, _note(call, timer))
            call.let_go(session)
        else:
            said, view = _stopped(session, actor, timer, work, ran, call), None
    if view:
        call.open(view)
    answer(call, said)


def _stopped(session: Session, actor: Person, timer: Timer, work: Work, ran: Ran, call: Call) -> messages.Said:
    entry = time.log(
        session, work, by=actor, minutes=ran.minutes, work_date=ran.day, note=_note(call, timer), now=call.now,
        today=today_of(session, actor, call), after_hours=ran.after_hours,
    )  # fmt: skip
    timers.end(timer, now=call.now, entry_id=entry.id)
    said = logged(session, actor, entry, work, call)
    if call.kind == "command":
        call.remember(session, text=said[0], blocks=said[1], response_type="ephemeral")
    return said


def _ran(session: Session, timer: Timer, actor: Person, call: Call) -> Ran:
    account = accounts.by_id(session, timer.account_id)
    return timers.ran(timer, actor, provider.get(session), account, call.now)


def _note(call: Call, timer: Timer) -> str:
    """What follows `/time stop`; the key of what it runs on, as in `/time stop T-102`, is no part of it."""
    if call.kind != "command":
        return ""
    first, _, rest = call.rest.partition(" ")
    if not is_key(first):
        return call.rest
    if first.upper().replace("-", "") != timer.key.replace("-", ""):
        raise Refused(f"Your timer runs on {timer.key}, not on {first}. /time stop alone logs it there.")
    return rest.strip()


def _meant(call: Call) -> str | None:
    return None if call.kind == "command" else call.value


def _held(session: Session, actor: Person, meant: str | None) -> Timer:
    """The timer that runs; a button or a window is about the one it was shown for."""
    timer = timers.held(session, actor)
    if meant is not None and meant != str(timer.id):
        raise Refused("That timer is over already. /time today shows the one that runs.")
    return timer


def submit_forgotten(call: Call) -> None:
    """How long it really was."""
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        timer, work = _held(session, actor, call.metadata), find_work(session, actor, filled.ticket)
        entry = store_filled(session, actor, work, filled, call)
        timers.end(timer, now=call.now, entry_id=entry.id)
        view = modal.logged(logged(session, actor, entry, work, call)[1])
        call.remember(session, response_action="update", view=view)
    call.show(view)


def discard(call: Call) -> None:
    """`/time discard`, or **Discard**."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        timer = _held(session, actor, _meant(call))
        timers.end(timer, now=call.now)
        said = messages.discarded(timer)
    answer(call, (said, []))


ROUTES: Routes = {
    ("command", "/time start"): start,
    ("command", "/time stop"): stop,
    ("command", "/time discard"): discard,
    ("action", messages.START): start_pressed,
    ("action", messages.SWITCH): switch,
    ("action", messages.STOP): stop,
    ("action", messages.DISCARD): discard,
    ("view", modal.FORGOTTEN): submit_forgotten,
}
