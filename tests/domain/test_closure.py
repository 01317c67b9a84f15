"""The closure note: "none" is an answer, empty is not, and the latest stands."""

from dataclasses import replace

import pytest

from bot.domain.codes import Code
from bot.domain.errors import Refused
from bot.domain.tickets import ClosureNote, draft, latest_closure
from bot.domain.workflow import Action, Status
from tests.domain.desk import MONDAY, NOTE, complete

REPORT = ClosureNote("Revenue report empty", "Re-ran job, fixed join", "Report R-12", "none", "none", {"included": 45})


@pytest.mark.parametrize("part", ["summary", "actions", "systems", "decisions", "follow_ups"])
@pytest.mark.parametrize("empty", ["", "   ", "\n"])
def test_an_empty_part_is_refused_beside_its_field(part, empty):
    """CLO-01: five of six are filled, and it may not close."""
    with pytest.raises(Refused, match="or “none” if there is nothing to say") as refused:
        replace(REPORT, **{part: empty}).require_complete()
    assert refused.value.field == part


@pytest.mark.parametrize("none", ["none", "None", " none "])
def test_none_is_an_answer(none):
    replace(REPORT, actions=none, systems=none, decisions=none, follow_ups=none).require_complete()


@pytest.mark.parametrize("none", ["none", " NONE "])
def test_the_summary_says_something_for_the_client_reads_it(none):
    with pytest.raises(Refused, match="the client reads") as refused:
        replace(REPORT, summary=none).require_complete()
    assert refused.value.field == "summary"


def test_time_and_code_are_filled_in_and_not_asked():
    replace(REPORT, time_spent=None).require_complete()


def test_closing_light_work_keeps_the_note_with_its_time(session, a_ticket, who):
    ticket = a_ticket(status=Status.IN_PROGRESS, assignee_id=who("Bo"))
    inputs = complete(assignee=None, reviewer=None, note=REPORT, close_reason=None)
    event = ticket.act(session, Action.CLOSE, by=who("Bo"), now=MONDAY, inputs=inputs)
    kept = latest_closure(session, ticket.id)
    assert (kept.summary, kept.actions, kept.systems) == (REPORT.summary, REPORT.actions, REPORT.systems)
    assert (kept.decisions, kept.follow_ups, kept.time_spent) == ("none", "none", {"included": 45})
    assert (kept.written_by_id, kept.at, kept.account_id) == (who("Bo").id, MONDAY, ticket.account_id)
    assert (event.data["summary"], ticket.close_reason) == (REPORT.summary, None)


def test_closing_without_work_keeps_the_reason_and_no_note(session, a_ticket, who):
    ticket = a_ticket()
    event = ticket.act(
        session, Action.CLOSE, by=who("Bo"), now=MONDAY, inputs=complete(assignee=None, reviewer=None, note=None)
    )
    assert (ticket.close_reason, event.data["close_reason"]) == ("withdrawn", "withdrawn")
    assert latest_closure(session, ticket.id) is None


def test_the_latest_note_stands(session, a_ticket, who):
    ticket = a_ticket()
    for summary in ("first", "second"):
        replace(NOTE, summary=summary).keep(session, ticket, who("Bo"), MONDAY)
        session.flush()
    assert latest_closure(session, ticket.id).summary == "second"


def test_a_draft_is_made_of_what_is_known(session, a_ticket, who):
    ticket = a_ticket(
        status=Status.TRIAGE, assignee_id=who("Bo"), related_system="Zendesk", estimate_minutes=60, code=Code.INCLUDED
    )
    inputs = complete(assignee=None, reviewer=who("Eve"), reason="which {brace} words?")
    for action in (Action.ASK_CLIENT, Action.SCHEDULE, Action.START, Action.SEND_TO_REVIEW):
        ticket.act(session, action, by=who("Bo"), now=MONDAY, inputs=inputs)
    ticket.act(session, Action.REJECT, by=who("Eve"), now=MONDAY, inputs=complete(assignee=None, reviewer=None))
    found = draft(session, ticket, ["Rebuilt the index", "", "  ", "Rebuilt the index ", "Told Ana"])
    assert (found.summary, found.actions, found.systems) == (
        "How do macros work?", "Rebuilt the index\nTold Ana", "Zendesk",
    )  # fmt: skip
    assert found.decisions.splitlines() == [
        "Asked the client: which {brace} words?",
        "Planned for 2026-11-24",
    ]
    assert found.follow_ups == ""


def test_a_draft_after_reopening_starts_from_the_note_before(session, a_ticket, who):
    ticket = a_ticket()
    NOTE.keep(session, ticket, who("Bo"), MONDAY)
    session.flush()
    assert draft(session, ticket, ["something else"]) == replace(NOTE, time_spent=None)
