"""Intakes: everything that was asked for, whatever became of it.

Redirects count here and never in ticket metrics.

`intake` is the record, `submitting` what becomes of a form, `origin` the message it was made of, `redirects` what
belongs elsewhere.
"""

from bot.domain.intakes.intake import Disposition, Intake, abandon, duplicate, redirected, visible_to
from bot.domain.intakes.origin import Origin, became, check_origin, check_unmade, made_of
from bot.domain.intakes.submitting import DISPOSITIONS, check, file_as_ticket, submit, where_it_belongs
from bot.domain.routing import Destination
from bot.domain.tickets import LONGEST_TITLE, SHORTEST_TITLE

__all__ = [
    "DISPOSITIONS",
    "LONGEST_TITLE",
    "SHORTEST_TITLE",
    "Destination",
    "Disposition",
    "Intake",
    "Origin",
    "abandon",
    "became",
    "check",
    "check_origin",
    "check_unmade",
    "duplicate",
    "file_as_ticket",
    "made_of",
    "redirected",
    "submit",
    "visible_to",
    "where_it_belongs",
]
