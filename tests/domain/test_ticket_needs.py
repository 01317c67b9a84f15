"""What a move asks for: each thing missing is refused beside its field, and nothing changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.priority import Priority
from bot.domain.routing import RequestType
from bot.domain.tickets import Ticket, latest_closure
from bot.domain.workflow import Action, CloseReason, Status
from tests.domain.desk import MONDAY, NOTE, complete

INCIDENT = RequestType.INCIDENT


@pytest.fixture
def refusal(session, who, everything) -> Callable[..., Refused]:
    """Try a move with everything it could need except what is said; nothing may change."""

    def attempt(ticket: Ticket, action: Action, *, by: str = "Bo", now: datetime = MONDAY, **lacking) -> Refused:
        world = everything()
        inputs = complete(assignee=who("Eve"), reviewer=who("Eve"))
        with pytest.raises(Refused) as refused:
            ticket.act(session, action, by=who(by), now=now, inputs=replace(inputs, **lacking))
        assert everything() == world
        return refused.value

    return attempt


@pytest.mark.parametrize(
    ("status", "action", "lacking", "field", "words"),
    [
        (Status.TRIAGE, Action.START, {"estimate_minutes": None}, "estimate", "Write a rough estimate"),
        (Status.TRIAGE, Action.START, {"code": None}, "code", "how the time is charged"),
        (Status.TRIAGE, Action.START, {"estimate_minutes": 24 * 60 + 1}, "estimate", "24h 1m is more than 24 hours"),
        (Status.TRIAGE, Action.ASK_CLIENT, {"reason": "  "}, "reason", "knows what to do"),
        (Status.TRIAGE, Action.ASK_CLIENT, {"reason": "?"}, "reason", "knows what to do"),
        (Status.TRIAGE, Action.SCHEDULE, {"planned_start": None}, "planned_start", "Pick the day"),
        (Status.TRIAGE, Action.SCHEDULE, {"planned_start": date(2026, 11, 22)}, "planned_start", "has passed"),
        (Status.TRIAGE, Action.SCHEDULE, {"estimate_minutes": None}, "estimate", "Write a rough estimate"),
        (Status.TRIAGE, Action.CLOSE, {"close_reason": None}, "close_reason", "closes without work"),
        (Status.TRIAGE, Action.ASSIGN, {"assignee": None}, "assignee", "Choose who takes it"),
        (Status.IN_PROGRESS, Action.SEND_TO_REVIEW, {"reviewer": None}, "reviewer", "Choose who checks it"),
        (Status.IN_PROGRESS, Action.CLOSE, {"note": None}, "summary", "closure note first"),
        (Status.INTERNAL_REVIEW, Action.APPROVE, {"note": None}, "summary", "closure note first"),
        (Status.INTERNAL_REVIEW, Action.REJECT, {"reason": ""}, "reason", "knows what to do"),
        (Status.CLIENT_REVIEW, Action.REOPEN, {"reason": ""}, "reason", "knows what to do"),
        (Status.CLOSED, Action.REOPEN, {"reason": ""}, "reason", "knows what to do"),
    ],
)
def test_what_is_missing_is_asked_for_beside_its_field(a_ticket, who, refusal, status, action, lacking, field, words):
    ticket = a_ticket(status=status, assignee_id=who("Bo"), closed_at=MONDAY if status is Status.CLOSED else None)
    refused = refusal(ticket, action, by="Eve" if status is Status.INTERNAL_REVIEW else "Bo", **lacking)
    assert refused.field == field
    assert words in str(refused)


@pytest.mark.parametrize(
    ("facts", "action", "words"),
    [
        ({"status": Status.TRIAGE, "priority": Priority.P1}, Action.SCHEDULE, "is P1: urgent work is started"),
        ({"status": Status.TRIAGE, "priority": Priority.P2}, Action.SCHEDULE, "Press Start."),
        ({"status": Status.IN_PROGRESS, "request_type": INCIDENT}, Action.CLOSE, "is of the type Incident, so"),
        ({"status": Status.IN_PROGRESS, "request_type": INCIDENT}, Action.SEND_TO_CLIENT, "Press Send to review."),
        ({"status": Status.INTERNAL_REVIEW, "client_visible": True}, Action.CLOSE, "Press Approve."),
    ],
)
def test_what_no_form_could_change_is_refused_before_it_opens(session, a_ticket, who, refusal, facts, action, words):
    ticket = a_ticket(assignee_id=who("Bo"), **facts)
    by = "Eve" if ticket.status is Status.INTERNAL_REVIEW else "Bo"
    with pytest.raises(Refused):
        ticket.check(session, action, by=who(by), now=MONDAY)
    refused = refusal(ticket, action, by=by)
    assert refused.field is None
    assert words in str(refused)


def test_what_somebody_has_is_not_taken_from_them(a_ticket, who, refusal):
    ticket = a_ticket(status=Status.TRIAGE, assignee_id=who("Bo"))
    refused = refusal(ticket, Action.TAKE, by="Eve")
    assert str(refused) == f"Bo has {ticket.key}. Ask them, or a lead, to hand it over."


def test_an_estimate_of_a_day_is_still_a_ticket(session, a_ticket, who):
    ticket = a_ticket(status=Status.TRIAGE, assignee_id=who("Bo"))
    inputs = complete(assignee=who("Eve"), reviewer=who("Eve"), estimate_minutes=24 * 60)
    ticket.act(session, Action.START, by=who("Bo"), now=MONDAY, inputs=inputs)
    assert (ticket.status, ticket.estimate_minutes, ticket.code) == (Status.IN_PROGRESS, 1440, Code.INCLUDED)


def test_what_triage_knows_already_is_not_asked_again(session, a_ticket, who):
    ticket = a_ticket(status=Status.WAITING, assignee_id=who("Bo"), estimate_minutes=90, code=Code.ADVISORY)
    ticket.act(session, Action.START, by=who("Bo"), now=MONDAY)
    assert (ticket.estimate_minutes, ticket.code) == (90, Code.ADVISORY)


@pytest.mark.parametrize("name", ["Sam", "Ana"])
@pytest.mark.parametrize(
    ("status", "action", "field"),
    [(Status.TRIAGE, Action.ASSIGN, "assignee"), (Status.IN_PROGRESS, Action.SEND_TO_REVIEW, "reviewer")],
)
def test_only_who_works_on_tickets_is_given_one(a_ticket, who, refusal, name, status, action, field):
    refused = refusal(a_ticket(status=status, assignee_id=who("Bo")), action, **{field: who(name)})
    assert (refused.field, str(refused)) == (
        field, f"{name} does not work on tickets. Choose an engineer or a lead.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "action", "field"),
    [(Status.TRIAGE, Action.ASSIGN, "assignee"), (Status.IN_PROGRESS, Action.SEND_TO_REVIEW, "reviewer")],
)
def test_who_has_left_is_given_nothing(a_ticket, who, refusal, status, action, field):
    who("Eve").active = False
    assert refusal(a_ticket(status=status, assignee_id=who("Bo")), action).field == field


def test_nobody_is_assigned_what_they_have(a_ticket, who, refusal):
    refused = refusal(a_ticket(status=Status.TRIAGE, assignee_id=who("Bo")), Action.ASSIGN, assignee=who("Bo"))
    assert (refused.field, str(refused)) == ("assignee", "Bo has it already. Choose someone else.")


def test_the_assignee_checks_nothing_of_their_own(a_ticket, who, refusal):
    ticket = a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Bo"))
    assert refusal(ticket, Action.SEND_TO_REVIEW, reviewer=who("Bo")).field == "reviewer"
    ticket.status = Status.INTERNAL_REVIEW
    assert "a reviewer who is not the assignee" in str(refusal(ticket, Action.APPROVE, by="Bo"))


def test_who_sends_unowned_work_to_review_becomes_its_assignee_and_is_not_its_reviewer(a_ticket, who, refusal):
    """Imported work may be in progress and nobody's."""
    ticket = a_ticket(status=Status.IN_PROGRESS, assignee_id=None)
    assert refusal(ticket, Action.SEND_TO_REVIEW, reviewer=who("Bo")).field == "reviewer"


def test_a_firm_of_one_reviews_itself_and_the_history_says_so(session, a_ticket, who):
    session.execute(text("insert into playbook select 2, content || '{\"self_review\": true}' from playbook"))
    ticket = a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Bo"))
    session.info.pop("playbook")  # read before the change, in this one transaction
    inputs = complete(assignee=who("Bo"), reviewer=who("Bo"))
    ticket.act(session, Action.SEND_TO_REVIEW, by=who("Bo"), now=MONDAY, inputs=inputs)
    event = ticket.act(session, Action.APPROVE, by=who("Bo"), now=MONDAY, inputs=inputs)
    assert (event.data["self_review"], event.rule_version) == (True, 2)


def test_a_review_by_a_colleague_is_no_self_review(session, a_ticket, who):
    ticket = a_ticket(status=Status.INTERNAL_REVIEW, assignee_id=who("Bo"), reviewer_id=who("Eve"))
    event = ticket.act(
        session, Action.APPROVE, by=who("Maya"), now=MONDAY, inputs=complete(assignee=None, reviewer=None)
    )
    assert event.data["self_review"] is False


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        pytest.param(7, True, id="seven days"),
        pytest.param(7 + 1 / 86400, False, id="a second more"),
    ],
)
@pytest.mark.parametrize("by", ["Ana", "Bo", "Eve"])
def test_a_closed_ticket_is_reopened_within_seven_days(session, a_ticket, who, refusal, days, allowed, by):
    ticket = a_ticket(status=Status.CLOSED, assignee_id=who("Bo"), closed_at=MONDAY - timedelta(days=days))
    ticket.close_reason = CloseReason.NO_RESPONSE
    if allowed:
        inputs = complete(assignee=None, reviewer=None)
        ticket.act(session, Action.REOPEN, by=who(by), now=MONDAY, inputs=inputs)
        assert (ticket.status, ticket.closed_at, ticket.close_reason) == (Status.TRIAGE, None, None)
        assert ticket.assignee_id == who("Bo").id
    else:
        assert f"File a new request and mention {ticket.key} in it" in str(refusal(ticket, Action.REOPEN, by=by))


def test_a_client_who_reopens_does_not_become_the_assignee(session, a_ticket, who):
    """Imported work may wait for its confirmation and be nobody's."""
    ticket = a_ticket(status=Status.CLIENT_REVIEW, assignee_id=None)
    inputs = complete(assignee=None, reviewer=None)
    ticket.act(session, Action.REOPEN, by=who("Ana"), now=MONDAY, inputs=inputs)
    assert ticket.status is Status.IN_PROGRESS
    assert ticket.assignee_id != who("Ana").id


def test_today_is_the_clients_today(session, a_ticket, who, acme):
    """Monday evening in Los Angeles is Tuesday in UTC: Monday can still be planned."""
    acme.timezone = "America/Los_Angeles"
    ticket = a_ticket(status=Status.TRIAGE, assignee_id=who("Bo"))
    inputs = complete(assignee=None, reviewer=None, planned_start=date(2026, 11, 23))
    ticket.act(session, Action.SCHEDULE, by=who("Bo"), now=MONDAY + timedelta(hours=16), inputs=inputs)
    assert ticket.planned_start == date(2026, 11, 23)


def test_a_day_that_has_passed_for_the_client_is_not_planned(a_ticket, who, acme, refusal):
    """Monday evening in UTC is Tuesday in Tokyo."""
    acme.timezone = "Asia/Tokyo"
    ticket = a_ticket(status=Status.TRIAGE, assignee_id=who("Bo"))
    refused = refusal(ticket, Action.SCHEDULE, now=MONDAY + timedelta(hours=10), planned_start=date(2026, 11, 23))
    assert refused.field == "planned_start"


def test_the_client_has_five_of_its_own_business_days_to_confirm(session, a_ticket, who):
    ticket = a_ticket(status=Status.INTERNAL_REVIEW, assignee_id=who("Bo"))
    friday = datetime.fromisoformat("2026-12-18T10:00:00+00:00")
    ticket.act(session, Action.APPROVE, by=who("Eve"), now=friday, inputs=complete(assignee=None, reviewer=None))
    assert ticket.confirm_by == date(2026, 12, 28)  # Christmas is a holiday there, the 26th a Saturday
    assert latest_closure(session, ticket.id).summary == NOTE.summary


def test_asking_the_client_says_what_and_whom_and_starting_forgets_it(session, a_ticket, who):
    ticket = a_ticket(status=Status.TRIAGE, assignee_id=None, estimate_minutes=60, code=Code.INCLUDED)
    inputs = complete(assignee=None, reviewer=None)
    ticket.act(session, Action.ASK_CLIENT, by=who("Bo"), now=MONDAY, inputs=inputs)
    assert (ticket.waiting_for, ticket.waiting_whom) == ("The search words you tried", "Ana")
    assert ticket.assignee_id == who("Bo").id
    ticket.act(session, Action.START, by=who("Bo"), now=MONDAY)
    assert (ticket.waiting_for, ticket.waiting_whom) == (None, None)
