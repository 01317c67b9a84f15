"""Priority comes from what happens to the client's work, and from nothing else."""

import inspect
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.priority import MATRIX, Effect, Level, Priority, Timing, Users, assess

# fmt: off
ASSESSED = [  # effect, users, blocks revenue, days until wanted, consequence -> points, impact, urgency, priority
    pytest.param(Effect.STOPPED,  Users.ONE,  True,  0,    True,  6, "high",   "high",   "P1", id="PRI-01"),
    pytest.param(Effect.NONE,     Users.ALL,  False, 0,    False, 3, "low",    "medium", "P4", id="PRI-02"),
    pytest.param(Effect.DEGRADED, Users.MANY, False, 3,    True,  4, "medium", "medium", "P3", id="PRI-03"),
    pytest.param(Effect.NONE,     Users.ONE,  False, None, True,  0, "low",    "low",    "P4", id="PRI-04"),
    pytest.param(Effect.DEGRADED, Users.ALL,  False, 10,   True,  5, "high",   "low",    "P3", id="PRI-06"),
    pytest.param(Effect.STOPPED,  Users.FEW,  False, 0,    True,  4, "medium", "high",   "P2", id="PRI-07"),
    pytest.param(Effect.MINOR,    Users.ONE,  True,  0,    True,  4, "medium", "high",   "P2", id="PRI-08"),
]
MATRIX_ROWS = [
    ("high",   "high", "P1"), ("high",   "medium", "P2"), ("high",   "low", "P3"),
    ("medium", "high", "P2"), ("medium", "medium", "P3"), ("medium", "low", "P4"),
    ("low",    "high", "P3"), ("low",    "medium", "P4"), ("low",    "low", "P4"),
]
# fmt: on
wanted_in = st.none() | st.integers(-3, 60)


@pytest.mark.parametrize(
    ("effect", "users", "revenue", "days", "consequence", "points", "impact", "urgency", "priority"), ASSESSED
)
def test_priority_is_impact_times_urgency(effect, users, revenue, days, consequence, points, impact, urgency, priority):
    found = assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence)
    assert (found.points, found.impact, found.urgency, found.priority) == (points, impact, urgency, priority)


@pytest.mark.parametrize(
    ("more_urgent", "less_urgent"),
    [
        pytest.param(
            assess(Effect.STOPPED, Users.ONE, blocks_revenue=True, business_days=0),
            assess(Effect.NONE, Users.ALL, blocks_revenue=False, business_days=0, has_consequence=False),
            id="PRI-00 PRI-01 before PRI-02",
        ),
        pytest.param(
            assess(Effect.DEGRADED, Users.MANY, blocks_revenue=False, business_days=3),
            assess(Effect.NONE, Users.ONE, blocks_revenue=False, business_days=None),
            id="PRI-00 PRI-03 before PRI-04",
        ),
    ],
)
def test_the_orderings_that_any_scoring_must_keep(more_urgent, less_urgent):
    assert more_urgent.priority < less_urgent.priority


def test_neither_rank_nor_reminders_nor_wording_can_be_an_input():
    """PRI-00: who asks, how often and in which tone has no way in."""
    assert set(inspect.signature(assess).parameters) == {
        "effect", "users", "blocks_revenue", "business_days", "has_consequence",
    }  # fmt: skip


@pytest.mark.parametrize(("impact", "urgency", "priority"), MATRIX_ROWS, ids=lambda word: word)
def test_the_full_matrix_of_pri_09(impact, urgency, priority):
    assert MATRIX[Level(impact), Level(urgency)] == priority


def test_the_matrix_has_nine_cells_and_no_more():
    assert len(MATRIX) == len(MATRIX_ROWS) == 9


@pytest.mark.parametrize("users", Users)
@pytest.mark.parametrize("days", [None, 0, 5, 6])
def test_what_holds_nobody_up_is_low_impact_however_many_see_it(users, days):
    assert assess(Effect.NONE, users, blocks_revenue=False, business_days=days).impact is Level.LOW


@pytest.mark.parametrize(
    ("users", "impact"), [(Users.ONE, Level.MEDIUM), (Users.FEW, Level.MEDIUM), (Users.MANY, Level.HIGH)]
)
def test_blocked_revenue_lifts_even_what_has_no_other_effect(users, impact):
    assert assess(Effect.NONE, users, blocks_revenue=True, business_days=None).impact is impact


@pytest.mark.parametrize(
    ("days", "consequence", "urgency"),
    [
        (0, True, "high"),
        (0, False, "medium"),
        (1, True, "medium"),
        (5, True, "medium"),
        (6, True, "low"),
        (None, True, "low"),
    ],
)
def test_only_now_with_a_consequence_is_highly_urgent(days, consequence, urgency):
    found = assess(Effect.MINOR, Users.ONE, blocks_revenue=False, business_days=days, has_consequence=consequence)
    assert found.urgency == urgency


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), wanted_in, st.booleans())
def test_priority_is_never_worse_when_more_is_hurt(effect, users, revenue, days, consequence):
    def priority(effect: Effect, users: Users, revenue: bool) -> Priority:
        return assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence).priority

    now = priority(effect, users, revenue)
    assert all(priority(worse, users, revenue) <= now for worse in list(Effect)[list(Effect).index(effect) :])
    assert all(priority(effect, more, revenue) <= now for more in list(Users)[list(Users).index(users) :])
    assert priority(effect, users, True) <= now


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), st.booleans())
def test_priority_is_never_worse_when_it_is_wanted_sooner(effect, users, revenue, consequence):
    priorities = [
        assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence).priority
        for days in (0, 1, 5, 6, 30, None)
    ]
    assert all(sooner <= later for sooner, later in pairwise(priorities))


def test_the_reasons_are_words_a_client_can_read():
    found = assess(Effect.STOPPED, Users.FEW, blocks_revenue=True, business_days=0)
    assert found.reasons == (
        "work has stopped", "affects a few people", "revenue is blocked", "wanted now, with a consequence",
    )  # fmt: skip
    assert found.why == (
        "high impact, high urgency: work has stopped; affects a few people; revenue is blocked; "
        "wanted now, with a consequence"
    )


@given(st.sampled_from(Effect), st.sampled_from(Users), st.booleans(), wanted_in, st.booleans())
def test_revenue_is_a_reason_exactly_when_it_is_blocked(effect, users, revenue, days, consequence):
    found = assess(effect, users, blocks_revenue=revenue, business_days=days, has_consequence=consequence)
    assert ("revenue is blocked" in found.reasons) is revenue
    assert len(found.reasons) == 3 + revenue


@pytest.mark.parametrize(
    ("days", "consequence", "words"),
    [
        (0, False, "wanted now, no consequence given"),
        (3, True, "wanted within 5 business days"),
        (6, True, "wanted later than this week"),
        (None, True, "no date asked for"),
    ],
)
def test_the_last_reason_says_when_it_is_wanted(days, consequence, words):
    found = assess(Effect.MINOR, Users.ONE, blocks_revenue=False, business_days=days, has_consequence=consequence)
    assert found.reasons[-1] == words


def test_the_form_offers_the_seeds_words():
    assert [*map(str, Effect)] == ["None", "Minor", "Degraded", "Stopped"]
    assert [*map(str, Users)] == ["One person", "A few", "Many or a team", "Everyone"]
    assert [*map(str, Timing)] == ["Now", "This week", "By a date", "Whenever"]
