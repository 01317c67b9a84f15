"""What stands in a client's channel before anybody asks: the pinned welcome, and the question whose channel it is."""

from bot.domain.accounts import Account
from bot.domain.business_time import Calendar
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, say

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HEADLINE = Mrkdwn("How to ask us for something")
ASK = Mrkdwn(
    "*Ask here.* Press *New request*, or type `/request`. You can also mention me with what you need, "
    "and I offer to make it a request.\n"
    "Each request gets its own thread in this channel and is followed there to the end: what you write in it "
    "reaches the people who work on it."
)
HOURS = (
    "*When we work.* {{ days }}, {{ opens }} to {{ closes }}, {{ place }} time{{ holidays }}. You can ask at any hour."
)
URGENT = Mrkdwn(
    "*Urgent?* In the form choose *Now* as the desired timing, and say *what happens if it waits*: that sentence is "
    "what makes it urgent. Our triage team sees it at once, with your sentence, before anything that can wait."
)
MOVED = Mrkdwn("This message is out of date: requests are asked for in another channel now. Ask our team which one.")
QUESTION = Mrkdwn("Which account is this channel for?")
WHY = Mrkdwn(
    "Thank you for inviting me. Once somebody of our team has chosen the account, requests can be asked for "
    "and followed here."
)


def welcome(account: Account, channel: str) -> tuple[Mrkdwn, list[Block]]:
    """How to ask, when we work, what to do when it burns; and the doors, for those who can use no commands."""
    if account.channel_slack_id != channel:
        return MOVED, [blocks.section(MOVED)]
    doors = [blocks.button("New request", "request.open", style="primary"), blocks.button("My requests", "queue.mine")]
    return HEADLINE, [
        blocks.header(f"{HEADLINE}, {account.name}"),
        blocks.section(ASK),
        blocks.section(hours(account.calendar)),
        blocks.section(URGENT),
        *blocks.actions(doors),
    ]


def hours(calendar: Calendar) -> Mrkdwn:
    """Business hours in a sentence, in the client's own zone."""
    return say(
        HOURS,
        days=_days(sorted(calendar.weekdays)),
        opens=f"{calendar.opens:%H:%M}",
        closes=f"{calendar.closes:%H:%M}",
        place=calendar.zone.rpartition("/")[2].replace("_", " "),
        holidays=", except on public holidays" if calendar.country else "",
    )


def _days(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return ", ".join(DAYS[day] for day in days)


def question(account: Account | None) -> tuple[Mrkdwn, list[Block]]:
    """Names no account: whoever is in the channel reads it. Once one was chosen, says which."""
    if account is not None:
        said = say("This channel is {{ name }}'s: its requests are asked for and followed here.", name=account.name)
        return said, [blocks.section(Mrkdwn(f":white_check_mark: {said}"))]
    choose = blocks.button("Choose the account", "channel.choose", style="primary")
    return QUESTION, [blocks.section(Mrkdwn(f"*{QUESTION}*\n{WHY}")), *blocks.actions([choose])]
