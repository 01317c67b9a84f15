"""Who has how much, how accounts stand, and what changed hands."""

from datetime import date, timedelta

import pytest

from bot.domain import time, workload
from bot.domain.priority import Priority
from bot.domain.tickets import Inputs, QueueFilter, Selection, page, selected
from bot.domain.workflow import Action, Status
from tests.domain.desk import MONDAY


@pytest.fixture
def found(session, who):
    """The open tickets as somebody may know of them."""
    return lambda name="Maya", **narrowed: selected(who(name), Selection(**narrowed), MONDAY).subquery()


def test_a_load_counts_by_priority_and_takes_what_was_logged_from_the_estimate(session, a_ticket, who, found):
    bo, old = who("Bo"), MONDAY - timedelta(days=9)
    first = a_ticket(assignee_id=bo, estimate_minutes=120, created_at=old)
    a_ticket(assignee_id=bo, priority=Priority.P1)
    a_ticket(assignee_id=bo, estimate_minutes=30)
    done = a_ticket(assignee_id=bo, estimate_minutes=30)
    a_ticket(assignee_id=who("Eve"), status=Status.CLOSED)
    a_ticket()
    for ticket, minutes in ((first, 45), (done, 90)):
        time.log(session, ticket, by=bo, minutes=minutes, work_date=date(2026, 11, 23), now=MONDAY,
                 today=date(2026, 11, 23))  # fmt: skip
    (load,) = workload.loads(session, found())
    assert load == workload.Load(bo.id, {Priority.P1: 1, Priority.P3: 3}, 75 + 30, 1, old)
    assert (load.open, load.urgent) == (4, 1)


def test_the_busiest_comes_first_and_urgent_work_weighs_most(session, a_ticket, who, found):
    for _ in range(3):
        a_ticket(assignee_id=who("Bo"))
    a_ticket(assignee_id=who("Eve"), priority=Priority.P2)
    assert [load.person_id for load in workload.loads(session, found())] == [who("Eve").id, who("Bo").id]


def test_an_account_stands_with_what_is_open_urgent_and_waits_for_it(session, a_ticket, found, acme):
    a_ticket(priority=Priority.P2)
    a_ticket(status=Status.WAITING)
    a_ticket(status=Status.CLIENT_REVIEW)
    a_ticket(status=Status.CLOSED)
    theirs = a_ticket(account="Umbrella", by="Rex")
    standings = workload.standings(session, found())
    assert [tuple(one)[:4] for one in standings] == [(acme.id, 3, 1, 2), (theirs.account_id, 1, 0, 0)]
    assert [one.account_id for one in workload.standings(session, found("Rex"))] == [theirs.account_id]
    assert [one.open for one in workload.standings(session, found(account_id=acme.id, priority=Priority.P2))] == [1]


def test_what_changed_hands_is_told_once_and_only_while_it_is_there(session, a_ticket, who):
    bo, eve, maya = who("Bo"), who("Eve"), who("Maya")
    ticket = a_ticket()

    def gives(to, by, reason=""):
        ticket.act(session, Action.ASSIGN, by=by, now=MONDAY, inputs=Inputs(assignee=to, reason=reason))

    def handed(to):
        found = workload.handed_to(session, to, MONDAY - timedelta(days=1), limit=5)
        return [(item.ticket_id, item.giver_id, item.reason) for item in found]

    gives(bo, maya)
    gives(eve, maya)
    assert handed(bo) == []
    gives(bo, maya, "You know it")
    assert handed(bo) == [(ticket.id, maya.id, "You know it")]
    assert handed(eve) == []
    own = a_ticket()
    own.act(session, Action.TAKE, by=eve, now=MONDAY)
    assert handed(eve) == []
    assert workload.handed_to(session, bo, MONDAY + timedelta(minutes=1), limit=5) == []


def test_a_selection_is_less_what_stands_elsewhere_and_narrowed_by_all_it_says(session, a_ticket, who, acme):
    bo = who("Bo")
    mine = a_ticket(assignee_id=bo, priority=Priority.P1, related_system="Zendesk Guide")
    a_ticket(assignee_id=who("Eve"), reviewer_id=bo, status=Status.INTERNAL_REVIEW)
    a_ticket(account="Umbrella", by="Rex", assignee_id=bo, priority=Priority.P1, related_system="Zendesk")

    def total(**narrowed):
        return page(session, bo, Selection(what=QueueFilter.MINE, **narrowed), stalled_since=MONDAY).total

    assert (total(), total(less=(QueueFilter.CHECK,))) == (3, 2)
    assert total(priority=Priority.P1, system="zendesk") == 2
    assert total(priority=Priority.P1, system="zendesk", account_id=acme.id) == 1
    assert total(system="%") == 0
    assert page(session, bo, Selection(system="guide"), stalled_since=MONDAY).tickets == [mine]


def test_a_check_that_nobody_was_named_for_stays_with_whoever_did_the_work(session, a_ticket, who):
    ticket = a_ticket(assignee_id=who("Bo"), status=Status.INTERNAL_REVIEW, reviewer_id=None)
    selection = Selection(what=QueueFilter.MINE, less=(QueueFilter.CHECK,))
    assert page(session, who("Bo"), selection, stalled_since=MONDAY).tickets == [ticket]
