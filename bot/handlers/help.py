"""`/steward`: where to start, for whoever asks."""

from bot.domain.people import Person
from bot.handlers.call import Call, Routes
from bot.messages import blocks
from bot.messages.mrkdwn import Mrkdwn

FOR_CLIENTS = Mrkdwn(
    "*Ask for something:* `/request`. You get one thread here that follows it to the end.\n"
    "*See how it stands:* `/queue mine`, or `/ticket T-102`.\n"
    "*Urgent?* Choose *Now* in the form and say what happens if it waits."
)
FOR_STAFF = Mrkdwn(
    "*The queue:* `/queue`, `/queue mine`, `/queue unowned`, `/queue waiting`, `/queue stalled`.\n"
    "*A ticket:* `/ticket T-102`, or the buttons on its card in the triage channel.\n"
    "*Time:* `/time T-102 45m what you did`, `/time today`, or `/time` for the form.\n"
    "*For a client:* `/request`, choose the account, and say where it came from."
)


def show(call: Call) -> None:
    """What this person can do, in a few lines."""
    with call.begin() as (_session, actor):
        text = _for(actor)
    call.done(text, [blocks.section(text)])


def _for(actor: Person) -> Mrkdwn:
    return FOR_STAFF if actor.is_staff else FOR_CLIENTS


ROUTES: Routes = {("command", "/steward"): show}
