"""Somebody unknown who writes in an account's channel becomes its requester, and triage is told."""

from bot.domain import accounts, people
from bot.domain.errors import Refused
from bot.handlers.call import Call, Routes
from bot.handlers.help import spoken_to


def wrote(call: Call) -> None:
    """A message: read only to learn who is there. Bots, edits and deletions say nothing new."""
    event = call.body["event"]
    if event.get("bot_id") or event.get("subtype") not in {None, "file_share", "thread_broadcast"} or not call.slack_id:
        return call.done()
    if event.get("channel_type") == "im":
        return spoken_to(call)
    if _somebody_new_in_an_accounts_channel(call):
        try:
            with call.begin():
                pass  # entering is what makes them known
        except Refused:
            pass
    return call.done()


def _somebody_new_in_an_accounts_channel(call: Call) -> bool:
    with call.sessions.begin() as session:
        if people.enter(session, call.slack_id):
            return False
        people.enter_as_system(session)
        return accounts.by_channel(session, call.channel) is not None


ROUTES: Routes = {("event", "message"): wrote}
