"""Releases: changes that go out together, in a window, told to those they concern, and what became of them.

`release` is the entity, `packing` what goes into it, `asking` its way to being scheduled, `going` what happens at Go
and after, `windows` when one may go out, `rollout` who is told what and when, `deciding` a decision and what follows.
"""

from bot.domain.releases.access import find, is_key, listed, visible_to
from bot.domain.releases.asking import ask, schedule, withdraw
from bot.domain.releases.deciding import decide, sweep
from bot.domain.releases.going import go, release_now, roll_back, verify
from bot.domain.releases.packing import after_edit, make, obstacles, repackage
from bot.domain.releases.release import Package, Release, ReleaseState, changes_in, lock
from bot.domain.releases.rollout import Moment, RolloutMessage, edit_message, messages_of, send_due
from bot.domain.releases.windows import Freeze, freeze, freezes, lift

__all__ = [
    "Freeze",
    "Moment",
    "Package",
    "Release",
    "ReleaseState",
    "RolloutMessage",
    "after_edit",
    "ask",
    "changes_in",
    "decide",
    "edit_message",
    "find",
    "freeze",
    "freezes",
    "go",
    "is_key",
    "lift",
    "listed",
    "lock",
    "make",
    "messages_of",
    "obstacles",
    "release_now",
    "repackage",
    "roll_back",
    "schedule",
    "send_due",
    "sweep",
    "verify",
    "visible_to",
    "withdraw",
]
