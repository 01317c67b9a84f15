"""What could not be delivered, on the Home of those who settle it: tried again, or let go."""

from bot.domain import dead_letters
from bot.handlers.call import Call, Routes
from bot.messages import undelivered


def again(call: Call) -> None:
    """**Try again**: the worker looks whether it stands before it posts."""
    with call.begin() as (session, actor):
        dead_letters.try_again(session, _number(call), by=actor, now=call.now)
    call.done()


def all_again(call: Call) -> None:
    """**Try all again**."""
    with call.begin() as (session, actor):
        dead_letters.try_all_again(session, by=actor, now=call.now)
    call.done()


def let_go(call: Call) -> None:
    """**Let it go**."""
    with call.begin() as (session, actor):
        dead_letters.let_go(session, _number(call), by=actor, now=call.now)
    call.done()


def _number(call: Call) -> int:
    """Which one; what names none is found to be settled."""
    return int(call.value) if call.value.isascii() and call.value.isdecimal() and len(call.value) < 19 else 0


ROUTES: Routes = {
    ("action", undelivered.AGAIN): again,
    ("action", undelivered.ALL_AGAIN): all_again,
    ("action", undelivered.LET_GO): let_go,
}
