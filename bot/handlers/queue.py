"""`/queue`: what is open, with filters, a page at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.domain import accounts, reviews, tickets
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.tickets import QueueFilter, Selection
from bot.handlers.call import Call, Routes
from bot.handlers.naming import the_one
from bot.messages import help, menus, queue
from bot.modals import windows
from bot.modals.form import MOST_OPTIONS
from bot.modals.windows import QueueState

OLD = "This button is from an older version. Open the queue with /queue."


def command(call: Call) -> None:
    """`/queue`, or in one line what to look at: `/queue mine acme P1`."""
    with call.begin() as (session, actor):
        window = _window(session, actor, read_line(session, actor, call.text), 0, call.now)
    call.open(window)
    call.done()


def read_line(session: Session, actor: Person, text: str) -> Selection:
    """The words after `/queue`, in any order: a filter, a priority, an account, a system."""
    known = {chosen.value: chosen for chosen in tickets.filters_for(actor)}
    selection, rest = Selection(), []
    for word in text.split():
        if word.lower() in known and "what" not in selection.model_fields_set:
            selection = selection.but(what=known[word.lower()])
        elif word.upper() in set(Priority):
            selection = selection.but(priority=Priority(word.upper()))
        else:
            rest.append(word)
    return _placed(session, actor, selection, " ".join(rest)) if rest else selection


def _placed(session: Session, actor: Person, selection: Selection, name: str) -> Selection:
    """What is left of a line names an account or a system."""
    listed = accounts.all_of_them(session)
    if accounts.called(listed, name):
        return selection.but(account_id=the_one(listed, name, "").id)
    if tickets.systems(session, actor, name):
        return selection.but(system=name)
    words = [chosen.value for chosen in tickets.filters_for(actor)]
    names = [account.name for account in listed] if actor.is_staff else []
    raise Refused(help.unknown("/queue", name, words, also=names))


def filtered(call: Call) -> None:
    """Something else was chosen in one of the menus: the list begins anew."""
    state = _state(call)
    show(call, _CHOSEN[call.action["action_id"]](state.selection, call.value))


def _what(selection: Selection, value: str) -> Selection:
    if value not in set(QueueFilter):
        raise Refused(OLD)
    return selection.but(what=QueueFilter(value), less=())


def _account(selection: Selection, value: str) -> Selection:
    return selection.but(account_id=int(value) if value.isdecimal() else None)


def _priority(selection: Selection, value: str) -> Selection:
    return selection.but(priority=Priority(value) if value in set(Priority) else None)


def _system(selection: Selection, value: str) -> Selection:
    return selection.but(system=None if value == menus.ANY else value)


_CHOSEN: dict[str, Callable[[Selection, str], Selection]] = {
    windows.QUEUE_FILTER: _what,
    windows.QUEUE_ACCOUNT: _account,
    windows.QUEUE_PRIORITY: _priority,
    windows.QUEUE_SYSTEM: _system,
}


def _state(call: Call) -> QueueState:
    try:
        return QueueState.model_validate_json(call.metadata)
    except ValidationError:
        raise Refused(OLD) from None


def turned(call: Call) -> None:
    """**Next** or **Previous**."""
    number = int(call.value) if call.value.isdecimal() else 0
    show(call, _state(call).selection, number)


def show_all(call: Call) -> None:
    """**Show all** below one of the Home's lists: the same selection as a window."""
    try:
        selection = Selection.model_validate_json(call.value)
    except ValidationError:
        raise Refused(OLD) from None
    show(call, selection)


def show(call: Call, chosen: Selection | QueueFilter, number: int = 0) -> None:
    """The window, or the next page in it."""
    selection = chosen if isinstance(chosen, Selection) else Selection(what=chosen)
    with call.begin() as (session, actor):
        if selection.what not in tickets.filters_for(actor):
            raise Refused(OLD)
        window = _window(session, actor, selection, number, call.now)
    if call.in_window:
        call.replace(window)
    else:
        call.open(window)
    call.done()


def _window(session: Session, actor: Person, selection: Selection, number: int, now: datetime) -> dict[str, Any]:
    rows, found = page_rows(session, actor, selection, number, now)
    listed = accounts.all_of_them(session) if actor.is_staff else []
    return windows.queue(actor, selection, rows, found, listed)


def page_rows(
    session: Session, actor: Person, chosen: Selection | QueueFilter, number: int, now: datetime
) -> tuple[list[dict[str, Any]], tickets.Page]:
    """A page of the queue as rows."""
    found = tickets.page(session, actor, chosen, stalled_since=reviews.stalled_since(session, now), number=number)
    return queue.rows(session, actor, found.tickets, now), found


def accounts_offered(call: Call) -> None:
    """Options of an account menu that is too long to send whole, for the queue and the Home."""
    typed = (call.body.get("value") or "").casefold()
    with call.begin() as (session, actor):
        options = menus.account_options(accounts.all_of_them(session) if actor.is_staff else [])
    found = [made for made in options if typed in made["text"]["text"].casefold()]
    call.answered = call.ack(options=found[:MOST_OPTIONS])


def systems_offered(call: Call) -> None:
    """Options of the system's menu: those that open tickets speak of."""
    with call.begin() as (session, actor):
        options = menus.system_options(tickets.systems(session, actor, call.body.get("value") or ""))
    call.answered = call.ack(options=options)


ROUTES: Routes = {
    ("command", "/queue"): command,
    **{("action", name): filtered for name in _CHOSEN},
    ("action", f"{windows.QUEUE_PAGE}.next"): turned,
    ("action", f"{windows.QUEUE_PAGE}.previous"): turned,
    ("action", windows.QUEUE_OPEN): show_all,
    ("options", windows.QUEUE_ACCOUNT): accounts_offered,
    ("options", windows.QUEUE_SYSTEM): systems_offered,
}
