"""All entries of a billing review's month, page by page: each with what may be done about it."""

from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import billing
from bot.domain.billing import BillingReview, Found, ReviewState
from bot.domain.durations import show
from bot.domain.people import Person
from bot.domain.time import TimeEntry
from bot.messages import billing as messages
from bot.messages import blocks
from bot.messages.billing_found import Known
from bot.messages.blocks import MOST_OPTIONS, Block
from bot.messages.mrkdwn import Mrkdwn, say

PICK = "billing.pick"
PER_PAGE = 40
HOW = Mrkdwn(
    "In the order of the work. The menu beside an entry puts it right; what was there before stays in the history."
)
LOCKED = Mrkdwn(
    "In the order of the work. The month is locked, so these stay as they are: what is put right now counts in the "
    "open month."
)
NONE = Mrkdwn("*Nothing is here any more.* Choose something else above.")
OFF = Mrkdwn(" · _written off_")


def window(session: Session, review: BillingReview, actor: Person, narrowed: str, page: int) -> list[Block]:
    """A menu that narrows them, and below each piece of work its entries."""
    found = billing.entries_of(session, review)
    wanted = billing.narrow(found, narrowed)
    last = max(len(wanted) - 1, 0) // PER_PAGE
    page = min(max(page, 0), last)
    shown = wanted[page * PER_PAGE : (page + 1) * PER_PAGE]
    is_open = review.state is ReviewState.OPEN
    known = Known(session, actor, [entry for _, entry in shown])
    body = [
        blocks.section(say("*{{ name }}: entries*", name=messages.name_of(session, review))),
        *blocks.actions([_menu(session, review, found, narrowed), _back(review)]),
        blocks.context(HOW if is_open else LOCKED),
    ]
    for work, group in groupby(shown, key=lambda pair: _work_of(pair[1])):
        rows = list(group)
        spent = sum(entry.minutes for _, entry in wanted if _work_of(entry) == work)
        body.append(blocks.section(say("*{{ work }}*: {{ spent }}", work=known.work(rows[0][1]), spent=show(spent))))
        body += [_row(review, one, entry, known, is_open) for one, entry in rows]
    return [*body, *([] if shown else [blocks.section(NONE)]), *blocks.actions(_turns(review, narrowed, page, last))]


def _work_of(entry: TimeEntry) -> tuple[int | None, int | None]:
    return entry.ticket_id, entry.project_id


def _menu(
    session: Session, review: BillingReview, found: list[tuple[Found, TimeEntry]], narrowed: str
) -> dict[str, Any]:
    options = [
        blocks.option(f"{share.label}: {show(share.minutes)}", f"{review.id}:0:{share.narrowed}")
        for share in billing.shares(session, found)
    ]
    return blocks.select(messages.NARROW, "Which", options[:MOST_OPTIONS], f"{review.id}:0:{narrowed}")


def _back(review: BillingReview) -> dict[str, Any]:
    return blocks.button("Back to the review", messages.BACK, f"{review.id}:0")


def _row(review: BillingReview, one: Found, entry: TimeEntry, known: Known, is_open: bool) -> Block:
    text = known.entry(entry, work=False)
    if one.finding is billing.Finding.OFF:
        text = Mrkdwn(f"{text}{OFF}")
    options = [blocks.option(how.label, f"{how.value}:{review.id}:{one.key}") for how in one.fixes]
    return blocks.section(text, accessory=blocks.overflow(PICK, options) if is_open else None)


def _turns(review: BillingReview, narrowed: str, page: int, last: int) -> list[dict[str, Any]]:
    def turn(label: str, how: str, to: int) -> dict[str, Any]:
        return blocks.button(label, f"{messages.PAGE}.{how}", f"{review.id}:{to}:{narrowed}")

    return [
        *([turn("Previous", "back", page - 1)] if page else []),
        *([turn("Next", "on", page + 1)] if page < last else []),
    ]
