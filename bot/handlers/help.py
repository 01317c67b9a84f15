"""Where to start, for whoever asks: `/steward`, a mention, a direct message."""

from bot.domain.errors import Refused
from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.handlers.queue import show as show_queue
from bot.messages import blocks
from bot.messages.help import where_to_start
from bot.messages.mrkdwn import escape


def show(call: Call) -> None:
    """`/steward`: what this person can do."""
    with call.begin() as (_session, actor):
        said = where_to_start(actor)
    call.done(*said)


def spoken_to(call: Call) -> None:
    """Somebody mentioned or wrote to the bot: only they see the answer, where they wrote."""
    event = call.body["event"]
    try:
        with call.begin() as (_session, actor):
            text, body = where_to_start(actor)
    except Refused as refused:
        text = escape(str(refused))
        body = [blocks.section(text)]
    call.client.chat_postEphemeral(
        channel=event["channel"], user=call.slack_id, thread_ts=event.get("thread_ts"), text=text, blocks=body
    )
    call.done()


def my_requests(call: Call) -> None:
    """**My requests**: the way in for those who can use no commands."""
    show_queue(call, QueueFilter.MINE)


ROUTES: Routes = {
    ("command", "/steward"): show,
    ("event", "app_mention"): spoken_to,
    ("action", "queue.mine"): my_requests,
}
