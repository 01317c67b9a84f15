"""The table of moves is the policy; these tests read it as a reviewer would."""

import pytest

from bot.domain.errors import Refused
from bot.domain.tickets.needs import BEFORE_THE_FORM, CHECKS
from bot.domain.workflow import (
    LABELS,
    STATUSES,
    WORKFLOW,
    Action,
    CloseReason,
    Need,
    NextOwner,
    Status,
    Who,
    move_for,
    moves_from,
    require,
)

WAITING = "Waiting on client"
UNTIL_START = "pause until the planned start, then run"
# fmt: off
STATUS_ROWS = [  # status, SLA clock, side, who owns the next action, other statuses it leads to
    ("New",               "run",   "intake",    "triage rota",    {"Closed", "Triage"}),
    ("Triage",            "run",   "intake",    "triage lead",    {"Closed", "In progress", "Scheduled", WAITING}),
    ("Waiting on client", "pause", "client",    "client contact", {"Closed", "In progress", "Scheduled", "Triage"}),
    ("Scheduled",         UNTIL_START, "execution", "delivery lead", {"In progress", "Triage", "Waiting on client"}),
    ("In progress",       "run",   "execution", "assignee", {"Internal review", "Scheduled", "Waiting on client"}),
    ("Internal review",   "run",   "review",    "reviewer",       {"Client review", "Closed", "In progress"}),
    ("Client review",     "pause", "client",    "client contact", {"Closed", "In progress"}),
    ("Closed",            "stop",  None,        "nobody",         {"Triage"}),
]
# fmt: on
every_move = pytest.mark.parametrize("move", WORKFLOW, ids=lambda move: f"{move.source}: {move.action}")


@pytest.mark.parametrize(
    ("status", "clock", "side", "owner", "leads_to"), STATUS_ROWS, ids=[row[0] for row in STATUS_ROWS]
)
def test_a_status_is_what_wf_00_says(status, clock, side, owner, leads_to):
    state = STATUSES[Status(status)]
    assert (state.clock, state.side, state.owner) == (clock, side, owner)
    full_path = {
        move.target for move in WORKFLOW
        if move.source == status and move.target is not move.source and Need.LIGHT not in move.needs
    }  # fmt: skip
    assert full_path == leads_to


def test_there_are_eight_statuses_in_this_order():
    assert [*map(str, Status)] == [row[0] for row in STATUS_ROWS]
    assert STATUSES.keys() == set(Status)


def test_only_light_work_in_progress_skips_the_internal_review():
    assert {(move.source, move.target) for move in WORKFLOW if Need.LIGHT in move.needs} == {
        (Status.IN_PROGRESS, Status.CLIENT_REVIEW), (Status.IN_PROGRESS, Status.CLOSED),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        pytest.param("Triage", "In progress", True, id="WF-04"),
        pytest.param("Internal review", "Client review", True, id="WF-07"),
        pytest.param("Client review", "In progress", True, id="WF-08"),
        pytest.param("Closed", "Triage", True, id="WF-09"),
        pytest.param("Waiting on client", "Client review", False, id="WF-11"),
        pytest.param("New", "In progress", False, id="nothing skips triage"),
        pytest.param("Scheduled", "Closed", False, id="planned work is not dropped silently"),
    ],
)
def test_which_status_leads_to_which(source, target, allowed):
    leads_to = {move.target for move in moves_from(Status(source))}
    assert (Status(target) in leads_to) is allowed


def test_what_the_client_sees_is_confirmed_by_the_client():
    """WF-05: from the internal review straight to Closed only if nothing is visible."""
    assert Need.NOTHING_VISIBLE in move_for(Status.INTERNAL_REVIEW, Action.CLOSE).needs


def test_urgent_work_is_not_put_off_from_triage():
    assert Need.NOT_URGENT in move_for(Status.TRIAGE, Action.SCHEDULE).needs


def test_reopening_after_closure_is_bounded_and_confirming_is_not():
    """WF-09 and WF-10 in time: tests of the ticket itself."""
    assert Need.RECENT in move_for(Status.CLOSED, Action.REOPEN).needs
    assert Need.RECENT not in move_for(Status.CLIENT_REVIEW, Action.REOPEN).needs


@every_move
def test_work_begins_or_is_planned_only_once_it_is_triaged(move):
    begins = move.target in {Status.IN_PROGRESS, Status.SCHEDULED} and move.source in {
        Status.TRIAGE, Status.WAITING, Status.SCHEDULED,
    } and move.target is not move.source  # fmt: skip
    assert (Need.TRIAGED in move.needs) is begins


@every_move
def test_whoever_waits_on_the_client_tells_them_why(move):
    if move.target is Status.WAITING is not move.source:
        assert Need.REASON in move.needs


@every_move
def test_nothing_closes_or_reaches_the_client_without_a_note_or_a_reason(move):
    if move.target in {Status.CLOSED, Status.CLIENT_REVIEW} and move.source is not Status.CLIENT_REVIEW:
        assert move.needs & {Need.NOTE, Need.CLOSE_REASON}


@every_move
def test_the_clients_contact_confirms_and_reopens_and_does_nothing_else(move):
    confirming = (move.source, move.action) in {
        (Status.CLIENT_REVIEW, Action.CLOSE), (Status.CLIENT_REVIEW, Action.REOPEN), (Status.CLOSED, Action.REOPEN),
    }  # fmt: skip
    assert (Who.CLIENT in move.who) is confirming


@every_move
def test_only_a_reviewer_decides_in_the_internal_review(move):
    assert (move.who == {Who.REVIEWER}) is (move.source is Status.INTERNAL_REVIEW)


@every_move
def test_every_need_is_checked(move):
    assert move.needs <= CHECKS.keys()


def test_every_check_belongs_to_some_move():
    assert set(CHECKS) == set(Need) == set().union(*(move.needs for move in WORKFLOW))
    assert set(BEFORE_THE_FORM) < set(CHECKS)


def test_an_action_has_one_row_per_status():
    pairs = [(move.source, move.action) for move in WORKFLOW]
    assert len(set(pairs)) == len(pairs)


def test_every_action_has_a_label_of_its_own_and_a_row():
    assert LABELS.keys() == set(Action) == {move.action for move in WORKFLOW}
    assert len({action.label for action in Action}) == len(Action)
    assert all(0 < len(action.label) <= 20 and action.label[0].isupper() for action in Action)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_an_action_is_a_row_or_a_refusal_that_names_what_is_possible(status, action):
    if action in {move.action for move in moves_from(status)}:
        assert (move_for(status, action).source, move_for(status, action).action) == (status, action)
        return
    with pytest.raises(Refused) as refused:
        move_for(status, action)
    sentence = str(refused.value)
    assert f"“{action.label}” does not go with a ticket in {status.value}." in sentence
    assert sentence.endswith(f"From there: {', '.join(move.action.label for move in moves_from(status))}.")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_way_out_and_in_the_end_to_closed(status):
    reached, border = {status}, [status]
    while border:
        border = [move.target for place in border for move in moves_from(place) if move.target not in reached]
        reached |= set(border)
    assert any(move.target is not status for move in moves_from(status))
    assert Status.CLOSED in reached


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
def test_no_card_offers_more_than_five_buttons(status):
    assert len([move for move in moves_from(status) if not move.seldom]) <= 5


@pytest.mark.parametrize("status", Status)
def test_only_what_is_closed_has_no_owner(status):
    assert (STATUSES[status].owner is NextOwner.NOBODY) is (status is Status.CLOSED)
    assert STATUSES[status].client_reads


@every_move
@pytest.mark.parametrize("quality", Who)
def test_whoever_a_move_is_not_for_reads_whom_it_is_for(move, quality):
    if quality in move.who:
        require(move, {quality})
        return
    with pytest.raises(Refused) as refused:
        require(move, {quality})
    sentence = str(refused.value)
    assert sentence.startswith(f"“{move.action.label}” is for ")
    assert all(who.value in sentence for who in move.who)
    assert sentence.endswith("Ask one of them, or mention it in the thread.")


@every_move
def test_somebody_who_is_nothing_to_the_ticket_is_refused(move):
    with pytest.raises(Refused):
        require(move, set())


def test_one_fitting_quality_is_enough():
    require(move_for(Status.TRIAGE, Action.START), {Who.CLIENT, Who.LEAD})


STAYS = [Status.NEW, Status.TRIAGE, Status.WAITING, Status.SCHEDULED, Status.IN_PROGRESS, Status.INTERNAL_REVIEW,
         Status.CLIENT_REVIEW]  # fmt: skip


def test_the_reasons_to_close_without_work_have_words():
    assert [reason.label for reason in CloseReason] == ["Duplicate", "Redirected", "Withdrawn", "No response"]
