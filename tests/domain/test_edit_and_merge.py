"""What the forms never offer is refused all the same: a priority two steps away, a private ticket merged."""

import pytest
from sqlalchemy import func, select

from bot.domain.errors import Refused
from bot.domain.events import Event
from bot.domain.priority import Priority
from bot.domain.tickets import merging
from bot.domain.tickets.edit import Changes, choices, edit
from bot.domain.workflow import Status
from tests.domain.desk import MONDAY, file_a_ticket, person


def history(session) -> int:
    return session.scalar(select(func.count(Event.id)))


def test_the_choices_are_the_computed_priority_and_a_step_to_either_side(session):
    ticket = file_a_ticket(session, computed_priority=Priority.P1)
    assert choices(ticket) == [Priority.P1, Priority.P2]
    ticket.computed_priority = Priority.P3
    assert choices(ticket) == [Priority.P2, Priority.P3, Priority.P4]


def test_two_steps_are_refused_however_they_come(session):
    ticket = file_a_ticket(session, computed_priority=Priority.P3)
    before = history(session)
    changes = Changes(ticket.title, Priority.P1, reason="The director asks")
    with pytest.raises(Refused, match="triage moves one step: P2, P3, P4") as refused:
        edit(session, ticket, changes, by=person(session, "Maya"), now=MONDAY, seen=ticket.version)
    assert refused.value.field == "priority"
    assert (ticket.priority, history(session)) == (Priority.P3, before)


@pytest.mark.parametrize("name", ["Ana", "Sam", "Rex"])
def test_only_whoever_works_on_it_or_a_lead_changes_it(session, name: str):
    ticket = file_a_ticket(session, assignee_id=person(session, "Bo"))
    with pytest.raises(Refused, match="Whoever works on the ticket, or a lead"):
        edit(session, ticket, Changes("A better title", ticket.priority), by=person(session, name), now=MONDAY,
             seen=ticket.version)  # fmt: skip
    assert ticket.title == "How do macros work?"


def test_a_closed_ticket_is_not_changed(session):
    ticket = file_a_ticket(session, status=Status.CLOSED)
    with pytest.raises(Refused, match="is closed"):
        edit(session, ticket, Changes("A better title", ticket.priority), by=person(session, "Maya"), now=MONDAY,
             seen=ticket.version)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True)])
def test_a_private_ticket_and_another_stay_apart(session, one: bool, other: bool):
    ticket, into = file_a_ticket(session, private=one), file_a_ticket(session, private=other)
    before = history(session)
    with pytest.raises(Refused, match="One of the two is private"):
        merging.merge(session, ticket, into, by=person(session, "Maya"), now=MONDAY, seen=ticket.version)
    assert (ticket.status, history(session)) == (Status.NEW, before)


def test_work_that_has_begun_is_not_merged(session):
    ticket = file_a_ticket(session, status=Status.IN_PROGRESS, assignee_id=person(session, "Bo"))
    with pytest.raises(Refused, match="has begun, so it is not merged"):
        merging.merge(session, ticket, file_a_ticket(session), by=person(session, "Maya"), now=MONDAY, seen=1)
