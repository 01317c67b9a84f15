"""Where to start, for whoever asks: `/steward`, and the buttons beside it."""

from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.handlers.queue import show as show_queue
from bot.messages.help import where_to_start


def show(call: Call) -> None:
    """`/steward`: what this person can do."""
    with call.begin() as (_session, actor):
        said = where_to_start(actor)
    call.done(*said)


def my_requests(call: Call) -> None:
    """**My requests**: the way in for those who can use no commands."""
    show_queue(call, QueueFilter.MINE)


ROUTES: Routes = {
    ("command", "/steward"): show,
    ("action", "queue.mine"): my_requests,
}
