"""Releases: changes that go out together, in a window, told to those they concern, and what became of them.

`release` is the entity, `packing` what goes into it, `asking` its way to being scheduled, `going` what happens at Go
and after, `windows` when one may go out, `audiences` who is told and when, `rollout` the messages that tell them.
"""

from bot.domain.releases.access import check_staff, find, history, is_key, listed, visible_to
from bot.domain.releases.asking import ask, schedule, withdraw
from bot.domain.releases.audiences import Audience, Moment
from bot.domain.releases.going import go, release_now, roll_back, verify
from bot.domain.releases.packing import after_edit, make, obstacles, repackage
from bot.domain.releases.release import BEFORE_GO, Package, Release, ReleaseState, changes_in, highest, lock
from bot.domain.releases.rollout import (
    LONGEST_TEXT,
    RolloutMessage,
    edit_message,
    facts_of,
    message_of,
    messages_of,
    send_due,
)
from bot.domain.releases.windows import Freeze, freeze, freezes, lift, release_days, window_on

__all__ = [
    "BEFORE_GO",
    "LONGEST_TEXT",
    "Audience",
    "Freeze",
    "Moment",
    "Package",
    "Release",
    "ReleaseState",
    "RolloutMessage",
    "after_edit",
    "ask",
    "changes_in",
    "check_staff",
    "edit_message",
    "facts_of",
    "find",
    "freeze",
    "freezes",
    "go",
    "highest",
    "history",
    "is_key",
    "lift",
    "listed",
    "lock",
    "make",
    "message_of",
    "messages_of",
    "obstacles",
    "release_days",
    "release_now",
    "repackage",
    "roll_back",
    "schedule",
    "send_due",
    "verify",
    "visible_to",
    "window_on",
    "withdraw",
]
