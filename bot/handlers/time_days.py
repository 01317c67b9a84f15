"""`/time today`, `/time 12 Oct` and `/time week`: what is logged, what is missing, and what is complete."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.domain import time
from bot.domain.date_ranges import read_past_day
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.time import timers
from bot.handlers.call import Call, Routes
from bot.handlers.time import answer, log_line, open_form, today_of
from bot.messages import time as messages

CENTURY = range(2000, 2100)


def command(call: Call) -> None:
    """A line logs, a date alone shows that day, the bare command opens the form."""
    if not call.text:
        return open_form(call)
    return day(call) if read_past_day(call.text, call.now.date() + timedelta(days=1)) else log_line(call)


def day(call: Call) -> None:
    """`/time today`, `/time yesterday`, `/time Monday`, `/time 12 Oct`: the day as a list; with more, a line to log."""
    if call.rest and not read_past_day(call.text, call.now.date() + timedelta(days=1)):
        return log_line(call)
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        today = today_of(session, actor, call)
        said = _day(session, actor, read_past_day(call.text, today) or today, today)
    call.done(*said)


def _day(session: Session, actor: Person, day: date, today: date) -> messages.Said:
    entries = time.with_work(session, actor, time.standing(session, actor, day))
    timer = timers.running(session, actor)
    runs = messages.runs(*time.with_work(session, actor, [timer])[0]) if timer else None
    return messages.day(time.of_day(session, actor, day), today, entries, runs)


def week(call: Call) -> None:
    """`/time week`, **The week** and **The week before**: the week of a day, Monday to Sunday."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        today = today_of(session, actor, call)
        day = today if call.kind == "command" else _date(call.value)
        said = messages.week(time.week(session, actor, day - timedelta(days=day.weekday()), today), today)
    answer(call, said)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in CENTURY:
        raise NotFound("That button carries no day. /time week shows this week.")
    return day


def call_complete(call: Call) -> None:
    """**My day is complete**."""
    _called(call, complete=True)


def reopen(call: Call) -> None:
    """**It is not complete**."""
    _called(call, complete=False)


def _called(call: Call, *, complete: bool) -> None:
    with call.begin() as (session, actor):
        day = _date(call.value)
        time.call_complete(session, day, by=actor, now=call.now, complete=complete)
        said = _day(session, actor, day, today_of(session, actor, call))
    call.whisper(*said, instead=True)
    call.done()


ROUTES: Routes = {
    ("command", "/time"): command,
    ("command", "/time today"): day,
    ("command", "/time yesterday"): day,
    ("command", "/time week"): week,
    ("action", messages.WEEK): week,
    ("action", messages.COMPLETE): call_complete,
    ("action", messages.REOPEN): reopen,
}
