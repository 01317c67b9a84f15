"""The Home: what is mine, and the doors in."""

from typing import Any

from bot.domain.errors import Refused
from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.handlers.queue import page_rows
from bot.messages import home


def opened(call: Call) -> None:
    """Somebody opened the Home: show what is theirs. It is drawn anew each time, so a lost one costs nothing."""
    if call.body["event"].get("tab") not in {None, "home"}:
        return call.done()
    try:
        view = _view(call)
    except Refused as refused:
        view = home.stranger(str(refused))
    call.client.views_publish(user_id=call.slack_id, view=view)
    return call.done()


def _view(call: Call) -> dict[str, Any]:
    with call.begin() as (session, actor):
        mine, found = page_rows(session, actor, QueueFilter.MINE, 0, call.now)
        unowned = page_rows(session, actor, QueueFilter.UNOWNED, 0, call.now) if actor.is_staff else ([], None)
    return home.view(actor, mine, found.total, unowned[0], unowned[1].total if unowned[1] else 0)


ROUTES: Routes = {("event", "app_home_opened"): opened}
