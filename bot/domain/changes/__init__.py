"""Changes: steps in production with a risk, from the first draft to what became of them.

`change` is the entity, `states` how far it is, `drafting` how it begins, `content` what is decided on, `checklist` what
is looked at before, `asking` how approval is asked for and what a decision does, `links` the tickets it is carried by
or blamed for, `carrying` how those move along, `templates` the proven ones.
`visible_to` is the only door: someone else's change is simply not found.
"""

from bot.domain.changes.access import (
    Known,
    around_ticket,
    is_key,
    listed,
    of_event,
    of_intake,
    possibilities,
    several,
    visible_to,
)
from bot.domain.changes.asking import (
    answer_checks,
    ask,
    check_ask,
    edit,
    emergency_review,
    failed,
    lapse,
    late_reviews,
    lock_subject,
    missing,
    remind,
    settled,
    still_approved,
    void,
    withdraw,
)
from bot.domain.changes.carrying import plan_ticket, review_ticket, start_ticket, unplan_ticket
from bot.domain.changes.change import Change, Foreseen, foresee
from bot.domain.changes.checklist import Check, Result, Touch, checks_for
from bot.domain.changes.content import Content, Rollback
from bot.domain.changes.drafting import draft
from bot.domain.changes.links import (
    ChangeLink,
    Relation,
    carried_by,
    incidents_after,
    link,
    links_of,
    of_ticket,
    unlink,
)
from bot.domain.changes.states import ChangeState
from bot.domain.changes.templates import Template, make_template, restore, template_of, templates_for

__all__ = [
    "Change",
    "ChangeLink",
    "ChangeState",
    "Check",
    "Content",
    "Foreseen",
    "Known",
    "Relation",
    "Result",
    "Rollback",
    "Template",
    "Touch",
    "answer_checks",
    "around_ticket",
    "ask",
    "carried_by",
    "check_ask",
    "checks_for",
    "draft",
    "edit",
    "emergency_review",
    "failed",
    "foresee",
    "incidents_after",
    "is_key",
    "lapse",
    "late_reviews",
    "link",
    "links_of",
    "listed",
    "lock_subject",
    "make_template",
    "missing",
    "of_event",
    "of_intake",
    "of_ticket",
    "plan_ticket",
    "possibilities",
    "remind",
    "restore",
    "review_ticket",
    "settled",
    "several",
    "start_ticket",
    "still_approved",
    "template_of",
    "templates_for",
    "unlink",
    "unplan_ticket",
    "visible_to",
    "void",
    "withdraw",
]
