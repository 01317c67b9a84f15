"""The monthly billing review: `/review billing`, its window, what puts a finding right, and **Sign**."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, billing, tickets
from bot.domain.billing import BillingReview, Fix
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.handlers.agreements import require_staff
from bot.handlers.call import Call, Routes
from bot.handlers.months import pressed, wanted_of
from bot.handlers.queue import accounts_offered
from bot.messages import billing as messages
from bot.messages import billing_entries, billing_found, billing_window
from bot.messages.months import Wanted
from bot.modals import billing as modal
from bot.modals import form
from bot.modals.time import work_option

NO_REVIEW = "That button carries no review. /review billing lists them."


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) < 13):
        raise NotFound(NO_REVIEW)
    return int(text)


def list_all(call: Call) -> None:
    """`/review billing`, `/review billing Acme 2026-11`, or **All reviews** on the Home."""
    with call.begin() as (session, actor):
        require_staff(actor)
        view = _list(session, actor, call, wanted_of(session, call, "/review billing Acme 2026-11"))
    call.open(view)
    call.done()


def _list(session: Session, actor: Person, call: Call, wanted: Wanted) -> dict[str, Any]:
    found = billing.listed(
        session, actor, account_id=wanted.account, month=wanted.of_month, limit=messages.PER_PAGE + 1,
        offset=wanted.page * messages.PER_PAGE,
    )  # fmt: skip
    known = accounts.all_of_them(session), billing.months(session, actor)
    return modal.listed(messages.rows(session, found, wanted, known, call.now), wanted)


def narrow(call: Call) -> None:
    """The menus above the list, and its pages."""
    with call.begin() as (session, actor):
        view = _list(session, actor, call, pressed(messages.IN_LIST, call))
    call.replace(view)
    call.done()


def open_one(call: Call) -> None:
    """**Open** on a card, in the list or on the Home."""
    with call.begin() as (session, actor):
        review = billing.visible_to(session, actor, _number(call.value))
        view = window_of(session, actor, review, call)
    call.open(view)
    call.done()


def window_of(
    session: Session, actor: Person, review: BillingReview, call: Call, page: int = 0, narrowed: str = ""
) -> dict[str, Any]:
    """A review’s window as it stands now, or all its entries where they are `narrowed`."""
    if narrowed:
        body = billing_entries.window(session, review, actor, narrowed, page)
    else:
        body = billing_window.window(session, review, actor, page, call.now)
    return modal.window(review, body, page, narrowed)


def turn(call: Call) -> None:
    """**Previous** and **Next** of findings or entries; **All entries**, their menu, and the way back."""
    which, _, rest = call.value.partition(":")
    page, _, narrowed = rest.partition(":")
    with call.begin() as (session, actor):
        review = billing.visible_to(session, actor, _number(which))
        view = window_of(session, actor, review, call, _number(page), narrowed)
    call.replace(view)
    call.done()


def sign(call: Call) -> None:
    """**Sign**: one of the two, on what was shown."""
    number, _, seen = call.value.partition(":")
    with call.begin() as (session, actor):  # by itself: whoever is refused because of such a month is to find it
        review = billing.visible_to(session, actor, _number(number))
        billing.open_late(session, accounts.by_id(session, review.account_id), call.now)
    with call.begin() as (session, actor):
        review = billing.visible_to(session, actor, _number(number), lock=True)
        billing.sign(session, review, by=actor, now=call.now, seen=seen)
        view = window_of(session, actor, review, call) if call.in_window else None
    if view:
        call.replace(view)
    call.done()


def open_fix(call: Call) -> None:
    """**Recode** and its like, beside a finding."""
    number, _, key = call.value.partition(":")
    _open_fix(call, call.action["action_id"].removeprefix(f"{billing_window.FIX}."), number, key)


def pick(call: Call) -> None:
    """The same in the menu beside an entry."""
    how, _, rest = call.value.partition(":")
    number, _, key = rest.partition(":")
    _open_fix(call, how, number, key)


def _open_fix(call: Call, which: str, number: str, key: str) -> None:
    """The small form, over the window."""
    if which not in set(Fix) or not modal.is_key(key):
        raise NotFound(NO_REVIEW)
    how = Fix(which)
    with call.begin() as (session, actor):
        review = billing.visible_to(session, actor, _number(number))
        billing.check(session, review, by=actor)
        found = billing.find(session, review, key, call.now)
        metadata = modal.Fixing(review=review.id, key=key, how=how, **_underneath(call))
        view = modal.fix(found, billing_found.told(session, actor, found), metadata)
    call.open(view)
    call.done()


def _underneath(call: Call) -> dict[str, Any]:
    """The window it was pressed in: it is to show the outcome."""
    if not (call.in_window and call.view["callback_id"] == modal.WINDOW):
        return {}
    state = modal.State.model_validate_json(call.metadata)
    return {"window": call.view["id"], "page": state.page, "narrowed": state.narrowed}


def submit_fix(call: Call) -> None:
    """The form came back: it is put right, and the window shows what is left."""
    metadata, filled = modal.Fixing.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        review = billing.visible_to(session, actor, metadata.review, lock=True)
        ticket = tickets.visible_to(session, actor, filled.ticket) if filled.ticket else None
        billing.fix(
            session, review, metadata.key, metadata.how, by=actor, now=call.now, code=filled.code, note=filled.note,
            ticket=ticket, reason=filled.reason,
        )  # fmt: skip
        view = window_of(session, actor, review, call, metadata.page, metadata.narrowed) if metadata.window else None
    if view and metadata.window:
        call.redraw(metadata.window, view)
    call.done()


def find_ticket(call: Call) -> None:
    """Options for the ticket picker: this account’s."""
    metadata = modal.Fixing.model_validate_json(call.metadata)
    with call.begin() as (session, actor):
        review = billing.visible_to(session, actor, metadata.review)
        found = tickets.possibilities(session, actor, call.body.get("value") or "", account_id=review.account_id)
        options = [work_option(ticket) for ticket in found]
    call.answered = call.ack(options=options)


ROUTES: Routes = {
    ("command", "/review billing"): list_all,
    ("action", messages.LIST): list_all,
    **{("action", control): narrow for control in messages.IN_LIST},
    ("options", messages.IN_LIST.account): accounts_offered,
    ("action", messages.OPEN): open_one,
    ("action", f"{messages.PAGE}.back"): turn,
    ("action", f"{messages.PAGE}.on"): turn,
    **{("action", shown): turn for shown in (messages.ENTRIES, messages.NARROW, messages.BACK)},
    ("action", messages.SIGN): sign,
    ("action", billing_entries.PICK): pick,
    **{("action", f"{billing_window.FIX}.{how.value}"): open_fix for how in Fix},
    ("view", modal.FIX): submit_fix,
    ("options", modal.FIND_TICKET): find_ticket,
}
