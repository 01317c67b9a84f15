"""Where to start, for whoever asks: `/steward`, a mention, a direct message."""

from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.handlers.queue import show as show_queue
from bot.messages import blocks
from bot.messages.mrkdwn import Mrkdwn, escape

FOR_CLIENTS = Mrkdwn(
    "*Ask for something:* `/request`. You get one thread in your channel that follows it to the end.\n"
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
    """`/steward`: what this person can do, in a few lines."""
    with call.begin() as (_session, actor):
        text = _for(actor)
    call.done(text, [blocks.section(text), *blocks.actions(_doors(actor))])


def spoken_to(call: Call) -> None:
    """Somebody mentioned or wrote to the bot: only they see the answer, where they wrote."""
    event = call.body["event"]
    try:
        with call.begin() as (_session, actor):
            text, doors = _for(actor), _doors(actor)
    except Refused as refused:
        text, doors = escape(str(refused)), []
    call.client.chat_postEphemeral(
        channel=event["channel"],
        user=call.slack_id,
        thread_ts=event.get("thread_ts"),
        text=text,
        blocks=[blocks.section(text), *blocks.actions(doors)],
    )
    call.done()


def my_requests(call: Call) -> None:
    """**My requests**: the only way for those who can use no commands."""
    show_queue(call, QueueFilter.MINE)


def _for(actor: Person) -> Mrkdwn:
    return FOR_STAFF if actor.is_staff else FOR_CLIENTS


def _doors(actor: Person) -> list[dict[str, object]]:
    """The commands as buttons: guests of other workspaces have nothing else."""
    label = "My queue" if actor.is_staff else "My requests"
    return [blocks.button("New request", "request.open", style="primary"), blocks.button(label, "queue.mine")]


ROUTES: Routes = {
    ("command", "/steward"): show,
    ("event", "app_mention"): spoken_to,
    ("action", "queue.mine"): my_requests,
}
