"""What is too large for a ticket becomes a project: named, owned, budgeted, and found only by whom it concerns."""

import pytest
from sqlalchemy import select

from bot.domain import events, intakes, people, projects, provider, time
from bot.domain.codes import Category, Code
from bot.domain.errors import NotFound, Refused
from bot.domain.intakes import Disposition, Intake
from bot.domain.priority import Effect, Timing, Users
from bot.domain.projects import MOVES, ProjectAction, ProjectState
from bot.domain.routing import RequestType
from bot.domain.tickets import Filing, visible_to
from bot.domain.workflow import CloseReason, Status
from tests.domain.desk import MONDAY, file_a_ticket, one_waits_for_the_other, pending, person

TODAY = MONDAY.date()


def becomes(session, ticket, by: str = "Bo", **facts):
    filled = {
        "name": "A new help centre", "owner": person(session, "Bo"), "budget_minutes": 40 * 60,
        "approval": "Pending", "reason": "Too large for a ticket.", "by": person(session, by), "now": MONDAY,
        "seen": ticket.version,
    }  # fmt: skip
    return projects.from_ticket(session, ticket, **filled | facts)


def test_the_ticket_closes_as_redirected_and_the_intake_counts_as_a_project(session, who, acme):
    filing = Filing(RequestType.IMPROVEMENT, "A new help centre, please", Effect.MINOR, Users.ONE, Timing.WHENEVER)
    ticket = intakes.submit(session, filing, by=who("Ana"), account=acme, provider=provider.get(session), now=MONDAY)
    project = becomes(session, ticket)
    assert (ticket.status, ticket.close_reason) == (Status.CLOSED, CloseReason.REDIRECTED)
    assert (project.account_id, project.from_ticket_id, project.state) == (acme.id, ticket.id, ProjectState.PROPOSED)
    intake = session.scalars(select(Intake).where(Intake.ticket_id == ticket.id)).one()
    assert intake.disposition is Disposition.PROJECT
    closed, made = events.of_ticket(session, ticket.id)[-2:]
    assert (closed.action, closed.data["became"], closed.data["reason"]) == (
        "close", project.key, "Too large for a ticket.",
    )  # fmt: skip
    assert (made.kind, made.data["project"], made.actor_id) == (events.Kind.PROJECT_MADE, project.key, who("Bo").id)


@pytest.mark.parametrize(
    ("status", "facts", "sentence"),
    [
        (Status.TRIAGE, {"name": "x"}, "etween 3 and 150"),
        (Status.TRIAGE, {"owner": None}, "Choose an engineer or a lead"),
        (Status.TRIAGE, {"by": "Ana"}, "“Close” is for"),
        (Status.TRIAGE, {"by": "Eve"}, "“Close” is for a lead or the assignee"),
        (Status.TRIAGE, {"by": "Sam"}, "“Close” is for"),
        (Status.TRIAGE, {"seen": 7}, "T-"),
        (Status.IN_PROGRESS, {}, "is in work"),
        (Status.CLIENT_REVIEW, {}, "is in work"),
        (Status.SCHEDULED, {}, "does not go with a ticket in Scheduled"),
        (Status.CLOSED, {}, "does not go with a ticket in Closed"),
    ],
)
def test_what_may_not_become_a_project_stays_what_it_was(session, who, a_ticket, everything, status, facts, sentence):
    ticket = a_ticket(status=status, assignee_id=who("Bo"))
    ticket.request_type = RequestType.QUESTION
    world = everything()
    savepoint = session.begin_nested()
    with pytest.raises(Refused, match=sentence):
        becomes(session, ticket, **facts)
    savepoint.rollback()
    assert everything() == world


@pytest.mark.parametrize("action", ProjectAction)
@pytest.mark.parametrize("state", ProjectState)
@pytest.mark.parametrize("name", ["Bo", "Maya", "Eve", "Sam", "Ana", "Rex"])
def test_its_owner_or_a_lead_moves_it_as_the_table_says(session, who, a_ticket, everything, state, action, name):
    project = becomes(session, a_ticket())
    project.state = state
    target = MOVES.get((state, action)) if name in {"Bo", "Maya"} else None
    world, before = everything(), pending(session)
    if target:
        project.act(session, action, by=who(name), now=MONDAY, seen=project.version)
        assert project.state is target
        assert pending(session)[len(before) :] == [("client", "event")]
    else:
        with pytest.raises(Refused) as refused:
            project.act(session, action, by=who(name), now=MONDAY, seen=project.version)
        assert str(refused.value).endswith(".")
        assert everything() == world


def test_a_change_needs_what_the_person_saw_and_the_event_keeps_what_was(session, who, a_ticket, everything):
    project = becomes(session, a_ticket())
    changed = {"name": "Help centre 2", "budget_minutes": 60, "approval": "Approved", "now": MONDAY}
    world = everything()
    for by, seen, owner in (("Eve", project.version, "Eve"), ("Bo", 1, "Eve"), ("Bo", project.version, "Sam")):
        with pytest.raises(Refused):
            project.change(session, **changed, owner=who(owner), by=who(by), seen=seen)
        session.refresh(project)
        assert everything() == world
    project.change(session, **changed, owner=who("Eve"), by=who("Bo"), seen=project.version)
    assert (project.name, project.owner_id, project.budget_minutes) == ("Help centre 2", who("Eve").id, 60)
    event = events.of_ticket(session, project.from_ticket_id)[-1]
    assert event.data["before"] == {"name": "A new help centre", "budget_minutes": 2400, "approval": "Pending"}


def test_an_outsider_finds_no_project_and_a_contact_its_own(session, who, a_ticket):
    project = becomes(session, a_ticket())
    for name, finds in (("Bo", True), ("Sam", True), ("Ana", True), ("Rex", False)):
        assert bool(projects.several(session, who(name), {project.id})) is finds
        assert (project in projects.listed(session, who(name), limit=10)) is finds
        assert (project in projects.possibilities(session, who(name), "help")) is finds
    with pytest.raises(NotFound, match="I can't find “PR-"):
        projects.visible_to(session, who("Rex"), project.key)
    with pytest.raises(NotFound):
        projects.visible_to(session, who("Bo"), "PR-x")
    people.enter(session, "U0REX")
    session.expire_all()
    assert projects.listed(session, person(session, "Rex"), limit=10) == []


def test_time_on_a_project_is_charged_to_it_added_up_and_taken_back(session, who, a_ticket):
    project = becomes(session, a_ticket())
    facts = {"by": who("Bo"), "work_date": TODAY, "now": MONDAY, "today": TODAY}
    entry = time.log(session, project, minutes=360, **facts)
    assert (entry.project_id, entry.ticket_id, entry.account_id) == (project.id, None, project.account_id)
    assert entry.code is Code.PROJECT
    assert time.log(session, project, minutes=60, category=Category.BILLING_ADMIN, **facts).code is Code.PROJECT
    assert time.log(session, project, minutes=60, code=Code.ADVISORY, **facts).code is Code.ADVISORY
    assert time.minutes_on_projects(session, [project.id]) == {project.id: 480}
    time.reverse(session, entry.id, by=who("Bo"), now=MONDAY)
    assert time.minutes_on_projects(session, [project.id, 10**9]) == {project.id: 120, 10**9: 0}
    since = MONDAY.replace(hour=0)
    same = {"by": who("Bo"), "minutes": 60, "note": "", "since": since, "work_date": since.date()}
    assert time.before(session, project, **same)[1].again
    assert not time.before(session, a_ticket(), **same)[1].again


def test_of_two_who_make_it_a_project_one_does(cast_sessions, cast_url):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        number = file_a_ticket(session).id

    def makes(slack_id: str):
        def work(session):
            actor = people.enter(session, slack_id)
            ticket = visible_to(session, actor, number, lock=True)
            try:
                return becomes(session, ticket, by=actor.name, seen=1).state
            except Refused as refused:
                return str(refused)

        return work

    first, second = one_waits_for_the_other(cast_sessions, cast_url, makes("U0BO"), makes("U0EVE"))
    assert first is ProjectState.PROPOSED
    assert "Bo was first: “Close”" in second


def test_an_owner_who_works_on_no_tickets_any_more_leaves_it_to_the_leads(session, who, a_ticket):
    project = becomes(session, a_ticket())
    who("Bo").roles = ["finance"]
    assert not project.is_for(who("Bo"))
    assert project.is_for(who("Maya"))
