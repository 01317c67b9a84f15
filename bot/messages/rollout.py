"""Rollout messages as clients read them: a table of audience and moment, in the account's own time, or what was edited.

The body is plain text, so that the form shows what will be sent; mentions stand in front of it.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain import accounts, people
from bot.domain.accounts import Account
from bot.domain.events import Event
from bot.domain.releases import Audience, Moment, RolloutMessage
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, clip, clock, day, escape, instant, mention, say

MOST_MENTIONED = 3
LONGEST_TITLES = 1200
_A, _M = Audience, Moment

# fmt: off
TOLD: dict[tuple[Audience, Moment], str] = {
    (_A.AGENTS, _M.DAY_BEFORE):
        "For agents and team leads: the way tickets are routed changes {when}.\n{what}\nYou need do nothing. If that time does not suit you, please write it here.",
    (_A.AGENTS, _M.AT_RELEASE):
        "For agents and team leads: the way tickets are routed changes now.\n{what}\nIf a ticket lands where it should not, please write it here.",
    (_A.USERS, _M.SAME_DAY):
        "Permissions change {when}.\n{what}\nIf somebody misses access afterwards, please write it here.",
    (_A.USERS, _M.AFTER_VERIFICATION):
        "Permissions were changed, and checked afterwards.\n{what}\nIf somebody misses access, please write it here.",
    (_A.TECHNICAL, _M.TWO_DAYS_BEFORE):
        "An integration changes {when}.\n{what}\nIf something on your side depends on it, or that time does not suit you, please write it here.",
    (_A.TECHNICAL, _M.AT_RELEASE):
        "An integration changes now.\n{what}\nPlease keep an eye on your side for the next hour, and write here if something looks wrong.",
    (_A.TECHNICAL, _M.AFTER_VERIFICATION):
        "The integration was changed, and we checked that it works.\n{what}\nIf you see otherwise, please write it here.",
    (_A.CONTENT_OWNER, _M.AFTER_APPROVAL):
        "What your customers read changes {when}.\n{what}\nIt is approved and planned. If that time does not suit you, please write it here.",
    (_A.CONTENT_OWNER, _M.AT_RELEASE):
        "What your customers read changes now.\n{what}\nPlease have a look, and write here if a word is wrong.",
    (_A.CONTACT, _M.AT_RELEASE):
        "We make an urgent change now: it can’t wait.\n{what}\nYou hear from us again once it is checked.",
    (_A.CONTACT, _M.AFTER_VERIFICATION):
        "The urgent change is made, and we checked that it works.\n{what}\nIf you see otherwise, please write it here.",
    (_A.CONTACT, _M.CALLED_OFF):
        "What we told you of is called off, so nothing changes.\n{what}\nWhy: {reason}",
    (_A.CONTACT, _M.ROLLED_BACK):
        "We took a change back, so everything is as it was before.\n{what}\nWhy: {reason}",
}
# In the thread of what was said ahead, when the plan moves: by the state the release came to.
MOVED = {
    "draft": "This does not happen at that time. The new time follows here.",
    "scheduled": "It is planned again: {{ when }}.",
}
# fmt: on


def body(message: RolloutMessage, facts: dict[str, Any], account: Account) -> str:
    """What it says: what was written, else what Steward says by itself."""
    return message.text or by_itself(message, facts, account)


def by_itself(message: RolloutMessage, facts: dict[str, Any], account: Account) -> str:
    """The sentence of its audience and moment."""
    titles = clip("\n".join(f"• {title}" for title in facts["titles"]), LONGEST_TITLES)
    sentence = TOLD[message.audience, message.moment]
    return sentence.format(what=titles, when=_window(facts, account), reason=facts["reason"])


def _window(facts: dict[str, Any], account: Account) -> str:
    """`on Tue 24 Nov, between 19:00 and 21:00 (Europe/Berlin)`."""
    zone = ZoneInfo(account.timezone)
    starts, ends = (datetime.fromisoformat(facts[name]).astimezone(zone) for name in ("starts", "ends"))
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{day(ends.date())}, {ends:%H:%M}"
    return f"on {day(starts.date())}, between {starts:%H:%M} and {until} ({account.timezone})"


def concerned(session: Session, message: RolloutMessage) -> Mrkdwn:
    """The account's people with the audience's role, mentioned; nobody where it has none."""
    role = message.audience.role
    known = people.contacts(session, message.account_id) if role else []
    meant = [person for person in known if role in person.roles and person.slack_id][:MOST_MENTIONED]
    return Mrkdwn(", ".join(mention(person.slack_id, person.name) for person in meant))


def rollout(session: Session, message: RolloutMessage, facts: dict[str, Any]) -> tuple[Mrkdwn, list[Block]]:
    """The message as the client's channel shows it."""
    told = body(message, facts, accounts.by_id(session, message.account_id))
    said = Mrkdwn(f"{concerned(session, message)}\n{escape(told)}".strip())
    return said, [blocks.section(said), *_for_the_records(facts)]


def _for_the_records(facts: dict[str, Any]) -> list[Block]:
    """When it was released and when it was settled, once it is."""
    if not (facts["released"] and facts["settled"]):
        return []
    released, settled = (instant(datetime.fromisoformat(facts[name])) for name in ("released", "settled"))
    return [blocks.context(Mrkdwn(f"Released {released}, settled {settled}."))]


def moved(event: Event) -> Mrkdwn:
    """In its thread: the plan was moved, or there is a new one."""
    when = Mrkdwn("")
    if event.target == "scheduled":
        when = window(datetime.fromisoformat(event.data["starts"]), datetime.fromisoformat(event.data["ends"]))
    return say(MOVED[event.target or ""], when=when)


def window(starts: datetime, ends: datetime) -> Mrkdwn:
    """A window in the reader's own time."""
    first, last = int(starts.timestamp()), int(ends.timestamp())
    return Mrkdwn(
        f"<!date^{first}^{{date_short_pretty}}, {{time}}|{starts:%d %b %Y %H:%M UTC}> to "
        f"<!date^{last}^{{time}}|{ends:%H:%M UTC}>"
    )


def hours(starts: datetime, ends: datetime) -> Mrkdwn:
    """The same without its day."""
    return Mrkdwn(f"{clock(starts)} to {clock(ends)}")
