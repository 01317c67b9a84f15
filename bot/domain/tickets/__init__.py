"""Tickets: asked work, from filing to the note that remains.

`ticket` is the entity with its one verb for moves, `access` the way to load it; `needs` and `effects` what a
move asks for and changes; `filing` how it begins; `conversation` what is said on it; `edit` and `followers` what
else may change; `links` what belongs together, `merging` what is the same; `closure` the note that ends it;
`queue` the lists.
`search` and `similar` find them by their words (`texts`).
`visible_to` is the only door: someone else's ticket is simply not found.
"""

from bot.domain.tickets.access import around, attachments, number_of, several, visible_to, visible_with
from bot.domain.tickets.attachment import Attachment
from bot.domain.tickets.closure import Closure, ClosureNote, draft, latest_closure
from bot.domain.tickets.conversation import Message, Visibility
from bot.domain.tickets.filing import LONGEST_TITLE, SHORTEST_TITLE, CameFrom, Door, Filing, file
from bot.domain.tickets.follow_ups import AT_ONCE, file_follow_ups, items_of, not_filed_yet
from bot.domain.tickets.links import (
    BY_HAND,
    Linked,
    LinkKind,
    TicketLink,
    candidates,
    link,
    links_of,
    merged_into,
    unlink,
)
from bot.domain.tickets.needs import Inputs, is_held_by_its_cost
from bot.domain.tickets.queue import (
    Page,
    QueueFilter,
    Selection,
    filters_for,
    is_unowned,
    open_with,
    page,
    possibilities,
    refresh_cards_of,
    selected,
    systems,
)
from bot.domain.tickets.search import Found, Hit, Search, Shown, find, systems_ever
from bot.domain.tickets.similar import Similar, seen_before, similar
from bot.domain.tickets.texts import TicketText
from bot.domain.tickets.ticket import Ticket

__all__ = [
    "AT_ONCE",
    "BY_HAND",
    "LONGEST_TITLE",
    "SHORTEST_TITLE",
    "Attachment",
    "CameFrom",
    "Closure",
    "ClosureNote",
    "Door",
    "Filing",
    "Found",
    "Hit",
    "Inputs",
    "LinkKind",
    "Linked",
    "Message",
    "Page",
    "QueueFilter",
    "Search",
    "Selection",
    "Shown",
    "Similar",
    "Ticket",
    "TicketLink",
    "TicketText",
    "Visibility",
    "around",
    "attachments",
    "candidates",
    "draft",
    "file",
    "file_follow_ups",
    "filters_for",
    "find",
    "is_held_by_its_cost",
    "is_unowned",
    "items_of",
    "latest_closure",
    "link",
    "links_of",
    "merged_into",
    "not_filed_yet",
    "number_of",
    "open_with",
    "page",
    "possibilities",
    "refresh_cards_of",
    "seen_before",
    "selected",
    "several",
    "similar",
    "systems",
    "systems_ever",
    "unlink",
    "visible_to",
    "visible_with",
]
