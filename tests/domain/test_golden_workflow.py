"""The worked examples of the workflow, each by its id. The figures stand here; nothing is read from elsewhere."""

from datetime import timedelta

import pytest

from bot.domain import bottleneck, silence
from bot.domain.errors import Refused
from bot.domain.silence import Step
from bot.domain.workflow import STATUSES, WORKFLOW, Action, Need, Status, moves_from
from tests.domain.desk import MONDAY, complete

# fmt: off
WF_00 = {  # status: clock, side, the other statuses it leads to, without the light path of In progress
    "New":               ("run",   "intake",    {"Closed", "Triage"}),
    "Triage":            ("run",   "intake",    {"Closed", "In progress", "Scheduled", "Waiting on client"}),
    "Waiting on client": ("pause", "client",    {"Closed", "In progress", "Scheduled", "Triage"}),
    "Scheduled":         ("pause until the planned start, then run",
                                   "execution", {"In progress", "Triage", "Waiting on client"}),
    "In progress":       ("run",   "execution", {"Internal review", "Scheduled", "Waiting on client"}),
    "Internal review":   ("run",   "review",    {"Client review", "Closed", "In progress"}),
    "Client review":     ("pause", "client",    {"Closed", "In progress"}),
    "Closed":            ("stop",  None,        {"Triage"}),
}
ALLOWED = {
    "WF-04": ("Triage", "In progress", {"priority": "P1"}, True),
    "WF-05": ("Internal review", "Closed", {"client_visible": True}, False),
    "WF-07": ("Internal review", "Client review", {}, True),
    "WF-08": ("Client review", "In progress", {}, True),
    "WF-09": ("Closed", "Triage", {"closed_at": MONDAY - timedelta(days=7)}, True),
    "WF-10": ("Closed", "Triage", {"closed_at": MONDAY - timedelta(days=8)}, False),
    "WF-11": ("Waiting on client", "Client review", {}, False),
}
SIDES = {  # hours by status -> share of intake, client, execution, review; the side that is named
    "WF-20": ((10, 30, 220, 60, 120, 20, 40), (0.08, 0.52, 0.36, 0.04), "client"),
    "WF-21": ((40, 110, 100, 50, 90, 30, 20), (0.3409, 0.2727, 0.3182, 0.0682), None),
}
SILENT = {  # business days waiting, the reminders that went out when they were due -> what is due now
    "WF-30": (1.9, {}, "none"),
    "WF-31": (2, {}, "reminder_1"),
    "WF-32": (4, {Step.REMINDER_1: 2.0}, "reminder_2"),
    "WF-33": (5, {Step.REMINDER_1: 2.0, Step.REMINDER_2: 4.0}, "auto_close"),
}
# fmt: on


@pytest.mark.parametrize("status", WF_00, ids=[f"WF-00 {status}" for status in WF_00])
def test_a_status_has_this_clock_and_side_and_leads_here(status):
    state, (clock, side, leads_to) = STATUSES[Status(status)], WF_00[status]
    found = {move.target for move in WORKFLOW
             if move.source == status and move.target is not move.source and Need.LIGHT not in move.needs}  # fmt: skip
    assert (state.clock, state.side, found) == (clock, side, leads_to)


def test_there_are_eight_statuses_in_the_order_of_wf_00():
    assert [*map(str, Status)] == [*WF_00]
    assert STATUSES.keys() == set(Status)


@pytest.mark.parametrize("row", ALLOWED.values(), ids=ALLOWED)
def test_is_the_transition_allowed(session, a_ticket, who, row):
    """With everything it asks for, by whoever may: the ticket comes there, or every way is refused."""
    source, target, facts, allowed = row
    ticket = a_ticket(status=Status(source), assignee_id=who("Bo"), **facts)
    inputs = complete(assignee=None, reviewer=None)
    ways: list[Action] = [move.action for move in moves_from(ticket.status) if move.target == target]
    by = who("Eve" if ticket.status is Status.INTERNAL_REVIEW else "Bo")
    if allowed:
        (way,) = ways
        ticket.act(session, way, by=by, now=MONDAY, inputs=inputs)
        assert ticket.status == target
        return
    for way in ways:
        with pytest.raises(Refused):
            ticket.act(session, way, by=by, now=MONDAY, inputs=inputs)
    assert ticket.status == source


@pytest.mark.parametrize("row", SIDES.values(), ids=SIDES)
def test_the_side_with_two_fifths_of_the_hours_is_named(row):
    hours, (intake, client, execution, review), side = row
    parts = bottleneck.shares(dict(zip(Status, hours, strict=False)))
    expected = {"intake": intake, "client": client, "execution": execution, "review": review}
    assert parts == pytest.approx(expected, abs=0.00005)
    assert bottleneck.named(parts, flag_share=0.4) == side


@pytest.mark.parametrize("row", SILENT.values(), ids=SILENT)
def test_a_silent_client_is_reminded_twice_and_then_the_ticket_closes(row):
    days, sent, expected = row
    assert silence.step(days, sent) == expected
