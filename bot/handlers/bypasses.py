"""**Confirm bypass** and **Not urgent**: a lead's word on what says that it cannot wait."""

from bot.domain import bypasses, tickets
from bot.domain.bypasses import Outcome
from bot.handlers.call import Call, Routes
from bot.messages.bypasses import CONFIRM, DECLINE


def confirm(call: Call) -> None:
    """It goes before the queue."""
    _decide(call, Outcome.CONFIRMED)


def decline(call: Call) -> None:
    """It waits its turn."""
    _decide(call, Outcome.DECLINED)


def _decide(call: Call, outcome: Outcome) -> None:
    with call.begin() as (session, actor):
        ticket = tickets.visible_to(session, actor, call.value, lock=True)
        bypasses.decide(session, ticket, outcome, by=actor, now=call.now)
    call.done()


ROUTES: Routes = {("action", CONFIRM): confirm, ("action", DECLINE): decline}
