"""**Quote**: what work that costs extra would cost is put before the client, or taken back."""

from bot.domain import accounts, agreements, quotes, tickets
from bot.domain.codes import Code
from bot.domain.errors import NotFound
from bot.domain.money import Money
from bot.domain.roles import Permission
from bot.handlers.call import Call, Routes
from bot.handlers.tickets import Press, window_of, window_underneath
from bot.messages.quotes import OPEN, WITHDRAW
from bot.modals import form
from bot.modals import quotes as modal


def open_form(call: Call) -> None:
    """The form, with what goes beyond filled in; who may not quote reads it before they write a word."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket)
        quotes.check(session, ticket, by=actor, now=call.now, seen=pressed.seen)
        account = accounts.by_id(session, ticket.account_id)
        today = account.calendar.local_date(call.now)
        bought, extra = agreements.of(session, account.id, today), quotes.beyond(session, ticket, call.now)
        amount = extra.rate if extra else bought.rate(Code.OUT_OF_SCOPE) if bought else None
        rate = Money(amount, bought.currency) if bought and amount is not None else None
        shown = rate if actor.may(Permission.SEE_MONEY) else None
        so_far = quotes.spending(session, ticket.id, quotes.on_ticket(session, ticket.id))
        view = modal.view(ticket, extra, so_far, shown, today, window_underneath(call))
    call.open(view)
    call.done()


def ask(call: Call) -> None:
    """The form came back."""
    metadata, filled = modal.Metadata.model_validate_json(call.metadata), form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, metadata.ticket, lock=True)
        call.once(session, form.values(call.view), actor)
        quotes.propose(
            session, ticket, minutes=filled.estimate, cap_minutes=filled.cap or filled.estimate,
            valid_until=filled.valid_until, note=filled.note, by=actor, now=call.now, seen=metadata.seen,
        )  # fmt: skip
        session.flush()
        window = window_of(session, actor, ticket, call.now) if metadata.window else None
    if window and metadata.window:
        call.redraw(metadata.window, window)
    call.done()


def withdraw(call: Call) -> None:
    """**Withdraw the quote**."""
    pressed = Press.read(call.value)
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, pressed.ticket, lock=True)
        newest = quotes.newest_on(session, ticket.id)
        if newest is None:
            raise NotFound(f"{ticket.key} has no quote. Open the ticket to make one.")
        quotes.withdraw(session, newest, ticket, by=actor, now=call.now)
        session.flush()
        window = window_of(session, actor, ticket, call.now) if call.in_window else None
    if window:
        call.replace(window)
    call.done()


ROUTES: Routes = {
    ("action", OPEN): open_form,
    ("view", modal.ASK): ask,
    ("action", WITHDRAW): withdraw,
}
