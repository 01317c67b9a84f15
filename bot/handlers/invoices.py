"""Invoices: `/review invoices`, their window, its buttons from **Reviewed** to **Credit**, and their files."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain import accounts, invoices
from bot.domain.errors import NotFound
from bot.domain.exports import sending
from bot.domain.invoices import Invoice, InvoiceAction
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.handlers.agreements import require_staff
from bot.handlers.call import Call, Routes
from bot.handlers.months import month_of, pressed, wanted_of
from bot.handlers.queue import accounts_offered
from bot.messages import invoice_files as files
from bot.messages import invoices as messages
from bot.messages.months import Wanted
from bot.modals import form
from bot.modals import invoices as modal


def list_all(call: Call) -> None:
    """`/review invoices`, `/review invoices Acme 2026-11`, or **Invoices** on the Home."""
    with call.begin() as (session, actor):
        require_staff(actor)
        view = _list(session, actor, wanted_of(session, call, "/review invoices Acme 2026-11"))
    call.open(view)
    call.done()


def _list(session: Session, actor: Person, wanted: Wanted) -> dict[str, Any]:
    found = invoices.listed(
        session, actor, account_id=wanted.account, month=wanted.of_month, limit=messages.PER_PAGE + 1,
        offset=wanted.page * messages.PER_PAGE,
    )  # fmt: skip
    known = accounts.all_of_them(session), invoices.months(session, actor)
    return modal.listed(messages.rows(session, found, wanted, known), wanted)


def narrow(call: Call) -> None:
    """The menus above the list, and its pages."""
    with call.begin() as (session, actor):
        view = _list(session, actor, pressed(messages.IN_LIST, call))
    call.replace(view)
    call.done()


def _pressed(call: Call) -> tuple[int, int]:
    number, _, seen = call.value.partition(":")
    if not (number.isdecimal() and len(number) < 13 and (seen or "0").isdecimal() and len(seen) < 10):
        raise NotFound("That button carries no invoice. /review invoices lists them.")
    return int(number), int(seen or 0)


def open_one(call: Call) -> None:
    """**Open** on a card, in the list, or in its review."""
    number, _ = _pressed(call)
    with call.begin() as (session, actor):
        view = window_of(session, actor, invoices.visible_to(session, actor, number))
    call.open(view)
    call.done()


def window_of(session: Session, actor: Person, invoice: Invoice) -> dict[str, Any]:
    """An invoice’s window as this person is shown it."""
    return modal.window(invoice, messages.window(session, invoice, actor))


def act(call: Call) -> None:
    """**Reviewed**, **Back to draft**, **Approve**, **Mark exported**."""
    number, seen = _pressed(call)
    action = InvoiceAction(call.action["action_id"].removeprefix("invoice."))
    with call.begin() as (session, actor):
        actor.require(Permission.INVOICE)
        invoice = invoices.visible_to(session, actor, number, lock=True)
        invoices.act(session, invoice, action, by=actor, now=call.now, seen=seen)
        view = window_of(session, actor, invoice) if call.in_window else None
    if view:
        call.replace(view)
    call.done()


def open_credit(call: Call) -> None:
    """**Credit**: an amount a line, and why."""
    number, seen = _pressed(call)
    with call.begin() as (session, actor):
        actor.require(Permission.INVOICE)
        invoice = invoices.visible_to(session, actor, number)
        metadata = modal.Metadata(invoice=invoice.id, seen=seen, window=_window_below(call))
        view = modal.credit(invoice, invoices.lines_of(session, [invoice.id])[invoice.id], metadata)
    call.open(view)
    call.done()


def _window_below(call: Call) -> str | None:
    return call.view["id"] if call.in_window and call.view["callback_id"] == modal.WINDOW else None


def submit_credit(call: Call) -> None:
    """The form came back: a draft of a credit note."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.CreditForm, call.view)
    amounts = modal.amounts(call.view)
    with call.begin() as (session, actor):
        actor.require(Permission.INVOICE)
        call.once(session, form.values(call.view), actor)
        invoice = invoices.visible_to(session, actor, metadata.invoice, lock=True)
        note = invoices.credit(session, invoice, amounts, filled.reason, by=actor, now=call.now)
        under, view = window_of(session, actor, invoice), window_of(session, actor, note)
        call.remember(session, response_action="update", view=view)
    if metadata.window:
        call.redraw(metadata.window, under)
    call.show(view)


def open_files(call: Call) -> None:
    """**Files**: which format, and what is missing for the others."""
    number, _ = _pressed(call)
    _open_files(call, modal.Of(invoice=number, window=_window_below(call)))


def open_months_files(call: Call) -> None:
    """**Files of that month**, above the list."""
    _open_files(call, modal.Of(month=str(month_of(call.value))))


def _open_files(call: Call, of: modal.Of) -> None:
    with call.begin() as (session, actor):
        found = _files_of(session, actor, of)
        missing = sending.lacking(session, found)
        lacking = [files.lacking(how, missing[how]) for how in missing]
        formats = [how for how in sending.formats_of(found) if how not in missing]
        unexported = files.unexported(found) if actor.may(Permission.INVOICE) else 0
        draft = found[0].number is None
        view = modal.files(files.subject(session, found), formats, lacking, of, unexported=unexported, draft=draft)
    call.open(view)
    call.done()


def _files_of(session: Session, actor: Person, of: modal.Of) -> list[Invoice]:
    if of.invoice is not None:
        return [invoices.visible_to(session, actor, of.invoice)]
    return sending.of_month(session, actor, month_of(of.month or ""))


def submit_files(call: Call) -> None:
    """The form came back: the file goes to whoever asked."""
    of, filled = modal.Of.model_validate_json(call.metadata), form.read(modal.FilesForm, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        found = _files_of(session, actor, of)
        posts = sending.send(session, found, filled.how, to=actor, now=call.now, marks=filled.marks)
        view = modal.on_its_way(files.subject(session, found), filled.how, posts)
        under = window_of(session, actor, found[0]) if of.window else None
        call.remember(session, response_action="update", view=view)
    if of.window and under:
        call.redraw(of.window, under)
    call.show(view)


ROUTES: Routes = {
    ("command", "/review invoices"): list_all,
    ("action", messages.LIST): list_all,
    **{("action", control): narrow for control in messages.IN_LIST},
    ("options", messages.IN_LIST.account): accounts_offered,
    ("action", messages.OPEN): open_one,
    **{("action", f"invoice.{action.value}"): act for action in InvoiceAction},
    ("action", messages.CREDIT): open_credit,
    ("view", modal.CREDIT): submit_credit,
    ("action", messages.FILES): open_files,
    ("action", messages.MONTHS_FILES): open_months_files,
    ("view", modal.FILES): submit_files,
}
