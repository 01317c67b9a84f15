"""Two reminders and then it closes: which step is due, whatever became of the steps before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.silence import Step, closes_after, step

FIRST, SECOND, CLOSE, NOTHING = Step.REMINDER_1, Step.REMINDER_2, Step.AUTO_CLOSE, Step.NONE
days = st.floats(0, 60, allow_nan=False)


@pytest.mark.parametrize(
    ("waiting", "sent", "due"),
    [
        pytest.param(2.5, {FIRST: 2}, NOTHING, id="one nudge each"),
        pytest.param(4.5, {FIRST: 2, SECOND: 4}, NOTHING, id="nor a second second one"),
        pytest.param(4.999, {FIRST: 2, SECOND: 4}, NOTHING, id="just before it closes"),
        pytest.param(9, {}, SECOND, id="after an outage the latest reminder only, and nothing closes unreminded"),
        pytest.param(9.9, {SECOND: 9}, NOTHING, id="whoever is reminded late has a day to answer"),
        pytest.param(10, {SECOND: 9}, CLOSE, id="and no more than that"),
        pytest.param(9, {FIRST: 2}, CLOSE, id="reminded long ago: the latest step is the closing"),
        pytest.param(4.2, {FIRST: 3.9}, NOTHING, id="never two reminders within a day"),
        pytest.param(4.9, {FIRST: 3.9}, SECOND, id="but the second comes a day after a late first"),
    ],
)
def test_the_one_step_that_is_due(waiting, sent, due):
    assert step(waiting, sent) is due


def test_the_days_are_the_firms_to_choose():
    assert step(1, {}, remind_after=(1, 2), close_after=3) is FIRST
    assert step(3, {FIRST: 1, SECOND: 2}, remind_after=(1, 2), close_after=3) is CLOSE


@given(st.lists(days, min_size=1, max_size=30))
def test_whenever_somebody_looks_nothing_comes_twice_and_it_closes_last_and_never_sooner_than_said(looks):
    sent, closed, promised = {}, None, []
    for waiting in sorted(looks):
        due = step(waiting, sent)
        if due is CLOSE:
            closed = waiting
            break
        if due is not NOTHING:
            assert due not in sent
            assert not sent or waiting - max(sent.values()) >= 1
            sent[due] = waiting
            promised.append(closes_after(waiting))
    if closed is not None:
        assert sent
        assert closed - max(sent.values()) >= 1
        assert all(closed >= said for said in promised)
