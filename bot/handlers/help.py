"""Where to start, and help with each command: `/steward`, `/queue help`, and the buttons beside it."""

from bot.domain.tickets import QueueFilter
from bot.handlers.call import Call, Routes
from bot.handlers.queue import show as show_queue
from bot.messages import help as messages
from bot.messages.help import where_to_start
from bot.modals import windows


def show(call: Call) -> None:
    """`/steward`: what this person can do."""
    with call.begin() as (_session, actor):
        said = where_to_start(actor)
    call.done(*said)


def about(call: Call) -> None:
    """`/queue help`, and so for each command."""
    with call.begin() as (_session, actor):
        said = messages.about(call.body["command"], actor)
    call.done(*said)


def open_window(call: Call) -> None:
    """**Help** on the Home: the same as `/steward`."""
    with call.begin() as (_session, actor):
        _text, body = where_to_start(actor)
    call.open(windows.help_("Where to start", body))
    call.done()


def my_requests(call: Call) -> None:
    """**My requests**: the way in for those who can use no commands."""
    show_queue(call, QueueFilter.MINE)


ROUTES: Routes = {
    **{("command", f"{name} help"): about for name in messages.HELP},
    ("command", "/steward"): show,
    ("command", "/steward help"): show,
    ("action", "queue.mine"): my_requests,
    ("action", "help.open"): open_window,
}
