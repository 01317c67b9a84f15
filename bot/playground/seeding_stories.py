"""The stories that the demo plays: which request, how far it got, and how many working days ago.

To add one: choose a request in sample/requests.yaml and a path, and add a row to STORIES.
"""

from typing import NamedTuple

from bot.domain.workflow import Action

BO, EVE, LEAD = "U0BO", "U0EVE", "U0LEA"

_TO_REVIEW = (Action.TAKE, Action.START, Action.SEND_TO_REVIEW)
PATHS: dict[str, tuple[Action, ...]] = {
    "new": (),
    "triage": (Action.TAKE,),
    "handed over": (Action.ASSIGN,),
    "waiting": (Action.TAKE, Action.ASK_CLIENT),
    "waiting midway": (Action.TAKE, Action.START, Action.ASK_CLIENT),
    "scheduled": (Action.TAKE, Action.SCHEDULE),
    "in progress": (Action.TAKE, Action.START),
    "internal review": _TO_REVIEW,
    "sent back": (*_TO_REVIEW, Action.REJECT),
    "client review": (*_TO_REVIEW, Action.APPROVE),
    "light work": (Action.TAKE, Action.START, Action.SEND_TO_CLIENT),
    "disputed": (*_TO_REVIEW, Action.APPROVE, Action.REOPEN),
    "closed": (*_TO_REVIEW, Action.APPROVE, Action.CLOSE),
    "answered": (Action.TAKE, Action.START, Action.CLOSE),
    "not needed": (Action.TAKE, Action.CLOSE),
    "put right": (*_TO_REVIEW, Action.APPROVE, Action.REOPEN, Action.SEND_TO_REVIEW, Action.APPROVE, Action.CLOSE),
}


class Story(NamedTuple):
    """A request, how far it got, and how many working days ago it was filed and last moved."""

    request: str
    path: str
    filed: int
    moved: int
    owner: str = BO


# fmt: off
STORIES = (
    Story("exposed",     "closed",          10, 10, EVE),
    Story("failed",      "closed",          10,  9, EVE),
    Story("sign-in",     "closed",           9,  9),
    Story("broken-link", "closed",           9,  5),
    Story("openssl",     "closed",           9,  2, EVE),
    Story("wrap",        "closed",           7,  3, EVE),
    Story("accents",     "closed",           7,  6),
    Story("address",     "answered",         6,  6),
    Story("typos",       "closed",           5,  1),
    Story("countries",   "not needed",       4,  4, LEAD),
    Story("name",        "answered",         3,  2, EVE),
    Story("refund-time", "not needed",       2,  2, LEAD),
    Story("reopen-file", "scheduled",        8,  7),
    Story("noisy",       "scheduled",        7,  6, EVE),
    Story("outdated",    "scheduled",        6,  6),
    Story("debit",       "disputed",         8,  1, EVE),
    Story("extra-fee",   "client review",    7,  3),
    Story("replace",     "client review",    6,  2),
    Story("comment",     "client review",    5,  1, EVE),
    Story("auto-top-up", "light work",       4,  2, EVE),
    Story("terminal",    "waiting midway",   6,  2, EVE),
    Story("apps",        "waiting",          5,  4),
    Story("pending",     "waiting",          4,  3, EVE),
    Story("permissions", "waiting",          3,  3),
    Story("sync",        "waiting",          2,  2, LEAD),
    Story("unzip",       "sent back",        5,  1, EVE),
    Story("identity",    "internal review",  4,  2, EVE),
    Story("slow",        "internal review",  3,  1),
    Story("redact",      "internal review",  1,  1, EVE),
    Story("updates",     "in progress",      5,  3),
    Story("log4j",       "in progress",      3,  1, EVE),
    Story("export",      "in progress",      2,  1),
    Story("twice",       "in progress",      1,  1, EVE),
    Story("title-bar",   "triage",           4,  4),
    Story("opening",     "triage",           3,  3, EVE),
    Story("terminate",   "handed over",      1,  1),
    Story("new-ui",      "new",              3,  3),   # a plan: becomes a meeting
    Story("language",    "new",              3,  3),
    Story("documents",   "new",              2,  2),
    Story("timing",      "new",              1,  1),
    Story("throttling",  "new",              1,  1),
)
LAST_MONTH = (  # counted back from its end: what the first monthly review tells of
    Story("refund",      "put right",       15, 11, EVE),
    Story("passcode",    "closed",          13, 12),
    Story("hijacking",   "closed",           9,  6, EVE),
    Story("shortcuts",   "scheduled",        5,  4),
)
# fmt: on
