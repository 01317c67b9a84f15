"""`/steward hours`: when each side works; clients see their own."""

from sqlalchemy.orm import Session

from bot.domain import accounts, provider
from bot.domain.business_time import Calendar
from bot.domain.errors import NotFound
from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.messages import hours as messages
from bot.modals import hours as modal


def show(call: Call) -> None:
    """The window; `/steward hours acme` narrows it."""
    wanted = call.rest if call.kind == "command" else ""
    with call.begin() as (session, actor):
        sides = _sides(session, actor)
    found = [side for side in sides if wanted.casefold() in side[0].casefold()]
    if not found:
        raise NotFound(f"I know no account called “{wanted[:40]}”. `/steward hours` shows all of them.")
    call.open(modal.window(messages.shown(found, call.now)))
    call.done()


def _sides(session: Session, actor: Person) -> list[tuple[str, Calendar]]:
    if actor.account_id is not None:
        account = accounts.by_id(session, actor.account_id)
        return [(account.name, account.calendar)]
    ours = ("Our own hours", provider.get(session).calendar)
    return [ours, *((account.name, account.calendar) for account in accounts.all_of_them(session))]


ROUTES: Routes = {("command", "/steward hours"): show, ("action", "hours.open"): show}
