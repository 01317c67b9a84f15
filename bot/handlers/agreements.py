"""`/review agreements`: what each account has bought, its versions, and a new one; and bare `/review`."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, agreements, burn, people
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement
from bot.domain.approvals import Hall
from bot.domain.errors import NotFound, Refused
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.seats import Seat
from bot.handlers.call import Call, Routes
from bot.handlers.naming import the_one
from bot.messages import agreements as messages
from bot.modals import agreement_form, form
from bot.modals import agreements as modal

LISTED = "/review agreements lists them."
FOR_CLIENTS = (
    "/review is for our team. Ask your account manager what your agreement covers, or write to us in your channel."
)


def start(call: Call) -> None:
    """Bare `/review`: where it leads."""
    with call.begin() as (_session, actor):
        require_staff(actor)
        view = modal.reviews(messages.reviews(actor))
    call.open(view)
    call.done()


def require_staff(actor: Person) -> None:
    """`/review`, whatever follows it, is for the team: a client is told whom to ask instead."""
    if not actor.is_staff:
        raise Refused(FOR_CLIENTS)


def show(call: Call) -> None:
    """`/review agreements` lists all, `/review agreements acme` opens one."""
    named = call.rest if call.kind == "command" else ""
    with call.begin() as (session, actor):
        require_staff(actor)
        account = the_one(accounts.all_of_them(session), named, LISTED) if named else None
        view = window_of(session, actor, account, call) if account else _list(session, actor, call)
    if call.in_window:
        call.replace(view)
    else:
        call.open(view)
    call.done()


def _list(session: Session, actor: Person, call: Call) -> dict[str, Any]:
    listed = accounts.all_of_them(session)
    known = agreements.versions_of(session, [account.id for account in listed])
    today = {account.id: account.calendar.local_date(call.now) for account in listed}
    return modal.listed(messages.rows(listed, known, today, actor))


def open_one(call: Call) -> None:
    """**Open** on a row."""
    with call.begin() as (session, actor):
        require_staff(actor)
        view = window_of(session, actor, _pressed(session, call), call)
    call.open(view)
    call.done()


def _pressed(session: Session, call: Call) -> Account:
    if not (call.value.isdecimal() and len(call.value) < 13):
        raise NotFound("That button carries no account. /review agreements lists them.")
    return accounts.by_id(session, int(call.value))


def window_of(session: Session, actor: Person, account: Account, call: Call) -> dict[str, Any]:
    """An account’s window as this person is shown it."""
    known = agreements.versions(session, account.id)
    makers = people.by_ids(session, {one.made_by_id for one in known if one.made_by_id})
    down = burn.of(session, account, call.now)
    approvers = Hall(session, call.now).holders(Seat.CLIENT, account.id)
    today = account.calendar.local_date(call.now)
    body = messages.window(account, known, makers, down, today, actor, approvers)
    return modal.window(body)


def open_form(call: Call) -> None:
    """**New version**: the form as the newest version that begins by then would have filled it."""
    with call.begin() as (session, actor):
        actor.require(Permission.MAKE_AGREEMENTS)
        account = _pressed(session, call)
        known = agreements.versions(session, account.id)
        starts = _next_start(account, known, call)
        before = _filled_from(known, starts)
        window = call.view["id"] if call.in_window else None
        metadata = modal.Metadata(
            account=account.id, seen=agreements.newest_of(known), before=before.id if before else 0, window=window
        )
        view = modal.view(account.name, metadata, agreement_form.filled(before, starts), before)
    call.open(view)
    call.done()


def _next_start(account: Account, known: list[Agreement], call: Call) -> date:
    """The first of next month, or of the first that is not billed yet; of this one, where there is no agreement."""
    this = Month.of(account.calendar.local_date(call.now))
    first = this.after if known else this
    return max(first, Month.of(account.billed_through).after).first if account.billed_through else first.first


def _filled_from(known: list[Agreement], starts: date) -> Agreement | None:
    return next((one for one in reversed(known) if one.starts <= starts), known[0] if known else None)


def reveal(call: Call) -> None:
    """Another type: its fields appear, what is typed stays."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    standing = {block.get("block_id") for block in call.view["blocks"]}
    told = {name: value for name, value in metadata.hidden.items() if name not in standing} | form.values(call.view)
    metadata.hidden = modal.hidden(told)
    with call.begin() as (session, actor):
        actor.require(Permission.MAKE_AGREEMENTS)
        account, before = _being_made(session, metadata)
        view = modal.view(account.name, metadata, told, before)
    call.replace(view)
    call.done()


def _being_made(session: Session, metadata: modal.Metadata) -> tuple[Account, Agreement | None]:
    """The account, and the version that the form was filled from."""
    account = accounts.by_id(session, metadata.account)
    known = agreements.versions(session, account.id)
    return account, next((one for one in known if one.id == metadata.before), None)


def submit(call: Call) -> None:
    """The form came back: a new version, and the window underneath shows it."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(agreement_form.Form, call.view)
    with call.begin() as (session, actor):
        actor.require(Permission.MAKE_AGREEMENTS)
        call.once(session, form.values(call.view), actor)
        account = accounts.by_id(session, metadata.account)
        agreements.make(session, account, by=actor, now=call.now, seen=metadata.seen, **filled.terms)
        window = window_of(session, actor, account, call)
    if metadata.window:
        call.redraw(metadata.window, window)
    call.done()


ROUTES: Routes = {
    ("command", "/review"): start,
    ("command", "/review agreements"): show,
    ("action", messages.LIST): show,
    ("action", messages.OPEN): open_one,
    ("action", messages.NEW): open_form,
    ("action", modal.REVEAL): reveal,
    ("view", modal.FORM): submit,
}
