"""`/time`: a form, or one line: `/time T-102 1h30 note`; and putting right what was logged."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.domain import accounts, people, projects, provider, quotes, tickets, time
from bot.domain.codes import Code
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.domain.projects import Project
from bot.domain.roles import Permission
from bot.domain.time import TimeEntry, Work
from bot.handlers import time_line
from bot.handlers.call import Call, Routes
from bot.handlers.time_line import Line, find_work
from bot.messages import blocks
from bot.messages import time as messages
from bot.modals import form
from bot.modals import time as modal

SAME_LINE_AGAIN = timedelta(minutes=2)
SHOWN_ACCOUNTS = 50  # Slack shows a hundred options; twenty tickets and twenty projects stand above


def open_from_card(call: Call) -> None:
    """**Log time** as a button; on the Home it carries no ticket, below a day it carries that day."""
    key, _, rest = call.value.partition(":")
    open_form(call, key, rest)


def open_form(call: Call, key: str = "", day: str = "") -> None:
    """The form, with this ticket or the likeliest one, and this day or today."""
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        work = find_work(session, actor, key) if key else last_work(session, actor)
        today = today_of(session, actor, call)
        view = modal.view(work, _day(day, today), time.usual_category(session, work))
    call.open(view)
    call.done()


def _day(text: str, today: date) -> date:
    """The day that a button carries; a card's carries a version there, which is none."""
    try:
        return min(date.fromisoformat(text), today) if "-" in text else today
    except ValueError:
        return today


def last_work(session: Session, actor: Person) -> Work | None:
    last = time.latest_work(session, actor)
    if last is None:
        mine = tickets.possibilities(session, actor, "", limit=1)
        return mine[0] if mine and mine[0].assignee_id == actor.id else None
    return work_on(session, actor, last)


def work_on(session: Session, actor: Person, entry: TimeEntry) -> Work:
    ((_, work),) = time.with_work(session, actor, [entry])
    if work is None:
        raise NotFound("I can't find what that time was for any more. Press Undo and log it again.")
    return work


def today_of(session: Session, actor: Person, call: Call) -> date:
    return people.local_date(actor, provider.get(session), call.now)


def log_line(call: Call) -> None:
    """`T-102 1h30 note`: logged, and answered with what can be put right."""
    line = time_line.read(call.text)
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        call.once_along(session, call.text, actor)
        line, day = line.on(today_of(session, actor, call))
        work, before = time.before(
            session, _work_or_ticket(session, actor, line), by=actor, minutes=line.minutes, note=line.note,
            since=call.now - SAME_LINE_AGAIN, work_date=day,
        )  # fmt: skip
        if before.again:
            said = messages.logged_already(work, line.minutes, call.text)
        else:
            entry = _store(session, actor, work, line, call, number=before.number)
            said = _said(session, actor, entry, work, before.minutes + entry.minutes, call)
        call.remember(session, text=said[0], blocks=said[1], response_type="ephemeral")
    call.done(*said)


def log_again(call: Call) -> None:
    """**Log it again**: the same line twice was meant."""
    line = time_line.read(call.value)
    with call.begin() as (session, actor):
        actor.require(Permission.LOG_TIME)
        work = _work_of(session, actor, line)
        # One answer to one question: a second press of the same button finds the receipt.
        call.once(session, call.value, actor, key=f"again:{actor.id}:{call.action['block_id']}")
        said = logged(session, actor, _store(session, actor, work, line, call), work, call)
    call.whisper(*said)
    call.done()


def _store(
    session: Session, actor: Person, work: Work, line: Line, call: Call, *, number: int | None = None
) -> TimeEntry:
    today = today_of(session, actor, call)
    line, day = line.on(today)
    return time.log(
        session, work, by=actor, minutes=line.minutes, work_date=day, note=line.note, now=call.now,
        today=today, number=number, after_hours=line.after_hours,
    )  # fmt: skip


def _work_or_ticket(session: Session, actor: Person, line: Line) -> Work | str:
    """A ticket's key as it stands: what was logged on it is asked with the ticket itself."""
    return line.work if line.work and line.is_ticket else _work_of(session, actor, line)


def _work_of(session: Session, actor: Person, line: Line) -> Work:
    if line.work:
        return find_work(session, actor, line.work)
    last = last_work(session, actor)
    if last is None:
        raise NotFound("On which ticket? Write /time T-102 45m what you did.")
    return last


def logged(session: Session, actor: Person, entry: TimeEntry, work: Work, call: Call) -> messages.Said:
    total = sum(found.minutes for found in time.standing(session, actor, entry.work_date))
    return _said(session, actor, entry, work, total, call)


def _said(session: Session, actor: Person, entry: TimeEntry, work: Work, total: int, call: Call) -> messages.Said:
    used = time.minutes_on_projects(session, [work.id])[work.id] if isinstance(work, Project) else 0
    doubts = time.doubts(entry, provider.get(session).calendar, today_of(session, actor, call), total)
    return messages.logged(entry, work, total, used, doubts, waits=_waits(session, entry))


def _waits(session: Session, entry: TimeEntry) -> bool:
    """Whether it costs extra, and no approval holds it."""
    if entry.code is not Code.OUT_OF_SCOPE:
        return False
    return entry.ticket_id is None or entry.id not in quotes.covered(session, {entry.ticket_id})


def submit(call: Call) -> None:
    """The form came back."""
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        work = find_work(session, actor, filled.ticket)
        entry = store_filled(session, actor, work, filled, call)
        view = modal.logged(logged(session, actor, entry, work, call)[1])
        call.remember(session, response_action="update", view=view)
    call.show(view)


def store_filled(session: Session, actor: Person, work: Work, filled: modal.Form, call: Call) -> TimeEntry:
    return time.log(
        session, work, by=actor, minutes=filled.minutes, work_date=filled.work_date, category=filled.category,
        code=filled.code, note=filled.note, now=call.now, today=today_of(session, actor, call),
        after_hours=filled.after_hours,
    )  # fmt: skip


def open_correction(call: Call) -> None:
    """**Edit**: the form as the entry was stored."""
    with call.begin() as (session, actor):
        entry = time.own(session, _number(call.value), by=actor)
        window = call.view["id"] if call.in_window else None
        view = modal.correction(entry, work_on(session, actor, entry), window)
    call.open(view)
    call.done()


def submit_correction(call: Call) -> None:
    """What it should have said."""
    filled, carried = form.read(modal.Form, call.view), modal.Corrected.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        work = find_work(session, actor, filled.ticket)
        entry = time.correct(
            session, carried.entry, work, by=actor, minutes=filled.minutes, work_date=filled.work_date,
            category=filled.category, code=filled.code, note=filled.note, reason=filled.reason, now=call.now,
            today=today_of(session, actor, call), after_hours=filled.after_hours,
        )  # fmt: skip
        view = modal.logged(logged(session, actor, entry, work, call)[1])
        call.remember(session, response_action="update", view=view)
    if carried.window:
        call.redraw(carried.window, view)
    call.show(view)


def _number(value: str) -> int:
    if not (value.isdecimal() and len(value) < 13):
        raise NotFound("That button carries no entry. /time today shows yours.")
    return int(value)


def answer(call: Call, said: messages.Said | None) -> None:
    """A command is answered, a press is told beside; in a window, the window says it."""
    if said is None:
        return call.done()
    text, body = said
    if call.in_window:
        view = modal.logged(body or [blocks.paragraph(text)])
        (call.replace if call.view["callback_id"] in modal.OURS else call.open)(view)
        return call.done()
    if call.kind == "command":
        return call.done(text, body or None)
    call.whisper(text, body or None)
    return call.done()


def undo(call: Call) -> None:
    """**Undo** right after logging, and in `/time today`."""
    with call.begin() as (session, actor):
        said = messages.undone(time.reverse(session, _number(call.value), by=actor, now=call.now))
    if call.in_window:
        call.replace(modal.logged([blocks.paragraph(said)]))
    else:
        call.whisper(said)
    call.done()


def find_ticket(call: Call) -> None:
    """Options for the ticket picker: tickets, projects, then accounts for what is on neither."""
    with call.begin() as (session, actor):
        typed = call.body.get("value") or ""
        found: list[Work] = [*tickets.possibilities(session, actor, typed)]
        found += projects.possibilities(session, actor, typed)
        found += _accounts_like(session, typed) if actor.is_staff else []
        options = [modal.work_option(work) for work in found]
    call.answered = call.ack(options=options)


def _accounts_like(session: Session, typed: str) -> list[accounts.Account]:
    words = typed.strip().casefold()
    return [one for one in accounts.all_of_them(session) if words in one.name.casefold()][:SHOWN_ACCOUNTS]


ROUTES: Routes = {
    ("action", "time.open"): open_from_card,
    ("action", messages.UNDO): undo,
    ("action", messages.EDIT): open_correction,
    ("action", "time.again"): log_again,
    ("view", modal.CALLBACK_ID): submit,
    ("view", modal.CORRECTION): submit_correction,
    ("options", modal.FIND_TICKET): find_ticket,
}
