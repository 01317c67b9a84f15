"""The table of moves is the policy; these tests read it as a reviewer would. Worked examples: test_golden_workflow."""

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
    Side,
    Status,
    Who,
    move_for,
    moves_from,
    require,
)

every_move = pytest.mark.parametrize("move", WORKFLOW, ids=lambda move: f"{move.source}: {move.action}")


def test_only_light_work_in_progress_skips_the_internal_review():
    assert {(move.source, move.target) for move in WORKFLOW if Need.LIGHT in move.needs} == {
        (Status.IN_PROGRESS, Status.CLIENT_REVIEW), (Status.IN_PROGRESS, Status.CLOSED),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param(Status.NEW, Status.IN_PROGRESS, id="nothing skips triage"),
        pytest.param(Status.SCHEDULED, Status.CLOSED, id="planned work is not dropped silently"),
    ],
)
def test_where_no_status_leads(source, target):
    assert target not in {move.target for move in moves_from(source)}


@every_move
def test_the_system_closes_what_waits_on_a_silent_client_moves_along_what_a_release_does_and_nothing_else(move):
    silent = move.action is Action.CLOSE and STATUSES[move.source].side is Side.CLIENT
    along = (move.source, move.action) in {
        (Status.IN_PROGRESS, Action.SCHEDULE), (Status.SCHEDULED, Action.START),
        (Status.IN_PROGRESS, Action.SEND_TO_REVIEW),
    }  # fmt: skip
    assert (Who.SYSTEM in move.who) is (silent or along)
    assert move.who != {Who.SYSTEM}


def test_what_the_client_sees_is_confirmed_by_the_client():
    assert Need.NOTHING_VISIBLE in move_for(Status.INTERNAL_REVIEW, Action.CLOSE).needs


def test_urgent_work_is_not_put_off_from_triage():
    assert Need.NOT_URGENT in move_for(Status.TRIAGE, Action.SCHEDULE).needs


def test_reopening_after_closure_is_bounded_and_confirming_is_not():
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
    assert all((who.value in sentence) is (who is not Who.SYSTEM) for who in move.who)
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
